from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from npumon.board.models.entry import named_files, run_sh_entry, suits
from npumon.modelfile.nbg_layout import MAGIC as NBG_MAGIC
from npumon.modelfile.npub import MAGIC as NPUB_MAGIC

#: The first line of the public demo's script ends in spaces.
RUN_SH = "#! /bin/sh  \nexport VSI_NN_LOG_LEVEL=0\n./inceptionv3 inception_v3.nb ../goldfish_299x299.jpg\n"


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str, str, int], Path]:
    """Writes `FOLDER/run.sh` and gives the folder."""

    def write(folder: str, text: str, mode: int) -> Path:
        path = tmp_path / folder / "run.sh"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path.parent

    return write


Script = Callable[[str, str, int], Path]


def test_a_demo_for_one_chip_is_named_after_the_folder_above(script: Script, tmp_path: Path) -> None:
    folder = script("inceptionv3/VIM3", RUN_SH, 0o755)
    for name in ("VIM3/inception_v3.nb", "VIM3/inceptionv3", "goldfish_299x299.jpg", "imagenet_slim_labels.txt"):
        (folder.parent / name).write_text("x")
    (folder / "inceptionv3").chmod(0o755)
    entry = run_sh_entry(folder, "VIM3", tmp_path)
    assert (entry.name, entry.variant, entry.full_name, entry.kind) == (
        "inceptionv3",
        "VIM3",
        "inceptionv3/VIM3",
        "run.sh",
    )
    assert (entry.folder, entry.command, entry.found_under) == (folder, ("./run.sh",), tmp_path)
    assert (entry.preferred, entry.note) == (True, None)
    assert entry.labels == str(tmp_path / "inceptionv3/imagenet_slim_labels.txt")
    assert entry.files == ("inception_v3.nb", "../goldfish_299x299.jpg")


def test_a_plain_folder_suits_every_chip(script: Script, tmp_path: Path) -> None:
    entry = run_sh_entry(script("DnCnn-test", RUN_SH, 0o755), "VIM3L", tmp_path)
    assert (entry.name, entry.full_name, entry.variant, entry.preferred) == ("DnCnn-test", "DnCnn-test", None, True)


@pytest.mark.parametrize(
    ("variant", "chip", "preferred", "note"),
    [
        (None, None, True, None),
        ("VIM3", "VIM3", True, None),
        ("VIM3", "VIM3L", False, "made for the VIM3; this board is a VIM3L"),
        ("VIM3", None, True, "the chip is unknown; VIM3 is assumed"),
        ("VIM3L", None, False, "made for the VIM3L; the chip is unknown"),
    ],
)
def test_the_variant_for_the_chip_is_preferred(
    variant: str | None, chip: str | None, preferred: bool, note: str | None
) -> None:
    assert suits(variant, chip) == (preferred, note)


@pytest.mark.parametrize(
    ("text", "mode", "command"),
    [
        (RUN_SH, 0o755, ("./run.sh",)),
        (RUN_SH, 0o644, ("/bin/sh", "run.sh")),
        ("echo hello\n", 0o755, ("/bin/sh", "run.sh")),
        ("", 0o755, ("/bin/sh", "run.sh")),
    ],
)
def test_a_script_that_cannot_run_by_itself_is_run_by_the_shell(
    text: str, mode: int, command: tuple[str, ...], script: Script, tmp_path: Path
) -> None:
    assert run_sh_entry(script("model", text, mode), None, tmp_path).command == command


@pytest.mark.parametrize("mode", [0o755, 0o644])
def test_the_command_really_runs_in_the_folder(mode: int, script: Script, tmp_path: Path) -> None:
    entry = run_sh_entry(script("a b\n/VIM3", "#! /bin/sh   \npwd\n", mode), None, tmp_path)
    done = subprocess.run(entry.command, cwd=entry.folder, capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout == f"{entry.folder}\n"


def test_a_hostile_name_is_visible_and_the_folder_stays_usable(script: Script, tmp_path: Path) -> None:
    folder = script("a\n\x1b[31mb", RUN_SH, 0o755)
    (folder / "x\ny.nb").touch()
    entry = run_sh_entry(folder, None, tmp_path)
    assert entry.name == "a\\x0a\\x1b[31mb"
    assert entry.files == ("x\\x0ay.nb",)
    assert entry.folder == folder


def test_the_files_named_are_few(tmp_path: Path) -> None:
    for number in range(80):
        (tmp_path / f"{number:02}.jpg").touch()
    (tmp_path / "readme.md").touch()
    assert named_files(tmp_path, "../") == tuple(f"../{number:02}.jpg" for number in range(50))
    assert named_files(tmp_path / "missing", "") == ()


def test_networks_are_known_by_their_content_too(tmp_path: Path) -> None:
    for name, data in (
        ("a.bin", NBG_MAGIC + b"rest"), ("b", NPUB_MAGIC), ("c.nb", b""), ("d.txt", b"VPM"), ("model.h", b""),
        ("other.h", b"int total_size;"),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(data)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    assert named_files(tmp_path, "") == ("a.bin", "b", "c.nb", "model.h")


def test_a_relative_folder_becomes_a_whole_path(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(script("inceptionv3/VIM3L", RUN_SH, 0o755))
    entry = run_sh_entry(Path(), None, Path())
    assert (entry.full_name, entry.folder) == ("inceptionv3/VIM3L", tmp_path / "inceptionv3/VIM3L")

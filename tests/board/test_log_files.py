"""Looking for logs in a folder."""

from __future__ import annotations

import os
from pathlib import Path

from npumon.board.log_files import read_folder
from npumon.core.monitor.folder_view import FolderView

HEAD = b"Create Neural Network: 59ms or 59455us\n"


def view_of(folder: Path) -> FolderView:
    return read_folder(str(folder), "shown", "shown/")


def test_logs_are_known_by_name_or_by_what_is_in_them(tmp_path: Path) -> None:
    for age, (name, data) in enumerate(
        [
            ("a.log", b"anything"),
            ("b.txt", b"\x00" * 100 + HEAD),
            ("c.txt", b"no log"),
            ("d.log", b""),
            (".e.log", HEAD),
        ]
    ):
        (tmp_path / name).write_bytes(data)
        os.utime(tmp_path / name, (1_000_000 - age, 1_000_000 - age))
    (tmp_path / "folder").mkdir()
    (tmp_path / ".hidden").mkdir()
    view = view_of(tmp_path)
    assert [(entry.name, entry.kind) for entry in view.entries] == [
        ("a.log", "log"),
        ("b.txt", "log"),
        ("folder", "folder"),
    ]
    assert (view.path, view.shown, view.typed, view.left_out, view.trouble) == (
        str(tmp_path),
        "shown",
        "shown/",
        1,
        None,
    )
    assert (view.entries[0].size, view.entries[0].modified_s, view.entries[0].path) == (
        8,
        1_000_000,
        f"{tmp_path}/a.log",
    )


def test_nothing_waits_and_nothing_raises(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.log")
    (tmp_path / "loop.log").symlink_to("loop.log")
    (tmp_path / "gone.log").symlink_to("nowhere")
    (tmp_path / "link.log").symlink_to("/proc/self/mem")
    (tmp_path / "inner").symlink_to(tmp_path)
    assert [entry.name for entry in view_of(tmp_path).entries] == ["inner"]
    assert view_of(tmp_path / "missing").trouble == "No such file or directory"
    assert view_of(tmp_path / "pipe.log").trouble == "Not a directory"
    assert read_folder("a\0b", "", "").trouble


def test_names_become_visible_and_paths_stay_real(tmp_path: Path) -> None:
    name = b"\x1b[2J\xff\n[bold].log"
    with open(os.fsencode(tmp_path) + b"/" + name, "wb") as file:
        file.write(b"x")
    (entry,) = view_of(tmp_path).entries
    assert entry.name == "\\x1b[2J\\udcff\\x0a[bold].log"
    assert os.fsencode(entry.path).endswith(name)
    assert Path(entry.path).read_bytes() == b"x"


def test_a_huge_folder_is_looked_at_in_part(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number}.dat").write_bytes(HEAD)
    view = view_of(tmp_path)
    assert (len(view.entries), view.left_out) == (200, 100)

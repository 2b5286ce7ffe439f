"""What is missing of a model's files."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from npumon.board.models.entry import run_sh_entry
from npumon.board.models.missing import missing_of

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 24117248\n"


def test_files_that_are_not_what_they_should_be(tmp_path: Path) -> None:
    (tmp_path / "pointer.nb").write_text(POINTER)
    (tmp_path / "empty.nb").touch()
    (tmp_path / "whole.nb").write_bytes(b"VPMN" + bytes(2000))
    (tmp_path / "folder.nb").mkdir()
    os.mkfifo(tmp_path / "pipe.nb")
    names = ["pointer.nb", "empty.nb", "whole.nb", "folder.nb", "pipe.nb", "absent.nb", "a\0b", "empty.nb"]
    assert missing_of(tmp_path, names, None) == (
        "pointer.nb is a Git LFS pointer to 23.00 MiB: git lfs pull",
        "empty.nb is empty: copy it again",
    )


def test_a_program_that_cannot_be_executed(tmp_path: Path) -> None:
    assert missing_of(tmp_path, (), "./net") == ("./net is missing",)
    (tmp_path / "net").write_text(POINTER)
    (tmp_path / "net").chmod(0o644)
    assert missing_of(tmp_path, (), "./net") == (
        "./net is a Git LFS pointer to 23.00 MiB: git lfs pull",
        f"./net is not executable: chmod +x {tmp_path}/net",
    )
    (tmp_path / "net").write_bytes(b"\x7fELF")
    (tmp_path / "net").chmod(0o755)
    assert missing_of(tmp_path, (), "./net") == ()


def test_the_remedy_can_be_typed_whatever_the_name(tmp_path: Path) -> None:
    folder = tmp_path / "a folder; rm x"
    folder.mkdir()
    (folder / "net").write_bytes(b"\x7fELF")
    (folder / "net").chmod(0o644)
    (remark,) = missing_of(folder, (), "net")
    subprocess.run(["sh", "-c", remark.partition(": ")[2]], check=True)
    assert os.access(folder / "net", os.X_OK)


@pytest.mark.parametrize(
    ("script", "remark"),
    [
        ("#! /bin/sh\nexport VSI_NN_LOG_LEVEL=0\n./inceptionv3 a.nb ../b.jpg\n", "./inceptionv3 is missing"),
        ("VNN_LOOP_TIME=10 A=b ./net\n", "./net is missing"),
        ("cd x\n  ./net;\n", "./net is missing"),
        ("python3 ./net.py\n# ./net\n", None),
        ('exec "$HERE"/net\n', None),
    ],
)
def test_a_script_tells_its_program(tmp_path: Path, script: str, remark: str | None) -> None:
    (tmp_path / "run.sh").write_text(script)
    (tmp_path / "run.sh").chmod(0o755)
    assert run_sh_entry(tmp_path, "VIM3", tmp_path).note == remark

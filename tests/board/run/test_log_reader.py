"""Any part of a log's file: holes, files that go, and what is no log."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from npumon.board.run.log_reader import FileLogReader
from npumon.core.problems import ProblemError


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "run.log"
    path.write_bytes(b"one\ntwo\nthree\n")
    return path


def test_a_part_is_read(log: Path) -> None:
    reader = FileLogReader(str(log))
    assert (reader.length(), reader.fate()) == (14, None)
    assert reader.read(4, 3) == (b"two", 7)
    assert reader.read(8, 100) == (b"three\n", 14)
    assert reader.read(14, 100) == (b"", 14)
    reader.close()
    reader.close()


def test_a_hole_is_a_note(tmp_path: Path) -> None:
    path = tmp_path / "holed.log"
    with path.open("wb") as file:
        file.write(b"first\nbegun")
        file.truncate(4 << 20)
        file.seek(4 << 20)
        file.write(b"rest of a line\nlast\n")
    reader = FileLogReader(str(path))
    offset, text = 0, b""
    while (piece := reader.read(offset, 1 << 16, in_line=bool(text) and not text.endswith(b"\n"))).data:
        text += piece.data
        offset = piece.end
    reader.close()
    lines = text.split(b"\n")
    assert lines[0] == b"first"
    assert any(b"bytes were left out here" in line for line in lines)
    assert lines[-2:] == [b"last", b""]


def test_a_file_that_is_gone_or_replaced_can_still_be_read(log: Path) -> None:
    reader = FileLogReader(str(log))
    log.unlink()
    assert reader.fate() == "gone"
    log.write_bytes(b"other\n")
    assert reader.fate() == "replaced"
    assert reader.read(0, 3).data == b"one"
    reader.close()


def test_what_is_no_log_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for name in ("missing", ".", "fifo", "nul\0byte"):
        with pytest.raises(ProblemError) as caught:
            FileLogReader(f"{tmp_path}/{name}")
        assert caught.value.problem.id == "log.whole"

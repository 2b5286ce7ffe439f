"""Files that can be read anywhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from npumon.board import long_file
from npumon.board.long_file import LongFile, opened_long


class ToldError(Exception):
    """What is raised in place of an error."""


def told(error: OSError) -> ToldError:
    return ToldError(error.strerror)


def test_a_long_file_is_read_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_file, "_CHUNK", 4)
    path = tmp_path / "log"
    path.write_bytes(b"0123456789")
    with opened_long(str(path), told) as text:
        assert text is not None
        with path.open("ab") as more:
            more.write(b"abc")
        assert [text.read_at(*part) for part in ((0, 3), (8, 9), (10, 1), (12, 5))] == [b"012", b"89", b"", b""]
        chunks = iter(text)
        assert next(chunks) == b"0123"
        text.position = 7
        assert (list(chunks), text.position) == ([b"789"], 10)


def test_what_cannot_be_read_from_anywhere(tmp_path: Path) -> None:
    pipe, hole = tmp_path / "pipe", tmp_path / "hole"
    os.mkfifo(pipe)
    with hole.open("wb") as file:
        file.truncate(4 << 20)
    for path in (pipe, hole):
        with opened_long(str(path), told) as text:
            assert text is None
    with pytest.raises(ToldError, match="No such file"), opened_long(str(tmp_path / "missing"), told):
        pass
    reader, writer = os.pipe()
    with pytest.raises(ToldError, match="Illegal seek"):
        LongFile(reader, told).read_at(0, 0)
    os.close(reader)
    os.close(writer)

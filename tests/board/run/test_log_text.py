"""Texts of files with holes, also of holes that come into being while they are read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from npumon.board.run.log_text import LARGEST_PIECE, LogText, has_hole
from npumon.board.supervisor.libc import punch_hole
from npumon.board.supervisor.run_log import LEFT_OUT, BoundedFile

BLOCK = 4096
LINE = b"x" * 63 + b"\n"


@pytest.fixture
def file(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path / "file", os.O_CREAT | os.O_RDWR)
    yield descriptor
    os.close(descriptor)


def whole(text: LogText) -> bytes:
    return b"".join(iter(text.read, b""))


def test_an_empty_file(file: int) -> None:
    assert (LogText(file).read(), has_hole(file)) == (b"", False)


def test_a_file_without_holes(file: int) -> None:
    os.write(file, LINE * 10_000)
    assert not has_hole(file)
    assert os.lseek(file, 0, os.SEEK_CUR) == len(LINE) * 10_000
    assert whole(LogText(file)) == LINE * 10_000
    assert whole(LogText(file, 64)) == LINE * 9_999


def test_zeros_that_were_written_are_text(file: int) -> None:
    os.write(file, bytes(100_000))
    assert whole(LogText(file)) == bytes(100_000)


@pytest.mark.parametrize("begin", [LARGEST_PIECE, LARGEST_PIECE + BLOCK, 3 * BLOCK])
@pytest.mark.parametrize("length", [LARGEST_PIECE, 10 * LARGEST_PIECE])
def test_a_hole_inside(file: int, begin: int, length: int) -> None:
    os.write(file, LINE * 16_384)
    assert punch_hole(file, begin, length)
    assert has_hole(file)
    rest = 16_384 - (begin + length) // 64 - 1
    # What is behind a hole might begin inside a line.
    assert whole(LogText(file)) == LINE * (begin // 64) + LEFT_OUT % (length + 64) + LINE * rest


def test_a_hole_inside_a_line(file: int) -> None:
    os.write(file, b"x" * 200_000 + b"\n" + LINE)
    assert punch_hole(file, 16_384, LARGEST_PIECE)
    found = whole(LogText(file))
    assert found == b"x" * 16_384 + b" [...]\n" + LEFT_OUT % LARGEST_PIECE + found[-118_145:]
    assert found.endswith(b"x" * (200_000 - 16_384 - LARGEST_PIECE) + b"\n" + LINE)


def test_a_hole_at_the_beginning_and_at_the_end(file: int) -> None:
    os.pwrite(file, LINE * 64, 1 << 20)
    os.truncate(file, 2 << 20)
    assert has_hole(file)
    before, _, after = whole(LogText(file)).partition(LINE * 63)
    assert before == LEFT_OUT % ((1 << 20) + 64)
    assert after == LEFT_OUT % ((1 << 20) - BLOCK)


def test_nothing_but_a_hole(file: int) -> None:
    os.truncate(file, 1 << 20)
    text = LogText(file)
    assert text.read() == LEFT_OUT % (1 << 20)
    assert text.read() == b""
    os.pwrite(file, LINE, 1 << 20)
    assert text.read() == LINE


def test_a_hole_comes_into_being_where_it_is_read(file: int) -> None:
    os.write(file, LINE * 16_384)
    text = LogText(file)
    assert text.read() == LINE * 1024
    assert punch_hole(file, 0, 8 * LARGEST_PIECE)
    assert text.read() == LEFT_OUT % (7 * LARGEST_PIECE + 64) + LINE * 1023


@pytest.mark.parametrize("seed", range(4))
def test_no_zero_is_ever_read_while_the_bound_is_kept(file: int, seed: int, tmp_path: Path) -> None:
    """A reader who is slower than the writer and sometimes overtaken gets whole lines, and knows what it lacks."""
    bound = 1 << 20
    log = BoundedFile(file, bound // 2, bound)
    reading = os.open(tmp_path / "file", os.O_RDONLY)
    written, text, found = 0, LogText(reading), b""
    for step in range(60):
        data = b"".join(b"%015d\n" % number for number in range(written, written + 5000))
        written += 5000
        log.append(data)
        if step % (seed + 2) == 0:
            found += text.read()
    found += whole(text)
    os.close(reading)
    lines = found.split(b"\n")[:-1]
    notes = [line for line in lines if line.startswith(b"[npumon: ")]
    numbers = [int(line) for line in lines if line not in notes]
    assert notes
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == written - 1
    assert len(numbers) * 16 + sum(int(note.split()[1]) for note in notes) == written * 16


def test_a_descriptor_of_no_file() -> None:
    reading, writing = os.pipe()
    with pytest.raises(OSError, match="Illegal seek"):
        LogText(reading).read()
    os.close(reading)
    os.close(writing)

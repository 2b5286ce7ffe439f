"""The log of a run, on real files: its bound, the hole in it, and what goes into memory."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from npumon.board.run.log_text import LogText
from npumon.board.supervisor.libc import punch_hole
from npumon.board.supervisor.run_log import LEFT_OUT, OVERFLOW_BOUND, OVERFLOW_HEAD, BoundedFile, RunLog

#: The smallest bound whose holes are whole blocks of 4 KiB, and its parts.
BOUND = 1 << 16
HALF, STEP = BOUND // 2, BOUND // 16


def line(number: int) -> bytes:
    return b"%09d\n" % number


def lines(begin: int, end: int) -> bytes:
    return b"".join(map(line, range(begin, end)))


@pytest.fixture
def log(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path / "run.log", os.O_CREAT | os.O_RDWR | os.O_APPEND)
    yield descriptor
    os.close(descriptor)


@pytest.fixture
def memory() -> Iterator[int]:
    descriptor = os.memfd_create("overflow")
    yield descriptor
    os.close(descriptor)


@pytest.fixture
def no_holes(monkeypatch: pytest.MonkeyPatch, log: int) -> None:
    """A file system such as vfat: holes are for the memory only."""
    monkeypatch.setattr(
        "npumon.board.supervisor.run_log.punch_hole",
        lambda descriptor, start, length: descriptor != log and punch_hole(descriptor, start, length),
    )


def text_of(descriptor: int, offset: int = 0) -> bytes:
    text = LogText(descriptor, offset)
    return b"".join(iter(lambda: text.read(4096), b""))


def space(descriptor: int) -> int:
    return os.fstat(descriptor).st_blocks * 512


def header(memory: int) -> int:
    return int.from_bytes(os.pread(memory, 8, 0), "little")


def test_a_device_that_is_full_loses_bytes_and_says_why() -> None:
    log = RunLog(os.open("/dev/full", os.O_WRONLY))
    log.write(b"one\n")
    log.write(b"two\n")
    log.close()
    assert (log.length, log.lost, log.reason) == (0, 8, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(("first", "cut"), [(b"x", b" [...]\n"), (b"x\n", b"")])
def test_what_comes_after_a_loss_is_kept_and_the_gap_is_marked(first: bytes, cut: bytes) -> None:
    """A full pipe that is emptied stands for a full disk that is emptied; it also takes a part of a write."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    log = RunLog(writing)
    log.write(first * 1_000_000)
    held = log.length
    assert 0 < held < 1_000_000
    log.write(b"also lost")
    lost = len(first) * 1_000_000 + 9 - held
    assert (log.length, log.lost) == (held, lost)
    taken = b""
    while len(taken) < held:
        taken += os.read(reading, 65536)
    log.write(b"after")
    note = cut + b"[npumon: %d bytes were lost here: Resource temporarily unavailable]\n" % lost
    assert os.read(reading, 65536) == note + b"after"
    assert log.length == held + len(note) + len(b"after")
    assert log.lost == lost
    log.close()
    os.close(reading)


def test_closing_twice_is_told_as_a_reason(tmp_path: Path) -> None:
    log = RunLog(os.open(tmp_path / "log", os.O_CREAT | os.O_WRONLY))
    log.close()
    log.close()
    assert log.reason == os.strerror(errno.EBADF)


def test_a_text_within_its_bound_is_whole(log: int, memory: int) -> None:
    written = RunLog(log, BOUND, memory)
    text = lines(0, BOUND // 10)
    for at in range(0, len(text), 1000):
        written.write(text[at : at + 1000])
    written.finish()
    assert (written.length, written.left_out, written.has_hole) == (len(text), 0, False)
    assert text_of(log) == text
    assert header(memory) == 0


@pytest.mark.parametrize("piece", [10, 1000, 4096, 10_000, 1_000_000])
def test_the_beginning_and_the_newest_part_of_a_long_text_are_kept(log: int, piece: int) -> None:
    """At every moment it takes no more than its bound, and what is there is where it was."""
    written = RunLog(log, BOUND)
    text = lines(0, 30_000)
    for at in range(0, len(text), piece):
        written.write(text[at : at + piece])
        assert space(log) <= BOUND
    assert written.length == len(text) == os.fstat(log).st_size
    newest = len(text) - HALF - written.left_out
    assert HALF - STEP <= newest <= HALF
    assert os.pread(log, HALF, 0) == text[:HALF]
    assert os.pread(log, newest, len(text) - newest) == text[-newest:]
    assert (written.lost, written.has_hole) == (0, True)


def test_a_hole_is_a_note_in_the_text(log: int) -> None:
    written = RunLog(log, BOUND)
    written.write(lines(0, 30_000))
    before, _, after = text_of(log).partition(b" [...]\n")
    note, _, after = after.partition(b"\n")
    assert lines(0, HALF // 10) + line(HALF // 10)[: HALF % 10] == before
    assert after == lines(30_000 - len(after) // 10, 30_000)
    assert note + b"\n" == LEFT_OUT % (300_000 - len(before) - len(after))


def test_a_compacted_log_reads_the_same(log: int, tmp_path: Path) -> None:
    written = RunLog(log, BOUND)
    written.write(lines(0, 30_000))
    length = written.compacted(str(tmp_path / "compacted"))
    compacted = (tmp_path / "compacted").read_bytes()
    assert compacted == text_of(log)
    assert len(compacted) == length <= BOUND


def test_there_is_no_room_for_the_compacted_log(log: int, tmp_path: Path) -> None:
    written = RunLog(log, BOUND)
    written.write(lines(0, 30_000))
    (tmp_path / "taken").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        written.compacted(str(tmp_path / "taken"))
    assert (tmp_path / "taken").read_bytes() == b"mine"


@pytest.mark.usefixtures("no_holes")
@pytest.mark.parametrize("piece", [1000, 1_000_000])
def test_without_holes_the_newest_part_comes_from_memory(log: int, memory: int, piece: int) -> None:
    written = RunLog(log, BOUND, memory)
    text = lines(0, 30_000)
    for at in range(0, len(text), piece):
        written.write(text[at : at + piece])
    assert space(log) <= BOUND
    begin = header(memory) - 1
    assert 0 <= HALF - begin <= STEP
    assert os.pread(log, BOUND, 0) == text[:begin]
    assert text_of(memory, OVERFLOW_HEAD) == text[begin:]
    written.finish()
    content = os.pread(log, 2 * BOUND, 0)
    assert written.length == len(content) <= BOUND
    before, note, after = content.partition(LEFT_OUT % written.left_out)
    assert note
    assert text.startswith(before.removesuffix(b" [...]\n"))
    assert text.endswith(after)
    assert len(after) > HALF - 2 * STEP
    assert (written.lost, written.has_hole) == (0, False)
    assert written.left_out == len(text) - len(before.removesuffix(b" [...]\n")) - len(after)


@pytest.mark.usefixtures("no_holes")
def test_with_neither_holes_nor_memory_the_beginning_is_kept(log: int) -> None:
    written = RunLog(log, BOUND)
    text = lines(0, 30_000)
    written.write(text)
    written.finish()
    content = os.pread(log, 2 * BOUND, 0)
    before, _, after = content.partition(LEFT_OUT % written.left_out)
    assert (text.startswith(before.removesuffix(b" [...]\n")), after) == (True, b"")
    assert written.left_out == len(text) - len(before.removesuffix(b" [...]\n"))


def test_all_that_the_log_does_not_take_is_in_memory(memory: int) -> None:
    written = RunLog(os.open("/dev/full", os.O_WRONLY), None, memory)
    written.write(lines(0, 100))
    written.write(lines(100, 200))
    assert header(memory) == 1
    assert text_of(memory, OVERFLOW_HEAD) == lines(0, 200)
    assert written.lost == 2000
    written.close()


def test_text_that_the_log_takes_later_is_in_memory_too(memory: int) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    written = RunLog(writing, None, memory)
    text = lines(0, 20_000)
    written.write(text)
    held = written.length
    assert 0 < held < len(text)
    os.read(reading, held)
    written.write(b"after\n")
    assert b"lost here" in os.read(reading, 1000)
    assert header(memory) == held + 1
    assert text_of(memory, OVERFLOW_HEAD) == text[held:] + b"after\n"
    written.close()
    os.close(reading)


def test_memory_is_bounded_too(memory: int) -> None:
    written = RunLog(os.open("/dev/full", os.O_WRONLY), None, memory)
    text = lines(0, 100_000)
    for _ in range(50):
        written.write(text)
        assert space(memory) <= OVERFLOW_BOUND
    found = text_of(memory, OVERFLOW_HEAD)
    note, _, newest = found.partition(b"\n")
    assert note + b"\n" == LEFT_OUT % (50 * len(text) - len(newest))
    assert (text * 50).endswith(newest)
    assert len(newest) > OVERFLOW_BOUND * 7 // 8
    written.close()


def test_a_file_without_a_bound_is_never_cut(log: int) -> None:
    file = BoundedFile(log, 0, None)
    for _ in range(3):
        assert file.append(b"x" * 3_000_000) == 3_000_000
    assert (file.length, space(log) >= 9_000_000) == (9_000_000, True)


def test_without_any_room_there_is_no_overflow_either() -> None:
    """Nothing can be put there; the run goes on."""
    memory = os.memfd_create("overflow")
    sealed = os.open(f"/proc/self/fd/{memory}", os.O_RDONLY)
    written = RunLog(os.open("/dev/full", os.O_WRONLY), None, sealed)
    written.write(b"one\n")
    written.write(b"two\n")
    assert (written.lost, header(memory)) == (8, 0)
    written.close()
    for descriptor in (memory, sealed):
        os.close(descriptor)


def test_what_is_lost_of_the_overflow_is_marked_there() -> None:
    """A pipe stands for memory that is full for a while."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ if hasattr(fcntl, "F_SETPIPE_SZ") else 1031, 4096)
    os.set_blocking(writing, False)
    memory = BoundedFile(writing, OVERFLOW_HEAD, OVERFLOW_BOUND)
    memory.append(b"x\n" * 10_000)
    held = memory.length
    assert memory.lost == 20_000 - held > 0
    os.read(reading, held)
    assert memory.append(b"after\n") == 6
    note = os.read(reading, 1000)
    assert note.endswith(b"[npumon: %d bytes were lost here: Resource temporarily unavailable]\nafter\n" % memory.lost)
    os.close(reading)
    os.close(writing)

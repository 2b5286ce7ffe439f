"""Tails of real logs, written as a supervisor writes them and woken by real inotify events."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from npumon.board.run.run_log_tail import RunLogTail
from npumon.board.supervisor.libc import punch_hole
from npumon.board.supervisor.run_log import LEFT_OUT, RunLog
from npumon.core.problems import ProblemError
from tests import golden
from tests.board.run.tail_reader import LIMIT, Reader

#: Seconds between two looks, so seldom that without events a test would hang.
NEVER = 10 * LIMIT

BOUND = 1 << 20


def lines(begin: int, end: int) -> bytes:
    return b"".join(b"%09d\n" % number for number in range(begin, end))


class Writer:
    """A supervisor's log and overflow, as a supervisor opens them."""

    def __init__(self, path: Path, bound: int | None = None) -> None:
        self.path = path
        self._memory = os.memfd_create("overflow")
        self._log = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND)
        self.log = RunLog(self._log, bound, self._memory)
        self.holes = True

    def punch(self, descriptor: int, start: int, length: int) -> bool:
        """Stands for the system call: on some file systems there are no holes."""
        return (self.holes or descriptor != self._log) and punch_hole(descriptor, start, length)

    def tail(self, poll_s: float = NEVER) -> RunLogTail:
        reader = os.open(f"/proc/self/fd/{self._memory}", os.O_RDONLY)
        return RunLogTail(str(self.path), reader, poll_s)

    def close(self) -> None:
        os.close(self._log)
        os.close(self._memory)


@pytest.fixture
def writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Writer]:
    made = Writer(tmp_path / "run.log", BOUND)
    monkeypatch.setattr("npumon.board.supervisor.run_log.punch_hole", made.punch)
    yield made
    made.close()


@pytest.fixture
async def reader(writer: Writer) -> AsyncIterator[Reader]:
    opened = Reader(writer.tail())
    await opened.first()
    yield opened
    await opened.close()


async def test_text_arrives_as_it_comes(writer: Writer, reader: Reader) -> None:
    for number in range(3):
        writer.log.write(lines(number, number + 1))
        await reader.until(lines(0, number + 1))
    writer.log.write(b"half a line")
    assert await reader.end(0) == lines(0, 3) + b"half a line"
    assert [chunk.restarted for chunk in reader.chunks] == [None] * len(reader.chunks)


async def test_what_the_log_does_not_take_arrives_too(writer: Writer, reader: Reader) -> None:
    """Where no holes can be made, the text goes on in memory; also while somebody waits for it."""
    writer.holes = False
    expected = lines(0, BOUND // 20)
    writer.log.write(expected)
    await reader.until(expected)
    for begin in range(BOUND // 20, BOUND // 10, 10_000):
        more = lines(begin, begin + 10_000)
        writer.log.write(more)
        expected += more
        await reader.until(expected)
    writer.log.finish()
    assert await reader.end(0) == expected
    assert writer.path.stat().st_size <= BOUND


async def test_a_log_that_takes_nothing_at_all(writer: Writer, reader: Reader) -> None:
    full = RunLog(os.open("/dev/full", os.O_RDWR), None, writer._memory)
    full.write(lines(0, 10))
    assert await reader.end(0) == lines(0, 10)
    full.close()


@pytest.mark.parametrize("holes", [True, False])
async def test_a_reader_who_comes_late_gets_the_beginning_and_the_newest_part(writer: Writer, holes: bool) -> None:
    writer.holes = holes
    count = 4_000_000
    for begin in range(0, count, 100_000):
        writer.log.write(lines(begin, begin + 100_000))
    reader = Reader(writer.tail())
    before, _, rest = (await reader.end(0)).partition(b"[npumon: ")
    note, _, after = rest.partition(b"\n")
    before = before.removesuffix(b" [...]\n")
    assert lines(0, BOUND // 20 + 1).startswith(before)
    assert after == lines(count - len(after) // 10, count)
    assert b"[npumon: " + note + b"\n" == LEFT_OUT % (count * 10 - len(before) - len(after))


async def test_a_reader_knows_how_far_behind_he_is(writer: Writer) -> None:
    writer.holes = False
    writer.log.write(lines(0, BOUND // 10))
    reader = Reader(writer.tail())
    assert await reader.end(0) == lines(0, BOUND // 10)
    behind = [chunk.behind for chunk in reader.chunks if chunk.data]
    assert behind == sorted(behind, reverse=True)
    assert (behind[0] + len(reader.chunks[1].data), behind[-1]) == (BOUND // 10 * 10, 0)


async def test_what_was_there_before_is_told_from_what_came_later(writer: Writer) -> None:
    writer.log.write(lines(0, 10))
    reader = Reader(writer.tail())
    await reader.until(lines(0, 10))
    writer.log.write(lines(10, 20))
    await reader.end(0)
    assert [(chunk.data, chunk.preexisting) for chunk in reader.chunks if chunk.data] == [
        (lines(0, 10), True),
        (lines(10, 20), False),
    ]


async def test_it_ends_where_the_text_ended_when_it_was_told_to(writer: Writer) -> None:
    """A run that goes on would keep it for ever."""
    writer.log.write(lines(0, 10_000))
    reader = Reader(writer.tail())
    await reader.first()
    reader.tail.finish()
    number = 10_000
    while not reader._task.done():
        writer.log.write(lines(number, number + 10_000))
        number += 10_000
        await asyncio.sleep(0)
        assert number < 1_000_000


async def test_a_log_that_is_replaced_goes_on_where_it_was(writer: Writer, reader: Reader) -> None:
    """When it is compacted the file that is read stays as it is."""
    writer.log.write(lines(0, 10))
    await reader.until(lines(0, 10))
    (writer.path.parent / "compacted").write_bytes(b"other text")
    (writer.path.parent / "compacted").rename(writer.path)
    writer.log.write(lines(10, 20))
    assert await reader.end(0) == lines(0, 20)


async def test_a_log_that_was_removed_has_no_text(writer: Writer) -> None:
    writer.path.unlink()
    reader = Reader(writer.tail())
    assert await reader.end(0) == b""
    assert [chunk.present for chunk in reader.chunks] == [False]


async def test_without_an_overflow(tmp_path: Path) -> None:
    (tmp_path / "run.log").write_bytes(lines(0, 10_000))
    assert await Reader(RunLogTail(str(tmp_path / "run.log"))).end(0) == lines(0, 10_000)


async def test_a_log_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "run.log").mkdir()
    with pytest.raises(ProblemError) as caught:
        await Reader(RunLogTail(str(tmp_path / "run.log"))).end(0)
    golden.problem(caught.value.problem, "run.log", log=tmp_path / "run.log")


async def test_it_leaves_nothing_open(writer: Writer) -> None:
    before = len(os.listdir("/proc/self/fd"))
    reader = Reader(writer.tail())
    await reader.end(0)
    unfinished = Reader(writer.tail())
    await unfinished.first()
    await unfinished.close()
    assert len(os.listdir("/proc/self/fd")) == before


async def test_what_is_not_read_in_time_is_left_out_and_counted(writer: Writer) -> None:
    """Also if a part of it is in memory. The newest part is read in any case, and lines are whole."""
    for holes in (True, False):
        writer.holes = holes
        writer.log.write(lines(0, 200_000))
    reader = Reader(writer.tail())
    text = await reader.end(within_s=0.0)
    notes = [line for line in text.split(b"\n") if line.startswith(b"[npumon: ")]
    assert any(b"were not read here: the program printed faster" in note for note in notes)
    assert text.endswith(lines(180_000, 200_000))


async def test_views_are_ahead_of_figures(writer: Writer) -> None:
    """They get all of the text in the same order."""
    writer.log.write(lines(0, 90_000))
    reader = Reader(writer.tail())
    assert await reader.end(0) == lines(0, 90_000)
    assert b"".join(chunk.shown for chunk in reader.chunks) == lines(0, 90_000)
    assert len(reader.chunks[1].shown) == 900_000

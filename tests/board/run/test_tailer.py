"""Tails of real files, woken by real inotify events."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from npumon.board.run.reading_pace import LEAST, MOST
from npumon.board.run.tailer import FileTail, WatchdogFollower
from npumon.ports import LogChunk, LogFollower
from tests import golden
from tests.board.run.tail_reader import LIMIT, Reader

#: Seconds between two looks: so often that tests need no events, or so seldom that without events they would hang.
SOON, NEVER = 0.01, 10 * LIMIT


Follow = Callable[..., Awaitable[Reader]]


@pytest.fixture
async def follow(log: Path) -> AsyncIterator[Follow]:
    """Follows the log; the reader is listening when it is returned."""
    readers = []

    async def start(poll_s: float = SOON) -> Reader:
        reader = Reader(WatchdogFollower(poll_s).follow(str(log)))
        readers.append(reader)
        await asyncio.sleep(0)
        return reader

    yield start
    for reader in readers:
        await reader.close()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "run.log"


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def overwrite(path: Path, data: bytes) -> None:
    with path.open("r+b") as file:
        file.write(data)


def delete_under_its_writer(path: Path, last: bytes) -> None:
    with path.open("ab") as file:
        path.unlink()
        file.write(last)


async def test_it_is_what_the_engine_needs(log: Path) -> None:
    follower: LogFollower = WatchdogFollower()
    append(log, b"text")
    reader = Reader(follower.follow(str(log)))
    assert await reader.end() == b"text"


@pytest.mark.parametrize("poll_s", [SOON, NEVER])
async def test_a_log_that_comes_and_grows(follow: Follow, log: Path, poll_s: float) -> None:
    reader = await follow(poll_s)
    for number in range(5):
        append(log, b"%d\n" % number)
        await reader.until(b"".join(b"%d\n" % each for each in range(number + 1)))
    assert await reader.end() == b"0\n1\n2\n3\n4\n"
    assert reader.restarts == []


async def test_a_long_log_comes_in_pieces_and_lets_others_work(follow: Follow, log: Path) -> None:
    data = os.urandom(3_000_003)
    append(log, data)
    reader = await follow()
    assert len(reader.text) < len(data)
    assert await reader.end() == data
    sizes = [len(chunk.data) for chunk in reader.chunks]
    assert sizes[0] == LEAST < max(sizes) <= MOST


async def test_it_says_how_far_behind_it_is(follow: Follow, log: Path) -> None:
    append(log, b"x" * 100_000)
    reader = await follow(NEVER)
    await reader.until(b"x" * 100_000)
    read = list(itertools.accumulate(len(chunk.data) for chunk in reader.chunks))
    assert len(read) > 2
    assert [chunk.behind for chunk in reader.chunks] == [100_000 - length for length in read]


async def test_only_what_is_asked_for_counts_as_unread(log: Path) -> None:
    append(log, b"x" * 10_000)
    tail = FileTail(str(log), NEVER)
    tail.finish(5_000)
    assert [chunk.behind async for chunk in tail.chunks() if chunk.data] == [904, 0]


async def test_what_was_there_before_is_told_from_what_comes(follow: Follow, log: Path) -> None:
    append(log, b"old\n")
    reader = await follow(NEVER)
    await reader.until(b"old\n")
    append(log, b"new\n")
    await reader.until(b"old\nnew\n")
    os.rename(log, log.with_suffix(".1"))
    append(log, b"other\n")
    await reader.until(b"old\nnew\nother\n")
    assert [(chunk.data, chunk.preexisting) for chunk in reader.chunks if chunk.data] == [
        (b"old\n", True),
        (b"new\n", False),
        (b"other\n", False),
    ]


async def test_a_file_that_comes_later_is_all_new(follow: Follow, log: Path) -> None:
    reader = await follow(NEVER)
    append(log, b"new\n")
    await reader.until(b"new\n")
    assert [chunk.preexisting for chunk in reader.chunks if chunk.data] == [False]


async def test_whether_the_file_is_there(follow: Follow, log: Path) -> None:
    """A chunk without data says it where no data does."""
    reader = await follow()
    await reader.presence(False)
    append(log, b"")
    await reader.presence(True)
    append(log, b"text")
    await reader.until(b"text")
    delete_under_its_writer(log, b" still")
    await reader.until(b"text still")
    await reader.presence(False)
    append(log, b" again")
    await reader.until(b"text still again")
    await reader.presence(True)
    assert [chunk.present for chunk in reader.chunks if not chunk.data] == [False, True, False, True]


async def test_a_file_with_text_needs_no_further_word(log: Path) -> None:
    append(log, b"text")
    tail = FileTail(str(log), NEVER)
    tail.finish()
    assert [chunk async for chunk in tail.chunks()] == [LogChunk(b"text", preexisting=True)]


@pytest.mark.parametrize("poll_s", [SOON, NEVER])
async def test_truncated(follow: Follow, log: Path, poll_s: float) -> None:
    append(log, b"a long first text\n")
    reader = await follow(poll_s)
    await reader.until(b"a long first text\n")
    os.truncate(log, 0)
    append(log, b"second\n")
    await reader.until(b"a long first text\nsecond\n")
    assert reader.reasons == ["truncated"]


@pytest.mark.parametrize("poll_s", [SOON, NEVER])
async def test_that_a_text_is_gone_is_told_before_there_is_another(follow: Follow, log: Path, poll_s: float) -> None:
    append(log, b"text\n")
    reader = await follow(poll_s)
    await reader.until(b"text\n")
    os.truncate(log, 0)
    await reader.until_restarted("truncated")
    append(log.with_suffix(".new"), b"")
    os.rename(log.with_suffix(".new"), log)
    await reader.until_restarted("recreated")
    append(log, b"new\n")
    await reader.until(b"text\nnew\n")
    assert reader.restarts == [("truncated", b""), ("recreated", b"")]


@pytest.mark.parametrize("size", [1, 10, 10_000])
async def test_truncated_and_grown_beyond_the_former_length_between_two_looks(
    follow: Follow, log: Path, size: int
) -> None:
    first, second = b"1" * size, b"2" * (size + 7)
    append(log, first)
    reader = await follow(NEVER)
    await reader.until(first)
    overwrite(log, second)  # in one step, as far as the tail can see
    await reader.until(first + second)
    assert reader.reasons == ["truncated"]


async def test_a_text_that_was_replaced_is_followed_closely(
    follow: Follow, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one may stand there as briefly: events are not gathered then."""
    monkeypatch.setattr("npumon.board.run.tailer.PAUSE_S", NEVER)
    monkeypatch.setattr("npumon.board.run.tailer._ATTENTIVE_S", NEVER)
    texts = [b"1st\n", b"second\n", b"the third\n", b"the fourth one\n"]
    append(log, texts[0])
    reader = await follow(NEVER)
    await reader.until(texts[0])
    for count in range(2, len(texts) + 1):
        overwrite(log, texts[count - 1])
        await reader.until(b"".join(texts[:count]))
    assert reader.reasons == ["truncated"] * 3


@pytest.mark.parametrize("poll_s", [SOON, NEVER])
async def test_rotated(follow: Follow, log: Path, poll_s: float) -> None:
    append(log, b"old\n")
    reader = await follow(poll_s)
    await reader.until(b"old\n")
    os.rename(log, log.with_suffix(".1"))
    append(log.with_suffix(".1"), b"old still\n")
    append(log, b"new\n")
    await reader.until(b"old\nold still\nnew\n")
    assert reader.reasons == ["rotated"]


async def test_a_rotated_file_is_read_a_moment_longer(
    follow: Follow, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("npumon.board.run.tailer._GRACE_S", 1.0)
    append(log, b"old\n")
    reader = await follow()
    await reader.until(b"old\n")
    os.rename(log, log.with_suffix(".1"))
    append(log, b"new\n")
    for _ in range(10):
        await asyncio.sleep(0)
    append(log.with_suffix(".1"), b"late\n")
    await reader.until(b"old\nlate\nnew\n")
    assert reader.reasons == ["rotated"]


async def test_a_rotated_file_is_read_as_long_as_nothing_is_in_the_new_one(follow: Follow, log: Path) -> None:
    old = log.with_suffix(".1")
    append(log, b"old\n")
    reader = await follow()
    await reader.until(b"old\n")
    os.rename(log, old)
    append(log, b"")
    text = b"old\n"
    for _ in range(5):  # its writer does not know yet
        append(old, b"old still\n")
        text += b"old still\n"
        await reader.until(text)
    append(log, b"new\n")
    await reader.until(text + b"new\n")
    assert reader.restarts == [("rotated", b"new\n")]


#: Writes texts (argv[2] of them, argv[3] a second) to the file argv[1], each into a new one: the one before gets a
#: numbered name, always the same one, or is deleted (argv[4]).
ROTATE = """
import os, sys, time
path, count, rate, how = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
for number in range(count):
    time.sleep(1 / rate)  # never two in one tick of the clock that stamps files: their order would be a guess
    if number and how == "deleted":
        os.unlink(path)
    elif number:
        os.rename(path, f"{path}.{number if how == 'numbered' else 1}")
    with open(path, "x") as file:
        file.write(f"text {number}\\n")
"""


@pytest.mark.parametrize("how", ["numbered", "renamed", "deleted"])
async def test_rotated_a_hundred_times_a_second(follow: Follow, log: Path, how: str) -> None:
    """Text that is still there is read; where npumon is not given a processor for long, it is said how many are not.

    The end waits for the kernel's news of all files: what is on its way then is not counted.
    """
    count = 300
    reader = await follow(NEVER)
    assert isinstance(reader.tail, FileTail)
    argv = [sys.executable, "-c", ROTATE, str(log), str(count), "100", how]
    writer = await asyncio.create_subprocess_exec(*argv)
    assert await asyncio.wait_for(writer.wait(), LIMIT) == 0
    end_s = time.monotonic() + LIMIT
    while reader.tail._files._newest < count:
        assert time.monotonic() < end_s, "the kernel's news do not come"
        await asyncio.sleep(0.001)
    text = await reader.end()
    read = [int(number) for number in re.findall(rb"^text (\d+)$", text, re.MULTILINE)]
    missed = sum(chunk.missed for chunk in reader.chunks)
    assert read == sorted(set(read))
    assert len(read) + missed == count
    assert sum(map(int, re.findall(rb"^\[npumon: (\d+) files? w", text, re.MULTILINE))) == missed
    if how == "numbered":
        assert missed <= count / 50


@pytest.mark.parametrize("poll_s", [SOON, NEVER])
async def test_deleted_and_recreated(follow: Follow, log: Path, poll_s: float) -> None:
    append(log, b"old\n")
    reader = await follow(poll_s)
    await reader.until(b"old\n")
    delete_under_its_writer(log, b"old still\n")
    append(log, b"new\n")
    await reader.until(b"old\nold still\nnew\n")
    assert reader.reasons == ["recreated"]


async def test_replaced_by_renaming_another_over_it(follow: Follow, log: Path) -> None:
    append(log, b"old\n")
    reader = await follow(NEVER)
    await reader.until(b"old\n")
    append(log.with_suffix(".new"), b"new\n")
    os.rename(log.with_suffix(".new"), log)
    await reader.until(b"old\nnew\n")
    assert reader.reasons == ["recreated"]


async def test_moved_away_and_back_is_no_restart(follow: Follow, log: Path) -> None:
    append(log, b"one\n")
    reader = await follow()
    await reader.until(b"one\n")
    os.rename(log, log.with_suffix(".away"))
    append(log.with_suffix(".away"), b"two\n")
    await reader.until(b"one\ntwo\n")
    os.rename(log.with_suffix(".away"), log)
    append(log, b"three\n")
    await reader.until(b"one\ntwo\nthree\n")
    assert reader.restarts == []


@pytest.mark.parametrize(
    ("length", "expected"), [(None, b"12345"), (3, b"123"), (0, b""), (5, b"12345"), (9, b"12345")]
)
async def test_finish_before_anything_was_read(log: Path, length: int | None, expected: bytes) -> None:
    append(log, b"12345")
    tail = FileTail(str(log), NEVER)
    tail.finish(length)
    assert b"".join([chunk.data async for chunk in tail.chunks()]) == expected


@pytest.mark.parametrize("length", [None, 2, 99])
async def test_finish_while_it_waits(follow: Follow, log: Path, length: int | None) -> None:
    append(log, b"12345")
    reader = await follow(NEVER)
    await reader.until(b"12345")
    assert await reader.end(length) == b"12345"


async def test_finish_reads_what_was_written_last(follow: Follow, log: Path) -> None:
    append(log, b"1")
    reader = await follow(NEVER)
    await reader.until(b"1")
    append(log, b"23")
    assert await reader.end(3) == b"123"


NOT_READ = re.compile(rb"\[npumon: (\d+) bytes were not read here: [^\n]*\]\n")


@pytest.mark.parametrize("line", [b"%07d\n", b"%0999d\n", b"%0300000d\n"])
@pytest.mark.parametrize("length", [3_000_000, None])
async def test_finish_soon_leaves_whole_lines_and_says_how_much_it_left_out(
    log: Path, line: bytes, length: int | None
) -> None:
    text = b"".join(line % number for number in range(4_000_000 // len(line % 0)))
    append(log, text)
    tail = FileTail(str(log), NEVER)
    chunks = tail.chunks()
    read = (await anext_(chunks)).data
    tail.finish(length, within_s=0.0)
    read += b"".join([chunk.data async for chunk in chunks])
    before, count, behind = NOT_READ.split(read)
    assert before.endswith(b"\n")
    if len(line % 0) > 64_000:
        before = before[:-1]  # ends a line of which only a part was read
    else:
        assert text[len(before) + int(count) - 1] == ord("\n")
    assert text[: len(before)] == before
    assert text[:length].endswith(behind)
    assert len(before) + int(count) + len(behind) == len(text[:length])
    assert len(before) < 200_000 < len(behind)


async def test_views_are_given_the_same_text_but_earlier_where_much_is_unread(log: Path) -> None:
    line = b"a line of the log, number %07d\n"
    text = b"".join(line % number for number in range(1_000_000))
    append(log, text)
    tail = FileTail(str(log), NEVER)
    data, shown, most = 0, b"", 0
    async for chunk in tail.chunks():
        data += len(chunk.data)
        shown += chunk.shown
        most = max(most, len(shown) - data)
        assert text.startswith(shown[-1_000:], len(shown) - len(shown[-1_000:]))
        if len(shown) == len(text) > data:
            assert chunk.behind
        if not chunk.behind:
            tail.finish()
    assert (data, shown == text) == (len(text), True)
    assert most > len(text) // 2


async def test_views_are_given_each_text_from_its_beginning(follow: Follow, log: Path) -> None:
    append(log, b"first\n" * 200_000)
    reader = await follow(NEVER)
    await reader.until(b"first\n" * 200_000)
    os.truncate(log, 0)
    append(log, b"second\n" * 3)
    await reader.until(b"first\n" * 200_000 + b"second\n" * 3)
    assert b"".join(chunk.shown for chunk in reader.chunks) == reader.text


async def test_finish_soon_reads_what_is_short(log: Path) -> None:
    text = b"line\n" * 50_000
    append(log, text)
    tail = FileTail(str(log), NEVER)
    tail.finish(within_s=0.0)
    assert b"".join([chunk.data async for chunk in tail.chunks()]) == text


async def test_finish_soon_ends_though_the_file_grows_and_is_replaced(log: Path) -> None:
    tail = FileTail(str(log), NEVER)
    append(log, b"line\n")
    read = b""
    async for chunk in tail.chunks():
        tail.finish(within_s=0.0)
        read += chunk.data
        append(log, b"line\n" * 10_000)
        os.rename(log, log.with_suffix(".1"))
        append(log, b"another\n")
    assert read.startswith(b"line\n")


async def test_finish_without_a_file(follow: Follow, log: Path) -> None:
    reader = await follow(NEVER)
    assert await reader.end() == b""
    assert await (await follow(NEVER)).end(5) == b""


async def test_a_folder_that_does_not_exist_yet(tmp_path: Path) -> None:
    log = tmp_path / "later" / "run.log"
    reader = Reader(WatchdogFollower(SOON).follow(str(log)))
    await asyncio.sleep(0)
    os.mkdir(log.parent)
    append(log, b"text")
    await reader.until(b"text")
    await reader.end()


async def test_a_folder_is_no_log(follow: Follow, log: Path) -> None:
    os.mkdir(log)
    problem = (await (await follow()).failure()).problem
    golden.problem(problem, "log.unreadable", log=log, reason="Is a directory")


async def test_a_pipe_is_no_log_and_does_not_block(follow: Follow, log: Path) -> None:
    os.mkfifo(log)
    problem = (await (await follow()).failure()).problem
    golden.problem(problem, "log.unreadable", log=log, reason="Not a regular file")


@pytest.mark.skipif(os.geteuid() == 0, reason="NOT TESTED: root may read anything")
async def test_a_log_that_may_not_be_read(follow: Follow, log: Path) -> None:
    os.close(os.open(log, os.O_CREAT, 0))
    problem = (await (await follow()).failure()).problem
    golden.problem(problem, "log.unreadable", log=log, reason="Permission denied")


def own() -> tuple[int, int]:
    """Open descriptors and threads of this process."""
    return len(os.listdir("/proc/self/fd")), threading.active_count()


async def test_tails_leave_nothing_behind(log: Path) -> None:
    """However they end: finished, closed early, or with a problem."""

    async def finished() -> None:
        await Reader(WatchdogFollower(NEVER).follow(str(log))).end()

    async def closed_early() -> None:
        chunks = WatchdogFollower(NEVER).follow(str(log)).chunks()
        assert (await anext_(chunks)).data == b"text"
        await chunks.aclose()

    async def cancelled() -> None:
        reader = Reader(WatchdogFollower(NEVER).follow(str(log)))
        await reader.until(b"text")
        await reader.close()

    async def troubled() -> None:
        await Reader(WatchdogFollower(NEVER).follow(str(log.parent))).failure()

    append(log, b"text")
    before = own()
    for end in (finished, closed_early, cancelled, troubled) * 3:
        await end()
        assert own() == before


async def anext_(chunks: AsyncIterator[LogChunk]) -> LogChunk:
    async for chunk in chunks:
        return chunk
    raise AssertionError("no chunk came")

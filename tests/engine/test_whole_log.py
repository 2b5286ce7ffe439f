"""All of a log by its file: found lines, searches, bounds, and files that change meanwhile."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from npumon.board.run.log_reader import FileLogReader
from npumon.core.log.scrollback import KEPT_BYTES, Scrollback, ScrollbackView
from npumon.core.log.whole.line_index import LineIndex
from npumon.core.log.whole.line_search import GONE, with_words
from npumon.engine import log_search, whole_log
from npumon.engine.log_search import LogSearch
from npumon.engine.whole_log import KeptText, WholeLog

#: Lines of a log that is long for memory, but not for a test.
MANY = 200_000


async def all_of(steps: AsyncIterator[None]) -> int:
    """Do everything, and count the slices."""
    count = 0
    async for _ in steps:
        count += 1
    return count


@pytest.fixture(scope="module")
def long_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("logs") / "long.log"
    with path.open("wb") as file:
        for start in range(1, MANY + 1, 1_000):
            lines = range(start, start + 1_000)
            file.write(b"".join(b"line %07d of a program that goes on and on\n" % number for number in lines))
        file.write(b"the Needle\n")
    return path


def opened(path: Path) -> WholeLog:
    return WholeLog(FileLogReader(str(path)))


@pytest.fixture
def log(tmp_path: Path) -> Iterator[tuple[Path, WholeLog]]:
    path = tmp_path / "run.log"
    path.write_bytes(b"one\ntwo\nthree\n")
    whole = opened(path)
    yield path, whole
    whole.close()


async def test_a_long_log_is_seen_from_its_beginning_to_its_end(long_log: Path) -> None:
    tracemalloc.start()
    try:
        whole = opened(long_log)
        assert await all_of(whole.catch_up()) >= 1
        assert whole.map.lines == MANY + 1
        for number in (1, 2, MANY // 2, MANY):
            assert whole.line(number).startswith(b"line %07d " % number)
        assert whole.line(MANY + 1) == b"the Needle"
        search = LogSearch(whole, with_words("needle"))
        await all_of(search.seek(1, 1))
        assert search.found == MANY + 1
        assert await all_of(search.count()) >= 0
        assert (search.place_of(MANY + 1), search.share) == ((1, 1), 1.0)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    whole.close()
    assert most < 4_000_000 < whole.length, "it is not in memory"


async def test_progress_is_seen(long_log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_log, "SLICE", 1 << 20)
    monkeypatch.setattr(log_search, "SLICE", 1 << 20)
    whole = opened(long_log)
    shares = [whole.share async for _ in whole.catch_up()]
    assert len(shares) >= 8
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    search = LogSearch(whole, with_words("no such words"))
    shares = [search.share async for _ in search.seek(MANY // 2, 1)]
    assert len(shares) >= 8
    assert shares == sorted(shares)
    assert (search.found, search.total, search.counted) == (None, 0, True)
    whole.close()


@pytest.mark.parametrize(
    ("start", "step", "number"),
    [(1, 1, 2), (2, 1, 2), (3, 1, 4), (5, 1, 6), (7, 1, 2), (3, -1, 2), (1, -1, 6), (0, -1, 6), (5, -1, 4)],
)
@pytest.mark.parametrize("spacing", [1, 4, 1 << 16])
async def test_the_next_line_is_found_round_the_end(
    start: int, step: int, number: int, spacing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_log, "SPACING", spacing)
    monkeypatch.setattr(whole_log, "LineIndex", lambda: LineIndex(spacing))
    book = Scrollback()
    book.feed(b"zero\none\ntwo\none\nthree\non")
    whole = WholeLog(KeptText(book.page))
    await all_of(whole.catch_up())
    search = LogSearch(whole, with_words("on"))
    await all_of(search.seek(start, step))
    assert search.found == number
    await all_of(search.count())
    assert search.place_of(number) == ([2, 4, 6].index(number) + 1, 3)


async def test_a_search_that_does_not_go_round_ends() -> None:
    book = Scrollback()
    book.feed(b"one\ntwo\none\nfour\n")
    whole = WholeLog(KeptText(book.page))
    await all_of(whole.catch_up())
    search = LogSearch(whole, with_words("one"))
    found = []
    for start, step in ((1, 1), (2, 1), (4, 1), (4, -1), (2, -1), (0, -1)):
        await all_of(search.seek(start, step, around=False))
        found.append(search.found)
    assert found == [1, 3, None, 3, 1, None]


async def test_nothing_is_found_in_nothing() -> None:
    whole = WholeLog(KeptText(ScrollbackView()))
    await all_of(whole.catch_up())
    search = LogSearch(whole, with_words("x"))
    await all_of(search.seek(1, 1))
    await all_of(search.count())
    assert (search.found, search.total, whole.share, whole.fate()) == (None, 0, 1.0, None)
    whole.close()


async def test_a_log_grows_while_it_is_searched(log: tuple[Path, WholeLog]) -> None:
    path, whole = log
    await all_of(whole.catch_up())
    search = LogSearch(whole, with_words("t"))
    await all_of(search.seek(1, 1))
    with path.open("ab") as file:
        file.write(b"four\nten\nopen t")
    await all_of(search.count())
    assert search.place_of(2) == (1, 2)
    await all_of(whole.catch_up())
    assert not search.counted
    await all_of(search.count())
    assert search.place_of(6) == (4, 4)
    assert whole.line(6) == b"open t"
    with path.open("ab") as file:
        file.write(b"he end\n")
    await all_of(whole.catch_up())
    assert whole.line(6) == b"open the end"


async def test_a_truncated_log_begins_anew(log: tuple[Path, WholeLog]) -> None:
    path, whole = log
    await all_of(whole.catch_up())
    path.write_bytes(b"new\n")
    await all_of(whole.catch_up())
    assert (whole.map.lines, whole.line(1), whole.rewritten) == (1, b"new", True)


async def test_a_log_that_was_rewritten_at_greater_length_begins_anew(log: tuple[Path, WholeLog]) -> None:
    path, whole = log
    await all_of(whole.catch_up())
    assert whole.line(1) == b"one"
    path.write_bytes(b"quite another text\n" * 3)
    await all_of(whole.catch_up())
    assert (whole.map.lines, whole.line(1), whole.rewritten) == (3, b"quite another text", True)


async def test_lines_that_are_gone_say_so(log: tuple[Path, WholeLog]) -> None:
    path, whole = log
    await all_of(whole.catch_up())
    path.write_bytes(b"one\n")
    assert [whole.line(number) for number in (1, 2, 3)] == [b"one", b"", GONE]


async def test_a_hole_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "holed.log"
    with path.open("wb") as file:
        file.write(b"first\nbegun")
        file.truncate(4 << 20)
        file.seek(4 << 20)
        file.write(b"rest of a line\nlast\n")
    whole = opened(path)
    await all_of(whole.catch_up())
    lines = [whole.line(number) for number in range(1, whole.map.lines + 1)]
    assert whole.map.gap is not None
    assert b"bytes were left out here" in lines[whole.map.gap - 1]
    assert (lines[0], lines[-1]) == (b"first", b"last")
    whole.close()


async def test_any_bytes_are_shown_as_the_scrollback_has_them(tmp_path: Path) -> None:
    text = b"a\0b\xff\r\n10 %\r20 %\r\n\x1b[31mred\x1b[0m\n" + b"y" * (KEPT_BYTES * 30) + b"\nafter\n" * 3 + b"open"
    path = tmp_path / "odd.log"
    path.write_bytes(text)
    book = Scrollback()
    book.feed(text)
    whole = opened(path)
    await all_of(whole.catch_up())
    assert [whole.line(n) for n in range(1, whole.map.lines + 1)] == [*book.page.lines, book.page.open_line]
    whole.close()


async def test_an_endless_line_is_not_held(tmp_path: Path) -> None:
    path = tmp_path / "endless.log"
    with path.open("wb") as file:
        file.write(b"before\n")
        for _ in range(40):
            file.write(b"x" * (1 << 20))
        file.write(b"\nafter\n")
    whole = opened(path)
    await all_of(whole.catch_up())
    tracemalloc.start()
    try:
        assert whole.line(2) == b"x" * KEPT_BYTES
        assert (whole.line(1), whole.line(3)) == (b"before", b"after")
        search = LogSearch(whole, with_words("after"))
        await all_of(search.seek(1, 1))
        assert search.found == 3
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    whole.close()
    assert most < 2_000_000


async def test_who_gives_up_a_search_disturbs_no_other(long_log: Path) -> None:
    whole = opened(long_log)
    await all_of(whole.catch_up())
    for _ in range(3):
        task = asyncio.ensure_future(all_of(LogSearch(whole, with_words("no such words")).count()))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    search = LogSearch(whole, with_words("needle"))
    await all_of(search.seek(1, 1))
    assert search.found == MANY + 1
    task = asyncio.ensure_future(all_of(search.count()))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    whole.close()

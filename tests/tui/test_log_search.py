"""The search goes through the log slice by slice, round its end, and finds what stands there."""

from __future__ import annotations

import re

import pytest

from npumon.core.log.scrollback import Logbook, LogPage
from npumon.tui.widgets import log_search
from npumon.tui.widgets.log_search import hunt, pattern_of


def page(text: bytes, kept: int = 10_000) -> LogPage:
    book = Logbook(kept)
    book.feed(text)
    return book.page


def sought(words: str) -> re.Pattern[str]:
    pattern = pattern_of(words)
    assert pattern is not None
    return pattern


TEXT = page(b"zero\none\ntwo\none\nthree\non")


@pytest.mark.parametrize(
    ("start", "step", "number"),
    [(1, 1, 2), (2, 1, 2), (3, 1, 4), (5, 1, 6), (7, 1, 2), (3, -1, 2), (1, -1, 6), (0, -1, 6), (5, -1, 4)],
)
def test_the_next_line_with_the_words_is_found_round_the_end(start: int, step: int, number: int) -> None:
    assert list(hunt(TEXT, start, step, sought("on"), ascii_only=False)) == [number]


def test_what_is_not_there_is_not_found() -> None:
    assert list(hunt(TEXT, 1, 1, sought("four"), ascii_only=False)) == []
    assert list(hunt(LogPage(), 1, 1, sought("four"), ascii_only=False)) == []


def test_lines_that_were_dropped_are_passed_over() -> None:
    kept = page(b"".join(b"line %d\n" % number for number in range(1, 101)), kept=10)
    assert list(hunt(kept, 91, -1, sought("line 100"), ascii_only=False)) == [100]
    assert list(hunt(kept, 5, 1, sought("line 99"), ascii_only=False)) == [99]


def test_what_is_shown_is_what_is_searched() -> None:
    text = page(b"\x1b[31mre\x1b[0md\n\xff\ncaf\xc3\xa9\n")
    assert list(hunt(text, 1, 1, sought("red"), ascii_only=False)) == [1]
    assert list(hunt(text, 1, 1, sought("\\xff"), ascii_only=False)) == [2]
    assert list(hunt(text, 1, 1, sought("cafe"), ascii_only=True)) == [3]
    assert list(hunt(text, 1, 1, sought("cafe"), ascii_only=False)) == []


def test_a_long_search_gives_others_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_search, "SLICE_BYTES", 1_000)
    found = list(hunt(page(b"x" * 400 + b"\n" + b"y\n" * 20 + b"needle\n"), 1, 1, sought("needle"), ascii_only=False))
    assert found == [None, None, 22]

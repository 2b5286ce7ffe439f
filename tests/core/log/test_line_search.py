"""Lines that are looked for: what is shown is what is searched, and passing over plain text changes no result."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.log.scrollback import KEPT_BYTES, Scrollback, line_text
from npumon.core.log.whole.line_search import GONE, LineTest, lines_in, matching_lines, with_words

WORDS = [b"needle", b"Needle", b"ne\x1b[31medle", b"hay", b"\xff", b"\0", "é日".encode(), b"x" * KEPT_BYTES]
PIECES = st.sampled_from([*WORDS, b" ", b"\t", b"\r", b"\r\n", b"\n"])


def slowly(data: bytes, first: int, count: int, test: LineTest) -> list[int]:
    """Ask each line as it is shown."""
    shown = [line_text(line) for line in lines_in(data, count)]
    return [number for number, text in enumerate(shown, first) if test.accepts(text)]


@given(st.lists(PIECES, max_size=30).map(b"".join), st.sampled_from(["needle", "Needle", "e h", "é", "x", "\\xff"]))
def test_passing_over_plain_text_changes_no_result(data: bytes, words: str) -> None:
    count = data.count(b"\n") + (not data.endswith(b"\n"))
    test = with_words(words)
    assert matching_lines(data, 7, count, test) == slowly(data, 7, count, test)


def test_words_are_plain_text_and_capitals_matter_where_there_are_some() -> None:
    text = b"xA.B\naXb\na.b\n"
    assert matching_lines(text, 1, 3, with_words("a.b")) == [1, 3]
    assert matching_lines(text, 1, 3, with_words("A.B")) == [1]
    assert with_words("A.B").find(text, 1, 3) == [1]
    assert matching_lines(text, 1, 3, with_words("four")) == []


def test_what_is_shown_is_what_is_searched() -> None:
    text = b"\x1b[31mre\x1b[0md\n\xff\ncaf\xc3\xa9\n10 %\r100 %\r\n"
    assert matching_lines(text, 1, 4, with_words("red")) == [1]
    assert matching_lines(text, 1, 4, with_words("\\xff")) == [2]
    assert matching_lines(text, 1, 4, with_words("10 %")) == []
    assert matching_lines(text, 1, 4, with_words("cafe", lambda text: text.replace("é", "e"))) == [3]
    assert matching_lines(text, 1, 4, with_words("cafe")) == []


def test_a_test_without_hints_is_asked_of_all_lines() -> None:
    assert matching_lines(b"a\nbb\nc", 1, 3, LineTest("line", re.compile("^.$").search)) == [1, 3]


def test_no_line_is_found_that_is_not_meant() -> None:
    assert matching_lines(b"a\nb\na\nb\n", 1, 2, with_words("a")) == [1]
    assert matching_lines(b"no\nx" + b"-" * KEPT_BYTES + b"needle\n", 1, 2, with_words("needle")) == []


@pytest.mark.parametrize(
    "text", [b"", b"a\nb\nc\n", b"a\r\nb\n", b"10\r20\r\nb", b"y" * (KEPT_BYTES + 9) + b"\nz\n", b"\0\xff\nb"]
)
def test_lines_are_cut_as_the_scrollback_cuts_them(text: bytes) -> None:
    book = Scrollback()
    book.feed(text)
    kept = [*book.page.lines, *([book.page.open_line] if book.page.open_line else [])]
    assert lines_in(text, len(kept)) == kept


def test_lines_that_are_not_there_are_said_to_be_gone() -> None:
    assert lines_in(b"a\n", 3) == [b"a", b"", GONE]
    assert lines_in(b"a\nb\nc\n", 2) == [b"a", b"b"]

"""Rows of a log: parts of lines in cells, wrapping, matches, marks, the scroll bar; for any bytes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from npumon.core.log.scrollback import Scrollback, ScrollbackView
from npumon.core.log.whole.line_search import pattern_of
from npumon.tui.paint import Area, Line, width_of
from npumon.tui.widgets.log_lines import LogLines
from npumon.tui.widgets.log_rows import (
    Frame,
    RowPosition,
    bottom_of,
    cells_before,
    continues,
    index_at,
    log_line,
    painted,
    row_of,
    row_starts,
    scroll_bar,
    stepped,
)

UNICODE = Area(40, 10)
ASCII = Area(40, 10, ascii=True)

LINES = st.one_of(
    st.binary(max_size=120),
    st.text(st.sampled_from("ab日\u0301\u200d👩é "), max_size=60).map(str.encode),
)


def page(text: bytes, kept: int = 10_000) -> ScrollbackView:
    book = Scrollback(kept)
    book.feed(text)
    return book.page


def text_of(line: Line) -> str:
    return "".join(part.text for part in line)


def test_a_page_has_its_open_line() -> None:
    shown = LogLines(page(b"one\ntwo\nthr", kept=1))
    assert (shown.first, shown.last, shown.count) == (2, 3, 2)
    assert (shown.raw(2), shown.raw(3)) == (b"two", b"thr")


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (page(b""), page(b"a\n"), True),
        (page(b"a\nb\n"), page(b"a\nb\nc\n"), True),
        (page(b"a\nb\n"), page(b"a\n"), False),
        (page(b"a\nb\n"), page(b"a\nx\nc\n"), False),
        (page(b"a\nb\n"), page(b"1\n2\n3\n4\n5\n", kept=2), True),  # nothing speaks against it
    ],
)
def test_another_text_is_told_from_more_of_the_same(before: ScrollbackView, after: ScrollbackView, same: bool) -> None:
    assert continues(after, before) is same
    assert continues(before, before)


@given(LINES, st.integers(2, 30), st.booleans())
def test_wrapped_rows_hold_the_whole_line_and_fit(raw: bytes, width: int, ascii_only: bool) -> None:
    line = log_line(raw, ascii_only=ascii_only)
    starts = [*row_starts(line, width), len(line.text)]
    rows = [line.text[start:end] for start, end in pairwise(starts)]
    assert "".join(rows) == line.text
    assert all(sum(map(cell_len, row)) <= width for row in rows)
    assert line.text.isprintable()
    assert line.text.isascii() or not ascii_only


@given(LINES, st.integers(2, 30), st.integers(0, 90), st.booleans())
@example(" 、、".encode(), 2, 2, False)  # the room ends within the last, wide character
@example(" 、\u0300".encode(), 2, 0, False)  # and that has an accent
def test_a_row_never_takes_more_cells_than_it_has(raw: bytes, width: int, left: int, ascii_only: bool) -> None:
    line = log_line(raw, ascii_only=ascii_only)
    area = ASCII if ascii_only else UNICODE
    frame = Frame(4, width, left, sought=pattern_of("a"), found=1)
    row = row_of(line, 1, 0, frame, area)
    assert width_of(row) <= 4 + 2 + width + 1
    cut = line.cells > left + width
    assert cut == (width_of(row) == 4 + 2 + width + 1)
    assert cut == (text_of(row)[-1:] in "›>" and width_of(row) == 4 + 2 + width + 1)


@given(LINES, st.integers(0, 90))
def test_cells_and_indices_agree(raw: bytes, cell: int) -> None:
    line = log_line(raw, ascii_only=False)
    index, beyond = index_at(line, cell)
    if index < len(line.text):
        assert cells_before(line, index) == cell + beyond
    assert cells_before(line, len(line.text)) == line.cells


@given(LINES, st.integers(0, 20), st.integers(0, 20), st.sampled_from(["a", "ab", "日", "x", "\\"]))
def test_marking_matches_changes_no_text(raw: bytes, start: int, more: int, words: str) -> None:
    line = log_line(raw, ascii_only=False)
    end = min(start + more, len(line.text))
    marked = painted(line, start, end, pattern_of(words))
    assert text_of(marked) == line.text[start:end]
    whole = "".join(part.text for part in painted(line, 0, len(line.text), pattern_of(words)) if part.role == "match")
    assert len(whole) == line.text.lower().count(words) * len(words)


def test_a_line_that_matters_has_a_letter_and_a_role() -> None:
    frame = Frame(4, 30)
    bad = row_of(log_line(b"E [a:1]broken", ascii_only=False), 12, 0, frame, UNICODE)
    assert text_of(bad) == "  12E E [a:1]broken"
    assert bad[1].role == bad[-1].role == "bad"
    assert text_of(row_of(log_line(b"W [a:1]odd", ascii_only=False), 3, 0, frame, UNICODE)).startswith("   3W W [")
    assert row_of(log_line(b"uid: 0", ascii_only=False), 3, 0, frame, UNICODE)[-1].role == ""


def test_what_is_cut_and_what_was_found_is_marked() -> None:
    line = log_line(b"0123456789", ascii_only=False)
    assert text_of(row_of(line, 7, 0, Frame(4, 5), UNICODE)) == "   7  01234›"
    assert text_of(row_of(line, 7, 0, Frame(4, 5, left=3), UNICODE)) == "   7 ‹34567›"
    assert text_of(row_of(line, 7, 0, Frame(4, 5, left=5), ASCII)) == "   7 <56789"
    assert text_of(row_of(line, 7, 0, Frame(4, 5, left=5, found=7), ASCII)) == "   7 >56789"
    assert text_of(row_of(line, 7, 1, Frame(4, 4, wrap=True, found=7), UNICODE)) == "      4567"
    wide = log_line("日本語".encode(), ascii_only=False)
    assert text_of(row_of(wide, 7, 0, Frame(4, 3, left=1), UNICODE)) == "   7 ‹ 本›"


def test_the_scroll_bar_marks_where_one_is() -> None:
    area = ASCII._replace(height=10)
    bars = ["".join(part.text for part in scroll_bar(1, 100, top, top + 9, area)) for top in (1, 2, 50, 91)]
    assert bars == ["#|||||||||", "|#||||||||", "|||||#||||", "|||||||||#"]
    assert {part.text for part in scroll_bar(1, 100, 1, 10, UNICODE)} == {"┃", "│"}


def test_places_are_counted_in_rows() -> None:
    shown = LogLines(page(b"a\nbb\nccc\n"))
    rows = [0, 1, 2, 3].__getitem__
    assert bottom_of(shown, 2, rows) == RowPosition(3, 1)
    assert bottom_of(shown, 4, rows) == RowPosition(2, 1)
    assert bottom_of(shown, 40, rows) == RowPosition(1)
    assert stepped(shown, RowPosition(1), 3, rows) == RowPosition(3)
    assert stepped(shown, RowPosition(3, 2), -4, rows) == RowPosition(2)
    assert stepped(shown, RowPosition(2, 1), -40, rows) == RowPosition(1)

"""Text in cells: nothing is lost, and nothing is wider than it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.layout import bar, cell_width, fitting, head, wrapped

TEXT = st.text("ab -中é\u0301", max_size=60)


@pytest.mark.parametrize(("text", "width"), [("", 0), ("gold", 4), ("金魚", 4), ("e\u0301", 1), ("ｗ", 2)])
def test_cells_of_a_text(text: str, width: int) -> None:
    assert cell_width(text) == width


@given(TEXT, st.integers(0, 20))
def test_a_head_is_as_long_as_fits(text: str, width: int) -> None:
    part = head(text, width)
    assert text.startswith(part)
    assert cell_width(part) <= width
    assert part == text or cell_width(text[: len(part) + 1]) > width


@pytest.mark.parametrize("keep_blanks", [False, True])
@given(text=TEXT, width=st.integers(1, 20))
def test_wrapping_loses_nothing_but_blanks(text: str, width: int, keep_blanks: bool) -> None:
    lines = wrapped(text, width, keep_blanks=keep_blanks)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(cell_width(line) <= max(width, 2) for line in lines)
    assert all(line.strip() for line in lines)


def test_blanks_are_kept_where_they_mean_something() -> None:
    assert wrapped("  a   b  c", 80) == ["a b c"]
    assert wrapped("  a   b  c ", 80, keep_blanks=True) == ["  a   b  c"]
    assert wrapped("  a   bbb  c", 6, keep_blanks=True) == ["  a", "bbb  c"]


def test_words_stay_whole_where_they_are_copied() -> None:
    assert wrapped("see /lib/modules/x.ko now", 8) == ["see", "/lib/mod", "ules/x.k", "o now"]
    assert wrapped("see /lib/modules/x.ko now", 8, break_words=False) == ["see", "/lib/modules/x.ko", "now"]


def test_a_line_too_narrow_for_a_wide_character_holds_it_anyway() -> None:
    assert wrapped("金魚", 1) == ["金", "魚"]


def test_a_measure_of_ones_own() -> None:
    assert wrapped("aa bb", 5, lambda text: 2 * len(text)) == ["aa", "bb"]


@given(st.floats(0, 1), st.integers(0, 60), st.booleans())
def test_a_bar_shows_anything_above_nothing(share: float, width: int, ascii: bool) -> None:  # noqa: A002
    drawn = bar(share, width, ascii=ascii)
    assert len(drawn) <= width
    assert bool(drawn) == (share > 0 and width > 0)


def test_columns_give_way_by_rank() -> None:
    ranks, widths = [0, 2, 1, 3], [4, 4, 4, 4]
    assert fitting(ranks, widths, 19) == [0, 1, 2, 3]
    assert fitting(ranks, widths, 18) == [0, 1, 2]
    assert fitting(ranks, widths, 13) == [0, 2]
    assert fitting(ranks, widths, 1) == [0]
    assert fitting([1, 1], [4, 4], 8) == [0]
    assert fitting([1, 1], [4, 4], 10, gap=2) == [0, 1]
    assert fitting([], [], 10) == []

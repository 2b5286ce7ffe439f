"""Sentences in lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from npumon.tui.paint import Area
from npumon.tui.panes.paragraphs import prose, wrapped
from tests.tui.moments import texts


def test_lines_break_between_words() -> None:
    assert wrapped("the NPU was busy", 8) == ["the NPU", "was busy"]


def test_a_long_word_is_broken_anywhere() -> None:
    assert wrapped("see /lib/modules/x.ko now", 8) == ["see", "/lib/mod", "ules/x.k", "o now"]


def test_wide_characters_keep_to_the_width() -> None:
    assert wrapped("漢字漢字 x", 5) == ["漢字", "漢字", "x"]


@given(st.text("ab 漢é\u0301[]/", max_size=80), st.integers(2, 30))
def test_nothing_is_lost(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_what_does_not_fit_leaves_a_mark() -> None:
    sentences = [("one two", "warn"), ("three", "")]
    assert texts(prose(sentences, Area(10, 5))) == ["one two", "three"]
    assert texts(prose(sentences, Area(10, 1))) == ["one two…"]
    assert texts(prose(sentences, Area(7, 1))) == ["one tw…"]
    assert texts(prose(sentences, Area(7, 1, ascii=True))) == ["one tw~"]
    assert prose(sentences, Area(7, 0)) == []

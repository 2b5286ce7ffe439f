"""Lines of spans: their widths are exact, whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from npumon.tui.paint import Area, Line, Span, bar, clipped, fit, fit_right, joined, paragraphs, span, width_of, wrapped
from tests.tui.moments import texts

#: Text as panes get it: visible, though it may be wide, combining or look like markup.
TEXT = st.text(st.sampled_from("ab [/]=日本語ー…é\u0301\u0308\u20ddｱ👍\U0001f1e9قל█▏"), max_size=30)
ROOMS = st.builds(Area, st.integers(0, 40), st.integers(0, 5), st.booleans())


@given(TEXT, st.integers(-2, 40), ROOMS)
@example("\u0301", 0, Area(0, 0))  # an accent takes no cell, but has no cell to stand on
def test_fit_is_as_wide_as_asked(text: str, width: int, area: Area) -> None:
    for fitted in (fit(text, width, area), fit_right(text, width, area)):
        assert cell_len(fitted) == max(width, 0)
    if width > 0 and cell_len(text) <= width:
        assert fit(text, width, area).rstrip() == text.rstrip()
        assert fit_right(text, width, area).endswith(text)


@pytest.mark.parametrize(("text", "ascii_only", "fitted"), [("goldfish", False, "gold…"), ("goldfish", True, "gold~")])
def test_what_is_cut_has_a_mark(text: str, ascii_only: bool, fitted: str) -> None:
    assert fit(text, 5, Area(80, 1, ascii_only)) == fitted
    assert fit_right(text, 5, Area(80, 1, ascii_only)) == fitted
    assert fit_right("1.5", 5, Area(80, 1)) == "  1.5"


def test_a_wide_character_is_not_cut_in_half() -> None:
    assert fit("日本語", 4, Area(80, 1)) == "日 …"
    assert fit("日本語", 5, Area(80, 1)) == "日本…"
    assert fit("日", 1, Area(80, 1)) == "…"


@given(st.lists(TEXT, max_size=5), ROOMS)
def test_clipped_never_takes_more_than_the_room(texts: list[str], area: Area) -> None:
    line = tuple(Span(text, str(number)) for number, text in enumerate(texts))
    short = clipped(line, area)
    assert width_of(short) <= area.width
    if width_of(line) <= area.width:
        assert short == line
    else:
        assert width_of(short) == area.width
        assert not short or short[-1].text.endswith("~" if area.ascii else "…")


@given(st.one_of(st.none(), st.floats(allow_nan=False)), ROOMS)
def test_bar_is_as_wide_as_asked(share: float | None, area: Area) -> None:
    line = bar(share, area.width, area)
    assert width_of(line) == area.width
    full = line[0].text.strip()
    assert bool(full) == bool(share and share > 0 and area.width)
    if area.ascii:
        assert "".join(part.text for part in line).isascii()


@given(st.floats(0, 1), st.floats(0, 1), ROOMS)
def test_more_is_never_shorter(one: float, other: float, area: Area) -> None:
    def eighths(share: float) -> int:
        text = bar(share, area.width, area)[0].text
        return sum(8 if char in "█#" else " ▏▎▍▌▋▊▉".index(char) for char in text)

    assert (eighths(one) <= eighths(other)) or one > other


@pytest.mark.parametrize(
    ("share", "ascii_only", "drawn"),
    [
        (1.0, False, "████"),
        (0.5, False, "██  "),
        (0.51, False, "██  "),
        (0.55, False, "██▎ "),
        (0.0, False, "    "),
        (0.0001, False, "▏   "),
        (None, False, "    "),
        (7.0, False, "████"),
        (-1.0, False, "    "),
        (0.5, True, "##.."),
        (0.0001, True, "#..."),
        (None, True, "...."),
    ],
)
def test_bars(share: float | None, ascii_only: bool, drawn: str) -> None:
    assert "".join(part.text for part in bar(share, 4, Area(80, 1, ascii_only))) == drawn


def test_joined() -> None:
    parts: list[Line] = [span("a", "value"), (), span("b"), ()]
    assert joined(parts, " - ") == (Span("a", "value"), Span(" - ", "label"), Span("b"))
    assert joined([(), ()], " - ") == ()


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
    assert texts(paragraphs(sentences, Area(10, 5))) == ["one two", "three"]
    assert texts(paragraphs(sentences, Area(10, 1))) == ["one two…"]
    assert texts(paragraphs(sentences, Area(7, 1))) == ["one tw…"]
    assert texts(paragraphs(sentences, Area(7, 1, ascii=True))) == ["one tw~"]
    assert paragraphs(sentences, Area(7, 0)) == []

"""Pieces of text never exceed the width they are given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.layout import cell_width
from npumon.core.text import visible
from npumon.export.drawing import PLAIN, Style, advice, bar, fitted, flowed, listed, painted, plain, table, wrapped

ASCII = Style(ascii=True)
COLOR = Style(color=True)
STYLES = st.builds(Style, st.booleans(), st.booleans(), st.integers(10, 120))
#: Visible text, with wide, narrow and combining characters.
TEXT = st.text("ab中é\u0301 .😀", max_size=60) | st.text(max_size=40).map(visible)


@pytest.mark.parametrize(
    ("share", "drawn", "drawn_in_ascii"),
    [
        (0.0, "        ", "        "),
        (0.0001, "▏       ", "#       "),
        (0.5, "████    ", "####    "),
        (0.52, "████▏   ", "####    "),
        (1.0, "████████", "########"),
        (7.0, "████████", "########"),
        (-1.0, "        ", "        "),
    ],
)
def test_bars(share: float, drawn: str, drawn_in_ascii: str) -> None:
    assert bar(share, 8, PLAIN) == drawn
    assert bar(share, 8, ASCII) == drawn_in_ascii


@given(st.floats(allow_nan=False), st.integers(0, 60), STYLES)
def test_a_bar_has_its_width(share: float, width: int, style: Style) -> None:
    assert len(bar(share, width, style)) in (width, max(width, 1))  # something shows, however narrow


def test_paint_where_there_is_colour_and_something_to_paint() -> None:
    assert painted("ok", "green", COLOR) == "\x1b[32mok\x1b[0m"
    assert painted("ok", "green", PLAIN) == "ok"
    assert painted("", "green", COLOR) == ""


@pytest.mark.parametrize(
    ("text", "width", "cell"),
    [
        ("gold", 6, "gold  "),
        ("goldfish", 8, "goldfish"),
        ("goldfish", 6, "goldf…"),
        ("金魚", 4, "金魚"),
        ("金魚", 3, "金…"),
        ("金魚", 2, "… "),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
        ("goldfish", 1, "…"),
        ("goldfish", 0, ""),
        ("", 2, "  "),
    ],
)
def test_cells(text: str, width: int, cell: str) -> None:
    assert fitted(text, width, PLAIN) == cell


def test_cells_in_ascii_and_to_the_right() -> None:
    assert fitted("金", 8, ASCII) == "\\u91d1  "
    assert fitted("goldfish", 6, ASCII) == "goldf~"
    assert fitted("12", 4, PLAIN, right=True) == "  12"


@given(TEXT, st.integers(0, 40), STYLES, st.booleans())
def test_a_cell_has_exactly_its_width(text: str, width: int, style: Style, right: bool) -> None:
    cell = fitted(text, width, style, right=right)
    assert cell_width(cell) == width
    assert cell.isascii() or not style.ascii


def test_a_cell_of_a_very_long_text_is_cut_without_reading_it_again_and_again() -> None:
    assert cell_width(fitted("中" * 1_000_000, 80, PLAIN)) == 80


@given(TEXT, STYLES, st.integers(0, 9))
def test_wrapped_lines_keep_every_character_and_their_width(text: str, style: Style, indent: int) -> None:
    title = "T" * indent
    lines = wrapped(text, style.width, style, " " * indent, title)
    room = max(style.width - indent, 10)
    assert all(cell_width(line) <= indent + room for line in lines)
    assert all(line.startswith(title if number == 0 else " " * indent) for number, line in enumerate(lines))
    assert "".join(line[indent:] for line in lines).replace(" ", "") == plain(text, style).replace(" ", "")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("one  two", ["  one two"]),
        ("one two three four", ["  one two", "  three four"]),
        ("abcdefghijklmno p", ["  abcdefghij", "  klmno p"]),
        ("x abcdefghijklmno", ["  x", "  abcdefghij", "  klmno"]),
        ("金" * 7, ["  金金金金金", "  金金"]),
    ],
)
def test_wrapping(text: str, lines: list[str]) -> None:
    assert wrapped(text, 12, PLAIN, "  ") == lines


def test_a_title_takes_the_place_of_the_first_indent() -> None:
    assert wrapped("one two three", 14, PLAIN, " " * 7, "Times  ") == ["Times  one two", "       three"]


def test_a_width_that_leaves_no_room_is_widened() -> None:
    assert wrapped("one two three", 1, PLAIN) == ["one two", "three"]


@given(st.lists(st.tuples(TEXT.filter(str.strip), st.sampled_from(("", "red"))), min_size=1, max_size=8), STYLES)
def test_pieces_flow_into_lines_of_the_styles_width(pieces: list[tuple[str, str]], style: Style) -> None:
    lines = flowed(pieces, " | ", style._replace(color=False))
    assert all(cell_width(line) <= style.width for line in lines)
    painted_lines = flowed(pieces, " | ", style._replace(color=True))
    assert [line.replace("\x1b[31m", "").replace("\x1b[0m", "") for line in painted_lines] == lines


def test_pieces_stand_on_one_line_while_they_fit() -> None:
    pieces = [("ok", "green"), ("1 iteration", ""), ("VIPNano-QI 0x88", "")]
    assert flowed(pieces, " · ", PLAIN) == ["ok · 1 iteration · VIPNano-QI 0x88"]
    assert flowed(pieces, " · ", Style(width=20)) == ["ok · 1 iteration", "VIPNano-QI 0x88"]
    assert flowed(pieces, " · ", COLOR) == ["\x1b[32mok\x1b[0m · 1 iteration · VIPNano-QI 0x88"]


def test_tables_align_their_cell_width() -> None:
    assert table(("id", "name"), [("1", "one"), ("22", "two and more")], (-4, 6), PLAIN) == [
        "  id  name",
        "   1  one",
        "  22  two a…",
    ]
    assert table(("id",), [], (4,), COLOR) == ["\x1b[2mid\x1b[0m"]


def test_plain_text_is_80_columns_of_utf_8_without_colour() -> None:
    assert Style(ascii=False, color=False, width=80) == PLAIN


def test_a_shell_s_command_stays_whole_where_it_may_be_copied() -> None:
    sentence = "Boot a vendor kernel, then load it: sudo insmod /lib/modules/x/galcore.ko gpuProfiler=1 showArgs=1"
    assert advice(sentence, Style(whole=True), "  ", "- ") == [f"- {sentence}"]
    assert advice(sentence, Style(), "  ", "- ") == wrapped(sentence, 80, PLAIN, "  ", "- ") != [f"- {sentence}"]


@pytest.mark.parametrize(
    "command",
    [
        "VIV_VX_PROFILE=1 VIV_VX_DEBUG_LEVEL=1",
        "npumon run --reload --warmup=1",
        "npumon inspect ~/a/long/path/model.nb",
    ],
)
def test_a_command_within_a_sentence_is_not_broken(command: str) -> None:
    for width in (45, 50, 60):
        sentence = f"For figures of each operation use {command} and read on below."
        lines = advice(sentence, Style(width=width, whole=True))
        assert any(command in line for line in lines)
        assert len(lines) > 1
    assert max(map(len, advice(f"Use {command} now.", Style(width=20, whole=True)))) == len(command)
    assert max(map(len, advice(f"Use {command} now.", Style(width=20)))) <= 20


def test_other_sentences_are_broken_everywhere() -> None:
    sentence = "Compute-bound: the NPU was busy 98.2 % of the window, so only a smaller model would run any faster."
    assert advice(sentence, Style(whole=True)) == wrapped(sentence, 80, PLAIN)


def test_a_list_is_broken_between_its_pieces() -> None:
    assert listed(["one 10 ms", "two 20 ms", "three 30 ms"], Style(width=28), "T  ") == [
        "T  one 10 ms, two 20 ms,",
        "   three 30 ms",
    ]
    assert listed(["x" * 30, "y"], Style(width=20), "T  ") == ["T  " + "x" * 17, "   " + "x" * 13 + ",", "   y"]
    assert listed(["10 µs"], Style(ascii=True), "T  ") == ["T  10 us"]

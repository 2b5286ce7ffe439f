"""What is sent makes the terminal show what was drawn, and is little."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.tui.terminal.screen_buffer import ScreenBuffer

COLUMNS, ROWS = 12, 3
CLEAR = "\x1b[?7l\x1b[m\x1b[H\x1b[2J"

PIECES = st.tuples(
    st.integers(1, ROWS),
    st.integers(1, COLUMNS),
    st.sampled_from(("", "1", "31", "44", "1;4;38;5;9", "38;2;1;2;3;48;2;9;8;7", "7")),
    st.text(st.sampled_from("ab  ─█é"), min_size=1, max_size=COLUMNS),
).map(lambda piece: f"\x1b[{piece[0]};{piece[1]}H\x1b[{piece[2]}m{piece[3][: COLUMNS + 1 - piece[1]]}\x1b[0m")


def picture(*, ascii: bool = False, color: bool = True) -> ScreenBuffer:  # noqa: A002 - as in the picture
    made = ScreenBuffer(COLUMNS, ROWS, ascii=ascii, color=color)
    made.cleared()
    return made


def look(screen: pyte.Screen) -> list[list[object]]:
    """The cells of a screen; of a blank, only what can be seen."""
    cells = [[screen.buffer[y][x] for x in range(COLUMNS)] for y in range(ROWS)]
    return [
        [
            cell._replace(bold=False, fg=cell.fg if cell.reverse or cell.underscore else "default")
            if cell.data == " "
            else cell
            for cell in row
        ]
        for row in cells
    ]


@given(st.lists(st.lists(PIECES, max_size=5).map("".join), max_size=6), st.integers(0, 6))
def test_the_terminal_shows_what_was_drawn(frames: list[str], lost: int) -> None:
    shown, expected = pyte.Screen(COLUMNS, ROWS), pyte.Screen(COLUMNS, ROWS)
    drawing = picture()
    pyte.Stream(shown).feed(CLEAR)
    pyte.Stream(expected).feed(CLEAR)
    for index, frame in enumerate(frames):
        drawing.draw(frame)
        pyte.Stream(expected).feed(frame)
        if index == lost:  # something else wrote on the terminal
            pyte.Stream(shown).feed("\x1b[2;2Hnonsense")
            drawing.repaint()
        if index % 2 == 0 or index == len(frames) - 1:  # the terminal is not always ready
            pyte.Stream(shown).feed(drawing.update())
    assert look(shown) == look(expected)
    assert drawing.update() == ""


def test_an_equal_frame_costs_nothing() -> None:
    drawing = picture()
    drawing.draw("\x1b[1;1H\x1b[31mabc\x1b[0m\n\x1b[2;1H  def")
    assert drawing.update() != ""
    drawing.draw("\x1b[1;1H\x1b[31mabc\x1b[0m\n\x1b[2;1H  def")
    assert drawing.update() == ""


def test_only_the_changed_figures_are_sent() -> None:
    drawing = picture()
    drawing.draw("\x1b[2;3H123.41 MB")
    drawing.update()
    drawing.draw("\x1b[2;3H123.52 MB")
    assert drawing.update() == "\x1b[2;7H52"


def test_blanks_to_the_end_of_a_row_are_erased() -> None:
    drawing = picture()
    drawing.draw("\x1b[1;1Habcdefghijkl")
    drawing.update()
    drawing.draw("\x1b[1;1Hab          ")
    assert drawing.update() == "\x1b[1;3H\x1b[K"


def test_a_character_of_doubtful_width_does_not_shift_what_follows() -> None:
    drawing = picture()
    drawing.draw("\x1b[1;1Ha日b❤\ufe0fc")
    sent = drawing.update()
    assert "日\x1b[1;4Hb" in sent
    assert sent.endswith("❤\ufe0f\x1b[1;7Hc")
    drawing.draw("\x1b[1;1Hax")  # over the left half of the wide one, as no program should
    drawing.draw("\x1b[1;3Hy")
    assert drawing.update() == "\x1b[1;2Hxy"


def test_half_of_a_wide_character_is_none() -> None:
    drawing = picture()
    drawing.draw("\x1b[1;1H日本")
    drawing.update()
    drawing.draw("\x1b[1;2Hx")
    assert drawing.update() == "\x1b[1H x"


def test_what_lies_beyond_the_edges_is_cut() -> None:
    drawing = picture()
    drawing.draw("\x1b[1;10Habcdef\x1b[9;1Hlost\x1b[2;99Hlost\x1b[0;0Hlost\x1b[99999999;1Hl")
    assert "lost" not in drawing.update()


@pytest.mark.parametrize(
    "hostile",
    [
        "\x1b]52;c;ZXZpbA==\x07",
        "\x1b]0;title\x1b\\",
        "\x1b]8;id=1;http://example.org\x1b\\",
        "\x1bP1;2|evil\x1b\\",
        "\x1b[?1049l",
        "\x1b[2J",
        "\x1bc",
        "\x1b(0",
        "\x9b31m",
        "\x9d52;c;ZXZpbA==\x9c",
        "\x07",
        "\x0e",
        "\x1b[6n",
        "\x1b[>c",
        "\x1b",
        "\x7f",
        "\r\n\t\b\0",
    ],
)
def test_no_control_reaches_the_terminal(hostile: str) -> None:
    drawing = picture()
    drawing.draw(f"\x1b[1;1Ha{hostile}")
    sent = drawing.update()
    assert sent.startswith("\x1b[1Ha")
    assert sent[5:].isprintable()


@given(st.text())
def test_whatever_is_drawn_leaves_only_text_and_its_look(text: str) -> None:
    drawing = picture(ascii=True, color=False)
    drawing.draw(text)
    sent = drawing.update()
    assert sent.isascii()
    assert not set(sent) & {chr(code) for code in (*range(0x1B), *range(0x1C, 0x20), 0x7F)}


def test_without_colour_there_is_none_and_the_mark_is_reverse() -> None:
    drawing = picture(color=False)
    drawing.draw("\x1b[1;1H\x1b[1;31mred\x1b[0m\x1b[2;1H\x1b[38;2;1;2;3;44mrow\x1b[0m")
    assert drawing.update() == "\x1b[1H\x1b[1mred\x1b[2H\x1b[0;7mrow\x1b[m"


def test_the_cursor_rests_where_the_program_left_it() -> None:
    drawing = picture()
    drawing.draw("\x1b[1;1Hab\x1b[2;5H")
    assert drawing.update() == "\x1b[1Hab\x1b[2;5H"
    drawing.draw("\x1b[2;6H")
    assert drawing.update() == "\x1b[2;6H"
    drawing.draw("\x1b[2;6H")
    assert drawing.update() == ""

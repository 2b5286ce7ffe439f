"""SGR sequences: what they do to a look, and the shortest way from one look to another."""

from __future__ import annotations

import re

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.tui.terminal.sgr import PLAIN, CellStyle, apply, diff, visible_on_blank

BOLD_RED = CellStyle(("1",), "31")


@pytest.mark.parametrize(
    ("parameters", "look"),
    [
        ("", PLAIN),
        ("0", PLAIN),
        ("4", CellStyle(("1", "4"), "31")),
        ("22", CellStyle((), "31")),
        ("39", CellStyle(("1",))),
        ("92;44", CellStyle(("1",), "92", "44")),
        ("107", CellStyle(("1",), "31", "107")),
        ("38;5;200;3", CellStyle(("1", "3"), "38;5;200")),
        ("48;2;1;2;3;4", CellStyle(("1", "4"), "31", "48;2;1;2;3")),
        ("48:2::1:2:3;4", CellStyle(("1", "4"), "31", "48:2::1:2:3")),
        ("58;5;3;9", CellStyle(("1", "9"), "31")),
        ("58:2::1:2:3", BOLD_RED),
        ("0;7", CellStyle(("7",))),
        ("38", CellStyle(("1",), "38")),
        ("<nonsense", BOLD_RED),
    ],
)
def test_sequences_change_the_look(parameters: str, look: CellStyle) -> None:
    assert apply(BOLD_RED, parameters, True) == look


@pytest.mark.parametrize(
    ("parameters", "attributes"),
    [
        ("31", ()),
        ("1;2;3;4;9;38;2;1;2;3", ("1", "2", "3", "4", "9")),
        ("44", ("7",)),
        ("47", ("7",)),
        ("104;1", ("1", "7")),
        ("48;5;21", ("7",)),
        ("48;2;1;120;212", ("7",)),
        ("48:2::1:120:212", ("7",)),
        ("40", ()),
        ("49", ()),
        ("48;5;0", ()),
        ("48;2;39;39;39", ()),
        ("48;2;46;52;64", ()),  # a bluish grey, as some themes have
        ("7;44", ("7",)),
    ],
)
def test_without_colour_a_background_that_marks_something_is_reversed(
    parameters: str, attributes: tuple[str, ...]
) -> None:
    assert apply(PLAIN, parameters, False) == CellStyle(attributes)


LOOKS = st.builds(
    CellStyle,
    st.sets(st.sampled_from(("1", "3", "4", "7", "9"))).map(lambda attributes: tuple(sorted(attributes))),
    st.sampled_from(("", "31", "92", "38;5;200", "38;2;1;2;3")),
    st.sampled_from(("", "41", "102", "48;5;200", "48;2;1;2;3")),
)


@given(LOOKS, LOOKS)
def test_a_transition_leads_from_one_look_to_the_other(before: CellStyle, after: CellStyle) -> None:
    screen, expected = pyte.Screen(2, 1), pyte.Screen(2, 1)
    pyte.Stream(screen).feed(diff(PLAIN, before) + diff(before, after) + "x")
    pyte.Stream(expected).feed("\x1b[" + ";".join(filter(None, (*after.attributes, *after[1:]))) + "mx")
    assert screen.buffer[0][0] == expected.buffer[0][0]


@given(LOOKS, LOOKS)
def test_a_transition_without_colours_has_none(before: CellStyle, after: CellStyle) -> None:
    grey = [CellStyle(look.attributes) for look in (before, after)]
    assert not re.search("3[0-9]|4[0-9]|9[0-7]|10[0-7]", diff(*grey))


def test_only_some_of_a_look_shows_on_a_blank() -> None:
    assert visible_on_blank(CellStyle(("1", "3"), "31", "44")) == CellStyle((), "", "44")
    assert visible_on_blank(CellStyle(("1", "7"), "31", "44")) == CellStyle(("7",), "31", "44")

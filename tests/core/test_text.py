"""Nothing that was not plainly visible leaves `visible` or `decode` as anything but visible characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.text import decode, visible, without_control_sequences


@given(st.text() | st.text("\x1b\x9b[]m0;1\t\r\n\u202e\u200b\ud800\U000e0001é"))
def test_visible_text_is_printable_and_stays_as_it_is(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert visible(shown) == shown


@given(
    st.binary()
    | st.lists(st.sampled_from((b"\x1b", b"[", b"31", b"m", b"\xc2\x9b", b"\xe2", b"\n", b"a"))).map(b"".join)
)
def test_decoded_text_is_printable_and_stays_as_it_is(data: bytes) -> None:
    text = decode(data)
    assert text.isprintable()
    assert decode(text.encode()) == text


@given(st.text().filter(str.isprintable))
def test_printable_text_is_not_changed(text: str) -> None:
    assert visible(text) == text
    assert decode(text.encode()) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;owned\x07", "\\x1b]0;owned\\x07"),
        ("a\u202eb", "a\\u202eb"),
        ("\u200b\ufeff", "\\u200b\\ufeff"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("\x85\x9b", "\\x85\\x9b"),
        ("a\tb\u00a0c\u3000d\u2003e", "a b c d e"),
        ("line\nline\r", "line\\x0aline\\x0d"),
        ("naïve 金魚", "naïve 金魚"),
    ],
)
def test_what_is_invisible_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b[2K\x1b[1G50%", "50%"),
        ("\x9b31mred", "red"),
        ("\x1b[?25lx", "x"),
        ("\x1b[31", "\x1b[31"),  # not ended, so not one
        ("plain", "plain"),
    ],
)
def test_colour_and_cursor_movement_go(text: str, rest: str) -> None:
    assert without_control_sequences(text) == rest


def test_a_sequence_made_of_two_halves_is_no_sequence() -> None:
    assert decode(b"\x1b\x1b[0m[31mred") == "\\x1b[31mred"


def test_bytes_that_are_no_utf_8_are_spelled_out() -> None:
    assert decode(b"caf\xe9 \xc3\xa9 \x9b31m") == "caf\\xe9 é \\x9b31m"

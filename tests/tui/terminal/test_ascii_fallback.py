"""ASCII stand-ins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from npumon.tui.terminal.ascii_fallback import to_ascii


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("┌──┬─┐", "+--+-+"),
        ("│║┃", "|||"),
        ("█▓▒░", "##::"),
        ("→ ← ↑ ↓ ▶", "> < ^ v >"),
        ("• a · b…", "* a . b~"),
        ("±3 µs × 2 °C", "~3 us x 2 oC"),
        ("⣿⠿⠁⠀", "##. "),
        ("café", "cafe"),
        ("cafe\u0301", "cafe"),
        ("日本", "????"),
        ("ＡＢ", "A B "),
        ("☃", "?"),
    ],
)
def test_each_character_has_a_stand_in_of_its_width(text: str, expected: str) -> None:
    assert to_ascii(text) == expected


@given(st.characters())
def test_any_character_becomes_ascii_of_the_same_width(char: str) -> None:
    assert to_ascii(char).isascii()
    if not char.isascii():
        assert len(to_ascii(char)) == cell_len(char)
        assert to_ascii(char).isprintable()

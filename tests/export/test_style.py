"""What a file or a pipe gets when nobody asked for anything."""

from __future__ import annotations

from npumon.export.style import PLAIN, Style


def test_plain_text_is_80_columns_of_utf_8_without_colour() -> None:
    assert Style(ascii=False, color=False, width=80) == PLAIN

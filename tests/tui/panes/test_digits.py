"""Large digits."""

from __future__ import annotations

import pytest

from npumon.tui.panes.digits import SMALL, TALL, large


def test_half_blocks() -> None:
    assert large("98.2") == (
        "▄▀▀▄ ▄▀▀▄   ▄▀▀▄",
        "▀▄▄█ ▄▀▀▄    ▄▄▀",
        " ▄▄▀ ▀▄▄▀ ▄ █▄▄▄",
    )


def test_strokes() -> None:
    assert large("98.2", ascii_only=True) == (
        " _   _     _ ",
        "|_| |_|    _|",
        " _| |_| . |_ ",
    )


@pytest.mark.parametrize("height", [SMALL, TALL])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_every_digit_is_another(height: int, ascii_only: bool) -> None:
    drawn = {large(digit, height, ascii_only=ascii_only) for digit in "0123456789."}
    assert len(drawn) == 11


@pytest.mark.parametrize("height", [SMALL, TALL])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_lines_are_equally_wide(height: int, ascii_only: bool) -> None:
    lines = large("0123456789.5", height, ascii_only=ascii_only)
    assert len(lines) == height
    assert len({len(line) for line in lines}) == 1
    assert not ascii_only or "".join(lines).isascii()

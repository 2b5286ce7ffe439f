"""A figure in large digits, three or six lines high."""

from __future__ import annotations

from functools import lru_cache

#: Each digit as six rows of four dots, a hexadecimal digit a row. At three lines, two rows make a line of half blocks.
_DOTS = {
    "0": "699996",
    "1": "262227",
    "2": "69168f",
    "3": "e1611e",
    "4": "99f111",
    "5": "f8e11e",
    "6": "68e996",
    "7": "f12444",
    "8": "696996",
    "9": "699716",
}
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}

#: The same in strokes, as on a pocket calculator, for three lines of ASCII.
_STROKES = {
    "0": (" _ ", "| |", "|_|"),
    "1": ("   ", "  |", "  |"),
    "2": (" _ ", " _|", "|_ "),
    "3": (" _ ", " _|", " _|"),
    "4": ("   ", "|_|", "  |"),
    "5": (" _ ", "|_ ", " _|"),
    "6": (" _ ", "|_ ", "|_|"),
    "7": (" _ ", "  |", "  |"),
    "8": (" _ ", "|_|", "|_|"),
    "9": (" _ ", "|_|", " _|"),
}

SMALL, TALL = 3, 6


@lru_cache(16)
def large(figure: str, height: int = SMALL, *, ascii_only: bool = False) -> tuple[str, ...]:
    """Draw a figure of digits and a point in `height` lines of equal width, `SMALL` or `TALL`."""
    glyphs = [_glyph(char, height, ascii_only) for char in figure]
    between = " " * (height // SMALL)
    return tuple(between.join(glyph[line] for glyph in glyphs) for line in range(height))


def _glyph(char: str, height: int, ascii_only: bool) -> tuple[str, ...]:
    full = "#" if ascii_only else "█"
    if char == ".":
        point = full * 2 if height == TALL else "." if ascii_only else "▄"
        return (*(" " * len(point),) * (height - 1), point)
    if height == TALL:
        return tuple("".join((full if dot else " ") * 2 for dot in row) for row in _dots(char))
    if ascii_only:
        return _STROKES[char]
    rows = _dots(char)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return tuple("".join(_HALVES[dots] for dots in zip(upper, lower, strict=True)) for upper, lower in pairs)


def _dots(digit: str) -> list[list[bool]]:
    return [[bool(int(row, 16) >> bit & 1) for bit in (3, 2, 1, 0)] for row in _DOTS[digit]]

"""Pieces of text for people: bars, columns of a fixed width, a little colour. Nothing wider than it says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from npumon.core import layout
from npumon.core.layout import cell_width

#: What tells that a sentence holds a command: its name, or a variable before it.
_COMMAND = re.compile(
    r"(?:^|[\s(:])(?:(?:npumon|sudo|git|mkdir|insmod|rmmod|modprobe|chmod|chown|usermod) [\w./~-]|[A-Z][A-Z0-9_]+=\S)"
)
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def bar(share: float, width: int, style: Style) -> str:
    """Draw a bar in exactly `width` columns, see `layout.bar`."""
    return layout.bar(share, width, ascii=style.ascii).ljust(width)


def painted(text: str, color: str, style: Style) -> str:
    """Colour the text (bold, dim, red, green, yellow, cyan) if the destination takes colour."""
    return f"\x1b[{_CODES[color]}m{text}\x1b[0m" if style.color and text else text


def fitted(text: str, width: int, style: Style, *, right: bool = False) -> str:
    """Fit the text into exactly `width` columns: cut with a mark if too long, filled with blanks if too short.

    Wide characters count two columns, combining ones none. In ASCII style, others are spelled out first.
    """
    text = plain(text, style)
    if cell_width(text) > width:
        mark = "~" if style.ascii else "…"
        text = layout.head(text, width - 1) + mark if width > 0 else ""
    blanks = " " * (width - cell_width(text))
    return blanks + text if right else text + blanks


def plain(text: str, style: Style) -> str:
    """Return the text as the style can show it: in ASCII style `µs` is `us`, and other characters are spelled out."""
    return text.replace("µ", "u").encode("ascii", "backslashreplace").decode("ascii") if style.ascii else text


def wrapped(text: str, width: int, style: Style, indent: str = "", title: str = "") -> list[str]:
    """Break the text into lines of at most `width` columns; overlong words are broken, too.

    Each line stands behind the indent, the first one behind the title, which takes the indent's place and is as
    long. A width that leaves less than ten columns is widened to them.
    """
    lines = layout.wrapped(plain(text, style), max(width - len(indent), 10))
    return [(title or indent if number == 0 else indent) + part for number, part in enumerate(lines)]


def advice(text: str, style: Style, indent: str = "", title: str = "") -> list[str]:
    """Break a sentence as `wrapped` does, but leave one with a command whole where the style asks for that."""
    if style.whole and _COMMAND.search(text):
        return [(title or indent) + plain(text, style)]
    return wrapped(text, style.width, style, indent, title)


def flowed(pieces: Iterable[tuple[str, str]], between: str, style: Style) -> list[str]:
    """Lay out pieces, each with its colour (empty for none), in lines of the style's width; each is cut, not broken."""
    lines: list[str] = []
    line, used = "", 0
    for piece, color in pieces:
        text = fitted(piece, style.width, style).rstrip()
        if used and used + cell_width(between) + cell_width(text) > style.width:
            lines.append(line)
            line, used = "", 0
        gap = between if used else ""
        line += gap + (painted(text, color, style) if color else text)
        used += cell_width(gap) + cell_width(text)
    return [*lines, line]


def table(head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], style: Style) -> list[str]:
    """Lay out columns two blanks apart; a negative width aligns to the right."""

    def line(cells: Sequence[str]) -> str:
        return "  ".join(
            fitted(cell, abs(width), style, right=width < 0) for cell, width in zip(cells, widths, strict=True)
        ).rstrip()

    return [painted(line(head), "dim", style), *(line(row) for row in rows)]


class Style(NamedTuple):
    """The destination's limits: `ascii` asks for plain ASCII only, `color` allows colour, `width` is in columns.

    `whole` keeps sentences with commands on one line, however long: whoever copies a command gets all of it.
    """

    ascii: bool = False
    color: bool = False
    width: int = 80
    whole: bool = False


#: What a file or a pipe gets.
PLAIN = Style()

"""Pieces of text for people: bars, columns of a fixed width, a little colour. Nothing wider than it says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from npumon.core import layout
from npumon.core.layout import cell_width

#: What tells that a sentence ends in a shell command, which may be long.
_SHELL = re.compile(r"(?:^|[\s(:])(?:sudo|git|mkdir|insmod|rmmod|modprobe|chmod|chown|usermod) [\w./~-]")
#: Commands within a sentence: variables, and npumon with its options and paths.
_WITHIN = re.compile(r"(?:\b[A-Z][A-Z0-9_]+=\S+ )+[A-Z][A-Z0-9_]+=\S+|\bnpumon [a-z]+(?: (?:-\S+|\S*[/.=]\w\S*))*")
#: Stands for a blank within a command while lines are broken.
_JOINT = "\ue000"
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


def left_out(many: int, style: Style, indent: str) -> list[str]:
    """Say how many rows are not listed, and where they are."""
    return wrapped(f"{many} more; --format json lists them", style.width, style, indent)


def listed(pieces: Sequence[str], style: Style, title: str) -> list[str]:
    """Lay out pieces with commas between them, behind a title; a line ends behind a comma, not within a piece.

    A piece that is longer than a line is broken.
    """
    lines: list[str] = []
    line = ""
    for number, piece in enumerate(pieces, 1):
        text = plain(piece, style) + ("," if number < len(pieces) else "")
        together = f"{line} {text}" if line else text
        if line and cell_width(title) + cell_width(together) > style.width:
            lines.append(line)
            together = text
        line = together
    indent = " " * len(title)
    whole = [part for each in [*lines, line] for part in wrapped(each, style.width, style, indent)]
    return [title + part[len(indent) :] if number == 0 else part for number, part in enumerate(whole)]


def advice(text: str, style: Style, indent: str = "", title: str = "") -> list[str]:
    """Break a sentence as `wrapped` does, but not within a command of its own, where that can be told from the rest.

    Where the style asks for it, no command is broken at all: a sentence with a shell's stays on one line, and a longer
    word than fits stands out.
    """
    text = plain(text, style)
    if style.whole and _SHELL.search(text):
        return [(title or indent) + text]
    joined = _WITHIN.sub(lambda command: command[0].replace(" ", _JOINT), text)
    lines = layout.wrapped(joined, max(style.width - len(indent), 10), break_words=not style.whole)
    lines = [line.replace(_JOINT, " ") for line in lines]
    return [(title or indent if number == 0 else indent) + part for number, part in enumerate(lines)]


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

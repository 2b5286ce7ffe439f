"""What panes draw with: lines of spans, each in a role; the theme defines how a role looks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size

from npumon.core import layout

if TYPE_CHECKING:
    from npumon.core.log.severity import LineLevel

#: The roles of text. `styles/ink.tcss` gives each its look: `.ink--label` and so on.
ROLES = (
    "label",  # what a figure is
    "value",  # the figure
    "big",  # the main figure
    "unit",
    "good",
    "warn",
    "bad",
    "read",  # bars and graphs of reading, of writing
    "write",
    "graph",
    "track",  # the empty part of a bar
    "accent",
    "demo",
    "key",
    "here",  # the visible page, among the others
    "notice",  # what was done, what went wrong
    "complaint",
    "off",  # what is unavailable now
)


#: The roles of log lines that must not be missed, by severity. Each view adds a mark: colour alone is not enough.
SEVERE: dict[LineLevel, str] = {"error": "bad", "warning": "warn"}


class Span(NamedTuple):
    """Some text in one role; an empty role is plain text."""

    text: str
    role: str = ""


Line = tuple[Span, ...]


class Area(NamedTuple):
    """What a pane may fill: cells, and whether characters beyond ASCII may be used."""

    width: int
    height: int
    ascii: bool = False


def spelled(line: Line, *, ascii_only: bool) -> Line:
    """Return the line, in ASCII with `us` for `µs`, which figures have as their unit."""
    if not ascii_only:
        return line
    return tuple(Span(part.text.replace("µ", "u"), part.role) for part in line)


def span(text: str, role: str = "") -> Line:
    """Return a line of one span."""
    return (Span(text, role),)


def width_of(line: Line) -> int:
    """Return the cells that the line takes."""
    return sum(cell_len(part.text) for part in line)


def fit(text: str, width: int, area: Area) -> str:
    """Cut the text with a mark, or pad it with blanks, to exactly `width` cells."""
    if width <= 0:
        return ""
    return _cut(text, width, area) if cell_len(text) > width else set_cell_size(text, width)


def _cut(text: str, width: int, area: Area) -> str:
    return set_cell_size(text, width - 1) + ("~" if area.ascii else "…")


def fit_right(text: str, width: int, area: Area) -> str:
    """Do the same as `fit`, with the blanks in front."""
    return " " * (width - cell_len(text)) + text if cell_len(text) <= width else fit(text, width, area)


def clipped(line: Line, area: Area) -> Line:
    """Cut the line at the area's width, with a mark at the cut."""
    if width_of(line) <= area.width:
        return line
    left = area.width
    parts: list[Span] = []
    for part in line:
        need = cell_len(part.text)
        if need >= left:
            if left > 0:
                parts.append(Span(_cut(part.text, left, area), part.role))
            break
        parts.append(part)
        left -= need
    return tuple(parts)


def bar(share: float | None, width: int, area: Area, role: str = "read") -> Line:
    """Draw a bar of exactly `width` cells, filled by a share from 0 to 1; anything above 0 shows."""
    text = layout.bar(share or 0.0, width, ascii=area.ascii)
    return (Span(text, role), Span(("." if area.ascii else " ") * (width - len(text)), "track"))


def joined(parts: Iterable[Line], between: str, role: str = "label") -> Line:
    """Join lines into one, with a separator between them."""
    line: list[Span] = []
    for part in parts:
        if not part:
            continue
        if line:
            line.append(Span(between, role))
        line.extend(part)
    return tuple(line)


#: A sentence and its role.
Sentence = tuple[str, str]


def wrapped(text: str, width: int) -> list[str]:
    """Break the text into lines of at most `width` cells, see `layout.wrapped`."""
    return layout.wrapped(text, width, cell_len)


def paragraphs(sentences: Iterable[Sentence], area: Area) -> list[Line]:
    """Lay out each sentence on lines of its own, as many as fit, with a mark if some are missing."""
    lines = [(line, role) for text, role in sentences for line in wrapped(text, area.width)]
    shown = [span(line, role) for line, role in lines[: area.height]]
    if len(lines) > area.height > 0:
        line, role = lines[area.height - 1]
        mark = "~" if area.ascii else "…"
        short = line if cell_len(line) < area.width else set_cell_size(line, area.width - 1)
        shown[-1] = span(short + mark, role)
    return shown

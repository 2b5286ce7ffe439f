"""What panes draw with: lines of spans, each in a role; the theme says how a role looks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

#: Everything a text can be. `styles/ink.tcss` gives each its look: `.ink--label` and so on.
ROLES = (
    "label",  # what a figure is
    "value",  # the figure
    "big",  # the figure people come for
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
    "here",  # the page that is to be seen, among the others
    "off",  # what cannot be used now
)


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


_EIGHTHS = " ▏▎▍▌▋▊▉█"


def span(text: str, role: str = "") -> Line:
    """A line of one span."""
    return (Span(text, role),)


def width_of(line: Line) -> int:
    """Cells that the line takes."""
    return sum(cell_len(part.text) for part in line)


def fit(text: str, width: int, area: Area) -> str:
    """The text in exactly `width` cells: cut with a mark, or filled with blanks."""
    if width <= 0:
        return ""
    return _cut(text, width, area) if cell_len(text) > width else set_cell_size(text, width)


def _cut(text: str, width: int, area: Area) -> str:
    return set_cell_size(text, width - 1) + ("~" if area.ascii else "…")


def fit_right(text: str, width: int, area: Area) -> str:
    """As `fit`, with the blanks in front."""
    return " " * (width - cell_len(text)) + text if cell_len(text) <= width else fit(text, width, area)


def clipped(line: Line, area: Area) -> Line:
    """The line without what does not fit; a mark where something is missing."""
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
    """A bar in exactly `width` cells, filled by a share from 0 to 1; anything above 0 shows."""
    share = min(max(share or 0.0, 0.0), 1.0) if width > 0 else 0.0
    if area.ascii:
        full = round(share * width) or (1 if share > 0 else 0)
        return (Span("#" * full, role), Span("." * (width - full), "track"))
    eighths = round(share * width * 8) or (1 if share > 0 else 0)
    whole, part = divmod(eighths, 8)
    text = "█" * whole + (_EIGHTHS[part] if part else "")
    return (Span(text, role), Span(" " * (width - len(text)), "track"))


def joined(parts: Iterable[Line], between: str, role: str = "label") -> Line:
    """Lines one behind the other, with something in between."""
    line: list[Span] = []
    for part in parts:
        if not part:
            continue
        if line:
            line.append(Span(between, role))
        line.extend(part)
    return tuple(line)

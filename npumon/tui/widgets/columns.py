"""The columns of a table: which of them have room, and cells side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import NamedTuple, Protocol

from npumon.core import units
from npumon.core.layout import fitting
from npumon.tui.paint import Area, Line, Span, clipped, fit, fit_right, width_of


class Column(NamedTuple):
    """A column of `width` cells; the flexible one takes what is left, at least `width`.

    Before it, columns that want more than `width` get it, from left to right.
    If not all columns fit, they are dropped by `importance`, the highest number first; 0 always stays. Figures are
    aligned to the right. `descending` is how the column is first sorted; None if it cannot be sorted by.
    """

    key: str
    title: str
    width: int
    importance: int = 0
    right: bool = True
    flexible: bool = False
    descending: bool | None = True
    wanted: int = 0


def visible_columns(columns: Sequence[Column], width: int, view: int = 0) -> list[tuple[Column, int]]:
    """Return the columns that fit in so many cells, each with its width. One cell of every row is the cursor's.

    Columns that do not fit in the first view appear in the next ones, again the most important first.
    """
    seen: set[str] = set()
    for _ in range(view):
        seen |= {column.key for column in _chosen(columns, width, seen)}
    chosen = _chosen(columns, width, seen)
    left = width - sum(column.width + 1 for column in chosen)
    widths = []
    for column in chosen:
        more = max(0, min(left, column.wanted - column.width))
        left -= more
        widths.append(column.width + more)
    return [
        (column, given + max(0, left if column.flexible else 0)) for column, given in zip(chosen, widths, strict=True)
    ]


def views(columns: Sequence[Column], width: int) -> int:
    """Return how many views it takes to show every column that can fit."""
    seen: set[str] = set()
    number = 0
    while (more := {column.key for column in _chosen(columns, width, seen)} - seen) or not number:
        seen |= more
        number += 1
    return number


def _chosen(columns: Sequence[Column], width: int, seen: Set[str]) -> list[Column]:
    """Return the columns of a view; those shown already are less important than all others."""
    least = max(column.importance for column in columns)
    ranks = [column.importance + least * (column.importance > 0 and column.key in seen) for column in columns]
    return [columns[index] for index in fitting(ranks, [column.width for column in columns], width - 2)]


def title(column: Column, order: str, *, descending: bool, ascii_only: bool) -> Line:
    """Return the heading of a column, with the direction if rows are sorted by it."""
    if column.key != order:
        return (Span(column.title, "label"),)
    marks = "^v" if ascii_only else "▴▾"
    return (Span(f"{column.title}{marks[descending]}", "value"),)


def side_by_side(cells: Iterable[tuple[Column, int, Line]], *, ascii_only: bool) -> Line:
    """Join cells in a line, each as wide as its column, with a blank between them."""
    line: list[Span] = []
    for index, (column, width, cell) in enumerate(cells):
        if index:
            line.append(Span(" "))
        area = Area(width, 1, ascii_only)
        if len(cell) == 1:  # most are
            text, role = cell[0]
            line.append(Span((fit_right if column.right else fit)(text, width, area), role))
        else:
            cut = clipped(cell, area)
            blank = Span(" " * (width - width_of(cut)))
            line.extend((blank, *cut) if column.right else (*cut, blank))
    return tuple(line)


def figure(text: str, value: float | None, area: Area) -> str:
    """Shorten a figure that is too long for its cell without cutting it, see `units.fitted`."""
    return units.fitted(text, value, area.width)


class TableRow(Protocol):
    """A row; its key tells it from all others while it is there."""

    @property
    def key(self) -> str: ...

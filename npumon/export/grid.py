"""A table as wide as its cells need, which gives up columns if the text is too narrow for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from npumon.core.layout import cell_width, fitting
from npumon.export.drawing import Style, bar, painted, plain, table

_LEAST_BAR = 8
_MOST_BAR = 40


class GridColumn(NamedTuple):
    """A column's head and how it behaves.

    `rank` says when it is given up: the highest first, 0 never. Cells wider than `most` are cut.
    """

    head: str
    rank: int = 0
    right: bool = False
    most: int = 40


class Bar(NamedTuple):
    """A bar behind a row, filled by a share from 0 to 1."""

    share: float
    color: str = "cyan"


def grid(
    layout: Sequence[GridColumn], rows: Sequence[Sequence[str]], style: Style, bars: Sequence[Bar] = ()
) -> list[str]:
    """Lay out the head and the rows; columns without any text are left out, bars need eight free columns."""
    filled = [index for index, column in enumerate(layout) if column.rank == 0 or any(row[index] for row in rows)]
    widths = [
        min(column.most, max(cell_width(plain(text, style)) for text in (column.head, *(row[index] for row in rows))))
        for index, column in enumerate(layout)
    ]
    ranks, sizes = [layout[index].rank for index in filled], [widths[index] for index in filled]
    kept = [filled[index] for index in fitting(ranks, sizes, style.width, gap=2)]
    for index in kept:
        widths[index] = max(1, widths[index] - max(0, _total(kept, widths) - style.width))
    lines = table(
        [layout[index].head for index in kept],
        [[row[index] for index in kept] for row in rows],
        [-widths[index] if layout[index].right else widths[index] for index in kept],
        style,
    )
    room = min(_MOST_BAR, style.width - _total(kept, widths) - 2)
    if bars and room >= _LEAST_BAR:
        whole = _total(kept, widths) + 2
        for number, drawn in enumerate(bars, 1):
            text = bar(drawn.share, room, style).rstrip()
            if text:
                lines[number] += " " * (whole - cell_width(lines[number])) + painted(text, drawn.color, style)
    return lines


def _total(kept: Sequence[int], widths: Sequence[int]) -> int:
    return sum(widths[index] for index in kept) + 2 * (len(kept) - 1)

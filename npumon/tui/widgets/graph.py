"""A graph of history in block characters: one column a sample, one style, and only new columns are computed.

A graph that scrolls repaints all of itself for every sample. This one fills from the left and, once it is full, makes
room for a quarter of its width at once. So the newest sample is always at the right end of what is drawn, and nearly
every sample repaints one column only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, floor, isfinite, log10

from npumon.core.monitor.live import History, Sample
from npumon.tui.paint import Area, Line, Span, fit, fit_right

#: A column's cell by how many of its eighths are filled; in ASCII, by thirds.
_BLOCKS = " ▁▂▃▄▅▆▇█"
_ASCII = " ...:::##"
#: Ends of an axis that can be read at a glance.
_NICE = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
#: An axis stays while its figures reach this share of it.
_STAYS = 0.4


def nice(number: float) -> float:
    """Return the smallest round number that is at least `number`, which is above 0."""
    unit = 10.0 ** floor(log10(number))
    return next(step * unit for step in _NICE if number <= step * unit * (1 + 1e-9))


class Scale:
    """The upper end of an axis that starts at 0. It changes only if a figure is too large, or all are far too small."""

    def __init__(self) -> None:
        self.top = 0.0

    def fit(self, largest: float | None) -> float:
        """Return the end of the axis for figures up to `largest`; 0 while there are none."""
        if largest is not None and isfinite(largest) and largest > 0 and not _STAYS * self.top <= largest <= self.top:
            self.top = nice(largest)
        return self.top


def window(ever: int, width: int) -> int:
    """Return the 0-based number of the sample in the first of `width` columns, after `ever` samples."""
    step = max(1, width // 4)
    return max(0, ceil((ever - width) / step)) * step


class Graph:
    """One figure of the history as rows of characters, from top to bottom.

    A missing sample is a gap; a zero is a thin line. `figure` reads the figure of a sample.
    """

    def __init__(self, figure: Callable[[Sample], float | None]) -> None:
        self._figure = figure
        self._kind: tuple[int, int, bool, float] = (0, 0, False, 0.0)
        self._first = 0
        self._ever = 0
        self._rows: list[list[str]] = []

    def largest(self, history: History, width: int) -> float | None:
        """Return the largest figure in the window of `width` columns."""
        shown = _shown(history, window(history.ever, width))
        return max((figure for sample in shown if (figure := self._figure(sample)) is not None), default=None)

    def rows(self, history: History, top: float, area: Area) -> list[str]:
        """Draw the graph in the area, with its upper edge at `top`."""
        kind = (*area, top)
        first = window(history.ever, area.width)
        if (kind, first) != (self._kind, self._first) or history.ever < self._ever:
            self._kind, self._first, self._ever = kind, first, first
            self._rows = [[] for _ in range(area.height)]
        shown = _shown(history, self._ever)
        gaps = history.ever - self._ever - len(shown)
        for figure in (*(None,) * gaps, *map(self._figure, shown)):
            for row, char in zip(self._rows, column(figure, top, area), strict=True):
                row.append(char)
        self._ever = history.ever
        return ["".join(row) for row in self._rows]


def column(figure: float | None, top: float, area: Area) -> list[str]:
    """Return the cells of one figure, from top to bottom."""
    chars = _ASCII if area.ascii else _BLOCKS
    if figure is None or not isfinite(figure):
        return [" "] * area.height
    share = figure / top if top > 0 else 0.0
    eighths = max(1, round(min(max(share, 0.0), 1.0) * area.height * 8))
    return [chars[min(max(eighths - 8 * below, 0), 8)] for below in range(area.height - 1, -1, -1)]


def _shown(history: History, first: int) -> Sequence[Sample]:
    """Return the samples from number `first` on that are still kept."""
    many = history.ever - first
    return history.samples[-many:] if many > 0 else ()


class AxisGraph:
    """A graph with its name, its role, and the cells that its axis takes."""

    def __init__(self, graph: Graph, axis: int, role: str = "graph", name: str = "") -> None:
        self.graph = graph
        self.axis = axis
        self._role = role
        self._name = name

    def lines(self, history: History, top: float, mark: str, area: Area) -> list[Line]:
        """Draw the graph with its upper edge at `top`, labelled `mark`, and its lower edge at 0."""
        if area.height < 1 or area.width <= self.axis:
            return []
        rows = self.graph.rows(history, top, area._replace(width=area.width - self.axis))
        return [
            (Span(self._head(number, mark, area), "label"), Span(row, self._role)) for number, row in enumerate(rows)
        ]

    def _head(self, number: int, mark: str, area: Area) -> str:
        text = mark if number == 0 else "0" if number == area.height - 1 else ""
        name = fit(self._name if number == 0 else "", len(self._name), area)
        return name + fit_right(text, self.axis - len(self._name) - 1, area) + " "


def reach(history: History, width: int) -> str:
    """Describe how far back a graph of so many columns reaches."""
    many = history.ever - window(history.ever, width)
    return f"last {many} iterations" if many > 1 else ""

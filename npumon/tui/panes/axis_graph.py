"""A graph of history with its axis at the left."""

from __future__ import annotations

from npumon.core.run.history import History
from npumon.tui.paint import Area, Line, Span, fit, fit_right
from npumon.tui.widgets.graph import Graph, window


class AxisGraph:
    """A graph, its name, its role, and the cells that its axis takes."""

    def __init__(self, graph: Graph, axis: int, role: str = "graph", name: str = "") -> None:
        self.graph = graph
        self.axis = axis
        self._role = role
        self._name = name

    def lines(self, history: History, top: float, mark: str, area: Area) -> list[Line]:
        """The lane with its upper edge at `top`, which reads as `mark`. The lower edge is 0."""
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
    """How far back a graph of so many columns goes."""
    many = history.ever - window(history.ever, width)
    return f"last {many} iterations" if many > 1 else ""

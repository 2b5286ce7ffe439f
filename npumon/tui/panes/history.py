"""Graphs of how busy the NPU was, and of how long iterations took."""

from __future__ import annotations

from npumon.core.monitor.live import History
from npumon.tui.paint import Area, Line, span
from npumon.tui.widgets.graph import AxisGraph, Graph, Scale

#: Cells for the numbers of the axes.
SHARES_AXIS, _TIMES_AXIS = 4, 8
#: A graph narrower than this is not worth drawing.
_LEAST_GRAPH = 12
_LEAST_HISTORY = 2


class Past:
    """The two graphs of history: utilization, and how long iterations took."""

    def __init__(self) -> None:
        self._share = AxisGraph(Graph(lambda sample: sample.utilization), SHARES_AXIS)
        self._time = AxisGraph(Graph(lambda sample: sample.elapsed_us), _TIMES_AXIS, "label")
        self._time_scale = Scale()

    def shares(self, history: History, area: Area) -> list[Line]:
        """Draw the utilization from 0 to 100 percent. That of a single iteration is no history."""
        if history.ever < _LEAST_HISTORY:
            return []
        return self._share.lines(history, 1.0, "100", area)

    def times(self, history: History, area: Area) -> list[Line]:
        """Draw latencies, with a note under them."""
        width = area.width - _TIMES_AXIS
        if width < _LEAST_GRAPH or history.ever < _LEAST_HISTORY:
            return []
        top = self._time_scale.fit(self._time.graph.largest(history, width))
        if not top:
            return []
        lines = self._time.lines(history, top, _round(top), area._replace(height=area.height - 1))
        return [*lines, span(" " * _TIMES_AXIS + "latency", "label")]


def _round(top_us: float) -> str:
    """Format the end of a time axis: round numbers need no decimals."""
    return f"{top_us / 1e6:g} s" if top_us >= 1e6 else f"{top_us / 1e3:g} ms"

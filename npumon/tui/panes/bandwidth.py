"""What the run moved through memory: six figures, their bars on one scale, and DDR against AXI-SRAM over time."""

from __future__ import annotations

from collections.abc import Sequence

from npumon.core import units
from npumon.core.monitor.live import History, Live, run_with_figures
from npumon.core.profile import BANDWIDTHS
from npumon.core.run.metrics import Figures
from npumon.core.run.report import RunReport
from npumon.tui.paint import Area, Line, Span, bar, clipped, fit, fit_right, joined, paragraphs, span
from npumon.tui.widgets.canvas import Pane
from npumon.tui.widgets.graph import AxisGraph, Graph, Scale, reach

_MEMORIES = ("total", "AXI", "DDR")
_DIRECTIONS = ("read", "write")
#: `total write` and two columns of figures with a blank before each.
_NAME, _MBYTE, _RATE = 11, 8, 8
#: Bars and graphs are left out if they would be narrower than this.
_LEAST_BAR, _LEAST_GRAPH = 4, 8
#: From this width on the pairs' names are written out.
_LONG_PAIRS = 42
#: Cells for the names and numbers of the graphs' axes.
_AXIS = 11


class BandwidthPane(Pane):
    """The pane. Its scales remember what they showed, so that they change rarely."""

    def __init__(self, *, ascii_only: bool = False, title: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(ascii_only=ascii_only, title=title, id=id)
        self._bars = Scale()
        self._graphs = AxisGraphs()

    def sees(self, live: Live) -> tuple[object, ...]:
        return (run_with_figures(live).run, live.history)

    def lines(self, live: Live, area: Area) -> Sequence[Line]:
        return bandwidth_lines(live, self._bars, self._graphs, area)


class AxisGraphs:
    """The two graphs of history, DDR above AXI-SRAM, on one scale of MByte/s."""

    def __init__(self) -> None:
        self._scale = Scale()
        self._graphs = (
            AxisGraph(Graph(lambda sample: sample.ddr_mbyte_per_s), _AXIS, "read", "DDR"),
            AxisGraph(Graph(lambda sample: sample.axi_mbyte_per_s), _AXIS, "write", "AXI"),
        )

    def lines(self, history: History, area: Area) -> list[Line]:
        """Draw both graphs, each in half of the height."""
        width = area.width - _AXIS
        if width < _LEAST_GRAPH:
            return []
        top = self._scale.fit(max(graph.graph.largest(history, width) or 0.0 for graph in self._graphs))
        if not top:
            return []
        half = area._replace(height=area.height // 2)
        upper, lower = (graph.lines(history, top, units.rate(top), half) for graph in self._graphs)
        return [*upper, *((),) * (area.height % 2), *lower]


def bandwidth_lines(live: Live, bars: Scale, graphs: AxisGraphs, area: Area) -> list[Line]:
    """Draw the pane's lines."""
    run = run_with_figures(live).run
    figures = Figures() if run is None else run.metrics.figures
    if all(amount is None for amount in figures.bandwidth):
        return paragraphs([(_why_nothing(run), "label")], area)
    if area.height < len(BANDWIDTHS):
        return _pairs(figures, area)
    lines = _rows(figures, bars, area)
    if area.height > len(lines):
        lines.insert(0, _head(bars, area))
    left = area.height - len(lines)
    if left >= 2:
        blank = left >= 5
        notes = left - blank >= 3
        drawn = graphs.lines(live.history, area._replace(height=left - blank - notes))
        lines.extend([(), *drawn] if blank else drawn)
        if notes and drawn:
            lines.append(_note(live.history, area))
    return lines


def _why_nothing(run: RunReport | None) -> str:
    if run is None or run.info.outcome == "running":
        return "What a run reads and writes, through AXI-SRAM and DDR, appears here."
    return "This run printed no bandwidth figures."


def _note(history: History, area: Area) -> Line:
    note = reach(history, area.width - _AXIS)
    long = f"MByte/s, {note}" if note else "MByte/s"
    return span(" " * _AXIS + (long if len(long) <= area.width - _AXIS else note), "label")


def _bar_width(area: Area) -> int:
    return area.width - _NAME - _MBYTE - _RATE


def _head(bars: Scale, area: Area) -> Line:
    width = _bar_width(area)
    text = " " * _NAME + fit_right("MByte", _MBYTE, area) + fit_right("MByte/s", _RATE, area)
    end = units.rate(bars.top)
    axis = f" 0{end:>{width - 2}}" if width > len(end) + 3 else ""
    return clipped(span(text + axis, "label"), area)


def _rows(figures: Figures, bars: Scale, area: Area) -> list[Line]:
    rates = figures.bandwidth_per_s
    measured = rates if any(rate is not None for rate in rates) else figures.bandwidth
    top = bars.fit(max((figure for figure in measured if figure is not None), default=None))
    width = _bar_width(area)
    lines: list[Line] = []
    for index, (amount, rate, length) in enumerate(zip(figures.bandwidth, rates, measured, strict=True)):
        memory, direction = _MEMORIES[index // 2], _DIRECTIONS[index % 2]
        name = Span(f"{memory if direction == 'read' else '':<6}{direction:<5}", "label")
        drawn: Line = ()
        if width > _LEAST_BAR:  # and the blank before it
            share = length / top if length is not None and top else None
            drawn = (Span(" "), *bar(share, width - 1, area, direction))
        values = (
            Span(fit_right(units.fitted(units.mbyte(amount), amount, _MBYTE - 1), _MBYTE, area), "value"),
            Span(_rate(rate, area), "value"),
        )
        lines.append(clipped((name, *values, *drawn), area))
    return lines


def _rate(rate: float | None, area: Area) -> str:
    return fit_right(units.fitted(units.rate(rate), rate, _RATE - 1), _RATE, area)


def _pairs(figures: Figures, area: Area) -> list[Line]:
    """Draw a line for each memory, reading and writing side by side."""
    names = _DIRECTIONS if area.width >= _LONG_PAIRS else ("r", "w")
    lines: list[Line] = []
    for index, memory in enumerate(_MEMORIES[: area.height]):
        rates = figures.bandwidth_per_s[2 * index : 2 * index + 2]
        words = [
            (Span(name, "label"), Span(_rate(rate, area), "value")) for name, rate in zip(names, rates, strict=True)
        ]
        unit = [span("MByte/s", "unit")] if area.width >= _LONG_PAIRS else []
        lines.append(clipped((Span(fit(memory, 6, area), "label"), *joined((*words, *unit), "  ")), area))
    return lines

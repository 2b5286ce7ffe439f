"""What the run moved through memory: six figures, their bars on one scale, and DDR against AXI-SRAM over time."""

from __future__ import annotations

from collections.abc import Sequence

from npumon.core import units
from npumon.core.monitor.live import History, Live, run_with_figures
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
#: A graph of fewer iterations is none.
_LEAST_HISTORY = 2
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
        self._ddr = AxisGraph(Graph(lambda sample: sample.ddr_mbyte_per_s), _AXIS, "read", "DDR")
        self._axi = AxisGraph(Graph(lambda sample: sample.axi_mbyte_per_s), _AXIS, "write", "AXI")

    def lines(self, history: History, area: Area) -> list[Line]:
        """Draw the graphs, each in its part of the height. One of a single iteration is none, and neither is one of
        nothing."""
        width = area.width - _AXIS
        if width < _LEAST_GRAPH or history.ever < _LEAST_HISTORY:
            return []
        largest = [graph.graph.largest(history, width) or 0.0 for graph in (self._ddr, self._axi)]
        top = self._scale.fit(max(largest))
        graphs = [graph for graph, most in zip((self._ddr, self._axi), largest, strict=True) if most]
        if not top or not graphs:
            return []
        part = area._replace(height=area.height // len(graphs))
        first, *others = (graph.lines(history, top, units.rate(top), part) for graph in graphs)
        return [*first, *((),) * (area.height % len(graphs)), *(line for lines in others for line in lines)]


def bandwidth_lines(live: Live, bars: Scale, graphs: AxisGraphs, area: Area) -> list[Line]:
    """Draw the pane's lines."""
    run = run_with_figures(live).run
    figures = Figures() if run is None else run.metrics.figures
    if all(amount is None for amount in figures.bandwidth):
        return paragraphs([(_why_nothing(run), "label")], area)
    memories = _memories(figures)
    if area.height < len(memories) * len(_DIRECTIONS):
        return _pairs(figures, memories, area)
    lines = _rows(figures, memories, bars, area)
    if area.height > len(lines):
        lines.insert(0, _head(figures, bars, area))
    left = area.height - len(lines)
    if left >= 2:
        blank = left >= 5
        notes = left - blank >= 3
        drawn = graphs.lines(live.history, area._replace(height=left - blank - notes))
        lines.extend([(), *drawn] if blank and drawn else drawn)
        if notes and drawn:
            lines.append(_note(live.history, area))
    return lines


def _memories(figures: Figures) -> list[int]:
    """Return the memories to show: not those that were not used at all."""
    moved = figures.bandwidth
    used = [index for index in range(len(_MEMORIES)) if any(moved[2 * index : 2 * index + 2])]
    return used or [*range(len(_MEMORIES))]


def _why_nothing(run: RunReport | None) -> str:
    if run is None or run.info.outcome == "running":
        return "What a run reads and writes, through AXI-SRAM and DDR, appears here."
    return "This run printed no bandwidth figures."


def _note(history: History, area: Area) -> Line:
    note = reach(history, area.width - _AXIS)
    long = f"MByte/s, {note}" if note else "MByte/s"
    return span(" " * _AXIS + (long if len(long) <= area.width - _AXIS else note), "label")


def _timed(figures: Figures) -> bool:
    """Return whether there are rates."""
    return any(rate is not None for rate in figures.bandwidth_per_s)


def _bar_width(figures: Figures, area: Area) -> int:
    return area.width - _NAME - _MBYTE - _RATE * _timed(figures)


def _head(figures: Figures, bars: Scale, area: Area) -> Line:
    width = _bar_width(figures, area)
    rates = fit_right("MByte/s", _RATE, area) if _timed(figures) else ""
    text = " " * _NAME + fit_right("MByte", _MBYTE, area) + rates
    end = units.rate(bars.top)
    axis = f" 0{end:>{width - 2}}" if width > len(end) + 3 else ""
    return clipped(span(text + axis, "label"), area)


def _rows(figures: Figures, memories: Sequence[int], bars: Scale, area: Area) -> list[Line]:
    rates = figures.bandwidth_per_s
    measured = rates if _timed(figures) else figures.bandwidth
    top = bars.fit(max((figure for figure in measured if figure is not None), default=None))
    width = _bar_width(figures, area)
    lines: list[Line] = []
    for index in (2 * memory + direction for memory in memories for direction in range(len(_DIRECTIONS))):
        amount, rate, length = figures.bandwidth[index], rates[index], measured[index]
        memory, direction = _MEMORIES[index // 2], _DIRECTIONS[index % 2]
        name = Span(f"{memory if direction == 'read' else '':<6}{direction:<5}", "label")
        drawn: Line = ()
        if width > _LEAST_BAR:  # and the blank before it
            share = length / top if length is not None and top else None
            drawn = (Span(" "), *bar(share, width - 1, area, direction))
        values = [Span(fit_right(units.fitted(units.mbyte(amount), amount, _MBYTE - 1), _MBYTE, area), "value")]
        if _timed(figures):
            values.append(Span(_rate(rate, area), "value"))
        lines.append(clipped((name, *values, *drawn), area))
    return lines


def _rate(rate: float | None, area: Area) -> str:
    return fit_right(units.fitted(units.rate(rate), rate, _RATE - 1), _RATE, area)


def _pairs(figures: Figures, memories: Sequence[int], area: Area) -> list[Line]:
    """Draw a line for each memory, reading and writing side by side: rates, or amounts where there are none."""
    names = _DIRECTIONS if area.width >= _LONG_PAIRS else ("r", "w")
    timed = _timed(figures)
    lines: list[Line] = []
    for index in memories[: area.height]:
        if timed:
            texts = [_rate(rate, area) for rate in figures.bandwidth_per_s[2 * index : 2 * index + 2]]
        else:
            moved = figures.bandwidth[2 * index : 2 * index + 2]
            texts = [fit_right(units.fitted(units.mbyte(amount), amount, _MBYTE - 1), _MBYTE, area) for amount in moved]
        words = [(Span(name, "label"), Span(text, "value")) for name, text in zip(names, texts, strict=True)]
        unit = [span("MByte/s" if timed else "MByte", "unit")] if area.width >= _LONG_PAIRS else []
        lines.append(clipped((Span(fit(_MEMORIES[index], 6, area), "label"), *joined((*words, *unit), "  ")), area))
    return lines

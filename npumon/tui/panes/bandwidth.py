"""What the run moved through memory: six figures, their bars on one scale, and DDR against AXI-SRAM over time."""

from __future__ import annotations

from collections.abc import Sequence

from npumon.core import units
from npumon.core.monitor.live import Live
from npumon.core.profile import BANDWIDTHS
from npumon.core.run import outcome
from npumon.core.run.history import History
from npumon.core.run.metrics import Figures
from npumon.core.run.report import RunReport
from npumon.tui.paint import Area, Line, Span, bar, clipped, fit, fit_right, joined, span
from npumon.tui.panes.lane import Lane, reach
from npumon.tui.panes.pane import Pane
from npumon.tui.panes.prose import prose
from npumon.tui.panes.subject import figures_subject
from npumon.tui.widgets.graph import Graph, Scale

_MEMORIES = ("total", "AXI", "DDR")
_DIRECTIONS = ("read", "write")
#: `total write` and two columns of figures with a blank before each.
_NAME, _MBYTE, _RATE = 11, 8, 8
#: Rooms in which bars or graphs would be narrower than this do without them.
_LEAST_BAR, _LEAST_GRAPH = 4, 8
#: From here on the pairs' names are written out.
_LONG_PAIRS = 42
#: Cells for the names and numbers of the graphs' axes.
_AXIS = 11


class BandwidthPane(Pane):
    """The pane. Its scales remember what they showed, so that they change rarely."""

    def __init__(self, *, ascii_only: bool = False, title: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(ascii_only=ascii_only, title=title, id=id)
        self._bars = Scale()
        self._lanes = Lanes()

    def sees(self, live: Live) -> tuple[object, ...]:
        return (figures_subject(live).run, live.history)

    def lines(self, live: Live, room: Area) -> Sequence[Line]:
        return bandwidth_lines(live, self._bars, self._lanes, room)


class Lanes:
    """The two graphs of history, DDR above AXI-SRAM, on one scale of MByte/s."""

    def __init__(self) -> None:
        self._scale = Scale()
        self._lanes = (
            Lane(Graph(lambda sample: sample.ddr_mbyte_per_s), _AXIS, "read", "DDR"),
            Lane(Graph(lambda sample: sample.axi_mbyte_per_s), _AXIS, "write", "AXI"),
        )

    def lines(self, history: History, room: Area) -> list[Line]:
        """Both graphs in the room, each of half its height."""
        width = room.width - _AXIS
        if width < _LEAST_GRAPH:
            return []
        top = self._scale.fit(max(lane.graph.largest(history, width) or 0.0 for lane in self._lanes))
        if not top:
            return []
        half = room._replace(height=room.height // 2)
        upper, lower = (lane.lines(history, top, units.rate(top), half) for lane in self._lanes)
        return [*upper, *((),) * (room.height % 2), *lower]


def bandwidth_lines(live: Live, bars: Scale, lanes: Lanes, room: Area) -> list[Line]:
    """The pane's lines."""
    run = figures_subject(live).run
    figures = Figures() if run is None else run.metrics.figures
    if all(amount is None for amount in figures.bandwidth):
        return prose([(_why_nothing(run), "label")], room)
    if room.height < len(BANDWIDTHS):
        return _pairs(figures, room)
    lines = _rows(figures, bars, room)
    if room.height > len(lines):
        lines.insert(0, _head(bars, room))
    left = room.height - len(lines)
    if left >= 2:
        blank = left >= 5
        notes = left - blank >= 3
        graphs = lanes.lines(live.history, room._replace(height=left - blank - notes))
        lines.extend([(), *graphs] if blank else graphs)
        if notes and graphs:
            lines.append(_note(live.history, room))
    return lines


def _why_nothing(run: RunReport | None) -> str:
    if run is None or run.info.outcome == outcome.RUNNING:
        return "What a run reads and writes, through AXI-SRAM and DDR, appears here."
    return "This run printed no bandwidth figures."


def _note(history: History, room: Area) -> Line:
    note = reach(history, room.width - _AXIS)
    long = f"MByte/s, {note}" if note else "MByte/s"
    return span(" " * _AXIS + (long if len(long) <= room.width - _AXIS else note), "label")


def _bar_width(room: Area) -> int:
    return room.width - _NAME - _MBYTE - _RATE


def _head(bars: Scale, room: Area) -> Line:
    width = _bar_width(room)
    text = " " * _NAME + fit_right("MByte", _MBYTE, room) + fit_right("MByte/s", _RATE, room)
    end = units.rate(bars.top)
    axis = f" 0{end:>{width - 2}}" if width > len(end) + 3 else ""
    return clipped(span(text + axis, "label"), room)


def _rows(figures: Figures, bars: Scale, room: Area) -> list[Line]:
    rates = figures.bandwidth_per_s
    measured = rates if any(rate is not None for rate in rates) else figures.bandwidth
    top = bars.fit(max((figure for figure in measured if figure is not None), default=None))
    width = _bar_width(room)
    lines: list[Line] = []
    for place, (amount, rate, length) in enumerate(zip(figures.bandwidth, rates, measured, strict=True)):
        memory, direction = _MEMORIES[place // 2], _DIRECTIONS[place % 2]
        name = Span(f"{memory if direction == 'read' else '':<6}{direction:<5}", "label")
        drawn: Line = ()
        if width > _LEAST_BAR:  # and the blank before it
            share = length / top if length is not None and top else None
            drawn = (Span(" "), *bar(share, width - 1, room, direction))
        values = (
            Span(fit_right(_short(units.mbyte(amount), amount, _MBYTE), _MBYTE, room), "value"),
            Span(_rate(rate, room), "value"),
        )
        lines.append(clipped((name, *values, *drawn), room))
    return lines


def _short(text: str, figure: float | None, width: int) -> str:
    """The text, or the figure in another spelling where the text would touch its neighbour: never one cut off."""
    return text if figure is None or len(text) < width else f"{figure:.1e}"


def _rate(rate: float | None, room: Area) -> str:
    return fit_right(_short(units.rate(rate), rate, _RATE), _RATE, room)


def _pairs(figures: Figures, room: Area) -> list[Line]:
    """A line for each memory, reading and writing side by side."""
    names = _DIRECTIONS if room.width >= _LONG_PAIRS else ("r", "w")
    lines: list[Line] = []
    for place, memory in enumerate(_MEMORIES[: room.height]):
        rates = figures.bandwidth_per_s[2 * place : 2 * place + 2]
        words = [
            (Span(name, "label"), Span(_rate(rate, room), "value")) for name, rate in zip(names, rates, strict=True)
        ]
        unit = [span("MByte/s", "unit")] if room.width >= _LONG_PAIRS else []
        lines.append(clipped((Span(fit(memory, 6, room), "label"), *joined((*words, *unit), "  ")), room))
    return lines

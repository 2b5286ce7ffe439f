"""How long an iteration takes: the figure in large digits, others of the same iterations, and their history."""

from __future__ import annotations

from collections.abc import Sequence

from npumon.core import units
from npumon.core.monitor.distribution import seen_of
from npumon.core.monitor.latency import LatencyFigures, latency_of, latency_of_distribution
from npumon.core.monitor.live import Live, run_with_figures
from npumon.tui.paint import Area, Line, Span, clipped, joined, span, width_of
from npumon.tui.panes import digits, facts
from npumon.tui.panes.facts import named
from npumon.tui.panes.history import Past
from npumon.tui.widgets.growing_pane import GrowingPane

#: Cells between the digits and what stands beside them.
_GAP = 3
#: Narrower or lower areas show the figure in ordinary characters, larger ones in tall digits.
_LEAST_WIDTH, _TALL_WIDTH, _TALL_HEIGHT = 46, 96, 14
#: A history of fewer of the last iterations is none; so many lines it takes of a pane that gets what it wants.
_LEAST_HISTORY, _LOOKED_AT, _HISTORY = 3, 20, 6


class LatencyPane(GrowingPane):
    """The pane. With the class `-brief` it has one figure alone: the others are the distribution's."""

    def __init__(self, *, ascii_only: bool = False, title: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(ascii_only=ascii_only, title=title, id=id)
        self._past = Past()
        self._known: tuple[tuple[object, ...], LatencyFigures | None] = ((), None)

    def sees(self, live: Live) -> tuple[object, ...]:
        run = run_with_figures(live).run
        if not self.has_class("-brief"):
            return (run, live.latencies, live.history)
        prepared = run and (run.info, run.state.create_us, run.state.verify_us)
        return (prepared, live.shown, *seen_of(live, live.shown.run))

    def lines(self, live: Live, area: Area) -> Sequence[Line]:
        return latency_lines(live, self._figures(live), None if self.has_class("-brief") else self._past, area)

    def filled(self, live: Live, area: Area) -> int:
        past = None if self.has_class("-brief") else self._past
        return filled_lines(live, self._figures(live), past, area)

    def _figures(self, live: Live) -> LatencyFigures | None:
        """Return what to show; computed once for each value, since of many iterations that takes a while."""
        seen = self.sees(live)
        if self._known[0] != seen:
            brief = latency_of_distribution(live) if self.has_class("-brief") else None
            self._known = (seen, brief or latency_of(live))
        return self._known[1]


def filled_lines(live: Live, figures: LatencyFigures | None, past: Past | None, area: Area) -> int:
    """Return how many lines `latency_lines` fills in an area of any height."""
    if figures is None:
        return 0
    beside = len(_beside(figures, live, _room(figures, digits.SMALL, area)))
    least = digits.SMALL if area.width >= _LEAST_WIDTH else 1
    return max(beside, least) + _HISTORY * (past is not None and _has_history(live))


def _has_history(live: Live) -> bool:
    return sum(sample.elapsed_us is not None for sample in live.history.samples[-_LOOKED_AT:]) >= _LEAST_HISTORY


def latency_lines(live: Live, figures: LatencyFigures | None, past: Past | None, area: Area) -> list[Line]:
    """Draw the pane's lines; without a `past` there is no history."""
    if figures is None:
        return []
    if area.width < _LEAST_WIDTH or area.height < digits.SMALL:
        head = (Span(units.microseconds(figures.us), "big"), Span(f" {figures.what}", "label"))
        lines = [head, *_others(figures, live, area)]
    else:
        tall = area.width >= _TALL_WIDTH and area.height >= _TALL_HEIGHT
        height = digits.TALL if tall else digits.SMALL
        large = _large(figures, height, area)
        beside = _beside(figures, live, _room(figures, height, area))
        blank = (Span(" " * width_of(large[0])),)
        lines = [
            (*(large[row] if row < len(large) else blank), *(beside[row] if row < len(beside) else ()))
            for row in range(max(len(large), len(beside)))
        ]
    lines = [clipped(line, area) for line in lines[: area.height]]
    left = area.height - len(lines)
    if left > 2 and past is not None and _has_history(live):
        lines += [(), *past.times(live.history, area._replace(height=left - 1))]
    return lines


def _text(figures: LatencyFigures) -> tuple[str, str]:
    number, _, unit = units.microseconds(figures.us).rpartition(" ")
    return number.replace(" ", ""), unit


def _large(figures: LatencyFigures, height: int, area: Area) -> list[Line]:
    """Draw the figure with its unit in its last line."""
    number, unit = _text(figures)
    rows = digits.large(number, height, ascii_only=area.ascii)
    gap = " " * _GAP
    return [
        (Span(row, "big"), Span(f" {unit}{gap}" if at == len(rows) - 1 else " " * (len(unit) + 1) + gap, "unit"))
        for at, row in enumerate(rows)
    ]


def _room(figures: LatencyFigures, height: int, area: Area) -> Area:
    """Return what is left beside the figure."""
    number, unit = _text(figures)
    return area._replace(width=area.width - len(digits.large(number, height)[0]) - 1 - len(unit) - _GAP)


def _beside(figures: LatencyFigures, live: Live, room: Area) -> list[Line]:
    return [span(figures.what, "value"), *_others(figures, live, room)]


def _others(figures: LatencyFigures, live: Live, room: Area) -> list[Line]:
    """Draw the other figures, as many on a line as fit, and what came before the first iteration."""
    parts = [named(name, span(units.microseconds(us), "value")) for name, us in figures.others]
    run = run_with_figures(live).run
    lines: list[Line] = []
    for part in parts:
        longer = joined((lines[-1], part), "  ") if lines else part
        if lines and width_of(longer) <= room.width:
            lines[-1] = longer
        else:
            lines.append(part)
    if run is not None and (prepared := facts.preparation(run.state)):
        lines.append(named("create", prepared))
    return lines

"""How busy the NPU was: the main figure, large, with what it is made of and its history."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from npumon.core import units
from npumon.core.monitor.live import Live, run_with_figures
from npumon.core.run.report import RunReport
from npumon.tui.paint import Area, Line, Span, bar, clipped, joined, paragraphs, span, width_of
from npumon.tui.panes import digits, facts
from npumon.tui.panes.empty_state import why_nothing
from npumon.tui.panes.facts import named
from npumon.tui.panes.history import SHARES_AXIS, Past
from npumon.tui.widgets.canvas import Pane
from npumon.tui.widgets.graph import reach

#: Smaller areas show the figure in ordinary characters, larger ones in tall digits.
_LEAST_WIDTH, _LEAST_HEIGHT = 46, 4
_TALL_WIDTH, _TALL_HEIGHT = 96, 7
#: Cells for the digits and their unit, the gap behind them included, by the height of the digits.
_DIGITS = {digits.SMALL: 21, digits.TALL: 40}
#: Three lines of facts stand in two columns if both fit.
_FIRST_COLUMN, _TWO_COLUMNS = 22, 52
#: Cells for the facts beside tall digits, and for their names.
_FACTS, _NAMES = 39, 7
#: From this height on the graph has a note under it.
_ROOM_FOR_NOTE = 4
#: Cells of a title that are not the network's.
_TITLE = 20
#: Cells between the note and what stands beside it.
_GAP = 3


class UtilizationPane(Pane):
    """The pane. If no line is left for the network, its title names it."""

    def __init__(self, *, ascii_only: bool = False, title: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(ascii_only=ascii_only, title=title, id=id)
        self._past = Past()
        self._pane_title = self._titled = title

    def sees(self, live: Live) -> tuple[object, ...]:
        run, snapshot = run_with_figures(live).run, live.snapshot
        why = (live.activity.stage, live.activity.source, not snapshot.taken_at) if run is None else ()
        return (run, live.latencies, live.history, snapshot.driver, why)

    def lines(self, live: Live, area: Area) -> Sequence[Line]:
        title = self._pane_title + network_title(live, area)
        if title != self._titled:
            self._titled = title
            self.border_title = Text(title)  # as a string it would be markup
        return utilization_lines(live, self._past, area)


def network_title(live: Live, area: Area) -> str:
    """Return what is added to the title of a pane with this area."""
    run = run_with_figures(live).run
    if run is None or run.metrics.figures.utilization is None or _under(area) >= _ROOM_FOR_NOTE:
        return ""
    line = facts.network(run.network, area._replace(width=area.width - _TITLE))
    return "".join((" - " if area.ascii else " · ", *(part.text for part in line))) if line else ""


def utilization_lines(live: Live, past: Past, area: Area) -> list[Line]:
    """Draw the pane's lines."""
    run = run_with_figures(live).run
    share = None if run is None else run.metrics.figures.utilization
    if run is None or share is None:
        return _without_figures(live, run, area)
    if area.width < _LEAST_WIDTH or area.height < _LEAST_HEIGHT:
        return _small(share, run, live, past, area)
    tall = _tall(area)
    height = digits.TALL if tall else digits.SMALL
    under = _under(area)
    notes = under >= _ROOM_FOR_NOTE
    note = reach(live.history, area.width - SHARES_AXIS) if under else ""
    beside = Area(area.width - _DIGITS[height], height, area.ascii)
    if tall:
        words = _six_lines(run, live, past, beside)
    else:
        words = _three_lines(run, live, beside, f"graph: {note}" if note and not notes else "")
    lines = [(*figure, *line) for figure, line in zip(_figure(share, height, area), words, strict=True)]
    lines.append(gauge(share, area.width, area))
    graph = past.shares(live.history, area._replace(height=under - notes))
    if not graph and under > notes + 1 and live.history.ever < 2:
        graph = [(), clipped(span("The graph begins with the second iteration.", "label"), area)]
    lines.extend(graph)
    if notes:
        lines.append(_foot(note, run, area))
    return lines


def _tall(area: Area) -> bool:
    return area.width >= _TALL_WIDTH and area.height >= _TALL_HEIGHT


def _under(area: Area) -> int:
    """Draw the lines under the digits and the gauge."""
    return area.height - (digits.TALL if _tall(area) else digits.SMALL) - 1


def _foot(note: str, run: RunReport, area: Area) -> Line:
    """Draw the note under the graph and, at the right, the network that the figures belong to."""
    left = span(" " * SHARES_AXIS + note, "label")
    network = facts.network(run.network, area._replace(width=area.width - width_of(left) - _GAP))
    return (*filled(left, area.width - width_of(network)), *network) if network else left


def _without_figures(live: Live, run: RunReport | None, area: Area) -> list[Line]:
    sentences = why_nothing(live, run)
    if run is None or not run.state.iterations:
        return paragraphs(sentences, area)
    latency = named("latency", facts.latency(run))
    times = joined((latency, facts.spread(live.latencies, area.width - width_of(latency) - 2)), "  ")
    return [clipped(times, area), *paragraphs(sentences, area._replace(height=area.height - 1))]


def _small(share: float, run: RunReport, live: Live, past: Past, area: Area) -> list[Line]:
    """Draw the figure and its bar in one line, with facts under it if they fit, and the graph in the rest."""
    figure = Span(f"{units.percent(share):>7} ", "big")
    lines: list[Line] = [(figure, *gauge(share, area.width - len(figure.text), area))]
    metrics = run.metrics
    words = (
        named("busy", facts.busy(run)),
        named("cycles", facts.cycles(metrics)),
        named("clock", facts.clock(metrics)),
        named("latency", facts.latency(run)),
    )
    line: Line = ()
    for fact in words:
        longer = joined((line, fact), "  ")
        if line and width_of(longer) > area.width:
            lines.append(line)
            longer = fact
        line = longer
    lines = [clipped(words, area) for words in (*lines, line)][: area.height]
    return [*lines, *past.shares(live.history, area._replace(height=area.height - len(lines)))]


def _figure(share: float, height: int, area: Area) -> list[Line]:
    """Return the large digits; 100 has no decimal, so that it always fits."""
    text = units.percent(share).removesuffix(" %").replace("100.0", "100")
    rows = digits.large(text, height, ascii_only=area.ascii)
    left = " " * (_DIGITS[height] - 5 - len(rows[0]))
    return [
        (Span(left + row, "big"), Span(" %   " if number == height - 1 else " " * 5, "unit"))
        for number, row in enumerate(rows)
    ]


def gauge(share: float, width: int, area: Area) -> Line:
    """Draw a bar of half a line's height with a visible empty part, set apart from what is under it."""
    if area.ascii:
        return bar(share, width, area, "graph")
    halves = round(min(max(share, 0.0), 1.0) * width * 2) or (1 if share > 0 else 0)
    text = "▀" * (halves // 2) + "▘" * (halves % 2)
    return (Span(text, "graph"), Span("─" * (width - len(text)), "track"))


def _six_lines(run: RunReport, live: Live, past: Past, area: Area) -> list[Line]:
    """Draw facts, and behind them how long the last iterations took."""
    graph = past.times(live.history, area._replace(width=area.width - _FACTS))
    width = _FACTS if graph else area.width
    words = (
        named("busy", facts.busy(run), _NAMES),
        named("cycles", facts.cycles(run.metrics), _NAMES),
        named("clock", facts.clock(run.metrics), _NAMES),
        named("latency", facts.latency(run), _NAMES),
        facts.spread(live.latencies, width),
        named("create", facts.preparation(run.state), _NAMES),
    )
    lines = [clipped(line, area._replace(width=width - bool(graph))) for line in words]
    return [(*filled(line, width), *past) for line, past in zip(lines, graph, strict=True)] if graph else lines


def _three_lines(run: RunReport, live: Live, area: Area, note: str) -> list[Line]:
    clock, latency = named("clock", facts.clock(run.metrics)), named("latency", facts.latency(run))
    cycles = named("cycles", facts.cycles(run.metrics))
    if area.width < _TWO_COLUMNS:
        lines = (named("NPU busy", facts.busy(run)), cycles, joined((clock, latency), "  "))
        return [clipped(line, area) for line in lines]
    busy = named("busy", facts.busy(run))
    first = max(_FIRST_COLUMN, *(width_of(line) + 2 for line in (busy, clock, latency)))
    rest = area._replace(width=area.width - first)
    spread = facts.spread(live.latencies, rest.width)
    create = named("create", prepared) if (prepared := facts.preparation(run.state)) else ()
    both = joined((create, span(note, "label") if note else ()), "  ")
    middle = both if width_of(both) <= rest.width else create
    rows = ((busy, cycles), (clock, middle), (latency, spread))
    return [(*filled(left, first), *clipped(right, rest)) for left, right in rows]


def filled(line: Line, width: int) -> Line:
    """Pad the line with blanks."""
    return (*line, Span(" " * (width - width_of(line))))

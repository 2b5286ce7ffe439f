"""How long iterations took: their statistics, how they are distributed, and how that changed over time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from npumon.core import units
from npumon.core.monitor.distribution import (
    Axis,
    Distribution,
    axis_of,
    distribution_of,
    group_of,
    of_group,
    of_run,
    seen_of,
    told,
)
from npumon.core.monitor.live import Live
from npumon.core.run.statistics import Statistics
from npumon.core.run.trend import Part, Trend
from npumon.tui.paint import Area, Line, Span, clipped, fit_right, joined, span, width_of
from npumon.tui.widgets.canvas import Pane
from npumon.tui.widgets.graph import column

#: Cells for the ends of an axis, with a blank behind.
_AXIS = 10
#: A picture of fewer columns or rows tells nothing; more than so many rows tell no more.
_LEAST_COLUMNS, _MOST_ROWS = 20, 12
#: Lines of a table of starts that are worth their room.
_LEAST_STARTS = 4
#: Widths of the table's columns.
_CELL = 10
#: Cells of one part of the time, if there are few.
_WIDEST = 4


NOTHING = "A distribution takes several iterations, or several runs, and their times."
#: As `Distribution.bins`.
Bins = tuple[tuple[float, float, int], ...]


class DistributionPane(Pane):
    """The pane: as much of it as there is room for, what matters most first."""

    def sees(self, live: Live) -> tuple[object, ...]:
        run = live.snapshot.run
        return (run and run.info, live.runs, live.shown, *seen_of(live, live.shown.run))

    def lines(self, live: Live, area: Area) -> Sequence[Line]:
        return distribution_lines(distribution_of(live), area)


class RowDistributionPane(DistributionPane):
    """The distribution of the runs of a table's row."""

    #: The numbers of the row's last run, and whether it stands for several.
    number = 0
    several = False

    def sees(self, live: Live) -> tuple[object, ...]:
        return (live.runs, self.number, self.several, *seen_of(live, self.number))

    def lines(self, live: Live, area: Area) -> Sequence[Line]:
        return distribution_lines(self.shown_of(live), area)

    def shown_of(self, live: Live) -> Distribution | None:
        """Return what there is to show of the row."""
        group = group_of(live, self.number) if self.several else None
        return of_run(live, self.number) if group is None else of_group(live, group)


class _Share(NamedTuple):
    """Lines for the histogram, the times, the rates, and the starts."""

    histogram: int = 0
    trend: int = 0
    rates: int = 0
    starts: int = 0


def distribution_lines(shown: Distribution | None, area: Area) -> list[Line]:
    """Draw what fits of the distribution."""
    if shown is None:
        return [clipped(span(NOTHING, "label"), area)]
    head = list(_head(shown, area))[: area.height]
    share = _share(shown, area.height - len(head), area)
    lines = list(head)
    if share.histogram:
        lines.extend(_histogram(shown, area._replace(height=share.histogram)))
    if share.trend:
        lines.extend(_over_time(shown.trend, area._replace(height=share.trend), told, "time"))
    if share.rates:
        lines.extend(_over_time(shown.rates, area._replace(height=share.rates), _per_s, "frames a second"))
    if share.starts:
        lines.extend(_starts(shown, area._replace(height=share.starts)))
    return lines


def _share(shown: Distribution, left: int, area: Area) -> _Share:
    """Divide the lines that are left; each picture takes two of them for its words."""
    if area.width < _AXIS + _LEAST_COLUMNS or left < 2:
        return _Share()
    pictures = [
        name
        for name, there in (
            ("histogram", len(shown.bins) > 1),
            ("trend", len(shown.trend.parts) > 1),
            ("rates", len(shown.rates.parts) > 1),
        )
        if there
    ]
    starts = 0
    if max((row.iterations for row in shown.rows), default=0) > 1 and left >= 2 * (_LEAST_STARTS + 1):
        starts = min(len(shown.rows) + 1, max(left - 7 * len(pictures), _LEAST_STARTS + 1))
    left -= starts
    while pictures and left // len(pictures) < 2:
        pictures.pop()
    shares: dict[str, int] = {}
    for place, name in enumerate(pictures):
        shares[name] = min(left // (len(pictures) - place), _MOST_ROWS)
        left -= shares[name]
    return _Share(**shares, starts=starts)


def _head(shown: Distribution, area: Area) -> Iterator[Line]:
    """Yield the statistics in as many lines as they need."""
    statistics = shown.statistics
    parts = list(_rates(shown.rates)) if statistics is None else []
    if statistics is not None:
        parts = [_named(name, told(us)) for name, us in _figures(shown, statistics)]
        parts.append(_many(shown))
        if shown.rates.parts:
            parts.append(_named("frames now", _per_s(shown.rates.parts[-1].mean)))
    if shown.warmups:
        times = ", ".join(told(us) for us in shown.warmups[-3:])
        parts.append(_named("warm-up", times))
    line: list[Line] = []
    for part in parts:
        if line and width_of(joined([*line, part], "  ")) > area.width:
            yield clipped(joined(line, "  "), area)
            line = []
        line.append(part)
    yield clipped(joined(line, "  "), area)


def _rates(rates: Trend) -> Iterator[Line]:
    """Yield the frames a second: the last, and those of all seconds."""
    parts = rates.parts
    if not parts:
        return
    yield (Span("frames a second", "label"),)
    yield _named("now", _per_s(parts[-1].mean))
    mean = sum(part.mean * part.many for part in parts) / rates.many
    figures = (("mean", mean), ("min", min(part.least for part in parts)), ("max", max(part.most for part in parts)))
    for name, rate in figures:
        yield _named(name, _per_s(rate))
    yield _named("over", units.counted(rates.many, "second"))


def _figures(shown: Distribution, statistics: Statistics) -> list[tuple[str, float]]:
    about = "about " if statistics.approximate else ""
    figures = [
        (f"{about}median", statistics.median_us),
        ("first", shown.first_us),
        ("min", statistics.min_us),
        ("mean", statistics.mean_us),
        ("p95", statistics.p95_us),
        ("p99", statistics.p99_us),
        ("max", statistics.max_us),
        ("std", statistics.std_us),
    ]
    return [(name, us) for name, us in figures if us is not None]


def _many(shown: Distribution) -> Line:
    """Say of how many iterations the figures are, and of which runs."""
    line = _named("n", units.grouped(shown.many))
    if not shown.rows:
        return line if shown.run is None else (*line, *_named(" of run", str(shown.run)))
    of = f" of {shown.planned}" if shown.planned > shown.starts else ""
    last = shown.rows[-1].run
    which = (
        f" starts, runs {shown.rows[0].run} to {last}" if len(shown.rows) == shown.starts else f" starts to run {last}"
    )
    return (*line, Span(" in ", "label"), Span(f"{shown.starts}{of}", "value"), Span(which, "label"))


def _named(name: str, text: str) -> Line:
    return (Span(f"{name} ", "label"), Span(text, "value"))


def _histogram(shown: Distribution, area: Area) -> Iterator[Line]:
    """Yield bars of how many iterations took so long, with the ends of the axis under them."""
    bins = _joined_bins(shown.bins, area.width - _AXIS)
    each = max(1, min((area.width - _AXIS) // len(bins), _WIDEST))
    rows, most = area.height - 1, max(many for _, _, many in bins)
    bars = [column(float(many), float(most), Area(1, rows, area.ascii)) if many else [" "] * rows for *_, many in bins]
    for row in range(rows):
        mark = units.quantity(most) if row == 0 else "0" if row == rows - 1 else ""
        text = "".join(bar[row] * each for bar in bars)
        yield (Span(fit_right(mark, _AXIS - 1, area) + " ", "label"), Span(text, "graph"))
    low, high = told(bins[0][0]), told(bins[-1][1])
    apart = ", first ones apart" if shown.first_us is not None else ""
    words = [f"iterations by time{apart}", "iterations by time", "by time", ""]
    inside = each * len(bins) - len(low) - len(high)
    middle = next(text for text in words if len(text) + 2 <= max(inside, 2)).center(max(inside, 1))
    beyond: Line = ()
    if shown.beyond and shown.statistics is not None:
        beyond = span(f"  and {units.grouped(shown.beyond)} up to {told(shown.statistics.max_us)}", "warn")
        if _AXIS + each * len(bins) + width_of(beyond) > area.width:
            beyond = span(f"  +{units.grouped(shown.beyond)}", "warn")
    ends = (Span(" " * _AXIS), Span(low, "value"), Span(middle, "label"), Span(high, "value"), *beyond)
    yield clipped(ends, area)


def _joined_bins(bins: Bins, most: int) -> Bins:
    """Return at most so many bins, by joining neighbours."""
    while len(bins) > most:
        pairs = zip(bins[::2], (*bins[1::2], bins[-1]), strict=False)
        bins = tuple((one[0], two[1], one[2] + (two[2] if two is not one else 0)) for one, two in pairs)
    return bins


def _over_time(trend: Trend, area: Area, text: Callable[[float], str], what: str) -> Iterator[Line]:
    """Yield the means of parts of the time, a dot for the largest of each part, and what the axis is."""
    axis = axis_of(trend)
    if axis is None:
        return
    rows = area.height - 1
    parts = trend.in_columns(area.width - _AXIS)
    each = max(1, min((area.width - _AXIS) // len(parts), _WIDEST))
    columns = [_part_column(part, axis, Area(each, rows, area.ascii)) for part in parts]
    for row in range(rows):
        mark = text(axis.high) if row == 0 else text(axis.low) if row == rows - 1 else ""
        head = Span(fit_right(mark, _AXIS - 1, area) + " ", "label")
        yield (head, *_merged(cells[row] for cells in columns))
    begin = "" if axis.from_zero else ", not from 0"
    told_dot = f", {_dot(area)} max" if any(cell.role == "label" for cells in columns for cell in cells) else ""
    short = f"{what}{told_dot}, axis {text(axis.low)} to {text(axis.high)}{begin}"
    forms = (f"all {units.grouped(trend.many)} in order: {short}", short, f"{what}{told_dot}{begin}", what)
    fitting = next((words for words in forms if len(words) + _AXIS <= area.width), what)
    yield clipped((Span(" " * _AXIS), Span(fitting, "label")), area)


def _part_column(part: Part, axis: Axis, area: Area) -> list[Span]:
    """Draw one part, from top to bottom: a bar as high as its mean, and a dot where its largest is.

    A bar that is too long for the axis ends with an arrow.
    """
    bar = column(axis.share(part.mean), 1.0, area)
    reaches = min(int((1 - axis.share(part.most)) * area.height), area.height - 1)
    dot = _dot(area) + " " * (area.width - 1)
    if part.mean > axis.high:
        return [Span("^" * area.width, "warn"), *(Span(char * area.width, "graph") for char in bar[1:])]
    return [
        Span(dot, "label") if char == " " and row == reaches else Span(char * area.width, "graph")
        for row, char in enumerate(bar)
    ]


def _dot(area: Area) -> str:
    """Return what marks the largest time of a column; no bar ends with it."""
    return "-" if area.ascii else "·"


def _merged(cells: Iterable[Span]) -> Iterator[Span]:
    """Join neighbouring cells of one role."""
    for role, some in groupby(cells, lambda cell: cell.role):
        yield Span("".join(cell.text for cell in some), role)


def _starts(shown: Distribution, area: Area) -> Iterator[Line]:
    """Yield a table of the last starts, with the first iteration of each apart."""
    titles = ("run", "n", "first", "median", "p95", "max")[: area.width // _CELL]
    rows = shown.rows[-(area.height - 1) :]
    some = f"  last {len(rows)} of {shown.starts}" if len(rows) < shown.starts else ""
    yield clipped(span("".join(fit_right(title, _CELL, area) for title in titles) + some, "label"), area)
    for row in rows:
        times = map(_cell, (row.first_us, row.median_us, row.p95_us, row.max_us))
        texts = (str(row.run), units.grouped(row.iterations), *times)[: len(titles)]
        yield clipped(span("".join(fit_right(text, _CELL, area) for text in texts), "value"), area)


def _cell(us: float | None) -> str:
    return units.ABSENT if us is None else told(us)


def _per_s(rate: float) -> str:
    return f"{units.significant(rate, 3) if rate else 0}/s"

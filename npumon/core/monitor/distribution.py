"""Times of many iterations, of a run or of runs that belong together: what there is to show of them."""

from __future__ import annotations

from math import floor, isqrt, log, log10
from typing import NamedTuple

from npumon.core.monitor.live import Live
from npumon.core.monitor.run_times import RunGroup, RunTimes
from npumon.core.monitor.selection import NumberedRun, numbered_runs
from npumon.core.run.statistics import Statistics, bins_of
from npumon.core.run.trend import NO_TREND, Trend
from npumon.core.units import grouped, significant

#: Bars of the histogram: of few times fewer, so that most stand for some.
BINS = 40
_FEWEST_BINS = 5
#: What is so many times as far above the median as the 95th percentile, or above the median of means as the ninth tenth
#: of them, is far beyond the others. Of a normal distribution that is ten standard deviations, or eight.
_FAR = 6
#: So many times are few: each of them counts. Of more, a fiftieth does.
_FEW, _STEP = 50, log(1.02)
#: The part of a step by which an end of an axis may miss a figure: binary fractions are not quite round.
_ROUNDING = 1e-9


class StartTimes(NamedTuple):
    """The times of one start. `first_us` stands apart if there are others."""

    run: int
    iterations: int = 0
    first_us: float | None = None
    median_us: float | None = None
    p95_us: float | None = None
    max_us: float | None = None


class Distribution(NamedTuple):
    """What there is. Times are in microseconds.

    `statistics` and `trend` leave the first iteration of each start out, unless a start has no other; `first_us` is
    that of the only start, or the median of all. `bins` are those of a histogram (lower bound, upper bound, how many),
    of which `beyond` times are too long. `starts` counts the runs, of which `rows` are those that are kept; `planned`
    is the length of a series. `run` is the only run's number. `warmups` are the times of runs that do not count,
    `rates` frames a second.
    """

    statistics: Statistics | None = None
    trend: Trend = NO_TREND
    first_us: float | None = None
    bins: tuple[tuple[float, float, int], ...] = ()
    beyond: int = 0
    starts: int = 1
    planned: int = 0
    run: int | None = None
    rows: tuple[StartTimes, ...] = ()
    warmups: tuple[float, ...] = ()
    rates: Trend = NO_TREND

    @property
    def many(self) -> int:
        """How many times the statistics are of."""
        statistics = self.statistics
        if statistics is None:
            return 0
        return statistics.count - (statistics.without_first and statistics.first_us is not None)


def distribution_of(live: Live) -> Distribution | None:
    """Return the times of what is shown; None if there are not at least two of them, and no frames a second.

    Of the newest run those of its group are shown, of a run that was selected its own, if it has several.
    """
    number = live.shown.run
    run = next((run for run in numbered_runs(live) if run.number == number), None)
    if run is None:
        return None
    group = group_of(live, run.number)
    alone = _of_run(live, run)
    together = None if group is None else of_group(live, group)
    first, second = (together, alone) if live.shown.newest else (alone, together)
    return first or second


def of_run(live: Live, number: int) -> Distribution | None:
    """Return the times of the run with this number alone; None if it has not several."""
    run = next((run for run in numbered_runs(live) if run.number == number), None)
    return None if run is None else _of_run(live, run)


def seen_of(live: Live, run: int | None) -> tuple[object, ...]:
    """Return what a view of the run's times, or of its group's, depends on.

    While a program runs that is another value only after some more iterations: statistics of thousands take a while,
    and a few more change nothing that can be seen.
    """
    if run is None:
        return ()
    group = group_of(live, run)
    times = next((times for times in reversed(live.times) if times.run == run), None)
    if not live.activity.under_way:
        return (group, times)
    many, rates = (0 if group is None else group.trend.many), (0 if times is None else times.rates.many)
    return (group and group.runs, many if many < _FEW else floor(log(many) / _STEP), rates)


def group_of(live: Live, run: int) -> RunGroup | None:
    """Return the group that the run with this number belongs to."""
    return next((group for group in reversed(live.groups) if run in group.runs), None)


def of_group(live: Live, group: RunGroup) -> Distribution | None:
    """Return the times of several runs; None if only one has any."""
    reports = {run.number: run.report for run in numbered_runs(live)}
    rows = tuple(_start(NumberedRun(number, reports[number])) for number in group.runs if number in reports)
    rows = tuple(row for row in rows if row.iterations)
    if group.starts < 2 or len(rows) < 2:
        return None
    firsts = sorted(row.first_us for row in rows if row.first_us is not None)
    together = Distribution(
        group.statistics,
        group.trend,
        first_us=firsts[len(firsts) // 2] if firsts else None,
        starts=group.starts,
        planned=group.planned,
        rows=rows,
        warmups=group.warmups,
    )
    return _with_bins(together, group)


def _of_run(live: Live, run: NumberedRun) -> Distribution | None:
    times = next((times for times in live.times if times.run == run.number), RunTimes(run.number))
    statistics = run.report.metrics.statistics
    if statistics is not None and statistics.count > 1:
        group = group_of(live, run.number)
        alone = Distribution(
            statistics,
            times.trend,
            statistics.first_us if statistics.without_first else None,
            run=run.number,
            warmups=() if group is None else group.warmups,
            rates=times.rates,
        )
        return _with_bins(alone, group if group is not None and group.starts == 1 else None)
    return Distribution(run=run.number, rates=times.rates) if len(times.rates.parts) > 1 else None


def _with_bins(shown: Distribution, group: RunGroup | None) -> Distribution:
    """Add a histogram: of the group's times if they are known, else that of the statistics, which is coarser.

    A few times that are far beyond all others would leave the others one bin.
    """
    statistics = shown.statistics
    if statistics is None:
        return shown
    far_us = statistics.median_us + _FAR * (statistics.p95_us - statistics.median_us)
    end = min(far_us, statistics.max_us) if far_us > statistics.median_us else statistics.max_us
    bins = () if group is None else bins_of(group.times, end, min(BINS, max(_FEWEST_BINS, 2 * isqrt(shown.many))))
    if not bins:
        return shown._replace(bins=statistics.bins)
    return shown._replace(bins=bins, beyond=shown.many - sum(many for _, _, many in bins))


def told(us: float) -> str:
    """Format a time so that those of one run can be told apart: in microseconds as long as that is short.

    Times of iterations are measured in microseconds and often differ by a thousandth: `20 012 µs`, not `20.0 ms`.
    """
    if abs(us) < 999.95:
        return f"{significant(us, 4, most_decimals=1).removesuffix('.0')} µs"
    if abs(us) < 99_999.5:
        return f"{grouped(round(us))} µs"
    if abs(us) < 99_999_500:
        return f"{significant(us / 1e3, 5, most_decimals=2)} ms"
    return f"{significant(us / 1e6, 5, most_decimals=2)} s"


def _start(run: NumberedRun) -> StartTimes:
    times = run.report.metrics.statistics
    if times is None:
        return StartTimes(run.number)
    first_us = times.first_us if times.without_first else None
    return StartTimes(run.number, times.count, first_us, times.median_us, times.p95_us, times.max_us)


class Axis(NamedTuple):
    """An axis that fits what it is of: its two ends, which are round numbers."""

    low: float
    high: float

    @property
    def from_zero(self) -> bool:
        """Whether it begins at 0."""
        return self.low == 0

    def share(self, figure: float) -> float:
        """Return where the figure stands, from 0 to 1; beyond the axis at its end."""
        return min(max((figure - self.low) / (self.high - self.low), 0.0), 1.0)


def axis_of(trend: Trend) -> Axis | None:
    """Return an axis for the means of the trend's parts; None without any.

    It fits most of the means. Those that are far beyond the others are too long for it, as are single times. It begins
    at 0 as long as that costs not more than half of it.
    """
    means = sorted(part.mean for part in trend.parts)
    if not means:
        return None
    middle, most = means[len(means) // 2], means[-1]
    far = middle + _FAR * (means[9 * (len(means) - 1) // 10] - middle)
    low, high = means[0], min(most, far) if far > middle else most
    if low < (high - low):
        low = 0.0
    step = _round_step((high - low) or abs(high) or 1.0)
    bottom, top = step * floor(low / step + _ROUNDING), step * -floor(_ROUNDING - high / step)
    return Axis(bottom, top if top > bottom else bottom + step)


def _round_step(span: float) -> float:
    """Return the round number of which five to twelve or so make the span."""
    unit = 10.0 ** (floor(log10(span)) - 1)
    return next(unit * factor for factor in (1, 2, 5, 10) if span <= 12 * unit * factor)

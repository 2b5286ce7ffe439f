"""How long the iterations of a session's runs took: of each run, and of runs that belong together."""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.run.statistics import NO_TIMES, Statistics, Times, statistics_of
from npumon.core.run.trend import NO_TREND, Trend


class RunTimes(NamedTuple):
    """The times of a run, which has this number in the session.

    `trend` are those of its iterations in microseconds, without the first one unless that is the only one. `rates` are
    frames a second, of a program that takes one picture after the other.
    """

    run: int
    trend: Trend = NO_TREND
    rates: Trend = NO_TREND


class RunGroup(NamedTuple):
    """Runs whose times are of one kind: a series, or a model's single runs since. Times are in microseconds.

    `runs` are their numbers, those that are kept; `starts` counts all of them, `planned` is the length of a series, 0
    for single runs. `times` and `trend` are those of all iterations without the first one of each start, unless that is
    the start's only one. `frozen` are the statistics of a group that has ended, which no longer has its times.
    `warmups` are the times of the runs to warm up, of each the median.
    """

    runs: tuple[int, ...] = ()
    starts: int = 0
    planned: int = 0
    times: Times = NO_TIMES
    trend: Trend = NO_TREND
    frozen: Statistics | None = None
    warmups: tuple[float, ...] = ()

    @property
    def statistics(self) -> Statistics | None:
        """The statistics of all these times; None without any."""
        return self.frozen or statistics_of(self.times)

"""Statistics over the iterations of a run, in bounded memory."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from operator import sub
from typing import NamedTuple

from npumon.core.growing import Growing

#: So many times are kept as they are; beyond, they are counted in a histogram.
EXACT = 10_000
#: How many times wait to be counted. Counting copies the histogram, which is paid for by so many times.
_BATCH = 4_096
#: Upper bound of a bucket by its lower one. The middle of a bucket is within 0.025 % of all times in it.
_RATIO = 1.0005
_LOG_RATIO = math.log(_RATIO)
#: Times below this are counted as this: a nanosecond.
_SMALLEST_US = 1e-3
#: Bars of the histogram for people.
BINS = 20
#: Bins so many times as wide as what values are multiples of may hold one of these more or less.
_SMOOTH = 16
#: The part of a unit by which a bound may miss it: binary fractions are not quite round.
_ROUNDING = 1e-6


class Statistics(NamedTuple):
    """Times of a run's iterations in microseconds, the first one apart: it is several times as long as the others.

    `count` counts all. With more than one, `without_first` is True and all figures but `count` and `first_us` leave the
    first out; `first_us` is None if the first one has no time. Percentiles are of nearest rank, `std_us` is the
    sample's, `mad_us` the unscaled median deviation from the median. `approximate` percentiles and deviations come from
    a histogram of at most 0.5 % relative error. `bins` is that of the text for people: (lower bound, upper bound, how
    many), each lower bound included, the last upper one, too.
    """

    count: int  # type: ignore[assignment]
    first_us: float | None
    min_us: float
    median_us: float
    mean_us: float
    p95_us: float
    p99_us: float
    max_us: float
    std_us: float | None
    mad_us: float
    without_first: bool
    approximate: bool = False
    bins: tuple[tuple[float, float, int], ...] = ()


class _Histogram(NamedTuple):
    """Times that are counted only. `squares` is the sum of the squared deviations from the mean."""

    total: int
    mean: float
    squares: float
    low: float
    high: float
    buckets: Mapping[int, int]

    def plus(self, times: Sequence[float]) -> _Histogram:
        """Return the histogram with these times in it (Chan, Golub, LeVeque 1979)."""
        many = len(times)
        total = self.total + many
        mean = math.fsum(times) / many
        squares = math.fsum((time - mean) ** 2 for time in times)
        apart = mean - self.mean
        buckets = dict(self.buckets)
        for time in times:
            bucket = math.floor(math.log(max(time, _SMALLEST_US)) / _LOG_RATIO)
            buckets[bucket] = buckets.get(bucket, 0) + 1
        return _Histogram(
            total,
            self.mean + apart * many / total,
            self.squares + squares + apart * apart * self.total * many / total,
            min(self.low, *times),
            max(self.high, *times),
            buckets,
        )

    def weighted(self) -> tuple[list[float], list[int]]:
        """Return the middles of the buckets in ascending order, and how many times each stands for."""
        middle, low, high = math.sqrt(_RATIO), self.low, self.high
        pairs = sorted(self.buckets.items())
        times = [min(max(math.exp(bucket * _LOG_RATIO) * middle, low), high) for bucket, _ in pairs]
        return times, [many for _, many in pairs]


_NOTHING = _Histogram(0, 0.0, 0.0, math.inf, -math.inf, {})


class Times(NamedTuple):
    """The times of iterations, as they come. `begun` is True once the first one has come, with a time or without.

    `recent` are times of later ones that are kept as they are, `histogram` the others.
    """

    begun: bool = False
    first_us: float | None = None
    recent: Sequence[float] = ()
    histogram: _Histogram | None = None

    def plus(self, time_us: float | None) -> Times:
        """Return the times with those of one more iteration. A negative time is none."""
        known = time_us is not None and time_us >= 0
        if not self.begun:
            return self._replace(begun=True, first_us=time_us if known else None)
        if time_us is None or not known:
            return self
        recent = Growing.of(self.recent).plus(time_us)
        limit = EXACT - 1 if self.histogram is None else _BATCH
        if len(recent) <= limit:
            return self._replace(recent=recent)
        return self._replace(recent=Growing(), histogram=(self.histogram or _NOTHING).plus(recent[:]))

    def plus_all(self, times_us: Sequence[float | None]) -> Times:
        """Return the times with those of further iterations: the same as one by one."""
        if not self.begun and times_us:
            return self.plus(times_us[0]).plus_all(times_us[1:])
        known = [time for time in times_us if time is not None and time >= 0]
        recent, histogram = Growing.of(self.recent), self.histogram
        at = 0
        while at < len(known):
            room = (EXACT if histogram is None else _BATCH + 1) - len(recent)
            recent = recent.plus_all(known[at : at + room])
            at += room
            if at <= len(known):
                recent, histogram = Growing(), (histogram or _NOTHING).plus(recent[:])
        return self._replace(recent=recent, histogram=histogram)


NO_TIMES = Times()


def statistics_of(times: Times) -> Statistics | None:
    """Return the statistics of the iterations; None without any time."""
    counted = times.histogram
    if counted is not None and times.recent:
        counted = counted.plus(times.recent)
    if counted is not None:
        spread = _Spread(*counted.weighted(), counted.low, counted.high)
        mean, squares = counted.mean, counted.squares
    else:
        first = () if times.first_us is None else (times.first_us,)
        values = sorted(times.recent or first)
        if not values:
            return None
        spread = _Spread(values, [1] * len(values), values[0], values[-1])
        mean = math.fsum(values) / len(values)
        squares = math.fsum((value - mean) ** 2 for value in values)
    many = spread.many
    return Statistics(
        count=(many if times.recent or counted else 0) + (times.first_us is not None),
        first_us=times.first_us,
        min_us=spread.low,
        median_us=spread.median(),
        mean_us=mean,
        p95_us=spread.percentile(95),
        p99_us=spread.percentile(99),
        max_us=spread.high,
        std_us=math.sqrt(squares / (many - 1)) if many > 1 else None,
        mad_us=spread.deviation(),
        without_first=bool(times.recent or counted),
        approximate=counted is not None,
        bins=spread.bins(),
    )


def bins_of(times: Times, high: float, many: int) -> tuple[tuple[float, float, int], ...]:
    """Return at most so many bins of equal width from the shortest time to `high`; longer times are in none.

    The first iteration is left out, as in the statistics. Empty without any time, or if all are the same.
    """
    counted = times.histogram
    if counted is not None and times.recent:
        counted = counted.plus(times.recent)
    values, weights = (sorted(times.recent), [1] * len(times.recent)) if counted is None else counted.weighted()
    inside = bisect_right(values, high)
    if not inside or values[0] >= high:
        return ()
    return _Spread(values[:inside], weights[:inside], values[0], high).bins(many)


class _Spread:
    """Values in ascending order, each with how often it occurs. A value is found in logarithmic time."""

    def __init__(self, values: list[float], weights: list[int], low: float, high: float) -> None:
        self._values, self._weights = values, weights
        self._up_to = list(accumulate(weights))
        self.low, self.high = low, high
        self.many = self._up_to[-1]

    def _ranked(self, rank: int) -> float:
        """Return the value of this rank, from 0."""
        return self._values[bisect_right(self._up_to, rank)]

    def percentile(self, share: int) -> float:
        """Return the smallest value that `share` per cent do not exceed."""
        return self._ranked((share * self.many + 99) // 100 - 1)

    def median(self) -> float:
        """Return the middle value, or the mean of the two in the middle."""
        return (self._ranked((self.many - 1) // 2) + self._ranked(self.many // 2)) / 2

    def deviation(self) -> float:
        """Return the median of the deviations from the median."""
        middle = self.median()
        apart = [abs(value - middle) for value in self._values]
        if self.many == len(apart):
            return _Spread(sorted(apart), self._weights, 0.0, 0.0).median()
        pairs = sorted(zip(apart, self._weights, strict=True))
        return _Spread([value for value, _ in pairs], [weight for _, weight in pairs], 0.0, 0.0).median()

    def bins(self, bins: int = BINS) -> tuple[tuple[float, float, int], ...]:
        """Return a histogram of at most so many bins of equal width; of one bin if all values are the same.

        Where bins would not be much wider than what values are multiples of, they are so many times as wide: of
        bins of 0.6 or 1.4 us some would hold one whole microsecond, others none or two. The last may reach less far.
        """
        low, span = self.low, self.high - self.low
        if not span > 0:
            return ((low, self.high, self.many),)
        unit = self._unit(span / bins / _SMOOTH)
        if unit:
            units = int(span / unit + _ROUNDING) + 1
            each = -(-units // bins)
            bins, width, shift = -(-units // each), unit * each, 0.5 / each
        else:
            width, shift = span / bins, 0.0

        def place_of(value: float) -> int:
            return min(int((value - low) / width + shift), bins - 1)

        ends = [bisect_right(self._values, place, key=place_of) for place in range(bins)]
        below = [0, *(self._up_to[end - 1] if end else 0 for end in ends)]
        bounds = [low + width * place for place in range(bins)] + [self.high]
        return tuple(zip(bounds, bounds[1:], map(sub, below[1:], below), strict=False))

    def _unit(self, least: float) -> float:
        """Return what all values are apart by multiples of, at most 10 us; 0 if that is less than `least`.

        Texts hold microseconds or hundredths of milliseconds. Counted values are as far apart as their buckets are
        wide, or a microsecond.
        """
        if self.many != len(self._values):
            unit = max(1.0, self.high * (_RATIO - 1))
            return unit if unit >= least else 0.0
        nanoseconds, at = 10_000, 0
        while at < len(self._values):
            value = self._values[at]
            nanoseconds = math.gcd(nanoseconds, round((value - self.low) * 1e3))
            if nanoseconds < 1e3 * least:
                return 0.0
            at = bisect_right(self._values, value, at)
        return nanoseconds / 1e3

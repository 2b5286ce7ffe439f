"""Statistics over the iterations of a run, in bounded memory."""

from __future__ import annotations

from typing import NamedTuple


class Statistics(NamedTuple):
    """Times of a run's iterations in microseconds, the first one apart: it is several times as long as the others.

    `count` counts all. With more than one, `without_first` is True and all figures but `count` and `first_us` leave the
    first out. Percentiles are of nearest rank, `std_us` is the sample's, `mad_us` the unscaled median deviation from
    the median. `approximate` figures come from a histogram of at most 0.5 % relative error. `bins` is that of the
    text for people: (lower bound, upper bound, how many).
    """

    count: int  # type: ignore[assignment]
    first_us: float
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

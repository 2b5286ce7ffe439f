"""Statistics over iterations, against the standard library's."""

from __future__ import annotations

import math
import statistics as standard
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.run.statistics import BINS, EXACT, NO_TIMES, Statistics, bins_of, statistics_of
from tests.core.run.judging import times_of

TIMES = st.lists(st.floats(0, 1e9), min_size=2, max_size=50)
#: Figures of a histogram, relative to the right ones.
HISTOGRAM = 0.005


def nearest_rank(values: list[float], share: int) -> float:
    return sorted(values)[math.ceil(share * len(values) / 100) - 1]


def found(values: list[float]) -> Statistics:
    result = statistics_of(times_of(values))
    assert result is not None
    return result


@given(TIMES)
def test_all_but_the_first_are_summed_up(values: list[float]) -> None:
    first, *rest = values
    result = found(values)
    assert (result.count, result.first_us, result.without_first, result.approximate) == (
        len(values), first, True, False,
    )  # fmt: skip
    assert (result.min_us, result.max_us) == (min(rest), max(rest))
    assert result.median_us == pytest.approx(standard.median(rest))
    assert result.mean_us == pytest.approx(standard.fmean(rest))
    assert (result.p95_us, result.p99_us) == (nearest_rank(rest, 95), nearest_rank(rest, 99))
    middle = standard.median(rest)
    assert result.mad_us == pytest.approx(standard.median(abs(value - middle) for value in rest))
    if len(rest) == 1:
        assert result.std_us is None
    else:
        assert result.std_us == pytest.approx(standard.stdev(rest), abs=1e-6)


@given(TIMES)
def test_the_bins_hold_all_values_and_are_equally_wide(values: list[float]) -> None:
    rest, bins = values[1:], found(values).bins
    assert sum(many for _, _, many in bins) == len(rest)
    assert (bins[0][0], bins[-1][1]) == (min(rest), max(rest))
    assert len(bins) <= BINS
    assert all(upper > lower for lower, upper, _ in bins[:-1])
    assert all(one[1] == other[0] for one, other in pairwise(bins))


def test_a_single_iteration_is_the_first_and_all_there_is() -> None:
    assert found([7.0]) == Statistics(1, 7.0, 7.0, 7.0, 7.0, 7.0, 7.0, 7.0, None, 0.0, False, bins=((7.0, 7.0, 1),))


@pytest.mark.parametrize("values", [[], [None], [-1.0], [None, None, -2.0]])
def test_without_a_time_there_are_no_statistics(values: list[float | None]) -> None:
    assert statistics_of(times_of(values)) is None


def test_a_first_iteration_without_a_time_is_not_the_second() -> None:
    result = statistics_of(times_of([None, 3.0, 5.0, None]))
    assert result is not None
    assert (result.count, result.first_us, result.without_first, result.min_us) == (2, None, True, 3.0)


def test_so_many_are_exact_and_no_more() -> None:
    values = [float(number) for number in range(EXACT)]
    assert not found(values).approximate
    assert found([*values, 1.0]).approximate


@pytest.mark.parametrize("many", [EXACT + 1, EXACT + 4_096, EXACT + 4_097, 3 * EXACT])
def test_beyond_a_histogram_is_near_the_truth(many: int) -> None:
    values = [20_000.0 + 500.0 * math.sin(number) + number % 7 for number in range(many)]
    rest, result = values[1:], found(values)
    assert (result.count, result.approximate, result.first_us) == (many, True, values[0])
    assert (result.min_us, result.max_us) == (min(rest), max(rest))
    assert result.median_us == pytest.approx(standard.median(rest), rel=HISTOGRAM)
    assert result.p95_us == pytest.approx(nearest_rank(rest, 95), rel=HISTOGRAM)
    assert result.p99_us == pytest.approx(nearest_rank(rest, 99), rel=HISTOGRAM)
    assert result.mean_us == pytest.approx(standard.fmean(rest))
    assert result.std_us == pytest.approx(standard.stdev(rest))
    assert result.mad_us == pytest.approx(standard.median(abs(value - result.median_us) for value in rest), rel=0.05)
    assert sum(times for _, _, times in result.bins) == many - 1


def test_times_of_nothing_and_of_ages_fit_into_a_histogram() -> None:
    result = found([1.0, *([0.0, 1e15] * EXACT)])
    assert (result.min_us, result.max_us, result.count) == (0.0, 1e15, 2 * EXACT + 1)
    assert result.p95_us == pytest.approx(1e15, rel=HISTOGRAM)
    assert result.median_us == pytest.approx(5e14, rel=HISTOGRAM)


def test_what_was_handed_out_does_not_change() -> None:
    times, seen = NO_TIMES, []
    for number in range(2 * EXACT):
        times = times.plus(float(number))
        if number % 4_000 == 0:
            seen.append((times, statistics_of(times)))
    assert all(statistics_of(before) == result for before, result in seen)
    branch = seen[1][0].plus(1.0), seen[1][0].plus(2.0)
    assert branch[0].recent[-1:] == (1.0,)
    assert branch[1].recent[-1:] == (2.0,)


def test_memory_is_bounded() -> None:
    times = times_of(float(number % 100) for number in range(5 * EXACT))
    assert len(times.recent) <= EXACT
    assert times.histogram is not None
    assert len(times.histogram.buckets) <= 100


@pytest.mark.parametrize("many", [1, 2, EXACT - 1, EXACT, EXACT + 1, EXACT + 4_097, EXACT + 4_098, 3 * EXACT])
def test_many_at_once_are_the_same_as_one_by_one(many: int) -> None:
    values = [None if number % 7 == 3 else float(number % 311) - 1 for number in range(many * 7 // 6)]
    single = NO_TIMES
    for value in values:
        single = single.plus(value)
    assert NO_TIMES.plus_all(values) == single
    half = many // 2
    assert NO_TIMES.plus_all(values[:half]).plus_all(values[half:]) == single


@pytest.mark.parametrize("many", [50, EXACT + 50, 2 * EXACT])
def test_bins_up_to_a_bound(many: int) -> None:
    times = NO_TIMES._replace(begun=True).plus_all([*map(float, range(1_000, 1_000 + many)), 1e9])
    bins = bins_of(times, 1_039.5, 8)
    assert len(bins) == 8
    assert sum(count for _, _, count in bins) == pytest.approx(40, abs=1)
    assert bins[0][0] == pytest.approx(1_000, rel=5e-4)
    assert bins[-1][1] == 1_039.5


@pytest.mark.parametrize("unit", [1.0, 0.01, 10.0])
@pytest.mark.parametrize("many", [21, 25, 31, 39, 59, 250])
def test_bins_hold_as_many_units_of_what_was_measured(unit: float, many: int) -> None:
    """A text holds whole microseconds: of bins that are 0.6 or 1.4 of them wide some would be empty or hold two."""
    times = NO_TIMES._replace(begun=True).plus_all([460.0 + unit * number for number in range(many)] * 3)
    for counts in ([many for _, _, many in bins_of(times, 460.0 + unit * (many - 1), most)] for most in (BINS, 40)):
        assert len(set(counts[:-1])) == 1, "as many in each"
        assert 0 < counts[-1] <= counts[0], "the last may hold fewer"


def test_bins_of_times_that_are_counted_are_no_narrower_than_what_was_measured() -> None:
    times = NO_TIMES._replace(begun=True).plus_all([460.0 + number % 25 for number in range(2 * EXACT)])
    result = statistics_of(times)
    assert result is not None
    assert result.approximate
    assert [many for *_, many in result.bins] == [*[2 * EXACT // 25 * 2] * 12, 2 * EXACT // 25]


def test_times_that_are_multiples_of_nothing_have_bins_of_equal_width() -> None:
    bins = bins_of(NO_TIMES._replace(begun=True).plus_all([math.sqrt(number) for number in range(400)]), 19.9, 8)
    assert [upper - lower for lower, upper, _ in bins] == pytest.approx([19.9 / 8] * 8)


def test_no_bins_without_times_or_where_all_are_the_same() -> None:
    assert bins_of(NO_TIMES, 5.0, 8) == ()
    assert bins_of(NO_TIMES._replace(begun=True).plus_all([5.0, 5.0]), 5.0, 8) == ()

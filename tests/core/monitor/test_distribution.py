"""Times of many iterations: what there is to show of them. All figures are synthetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.monitor.activity import Activity
from npumon.core.monitor.distribution import (
    BINS,
    Axis,
    StartTimes,
    axis_of,
    distribution_of,
    group_of,
    of_run,
    seen_of,
    told,
)
from npumon.core.monitor.live import Live
from npumon.core.monitor.run_times import RunGroup, RunTimes
from npumon.core.monitor.selection import Selection, newest_shown, selected
from npumon.core.run.statistics import Times
from npumon.core.run.trend import NO_TREND
from tests.core.monitor.test_selection import ended, loops
from tests.tui.moments import seed_run
from tests.tui.stage import live

SPREAD = [float(us) for us in range(100, 201)]


def named(moment: Live) -> Live:
    return moment._replace(shown=newest_shown(moment))


def group(times: list[float], *runs: int, **more: object) -> RunGroup:
    found = RunGroup(runs, len(runs), times=Times(begun=True).plus_all(times), trend=NO_TREND.plus_all(times))
    return found._replace(**more)  # type: ignore[arg-type]  # names of its fields


def test_one_iteration_has_none() -> None:
    assert distribution_of(live()) is None
    assert distribution_of(named(ended(seed_run()))) is None


def test_the_iterations_of_a_run_with_the_first_one_apart() -> None:
    times = [20_000.0, 30_000.0, 40_000.0]
    moment = named(ended(loops()))._replace(
        times=(RunTimes(1, NO_TREND.plus_all(times)),), groups=(group(times, 1, warmups=(5.0,)),)
    )
    shown = distribution_of(moment)
    assert shown is not None
    assert (shown.first_us, shown.many, shown.starts, shown.run, shown.rows) == (10_000.0, 3, 1, 1, ())
    assert (shown.trend.many, shown.warmups) == (3, (5.0,))
    assert len(shown.bins) == 5, "fewer for few"
    assert sum(many for _, _, many in shown.bins) + shown.beyond == 3


def test_of_a_run_alone_the_histogram_is_that_of_its_statistics() -> None:
    shown = distribution_of(named(ended(loops())))
    assert shown is not None
    assert shown.statistics is not None
    assert shown.bins == shown.statistics.bins
    assert shown.trend == NO_TREND
    assert shown._replace(statistics=None).many == 0


def test_a_series_together_and_its_starts() -> None:
    moment = named(ended(loops(), loops()))._replace(groups=(group(SPREAD, 1, 2, planned=5, warmups=(7.0,)),))
    shown = distribution_of(moment)
    assert shown is not None
    assert (shown.many, shown.starts, shown.planned, shown.warmups) == (101, 2, 5, (7.0,))
    assert len(shown.bins) == 17, "of 101 microseconds each holds six"
    assert shown.rows == tuple(StartTimes(run, 4, 10_000.0, 30_000.0, 40_000.0, 40_000.0) for run in (1, 2))
    assert shown.first_us == 10_000.0


def test_starts_of_one_iteration_have_no_first_one_apart() -> None:
    moment = named(ended(seed_run(), seed_run()))._replace(groups=(group([21_000.0, 21_609.0], 1, 2),))
    shown = distribution_of(moment)
    assert shown is not None
    assert shown.first_us is None
    assert [row.first_us for row in shown.rows] == [None, None]


def test_of_a_run_that_was_selected_its_own() -> None:
    moment = ended(loops(), loops())._replace(groups=(group(SPREAD, 1, 2),), times=(RunTimes(1),))
    shown = distribution_of(selected(moment, Selection(1)))
    assert shown is not None
    assert (shown.run, shown.starts) == (1, 1)
    moment = ended(seed_run(), seed_run())._replace(groups=(group([1.0, 2.0], 1, 2),))
    shown = distribution_of(selected(moment, Selection(1)))
    assert shown is not None
    assert shown.starts == 2, "one iteration has no distribution of its own"


def test_of_one_run_of_the_session() -> None:
    moment = ended(loops(), seed_run())
    shown = of_run(moment, 1)
    assert shown is not None
    assert (shown.run, shown.many) == (1, 3)
    assert of_run(moment, 2) is None
    assert of_run(moment, 3) is None


def test_a_view_is_drawn_again_when_there_is_something_to_see() -> None:
    idle = named(ended(loops()))
    assert seen_of(idle, None) == ()
    assert seen_of(idle, 1) == (None, None)
    one, two, many = (group([5.0] * count, 1) for count in (1, 2, 5_000))
    assert seen_of(idle._replace(groups=(one,)), 1) != seen_of(idle._replace(groups=(two,)), 1)
    running = idle._replace(activity=Activity("running"))
    assert seen_of(running, 1) == (None, 0, 0)
    assert seen_of(running._replace(groups=(one,)), 1) != seen_of(running._replace(groups=(two,)), 1)
    more, much_more = (group([5.0] * count, 1) for count in (5_001, 5_200))
    seen = seen_of(running._replace(groups=(many,)), 1)
    assert seen == seen_of(running._replace(groups=(more,)), 1)
    assert seen != seen_of(running._replace(groups=(much_more,)), 1)
    rated = running._replace(times=(RunTimes(1, rates=NO_TREND.plus_all([1.0])),))
    assert seen_of(rated, 1) != seen_of(running, 1)


def test_runs_without_times_are_no_starts() -> None:
    failed = seed_run()
    failed = failed._replace(metrics=failed.metrics._replace(statistics=None))
    moment = named(ended(failed, seed_run()))._replace(groups=(group([21_609.0], 1, 2),))
    assert distribution_of(moment) is None
    assert group_of(moment, 2) is moment.groups[0]
    assert group_of(moment, 3) is None


def test_a_group_whose_times_are_not_told_yet() -> None:
    shown = distribution_of(named(ended(loops(), loops()))._replace(groups=(group([], 1, 2),)))
    assert shown is not None
    assert (shown.statistics, shown.bins) == (None, ())


def test_frames_a_second_alone() -> None:
    rates = NO_TREND.plus_all([30.0, 29.0])
    moment = named(ended(seed_run()))._replace(times=(RunTimes(1, rates=rates),))
    shown = distribution_of(moment)
    assert shown is not None
    assert (shown.rates, shown.many) == (rates, 0)


def test_a_few_times_far_beyond_all_others_do_not_press_them_together() -> None:
    times = [*SPREAD, 90_000.0, 91_000.0]
    moment = named(ended(loops(), loops()))._replace(groups=(group(times, 1, 2),))
    shown = distribution_of(moment)
    assert shown is not None
    assert (shown.beyond, shown.bins[0][0]) == (2, 100.0)
    assert shown.bins[-1][1] < 1_000


def test_the_histogram_has_no_more_bars_than_a_screen_has_room_for() -> None:
    shown = distribution_of(named(ended(loops(), loops()))._replace(groups=(group(SPREAD * 9, 1, 2),)))
    assert shown is not None
    assert BINS // 2 < len(shown.bins) <= BINS


def test_times_that_are_all_the_same() -> None:
    moment = named(ended(loops(), loops()))._replace(groups=(group([5.0] * 9, 1, 2),))
    shown = distribution_of(moment)
    assert shown is not None
    assert shown.bins == ((5.0, 5.0, 9),)


def test_a_group_that_has_ended_has_the_histogram_of_its_statistics() -> None:
    open_group = group(SPREAD, 1, 2)
    frozen = open_group._replace(times=Times(), frozen=open_group.statistics)
    shown = distribution_of(named(ended(loops(), loops()))._replace(groups=(frozen,)))
    assert shown is not None
    assert shown.statistics == open_group.statistics
    assert shown.statistics is not None
    assert shown.bins == shown.statistics.bins


@pytest.mark.parametrize(
    ("figures", "axis"),
    [
        ([150.0, 250.0], Axis(150.0, 250.0)),
        ([151.0, 248.0], Axis(150.0, 250.0)),
        ([20_012.0, 20_031.0], Axis(20_012.0, 20_032.0)),
        ([1.0, 9.0], Axis(0.0, 9.0)),
        ([0.31, 0.33], Axis(0.31, 0.33)),
        ([30.0, 29.0, 12.0], Axis(0.0, 30.0)),
        ([150.0] * 8 + [200.0] * 3 + [90_000.0], Axis(0.0, 450.0)),
        ([5.0], None),
        ([0.0], Axis(0.0, 0.1)),
        ([], None),
    ],
)
def test_an_axis_fits_what_it_is_of(figures: list[float], axis: Axis | None) -> None:
    found = axis_of(NO_TREND.plus_all(figures))
    if axis is None:
        assert (found is None) == (not figures)
    else:
        assert found is not None
        assert tuple(found) == pytest.approx(tuple(axis))
        assert found.from_zero == (axis.low == 0)


@given(st.lists(st.floats(1e-3, 1e9), min_size=1, max_size=20))
def test_every_part_stands_on_its_axis(figures: list[float]) -> None:
    trend = NO_TREND.plus_all(figures)
    axis = axis_of(trend)
    assert axis is not None
    assert axis.low <= min(figures) * (1 + 1e-9)
    assert axis.high >= sorted(figures)[len(figures) // 2] * (1 - 1e-9)
    assert axis.high > axis.low
    assert all(0 <= axis.share(part.most) <= 1 for part in trend.parts)


@pytest.mark.parametrize(
    ("us", "text"),
    [
        (162.04, "162 µs"),
        (162.44, "162.4 µs"),
        (0.0, "0 µs"),
        (999.96, "1 000 µs"),
        (20_012.4, "20 012 µs"),
        (254_512.0, "254.51 ms"),
        (254_512_345.0, "254.51 s"),
    ],
)
def test_times_are_told_in_microseconds_as_long_as_that_is_short(us: float, text: str) -> None:
    assert told(us) == text

"""How long the rest of a series takes, with a clock that goes when the test says so."""

from __future__ import annotations

from npumon.core.monitor.activity import Activity, Course
from npumon.engine.series_clock import SeriesClock

STARTING = Activity("starting", elapsed_s=0.0)


def test_nothing_tells_how_long_the_first_run_takes() -> None:
    clock = SeriesClock(5, 100.0)
    assert clock.course(STARTING, 100.0) == Course(0, 5, 0.0, None)
    assert clock.course(Activity("finishing"), 101.0) == Course(0, 5, 1.0, None)


def test_the_first_run_may_tell_by_its_iterations() -> None:
    clock = SeriesClock(5, 100.0)
    running = Activity("running", elapsed_s=4.0, remaining_s=6.0)
    assert clock.course(running, 104.0) == Course(0, 5, 4.0, 46.0)


def test_the_mean_of_the_runs_that_are_over_tells_of_the_rest() -> None:
    clock = SeriesClock(5, 100.0)
    clock.ended(4.0, warmup=False)
    clock.ended(6.0, warmup=False)
    assert clock.course(Activity("finishing"), 110.0) == Course(2, 5, 10.0, 15.0), "between two runs"
    assert clock.course(STARTING, 110.0) == Course(2, 5, 10.0, 15.0)
    assert clock.course(STARTING._replace(elapsed_s=3.06), 113.06) == Course(2, 5, 13.1, 11.9)


def test_a_run_longer_than_the_others_has_what_its_iterations_say_left() -> None:
    clock = SeriesClock(3, 0.0)
    clock.ended(2.0, warmup=False)
    assert clock.course(STARTING._replace(elapsed_s=9.0), 11.0).remaining_s == 2.0
    assert clock.course(STARTING._replace(elapsed_s=9.0, remaining_s=5.0), 11.0).remaining_s == 7.0


def test_runs_to_warm_up_tell_only_until_one_that_counts_is_over() -> None:
    clock = SeriesClock(4, 0.0)
    clock.ended(10.0, warmup=True)
    assert clock.course(STARTING, 10.0) == Course(1, 4, 10.0, 30.0)
    clock.ended(2.0, warmup=False)
    assert clock.course(STARTING, 12.0) == Course(2, 4, 12.0, 4.0)

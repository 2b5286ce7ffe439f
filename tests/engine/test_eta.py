from __future__ import annotations

import pytest

from npumon.core.monitor.activity import Activity, SeriesProgress
from npumon.core.run.state import EMPTY, RunState
from npumon.engine.run_progress import IterationEta, SeriesEta, StallLimits


def running(ended: int, loops: int | None = 10, failed: int = 0) -> RunState:
    return EMPTY._replace(phase="running", loops=loops, iterations_ended=ended, iterations_failed=failed)


def test_no_eta_before_an_iteration_is_done() -> None:
    pace = IterationEta()
    for state in (EMPTY, running(0)):
        pace.note(state, 1.0)
        assert pace.remaining_s(state, 1.0) is None


def test_the_eta_is_the_mean_of_the_iterations_seen() -> None:
    pace = IterationEta()
    pace.note(EMPTY._replace(phase="verifying"), 0.0)
    pace.note(running(0), 50.0)  # a long verification does not count
    pace.note(running(1), 52.0)
    pace.note(running(2), 54.0)
    assert pace.remaining_s(running(2), 54.0) == 16.0
    assert pace.remaining_s(running(2), 55.0) == 15.0
    assert pace.remaining_s(running(2), 90.0) == 0.0
    pace.note(running(3, failed=1), 58.0)  # one of them failed, but it took its time
    assert pace.remaining_s(running(3, failed=1), 58.0) == 12.0


def test_iterations_that_were_over_before_anybody_looked_do_not_count() -> None:
    pace = IterationEta()
    pace.note(running(5), 7.0)
    assert pace.remaining_s(running(5), 7.0) is None
    pace.note(running(6), 9.0)
    assert pace.remaining_s(running(6), 9.0) == 8.0


def test_an_unknown_number_of_iterations_has_no_eta() -> None:
    pace = IterationEta()
    for ended in range(3):
        pace.note(running(ended, None), float(ended))
    assert pace.remaining_s(running(2, None), 2.0) is None
    assert pace.remaining_s(running(2, 2), 2.0) is None


def test_a_further_run_in_the_same_log_starts_anew() -> None:
    pace = IterationEta()
    pace.note(running(0), 0.0)
    pace.note(running(8), 8.0)
    pace.note(EMPTY, 9.0)
    assert pace.remaining_s(EMPTY, 9.0) is None
    pace.note(running(0), 10.0)
    pace.note(running(1), 15.0)
    assert pace.remaining_s(running(1), 15.0) == 45.0


@pytest.mark.parametrize("phase", ["waiting", "creating", "running", "finishing", "done"])
def test_five_seconds_of_silence_are_suspicious(phase: str) -> None:
    assert StallLimits().silence(phase, 4.9) is None
    assert StallLimits().silence(phase, 5.0) == 5.0


def test_verifying_may_take_long() -> None:
    assert StallLimits().silence("verifying", 59.9) is None
    assert StallLimits().silence("verifying", 61.0) == 61.0


def test_other_limits() -> None:
    patience = StallLimits(1.0, 2.0)
    assert patience.silence("running", 1.0) == 1.0
    assert patience.silence("verifying", 1.0) is None


STARTING = Activity("starting", elapsed_s=0.0)


def test_nothing_tells_how_long_the_first_run_takes() -> None:
    clock = SeriesEta(5, 100.0)
    assert clock.series_progress(STARTING, 100.0) == SeriesProgress(0, 5, 0.0, None)
    assert clock.series_progress(Activity("finishing"), 101.0) == SeriesProgress(0, 5, 1.0, None)


def test_the_first_run_may_tell_by_its_iterations() -> None:
    clock = SeriesEta(5, 100.0)
    running = Activity("running", elapsed_s=4.0, remaining_s=6.0)
    assert clock.series_progress(running, 104.0) == SeriesProgress(0, 5, 4.0, 46.0)


def test_the_mean_of_the_runs_that_are_over_tells_of_the_rest() -> None:
    clock = SeriesEta(5, 100.0)
    clock.ended(4.0, warmup=False)
    clock.ended(6.0, warmup=False)
    assert clock.series_progress(Activity("finishing"), 110.0) == SeriesProgress(2, 5, 10.0, 15.0), "between two runs"
    assert clock.series_progress(STARTING, 110.0) == SeriesProgress(2, 5, 10.0, 15.0)
    assert clock.series_progress(STARTING._replace(elapsed_s=3.06), 113.06) == SeriesProgress(2, 5, 13.1, 11.9)


def test_a_run_longer_than_the_others_has_what_its_iterations_say_left() -> None:
    clock = SeriesEta(3, 0.0)
    clock.ended(2.0, warmup=False)
    assert clock.series_progress(STARTING._replace(elapsed_s=9.0), 11.0).remaining_s == 2.0
    assert clock.series_progress(STARTING._replace(elapsed_s=9.0, remaining_s=5.0), 11.0).remaining_s == 7.0


def test_runs_to_warm_up_tell_only_until_one_that_counts_is_over() -> None:
    clock = SeriesEta(4, 0.0)
    clock.ended(10.0, warmup=True)
    assert clock.series_progress(STARTING, 10.0) == SeriesProgress(1, 4, 10.0, 30.0)
    clock.ended(2.0, warmup=False)
    assert clock.series_progress(STARTING, 12.0) == SeriesProgress(2, 4, 12.0, 4.0)

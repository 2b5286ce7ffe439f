"""How far a run is, from its state and a clock that goes when the test says so."""

from __future__ import annotations

import pytest

from npumon.core.monitor.activity import Activity, SeriesProgress
from npumon.core.run.report import RunInfo
from npumon.core.run.state import EMPTY, RunState
from npumon.engine.reporting import Context
from npumon.engine.run_progress import FrameRate, IterationEta, RunProgress, SeriesEta, StallLimits

RUNNING = EMPTY._replace(phase="running")
KSNN = EMPTY._replace(phase="done", ksnn_version="v1.3")


def activity(state: RunState) -> Activity:
    run = RunProgress(0.0, began_s=0.0)
    run.update(state, 1.0)
    return run.activity(Activity(), 1.0)


@pytest.mark.parametrize(
    ("state", "stage", "iteration", "iterations"),
    [
        (EMPTY, "starting", None, None),
        (EMPTY._replace(phase="creating"), "creating", None, None),
        (EMPTY._replace(phase="verifying"), "verifying", None, None),
        (RUNNING, "running", None, None),
        (RUNNING._replace(loops=0), "running", None, None),
        (RUNNING._replace(loops=3), "running", 1, 3),
        (RUNNING._replace(loops=3, iterations_ended=1, iterations_failed=1), "running", 3, 3),
        (RUNNING._replace(loops=3, iterations_ended=3), "running", 3, 3),
        (RUNNING._replace(iterations_ended=6), "running", 7, None),
        (RUNNING._replace(frames=12), "running", None, None),
        (RUNNING._replace(loops=3, iterations_ended=3, phase="finishing"), "finishing", 3, 3),
        (RUNNING._replace(loops=3, iterations_ended=3, phase="done"), "finishing", 3, 3),
        (KSNN._replace(iterations_ended=1), "finishing", 1, None),
        (KSNN._replace(iterations_ended=2), "running", 3, None),
    ],
)
def test_how_far_it_is(state: RunState, stage: str, iteration: int | None, iterations: int | None) -> None:
    shown = activity(state)
    assert (shown.stage, shown.iteration, shown.iterations) == (stage, iteration, iterations)
    assert shown.frames == state.frames


@pytest.mark.parametrize(
    ("state", "over"),
    [
        (RUNNING, False),
        (EMPTY._replace(phase="finishing"), False),
        (EMPTY._replace(phase="done"), True),
        (KSNN._replace(iterations_ended=1), True),
        (KSNN._replace(iterations_ended=2), False),
    ],
)
def test_whether_it_seems_over(state: RunState, over: bool) -> None:
    run = RunProgress(0.0, began_s=0.0)
    run.update(state, 1.0)
    assert run.seems_over is over


def test_what_is_not_the_runs_own_is_left_alone() -> None:
    base = Activity(model="inceptionv3", run=4, part=2, parts=5, source="run.log", note="a note")
    shown = RunProgress(0.0, began_s=0.0).activity(base, 0.0)
    assert (shown.model, shown.run, shown.part, shown.parts) == ("inceptionv3", 4, 2, 5)
    assert (shown.source, shown.note) == ("run.log", "a note")


def test_times_are_tenths_of_seconds() -> None:
    run = RunProgress(100.0, began_s=100.0)
    run.update(RUNNING._replace(loops=10), 101.0)
    run.update(RUNNING._replace(loops=10, iterations_ended=3), 102.0)
    shown = run.activity(Activity(), 102.345)
    assert (shown.elapsed_s, shown.remaining_s, shown.silent_s) == (2.3, 2.0, None)


def test_silence() -> None:
    run = RunProgress(100.0, began_s=100.0, patience=StallLimits(3.0, 30.0))
    run.update(RUNNING, 101.0)
    assert run.activity(Activity(), 103.9).silent_s is None
    assert run.activity(Activity(), 104.0).silent_s == 3.0
    run.update(RUNNING, 104.5)
    assert run.activity(Activity(), 105.0).silent_s is None


def test_a_run_that_nobody_saw_begin_has_no_elapsed_time() -> None:
    run = RunProgress(100.0, began_s=None)
    run.update(RUNNING._replace(loops=10, iterations_ended=3), 101.0, timed=False)
    run.update(RUNNING._replace(loops=10, iterations_ended=4), 102.0)
    run.update(RUNNING._replace(loops=10, iterations_ended=5), 104.0)
    shown = run.activity(Activity(), 104.0)
    assert (shown.elapsed_s, shown.remaining_s) == (None, 10.0), "what was read at once is no pace"


def test_the_report_is_the_same_object_until_something_new_is_known() -> None:
    run, context = RunProgress(0.0, began_s=0.0, number=2), Context()
    first = run.report(context)
    assert (first.info.outcome, first.number) == ("running", 2)
    assert run.report(context) is first
    run.info = RunInfo(model="inceptionv3")
    second = run.report(context)
    assert second.info.model == "inceptionv3"
    run.update(RUNNING, 1.0)
    assert run.report(context).state is RUNNING


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


def test_frames_a_second_are_told_once_a_second() -> None:
    rate = FrameRate()
    camera = EMPTY._replace(frames=10)
    assert rate.note(camera, 0.0) is None, "nothing to compare with"
    assert rate.note(camera._replace(frames=25), 0.5) is None, "too soon"
    assert rate.note(camera._replace(frames=40), 1.0) == 30.0
    assert rate.note(camera._replace(frames=50), 3.0) == 5.0
    assert rate.note(camera._replace(frames=1), 5.0) is None, "another run"
    assert rate.note(camera._replace(frames=2), 6.0) == 1.0


def test_inferences_of_a_camera_are_frames_and_other_iterations_are_not() -> None:
    rate = FrameRate()
    for ksnn_version, expected in (("1.4", 20.0), (None, None)):
        camera = EMPTY._replace(ksnn_version=ksnn_version, iterations_ended=10)
        rate.note(camera, 0.0)
        assert rate.note(camera._replace(iterations_ended=30), 1.0) == expected

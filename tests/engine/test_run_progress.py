"""How far a run is, from its state and a clock that goes when the test says so."""

from __future__ import annotations

import pytest

from npumon.core.monitor.activity import Activity
from npumon.core.run.report import RunInfo
from npumon.core.run.state import EMPTY, RunState
from npumon.engine.reporting import Context
from npumon.engine.run_progress import RunProgress, StallLimits

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

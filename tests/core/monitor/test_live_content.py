"""What the Live page has to show of each kind of run."""

from __future__ import annotations

from typing import Any

import pytest

from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import Latencies, Live
from npumon.core.monitor.live_content import Content, Main, content_of
from npumon.core.monitor.run_times import RunTimes
from npumon.core.profile import Bandwidth, Cycles, Detection, Iteration, Reported, TopEntry
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.state import EMPTY, RunState
from npumon.core.run.trend import NO_TREND
from tests.core.monitor.test_distribution import group, named
from tests.core.monitor.test_selection import ended, loops
from tests.core.run.judging import binary_graph, judged, operation, state
from tests.tui.moments import log, moments, seed_run
from tests.tui.stage import live

NBG = state(binary_graph())
TOP = (TopEntry(1, 2, 0.8),)


def shown(run: RunState, outcome: Any = "ok", **more: Any) -> Live:
    return live(RunReport(RunInfo(outcome=outcome), run, judged(run, outcome)), **more)


@pytest.mark.parametrize(
    ("run", "main"),
    [
        (NBG, "utilization"),
        (state(operation(0), operation(1)), "operations"),
        (state(operation(0), operation(5)), "operations"),
        (state(operation(0)._replace(cycles=Cycles()), elapsed=1_000.0), "latency"),
        (NBG._replace(layer_dump=True), "latency"),
        (state(binary_graph()._replace(cycles=Cycles(5, 6))), "latency"),
        (EMPTY._replace(iterations=(Iteration(1, 5.0, ()),)), "latency"),
        (EMPTY._replace(reported=Reported("tengine", average_us=5.0)), "latency"),
        (EMPTY._replace(frames=3, detections=(Detection(),)), "results"),
        (EMPTY._replace(top=TOP), "results"),
        (EMPTY, "notice"),
        (EMPTY._replace(reported=Reported("nnstreamer")), "notice"),
    ],
)
def test_what_stands_largest(run: RunState, main: Main) -> None:
    assert content_of(shown(run)).main == main


def test_contradictory_figures_are_not_the_largest_thing() -> None:
    wrong = state(binary_graph()._replace(bandwidth=Bandwidth(5.0, 1.0, 1.0, 1.0, 1.0, 0.0)), elapsed=1_000.0)
    assert content_of(shown(wrong)).main == "latency"


def test_without_figures_the_log_is_all() -> None:
    assert content_of(shown(EMPTY, "failed", log=log())) == Content("log", log=True, failed=True)
    assert content_of(live(log=log())).main == "log"
    begun = moments()["first run"]._replace(log=log())
    assert content_of(begun).main == "notice", "figures may come at once"
    assert content_of(begun._replace(activity=begun.activity._replace(elapsed_s=2.0))).main == "log"
    assert content_of(begun._replace(activity=begun.activity._replace(elapsed_s=None))).main == "log"
    assert content_of(live(activity=Activity("no file", source="x.log"))).main == "notice"


@pytest.mark.parametrize(("outcome", "failed"), [("ok", False), ("failed", True), ("timeout", True), ("empty", False)])
def test_the_last_lines_of_a_run_that_failed_say_why(outcome: str, failed: bool) -> None:
    assert content_of(shown(NBG, outcome, log=log())).failed == failed
    assert not content_of(shown(NBG, outcome)).failed


def test_only_what_there_is_takes_room() -> None:
    assert content_of(shown(NBG)) == Content("utilization", bandwidth=True)
    assert content_of(shown(NBG._replace(top=TOP), log=log())) == Content("utilization", True, True, True)
    silent = state(binary_graph()._replace(bandwidth=Bandwidth()))
    assert not content_of(shown(silent)).bandwidth
    assert not content_of(shown(state(operation(0), operation(1), layer_dump=True))).bandwidth, "that of writing dumps"


def test_the_log_keeps_its_place_when_the_next_run_begins() -> None:
    done = shown(NBG, log=log())
    assert done.snapshot.run is not None
    again = live(RunReport(RunInfo(outcome="running"), EMPTY, judged(EMPTY, "running")))
    again = again._replace(previous=done.snapshot.run, runs=(done.snapshot.run,), activity=Activity("starting"))
    assert content_of(again) == content_of(done)


def test_of_several_times_there_is_a_distribution() -> None:
    once = named(ended(loops()))
    assert not content_of(once).distribution, "no time is known by itself"
    known = once._replace(latencies=Latencies(3, 1.0, 2.0, 3.0, ever=3))
    assert content_of(known).distribution
    single = named(ended(seed_run(), seed_run()))._replace(latencies=Latencies(2, 1.0, 2.0, 3.0, ever=2))
    assert not content_of(single).distribution
    assert content_of(single._replace(groups=(group([21_000.0, 21_609.0], 1, 2),))).distribution
    rated = named(ended(seed_run()))
    assert not content_of(rated._replace(times=(RunTimes(1),))).distribution
    assert content_of(rated._replace(times=(RunTimes(1, rates=NO_TREND.plus_all([5.0, 6.0])),))).distribution

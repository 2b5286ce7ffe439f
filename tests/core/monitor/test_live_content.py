"""What the Live page has to show of each kind of run."""

from __future__ import annotations

from typing import Any

import pytest

from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import Live
from npumon.core.monitor.live_content import Content, Main, content_of
from npumon.core.profile import Bandwidth, Cycles, Detection, Iteration, Reported, TopEntry
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.state import EMPTY, RunState
from tests.core.run.judging import binary_graph, judged, operation, state
from tests.tui.moments import log, moments
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
    assert content_of(shown(EMPTY, "failed", log=log())) == Content("log", log=True)
    assert content_of(live(log=log())).main == "log"
    begun = moments()["first run"]._replace(log=log())
    assert content_of(begun).main == "notice", "figures may come at once"
    assert content_of(begun._replace(activity=begun.activity._replace(elapsed_s=2.0))).main == "log"
    assert content_of(begun._replace(activity=begun.activity._replace(elapsed_s=None))).main == "log"
    assert content_of(live(activity=Activity("no file", source="x.log"))).main == "notice"


def test_only_what_there_is_takes_room() -> None:
    assert content_of(shown(NBG)) == Content("utilization", bandwidth=True)
    assert content_of(shown(NBG._replace(top=TOP), log=log())) == Content("utilization", True, True, True)
    silent = state(binary_graph()._replace(bandwidth=Bandwidth()))
    assert not content_of(shown(silent)).bandwidth
    assert not content_of(shown(state(operation(0), operation(1), layer_dump=True))).bandwidth, "that of writing dumps"

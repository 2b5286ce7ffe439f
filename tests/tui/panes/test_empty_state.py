"""What is said where there are no figures."""

from __future__ import annotations

import pytest

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.monitor.activity import Activity, Stage
from npumon.core.monitor.live import Live, Snapshot
from npumon.core.problems import Problem
from npumon.tui.panes.empty_state import hindrances, why_nothing
from tests.tui.moments import MISSING, PROFILING_OFF, board, under_way, without_counters
from tests.tui.stage import live


def words(shown: Live) -> list[str]:
    return [sentence for sentence, _ in why_nothing(shown, shown.snapshot.run)]


def test_each_problem_comes_with_its_remedy() -> None:
    assert hindrances(Live(board(MISSING))) == [("No NPU driver is loaded.", "bad"), ("Load it: sudo insmod x.ko", "")]
    assert hindrances(live()) == []


@pytest.mark.parametrize("command", ["npumon driver reload", "npumon driver load"])
def test_a_remedy_names_the_monitors_key(command: str) -> None:
    problem = Problem("driver.profiling_off", "Profiling is off.", f"End process 12 first. Do it: {command}")
    shown = Live(board(MISSING._replace(problems=(problem,))))
    assert hindrances(shown) == [("Profiling is off.", "bad"), ("End process 12 first. Do it: press g", "")]


def test_before_the_first_look() -> None:
    assert words(Live(Snapshot("", BoardState(), DriverState()))) == ["Looking at the board."]


@pytest.mark.parametrize("stage", ["starting", "verifying", "reloading"])
def test_work_is_under_way(stage: Stage) -> None:
    assert words(live(activity=Activity(stage))) == ["The figures come with the first iteration."]


def test_a_run_is_under_way() -> None:
    assert words(live(under_way(b"Verify Graph"))) == ["The figures come with the first iteration."]


def test_a_run_without_counters_says_why() -> None:
    assert words(Live(board(PROFILING_OFF, without_counters()))) == [
        "This run printed no cycle counters.",
        "Profiling is off.",
        "Reload it: g, or sudo rmmod galcore",
    ]

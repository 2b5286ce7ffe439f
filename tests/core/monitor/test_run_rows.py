"""This session's runs as a table."""

from __future__ import annotations

import pytest

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import Live, Snapshot
from npumon.core.monitor.run_rows import ORDERS, matching_runs, no_runs, ordered_runs, run_rows
from npumon.core.profile import Bandwidth, Iteration, TopEntry
from npumon.core.run.metrics import Figures, Metrics
from npumon.core.run.outcome import Outcome
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.state import RunState
from tests import golden

IDLE = Activity()


def run(model: str = "m", outcome: Outcome = "ok", bandwidth: Bandwidth = Bandwidth()) -> RunReport:
    state = RunState(iterations=(Iteration(1, 500.0),), top=(TopEntry(1, 2, 0.5),))
    return RunReport(RunInfo(model=model, outcome=outcome), state, Metrics(Figures(bandwidth=bandwidth)), ("goldfish",))


def live(*runs: RunReport, activity: Activity = IDLE, newest: RunReport | None = None) -> Live:
    return Live(Snapshot("", BoardState(), DriverState(), newest), activity, runs=runs)


def test_the_newest_is_first() -> None:
    one, two = run(), run(bandwidth=Bandwidth(1, 2, 3, 4, 5, 6))
    newest, oldest = run_rows(live(one, two))
    assert (newest.number, newest.key, newest.report) == (2, "2", two)
    assert (newest.latency_us, newest.total_mbyte, newest.ddr_mbyte, newest.top) == (500.0, 3, 11, "goldfish")
    assert (oldest.number, oldest.report, oldest.total_mbyte) == (1, one, None)


@pytest.mark.parametrize(
    ("activity", "newest", "number"),
    [
        (Activity(run=7), run(), 7),
        (Activity("running", run=8), run(outcome="running"), 7),
        (Activity("running", run=7, warmup=True), run(outcome="running"), 7),
        (Activity("running", run=7), run(), 7),  # it has just ended
        (Activity(run=7), None, 7),
    ],
)
def test_a_run_keeps_its_number_while_older_ones_are_forgotten(
    activity: Activity, newest: RunReport | None, number: int
) -> None:
    assert [row.number for row in run_rows(live(run(), run(), activity=activity, newest=newest))] == [
        number,
        number - 1,
    ]


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_works(order: str) -> None:
    rows = run_rows(live(run("a"), run("b", "failed")))
    assert set(ordered_runs(rows, order, descending=True)) == set(rows)
    assert ordered_runs(rows, "model", descending=False) == rows[::-1]


def test_words_narrow_the_rows() -> None:
    rows = run_rows(live(run("inceptionv3"), run("yolo", "failed")))
    assert [row.report.info.model for row in matching_runs(rows, "fail gold")] == ["yolo"]
    assert matching_runs(rows, "") == rows


def test_why_there_is_nothing() -> None:
    golden.problem(no_runs(live()), "runs.none")
    golden.problem(no_runs(live(newest=run(outcome="running"))), "runs.later")
    golden.problem(no_runs(live(activity=Activity(source="/x.log"))), "runs.none in a watched log")

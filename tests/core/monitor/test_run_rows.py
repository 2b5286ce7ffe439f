"""This session's runs as a table."""

from __future__ import annotations

import pytest

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import Live, Snapshot
from npumon.core.monitor.run_rows import (
    ORDERS,
    RunRow,
    grouped_rows,
    matching_runs,
    no_runs,
    ordered_runs,
    run_rows,
    telling,
    with_members,
)
from npumon.core.monitor.run_times import RunGroup
from npumon.core.profile import Bandwidth, Iteration, TopEntry
from npumon.core.run.metrics import Figures, Metrics
from npumon.core.run.outcome import Outcome
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.state import RunState
from npumon.core.run.statistics import Times, statistics_of
from tests import golden
from tests.core.run.judging import times_of

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


def timed(*times: float, model: str | None = "m", outcome: Outcome = "ok") -> RunReport:
    report = run("m", outcome)
    state = report.state._replace(iterations_ended=len(times))
    statistics = statistics_of(times_of(times))
    return report._replace(
        info=report.info._replace(model=model), state=state, metrics=report.metrics._replace(statistics=statistics)
    )


def series(*numbers: int, planned: int = 9, times: tuple[float, ...] = (5.0, 7.0, 9.0)) -> RunGroup:
    return RunGroup(numbers, len(numbers), planned, Times(begun=True).plus_all(times))


def grouped(moment: Live, *unfolded: str) -> tuple[RunRow, ...]:
    return grouped_rows(run_rows(moment), moment, frozenset(unfolded))


def test_the_latency_of_many_iterations_is_their_median() -> None:
    (row,) = run_rows(live(timed(900.0, 5.0, 6.0, 7.0)))
    assert (row.latency_us, row.p95_us, row.iterations) == (6.0, 7.0, 4)
    (row,) = run_rows(live(timed(900.0)))
    assert (row.latency_us, row.p95_us, row.iterations) == (500.0, None, 1)


def test_a_series_is_one_row_at_the_place_of_its_newest_run() -> None:
    runs = (run("a"), timed(5.0, 5.0), timed(7.0, 7.0), timed(9.0, 9.0), run("b"))
    moment = live(*runs)._replace(groups=(series(2, 3, 4),))
    newest, together, oldest = grouped(moment)
    assert (newest.number, oldest.number) == (5, 1)
    assert (together.key, together.first, together.last, together.number) == ("from 2", 2, 4, 3)
    assert together.report is runs[2], "the one with the median latency"
    assert (together.latency_us, together.p95_us, together.iterations) == (7.0, 9.0, 6)
    assert [row.number for row in together.members] == [4, 3, 2]
    assert all(row.part for row in together.members)
    assert with_members((newest, together)) == (newest, together)
    together = grouped(moment, "from 2")[1]
    assert with_members((newest, together)) == (newest, together, *together.members)


def test_of_a_series_how_many_failed_and_why() -> None:
    dead = run("a", "failed")
    dead = dead._replace(info=dead.info._replace(reason="No memory."))
    (row,) = grouped(live(run("a"), dead)._replace(groups=(series(1, 2, times=()),)))
    assert (row.failed, row.reason, row.latency_us) == (1, "No memory.", None)
    assert matching_runs((row,), "failed memory") == (row,), "its runs are searched, too"


def test_a_series_without_any_time_is_known_by_its_newest_run() -> None:
    nothing = run("a")._replace(state=RunState())
    (row,) = grouped(live(nothing, nothing)._replace(groups=(series(1, 2, times=()),)))
    assert row.number == 2


def test_single_runs_stay_rows_of_their_own() -> None:
    assert len(grouped(live(run(), run())._replace(groups=(series(1, 2, planned=0),)))) == 2
    assert len(grouped(live(run(), run())._replace(groups=(series(1), series(2))))) == 2
    kept = grouped(live(run(), activity=Activity(run=9))._replace(groups=(series(8, 9),)))
    assert [row.key for row in kept] == ["9"], "the others are no longer kept"


def test_many_runs_of_a_log_are_one_row() -> None:
    watching = Activity(source="run.log")
    for many, rows in ((5, 5), (6, 1)):
        moment = live(*[run()] * many, activity=watching)._replace(groups=(series(*range(1, many + 1), planned=0),))
        assert len(grouped(moment)) == rows


def test_what_no_run_tells_is_no_column() -> None:
    assert telling(run_rows(live(run()))) >= {"number", "model", "outcome", "latency", "top"}
    assert not telling(run_rows(live(run()))) & {"started", "clock", "reason", "iterations", "p95"}
    assert telling(run_rows(live(timed(5.0, 6.0)))) >= {"iterations", "p95"}

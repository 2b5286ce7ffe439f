"""Reports that are made when somebody looks."""

from __future__ import annotations

import gc
import sys

from npumon.core.profile import Iteration, Operation, TilingRow
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.state import EMPTY, RunState
from npumon.engine.late_report import LateReport
from npumon.engine.reporting import Context, report_of
from npumon.engine.session_history import KEPT_RUNS, KEPT_WAITING, SessionHistory


class Reports:
    """Makes reports, and counts them."""

    def __init__(self) -> None:
        self.made = 0

    def late(self, number: int, operations: int = 1) -> LateReport:
        iteration = Iteration(1, 5.0, (Operation(),) * operations, first=True)
        state = EMPTY._replace(iterations=(iteration,), iterations_ended=1, phase="done")

        def make(state: RunState) -> RunReport:
            self.made += 1
            return report_of(state, Context(), RunInfo(), number=number)

        return LateReport(state, make)


def test_a_report_is_made_once_at_the_first_look() -> None:
    reports = Reports()
    late = reports.late(7)
    assert reports.made == 0
    assert late.report is late.report
    assert (late.report.number, reports.made) == (7, 1)


def test_one_that_is_there_already() -> None:
    report = Reports().late(3).report
    assert LateReport.of(report).report is report


def test_what_it_keeps_is_told() -> None:
    iteration = Iteration(1, 5.0, (Operation(),) * 3)
    state = EMPTY._replace(iterations=(iteration,) * 2, operations=(Operation(),), tiling=(TilingRow(0, "NN"),))
    assert LateReport(state, lambda state: Reports().late(1).report).operations == 10


def test_of_thousands_of_runs_only_those_are_judged_that_are_kept() -> None:
    reports, history = Reports(), SessionHistory()
    for number in range(1, 5_001):
        history.late_run(None, reports.late(number))
    assert (history.ended, reports.made) == (5_000, 0)
    assert [run.number for run in history.runs] == list(range(5_001 - KEPT_RUNS, 5_001))
    assert (reports.made, history.runs) == (KEPT_RUNS, history.runs)
    assert history.runs is history.runs
    history.late_run(None, reports.late(5_001))
    assert (history.runs[-1].number, len(history.runs), reports.made) == (5_001, KEPT_RUNS, KEPT_RUNS + 1)


def test_not_many_operations_wait() -> None:
    reports, history = Reports(), SessionHistory()
    for number in range(10):
        history.late_run(None, reports.late(number, operations=KEPT_WAITING // 4))
    assert reports.made == 8
    assert len(history.runs) == 10


def test_runs_by_their_numbers() -> None:
    reports, history = Reports(), SessionHistory()
    assert history.numbered(0) is None
    for number in range(1, KEPT_RUNS + 3):
        history.late_run(None, reports.late(number))
    numbered = [history.numbered(number) for number in (0, 1, 2, 3, KEPT_RUNS + 2, KEPT_RUNS + 3)]
    assert [run and run.number for run in numbered] == [None, None, None, 3, KEPT_RUNS + 2, None]


def test_a_report_that_nobody_has_asked_for_is_freed_at_once_with_its_state() -> None:
    reports = Reports()
    iteration = Iteration(1, 5.0)
    before = sys.getrefcount(iteration)
    late = LateReport(EMPTY._replace(iterations=(iteration,)), lambda state: reports.late(1).report)
    assert sys.getrefcount(iteration) > before
    gc.disable()
    try:
        del late
        assert sys.getrefcount(iteration) == before
    finally:
        gc.enable()

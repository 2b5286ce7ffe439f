from __future__ import annotations

import pytest

from npumon.cli import status
from npumon.core.run.metrics import FigureCheck, Metrics
from npumon.core.run.outcome import Outcome
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.state import EMPTY


def report(outcome: Outcome, *checks: bool | None) -> RunReport:
    found = tuple(FigureCheck(f"check.{number}", ok, "") for number, ok in enumerate(checks))
    return RunReport(RunInfo(outcome=outcome), EMPTY, Metrics(checks=found))


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [("ok", 0), ("failed", 1), ("truncated", 1), ("empty", 1), ("timeout", 4), ("cancelled", 130)],
)
def test_each_outcome_has_its_status(outcome: Outcome, expected: int) -> None:
    assert status.status_of(report(outcome)) == expected
    assert status.status_of(report(outcome, False), check=False) == expected


def test_a_failed_check_counts_only_when_asked_for() -> None:
    assert status.status_of(report("ok", True, None, False), check=True) == 1
    assert status.status_of(report("ok", True, None), check=True) == 0
    assert status.status_of(report("timeout", False), check=True) == 4


def test_each_kind_of_problem_has_its_status() -> None:
    assert status.OF_PROBLEM == {"usage": 2, "failed": 1, "unavailable": 3}

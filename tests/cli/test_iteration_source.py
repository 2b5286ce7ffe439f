"""Iterations of a run that are read from its log again, and why they cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from npumon.cli.iteration_source import earlier_iterations
from npumon.core.problems import ProblemError
from npumon.core.run.report import RunReport
from tests import golden
from tests.engine.offline.test_iteration_reading import always, run
from tests.tui.stage import report

TEXT = run(*range(1000, 101_000, 1000))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "run.log"
    path.write_bytes(TEXT)
    return path


def last_of(text: bytes = TEXT) -> RunReport:
    """The report of a run with its last iteration only."""
    whole = report(text)
    return whole._replace(state=whole.state._replace(iterations=whole.state.iterations[-1:]))


@pytest.mark.parametrize("replaceable", [False, True])
def test_one_is_read_with_some_before_it(log: Path, replaceable: bool) -> None:
    found = earlier_iterations(str(log), last_of(), 90, always, replaceable=replaceable)
    assert {number: each.elapsed_us for number, each in found.items() if number < 100} == {
        number: 1000.0 * number for number in range(27, 91)
    }


def refusal(path: Path, number: int, *, replaceable: bool = False, report: RunReport | None = None) -> tuple[str, str]:
    """The problem's id and its sentence."""
    with pytest.raises(ProblemError) as error:
        earlier_iterations(str(path), report or last_of(), number, always, replaceable=replaceable)
    return error.value.problem.id, error.value.problem.what


def test_a_log_that_is_gone(log: Path) -> None:
    log.unlink()
    problem, what = refusal(log, 7)
    assert problem == "iteration.log"
    golden.text("an iteration whose log is gone", what, path=log)


def test_a_log_that_was_replaced(log: Path) -> None:
    log.write_bytes(run(*range(5, 105)))
    problem, what = refusal(log, 7, replaceable=True)
    assert problem == "iteration.replaced"
    golden.text("an iteration whose log was replaced", what)


def test_an_iteration_that_is_not_there(log: Path) -> None:
    log.write_bytes(TEXT.replace(b"Run the 7 time", b"...."))
    problem, what = refusal(log, 7)
    assert problem == "iteration.missing"
    golden.text("an iteration that is not in the log", what)
    gap = last_of()
    _, what = refusal(log, 7, report=gap._replace(info=gap.info._replace(log_complete=False)))
    golden.text("an iteration that is not in a log with a gap", what)


def test_nobody_waits_for_it_any_more(log: Path) -> None:
    assert earlier_iterations(str(log), last_of(), 90, lambda: False, replaceable=False) is not None

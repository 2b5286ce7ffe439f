"""Iterations of a run of the live monitor that are no longer in memory, read from the run's log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from npumon.core.problems import Problem, ProblemError

if TYPE_CHECKING:
    from npumon.core.profile import Iteration
    from npumon.core.run.report import RunReport

#: Operations, and iterations, that are read together: one step back is seldom the last one.
_OPERATIONS = 4_000
_ITERATIONS = 64


def earlier_iterations(
    path: str, report: RunReport, number: int, go_on: Callable[[], bool], *, replaceable: bool
) -> Mapping[int, Iteration]:
    """Return the iteration with this number, and some before it, from the log at `path`.

    `replaceable` says that another program may have replaced the log since. Stops soon once `go_on` says no. Raises
    `ProblemError` if the log is gone, is another one, or lacks the iteration.
    """
    from npumon.cli.log_source import opened
    from npumon.engine.offline.iteration_reading import IterationRange, read_iterations

    measured = report.state.measured
    operations = len(measured.operations) if measured is not None else 0
    together = max(1, min(_ITERATIONS, _OPERATIONS // max(1, operations)))
    known = measured if replaceable else None
    wanted = IterationRange(report.number, max(1, number - together + 1), number, known)
    try:
        with opened(path) as chunks:
            found = read_iterations(chunks, wanted, go_on)
    except ProblemError as error:
        what = f"Iteration {number} is no longer in memory, and {error.problem.what[0].lower()}{error.problem.what[1:]}"
        raise ProblemError(Problem("iteration.log", what, "0 goes back to the newest run.")) from error
    if found is None:
        what = f"Iteration {number} is lost: another log has taken the place of this run's."
        raise ProblemError(Problem("iteration.replaced", what, "0 goes back to the newest run."))
    if number not in found and go_on():
        gap = "" if report.info.log_complete else ", which has a gap"
        what = f"Iteration {number} is not in the run's log{gap}."
        raise ProblemError(Problem("iteration.missing", what, "[ and ] go on to the next one."))
    return found

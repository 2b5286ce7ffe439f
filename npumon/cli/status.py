"""Exit statuses: what a script may rely on."""

from __future__ import annotations

TYPE_CHECKING = False  # every command imports this module, and refusals need nothing but the numbers
if TYPE_CHECKING:
    from npumon.core.run.outcome import Outcome
    from npumon.core.run.report import RunReport

DONE = 0
FAILED = 1
USAGE = 2
UNAVAILABLE = 3
TIMED_OUT = 4
INTERRUPTED = 130

#: The status of each kind of problem.
OF_PROBLEM = {"usage": USAGE, "failed": FAILED, "unavailable": UNAVAILABLE}


def status_of_outcome(outcome: Outcome) -> int:
    """Return the exit status that a run's outcome asks for."""
    known: dict[Outcome, int] = {
        "ok": DONE,
        "timeout": TIMED_OUT,
        "cancelled": INTERRUPTED,
        "running": INTERRUPTED,  # it goes on; watching it was interrupted
    }
    return known.get(outcome, FAILED)


def status_of(report: RunReport, *, check: bool = False) -> int:
    """Return the exit status of a run; with `check`, a failed consistency check is a failure too."""
    status = status_of_outcome(report.info.outcome)
    if status == DONE and check and any(result.ok is False for result in report.metrics.checks):
        return FAILED
    return status


def status_of_read(report: RunReport, *, check: bool = False) -> int:
    """Return the exit status of reading a log that holds this run: failed for any run that is not whole."""
    return DONE if status_of(report, check=check) == DONE else FAILED

"""One run for exporters and views: where it comes from, what its text says, and what the figures mean."""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.profile import Hang, Network
from npumon.core.run.conditions import Conditions
from npumon.core.run.metrics import Metrics
from npumon.core.run.outcome import SHELL_SIGNALS, Outcome, outcome_words
from npumon.core.run.state import RunState


class RunInfo(NamedTuple):
    """Where a result comes from, and how the run ended. `started_at` is ISO 8601 in UTC.

    `signal` is the name of the signal that ended the program (`SIGSEGV`). `reason` says in one sentence why it failed
    or ended early. `hung` is the kernel's notice of a hang. `log_complete` is False where the log has a gap.
    """

    id: str | None = None
    model: str | None = None
    command: tuple[str, ...] | None = None
    cwd: str | None = None
    started_at: str | None = None
    duration_s: float | None = None
    exit_status: int | None = None
    signal: str | None = None
    outcome: Outcome = "ok"
    log: str | None = None
    reason: str | None = None
    hung: Hang | None = None
    log_complete: bool = True

    @property
    def words(self) -> str:
        """How people are told the outcome: of a program that a shell ran, its exit status may tell the signal."""
        shell = None if self.exit_status is None else SHELL_SIGNALS.get(self.exit_status)
        return outcome_words(self.outcome, self.signal or shell)


class RunReport(NamedTuple):
    """One run, ready for exporters and views.

    `labels` parallels `state.top`. `number` is the run's place in its log, `runs_in_log` how many the log has, None
    while it is still being read. `demo` marks figures from the simulated board. `network` is what the model's file
    says, None unless there is exactly one that can be read. `tail` are the last lines of a followed log, as visible
    text. `conditions` are those under which it ran.
    """

    info: RunInfo
    state: RunState
    metrics: Metrics
    labels: tuple[str | None, ...] = ()
    number: int = 1
    runs_in_log: int | None = 1
    demo: bool = False
    network: Network | None = None
    tail: tuple[str, ...] = ()
    conditions: Conditions = Conditions()

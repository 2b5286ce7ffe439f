"""One run as any exporter or view takes it: where it comes from, what its text said, what the figures mean."""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.profile import Network
from npumon.core.run.metrics import Metrics
from npumon.core.run.outcome import Outcome
from npumon.core.run.state import RunState


class RunInfo(NamedTuple):
    """Where a result comes from and how it ended. `started_at` is ISO 8601 in UTC; `duration_s` is in seconds.

    `signal` is the name of the signal that ended the program (`SIGSEGV`).
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


class RunReport(NamedTuple):
    """One finished (or broken-off) run, ready for any exporter or view.

    `labels` runs parallel to `state.top`. `number` is the run's place in its log, `runs_in_log` how many there
    are, None while the log is still being read. `demo` is True when the figures come from the simulated board.
    `network` is what the model's own file says, None where there is no file, more than one, or none that can be read.
    `tail` is the last lines of a log that was followed, as visible text.
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

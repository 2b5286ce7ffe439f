"""How a run ended, in one word, from its text and from what its supervisor saw."""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.run.state import RunState

OK = "ok"
FAILED = "failed"
TIMEOUT = "timeout"
CANCELLED = "cancelled"
TRUNCATED = "truncated"
EMPTY = "empty"
#: Not an outcome yet: the run is under way, or goes on without us.
RUNNING = "running"


class ExitInfo(NamedTuple):
    """What is known of a program's end besides its text; all None for a log that is only read.

    `stopped_by` is timeout, cancelled, watcher or left (it goes on); `error` is a sentence when the program could not
    be executed.
    """

    exit_status: int | None = None
    signal: str | None = None
    stopped_by: str | None = None
    error: str | None = None


def outcome(state: RunState, ending: ExitInfo | None = None) -> str:
    """ok, failed, timeout, cancelled, truncated (the text stops inside a run), empty (no profiler text) or running (it
    goes on)."""
    if ending is not None:
        if ending.stopped_by is not None:
            return {"timeout": TIMEOUT, "left": RUNNING}.get(ending.stopped_by, CANCELLED)
        if ending.exit_status != 0:
            return FAILED
    if not state.has_profiler_text:
        return EMPTY
    if state.iterations_failed or died(state):
        return FAILED
    short = state.interrupted if ending is None else _short(state)
    return TRUNCATED if short else OK


def _short(state: RunState) -> bool:
    """Whether a program that ended well left figures out. A garbled line of its last list is no reason to doubt it."""
    missing = state.loops is not None and state.iterations_ended < state.loops
    return missing or bool(state.operations) or not state.has_result


def died(state: RunState) -> bool:
    """Whether a shell reported the program's death by a signal."""
    return any(diagnostic.source == "shell" and diagnostic.level == "error" for diagnostic in state.diagnostics)

"""How a run ended, from its text and from its supervisor's record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from npumon.core.run.state import RunState

#: How a run ended. "truncated": its text stops inside it; "empty": there is no profiler text; "running": it has not
#: ended, or goes on without npumon.
Outcome = Literal["ok", "failed", "timeout", "cancelled", "truncated", "empty", "running"]
#: Why a run was ended before its time. "left": its watcher left, and a run that is to be kept goes on; "watcher": its
#: watcher vanished.
StopReason = Literal["timeout", "cancelled", "left", "watcher"]
_STOPPED: dict[StopReason, Outcome] = {
    "timeout": "timeout",
    "cancelled": "cancelled",
    "left": "running",
    "watcher": "cancelled",
}


class ExitInfo(NamedTuple):
    """What is known of a program's end apart from its text; all None for a log that is only read.

    `error` is a sentence if the program could not be executed.
    """

    exit_status: int | None = None
    signal: str | None = None
    stopped_by: StopReason | None = None
    error: str | None = None


def outcome(state: RunState, ending: ExitInfo | None = None) -> Outcome:
    """Judge how the run ended; `ending` is None for a log that is only read."""
    if ending is not None:
        if ending.stopped_by is not None:
            return _STOPPED[ending.stopped_by]
        if ending.exit_status != 0:
            return "failed"
    if not state.has_profiler_text:
        return "empty"
    if state.iterations_failed or died(state):
        return "failed"
    short = state.interrupted if ending is None else _short(state)
    return "truncated" if short else "ok"


def _short(state: RunState) -> bool:
    """Return whether figures are missing although the program ended well, a garbled line of its last list apart."""
    missing = state.loops is not None and state.iterations_ended < state.loops
    return missing or bool(state.operations) or not state.has_result


def died(state: RunState) -> bool:
    """Return whether a shell reported the program's death by a signal."""
    return any(diagnostic.source == "shell" and diagnostic.level == "error" for diagnostic in state.diagnostics)

"""How a run ended, from its text and from its supervisor's record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from npumon.core.profile import Diagnostic
from npumon.core.run.iterations import benchmark_runs, is_mixed
from npumon.core.run.state import has_figures

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
_WORDS: dict[Outcome, str] = {
    "ok": "ok",
    "failed": "failed",
    "timeout": "timed out",
    "cancelled": "stopped",
    "truncated": "cut off",
    "empty": "no profile",
    "running": "running",
}
#: Who says that the program failed.
_WITNESSES = ("ovxlib", "detect", "driver", "model", "program", "shell")
#: OVXLIB prints a failed step as `CHECK STATUS(-4:words)` or `CHECK PTR 161`.
STATUS = re.compile(r"STATUS ?\((-?\d{1,18})(?: ?: ?([^)]*))?")
_FAILED = re.compile(r"CHECK (?:STATUS|PTR)|\bfail|\bcan(?:'?t|not)\b|\bcould not\b", re.IGNORECASE)

#: A shell's exit status for a program ended by a signal: 128 plus the signal's number (POSIX).
SHELL_SIGNALS = {
    132: "SIGILL",
    134: "SIGABRT",
    135: "SIGBUS",
    136: "SIGFPE",
    137: "SIGKILL",
    139: "SIGSEGV",
    143: "SIGTERM",
}
#: How shells report a program's death by a signal.
DEATH_NOTICES = {
    "Illegal instruction": "SIGILL",
    "Aborted": "SIGABRT",
    "Bus error": "SIGBUS",
    "Floating point exception": "SIGFPE",
    "Killed": "SIGKILL",
    "Segmentation fault": "SIGSEGV",
    "Terminated": "SIGTERM",
}


class ExitInfo(NamedTuple):
    """What is known of a program's end apart from its text; all None for a log that is only read.

    `error` is a sentence if the program could not be executed.
    """

    exit_status: int | None = None
    signal: str | None = None
    stopped_by: StopReason | None = None
    error: str | None = None


def outcome_words(outcome: Outcome, signal: str | None = None) -> str:
    """Return how people are told the outcome: `crashed (SIGSEGV)` for a run that failed by that signal."""
    if outcome == "failed" and signal is not None:
        return f"crashed ({signal})"
    return _WORDS[outcome]


def outcome(state: RunState, ending: ExitInfo | None = None) -> Outcome:
    """Judge how the run ended; `ending` is None for a log that is only read.

    A failure needs evidence: an error's status, a death, an exception, or, if the text goes on after the run, a step
    without its result.
    """
    if ending is not None:
        if ending.stopped_by is not None:
            return _STOPPED[ending.stopped_by]
        if ending.exit_status != 0:
            return "failed"
    elif state.cancelled and (state.has_profiler_text or state.command is not None or evidence_of(state)):
        return "cancelled"
    evidence = evidence_of(state)
    if not state.has_profiler_text and (ending is not None or not evidence):
        return "empty"
    if state.iterations_failed or evidence:
        return "failed"
    if ending is not None:
        return "truncated" if _short(state) else "ok"
    if state.ended == "text" or state.ended is None:
        return "truncated" if state.interrupted else "ok"
    if not _without_result(state):
        return "ok"
    return "failed" if _must_have_ended(state) else "truncated"


def _is_pipeline_without_runs(state: RunState) -> bool:
    """Return whether a pipeline has created its network and says nothing of how often it runs."""
    return (
        state.reported is not None
        and state.reported.program == "nnstreamer"
        and state.create_us is not None
        and not (state.graph_started or state.operations or state.has_result)
    )


def _must_have_ended(state: RunState) -> bool:
    """Return whether a run without result has failed: its text is whole, and more than the driver's first line."""
    if state.cut or is_mixed(state):
        return False
    return state.ended != "start" or state.phase != "creating" or state.ksnn_version is not None


def _without_result(state: RunState) -> bool:
    """Return whether a step of the run began that came to no result, although the text goes on after the run."""
    if state.frames or state.detections or _is_pipeline_without_runs(state):
        return False
    lacks_iterations = state.loops is not None and state.iterations_ended < state.loops
    if (lacks_iterations and not _has_totals(state)) or _benchmark_broke_off(state):
        return True
    return bool(state.operations) or not state.has_result


def _has_totals(state: RunState) -> bool:
    """Return whether the program printed what it ends with, so that only the text lacks iterations."""
    return state.total_us is not None or state.average_us is not None


def _benchmark_broke_off(state: RunState) -> bool:
    """Return whether benchmark_model told no figures. Its lines may be filtered out where only its profile is left."""
    return benchmark_runs(state) and (state.reported is not None or not state.iterations_ended)


def _short(state: RunState) -> bool:
    """Return whether figures are missing although the program ended well, a garbled line of its last list apart.

    Iterations that npumon itself lost are not missing.
    """
    whole = not (state.has_gap or state.unread)
    missing = whole and state.loops is not None and state.iterations_ended < state.loops
    return missing or bool(state.operations) or not state.has_result


def evidence_of(state: RunState) -> tuple[Diagnostic, ...]:
    """Return the messages by which the run has failed, in the order of the text.

    Errors without a status do not count against a run that has all its figures.
    """
    errors = [said for said in state.diagnostics if said.level == "error" and said.source in _WITNESSES]
    whole = (state.phase == "done" and state.has_result) or bool(state.frames or state.detections)
    whole = whole and not state.operations and not state.iterations_failed
    return tuple(said for said in errors if _is_fatal(said, whole=whole))


def _is_fatal(said: Diagnostic, *, whole: bool) -> bool:
    if said.source in ("program", "shell"):
        return True
    status = STATUS.search(said.message)
    if status is not None:
        return int(status[1]) != 0
    return not whole and (said.source == "model" or _FAILED.search(said.message) is not None)


def died(state: RunState) -> bool:
    """Return whether a shell reported the program's death by a signal."""
    return any(diagnostic.source == "shell" and diagnostic.level == "error" for diagnostic in state.diagnostics)


def signal_noticed(state: RunState) -> str | None:
    """Return the name of the signal that ended the program, by its shell's notice; None if no notice names one."""
    notices = [said.message for said in state.diagnostics if said.source == "shell" and said.level == "error"]
    return next((name for notice in notices for words, name in DEATH_NOTICES.items() if words in notice), None)


def first_result_complete(state: RunState) -> bool:
    """Return whether all is there that the program announced: its iterations, its own figures, or else one iteration,
    frame or list of classes."""
    if state.loops is not None and state.total_us is None and state.average_us is None:
        return 0 < state.loops <= state.iterations_ended + state.iterations_failed
    if state.reported is not None:
        return has_figures(state.reported)
    return state.has_result

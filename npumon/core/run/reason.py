"""Why a run failed or ended early, in the program's, the driver's or the kernel's own words, made short."""

from __future__ import annotations

import re
from typing import NamedTuple

from npumon.core.profile import Diagnostic, Operation
from npumon.core.run.outcome import STATUS, ExitInfo, StopReason, evidence_of, outcome
from npumon.core.run.state import RunState

#: Longest reason, in characters.
_LONGEST = 240
#: `[vnn_VerifyGraph:85]`: the place in the source at which OVXLIB prints a message.
_PLACE = re.compile(r"^(?:Detect_api:)?\[[^\[\]]{1,400}\] ?")
#: Messages that name a check of the source and nothing else.
_BARE_CHECK = re.compile(r"CHECK PTR\b.*|CHECK STATUS ?\(-?\d+(?: ?: ?[\w ]{0,12})?\)")
_THROWN = re.compile(r"terminate called after throwing an instance of '([^']{1,300})'")
_WHAT = re.compile(r"what\(\): *(.*)")
#: `python3: symbol lookup error: ./libs/libnn_net.so: undefined symbol: NPU_SetInput`.
_LOADER = re.compile(r"^.{1,300}?: (symbol lookup error|error while loading shared libraries): ")
#: What OpenVX says of status -1, which every caller up to `main` repeats.
_GENERIC = re.compile(r"generic error", re.IGNORECASE)
_FAIL = re.compile(r"\bfail|\bis required but\b|\bnot (?:found|supported|exist)", re.IGNORECASE)
_STOPPED_BY: dict[StopReason, str] = {
    "timeout": "ended by the time limit",
    "cancelled": "stopped",
    "left": "left",
    "watcher": "npumon, which watched it, vanished",
}


class _Cause(NamedTuple):
    """A message as a cause of the failure; the higher its `rank`, the more it explains."""

    rank: int
    text: str


def reason_of(state: RunState, ending: ExitInfo | None = None) -> str | None:
    """Return why the run failed or ended early, in one sentence without a full stop; None if it did not.

    The most specific message is taken: one that names a cause goes before one that names a place in the source.
    """
    if ending is not None and ending.error is not None:
        return _short(ending.error)
    match outcome(state, ending):
        case "failed":
            return _short(_failure(state, ending))
        case "timeout" | "cancelled":
            by = None if ending is None else ending.stopped_by
            return f"{'stopped with Ctrl-C' if by is None else _STOPPED_BY[by]} {position(state)}"
        case "truncated":
            what = "the text breaks off" if ending is None else "the program ended"
            return f"{what} {position(state)}"
        case _:
            return None


def _failure(state: RunState, ending: ExitInfo | None) -> str:
    causes = _causes(state)
    if causes:
        ordered = sorted(causes, key=lambda cause: -cause.rank)
        best = ordered[0]
        more = next((each.text for each in ordered[1:] if _adds_to(best, each)), None)
        return best.text if more is None else f"{best.text} ({more})"
    if ending is not None and ending.signal is not None:
        return f"{ending.signal} ended the program {position(state)}"
    if ending is not None and ending.exit_status is not None:
        return f"the program exited with status {ending.exit_status} {position(state)}"
    return f"the program ended {position(state)}"


def _adds_to(best: _Cause, other: _Cause) -> bool:
    return other.rank >= 3 and other.text not in best.text and best.text not in other.text


def _causes(state: RunState) -> list[_Cause]:
    """Return what the run's messages say of its failure, in the order of the text."""
    evidence = evidence_of(state)
    if not evidence:
        return []
    causes: list[_Cause] = []
    thrown: str | None = None
    for said in state.diagnostics:
        if found := _THROWN.search(said.message):
            thrown = found[1]
        if said in evidence or (said.source == "driver" and _FAIL.search(said.message)):
            causes.append(_cause(said, thrown))
    return causes


def _cause(said: Diagnostic, thrown: str | None) -> _Cause:
    text = _PLACE.sub("", said.message).strip()
    if (what := _WHAT.search(text)) and what[1]:
        return _Cause(6, what[1] if thrown is None or thrown in what[1] else f"{thrown}: {what[1]}")
    if said.source == "shell":
        return _Cause(1, text)
    if said.source == "program":
        return _Cause(2 if what or _THROWN.search(text) else 6, _LOADER.sub(r"\1: ", text))
    if _BARE_CHECK.fullmatch(text):
        return _Cause(0, text)
    if status := STATUS.search(text):
        rank = 2 if status[2] and _GENERIC.search(status[2]) else 5
        return _Cause(rank, f"status {status[1]}: {status[2].strip().rstrip('.')}" if status[2] else text)
    return _Cause(3 if said.source == "driver" else 4, text)


def position(state: RunState) -> str:
    """Say where in the run its text stops."""
    if not state.has_profiler_text:
        return f"before it printed any profiler text{' that was read' if state.unread else ''}"
    over = _iterations_over(state)
    iteration = f"in iteration {over + 1}"
    if state.announced is not None:
        return f"in {_layer(state.announced)}, {iteration}"
    if state.operations:
        return f"{'in' if state.broken else 'after'} {_layer(state.operations[-1])}, {iteration}"
    if over:
        of = f" of {state.loops}" if state.loops is not None and state.loops > over else ""
        return f"after iteration {over}{of}"
    if state.frames:
        return f"after frame {state.frames}"
    return {
        "creating": "while the network was being created",
        "verifying": "while the graph was being verified",
    }.get(state.phase, "before the first iteration completed")


def _iterations_over(state: RunState) -> int:
    """Return how many iterations have ended; where npumon lost some of the text, their own numbers tell."""
    if state.iterations and (state.unread or state.has_gap):
        return state.iterations[-1].number
    return state.iterations_ended


def _layer(operation: Operation) -> str:
    name = f" ({operation.name})" if operation.name else ""
    if operation.layer_id is None:
        return "an operation without a number" if operation.op_abs_id is None else f"operation {operation.op_abs_id}"
    return f"layer {operation.layer_id}{name}"


def _short(text: str) -> str:
    """Return the text in one line of bounded length, without a full stop."""
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "…"

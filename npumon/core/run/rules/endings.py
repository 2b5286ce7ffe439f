"""Rules on how a run ended, and on runs whose figures cannot be judged."""

from __future__ import annotations

import re

from npumon.core.run.outcome import SHELL_SIGNALS, ExitInfo, died, signal_noticed
from npumon.core.run.reason import position, reason_of
from npumon.core.run.rules.evidence import Evidence, how_to_profile, layer
from npumon.core.run.state import Phase
from npumon.core.units import counted, microseconds

#: A signal that is not named.
_UNNAMED = "a signal"
#: What a run is doing before its first iteration.
_DOING: dict[Phase, str] = {
    "waiting": "the program has not printed any profiler text yet",
    "creating": "the network is being created",
    "verifying": "the graph is being verified and compiled, which may take a while",
}
#: What helps against failures, by words of their reasons. All are of public logs.
_REMEDIES = (
    (
        re.compile(r"cannot open shared object"),
        "the library is not there: install it, or name its folder in LD_LIBRARY_PATH",
    ),
    (re.compile(r"undefined symbol|shared libraries"), "the library does not fit this version of the program"),
    (re.compile(r"Failed to open device"), "the driver is not loaded, or its device may not be opened: npumon doctor"),
    (re.compile(r"\bNBG fail|\blcdt\b", re.ASCII), "the network file is not one for this chip and driver"),
)


def not_started(evidence: Evidence) -> str | None:
    """The command could not be executed."""
    error = (evidence.context.ending or ExitInfo()).error
    return None if error is None else f"{error.rstrip('.')}."


def failed(evidence: Evidence) -> str | None:
    """The run failed otherwise than by a signal."""
    if evidence.context.outcome != "failed" or signal_of(evidence) is not None or not_started(evidence):
        return None
    where = position(evidence.state)
    reason = reason_of(evidence.state, evidence.context.ending) or f"the program ended {where}"
    place = "" if where in reason or reason in where else f" {where}"
    return f"The run failed{place}: {reason}; {_remedy(evidence, reason)}."


def _remedy(evidence: Evidence, reason: str) -> str:
    for words, remedy in _REMEDIES:
        if words.search(reason):
            return remedy
    said = any(diagnostic.level in ("error", "warning") for diagnostic in evidence.state.diagnostics)
    return "see the diagnostics" if said else "the log's last lines may say why"


def crashed(evidence: Evidence) -> str | None:
    """A signal killed the program."""
    signal = signal_of(evidence)
    if evidence.context.outcome != "failed" or signal is None:
        return None
    reason = reason_of(evidence.state, evidence.context.ending) or ""
    notices = [" ".join(said.message.split()) for said in evidence.state.diagnostics if said.source == "shell"]
    known = reason in notices or any(word in reason for word in (signal, "exited with status"))
    said = f": {reason}" if reason and not known else ""
    crashed = "crashed" if signal == _UNNAMED else f"crashed ({signal})"
    return f"The run {crashed} {position(evidence.state)}{said}; see the log's last lines."


def signal_of(evidence: Evidence) -> str | None:
    """Find the signal that killed the program: from its parent, or from its shell's exit status or notice."""
    ending = evidence.context.ending or ExitInfo()
    if ending.signal or ending.exit_status in SHELL_SIGNALS:
        return ending.signal or SHELL_SIGNALS[ending.exit_status or 0]
    return signal_noticed(evidence.state) or (_UNNAMED if died(evidence.state) else None)


def timed_out(evidence: Evidence) -> str | None:
    """The time limit ended the run."""
    if evidence.context.outcome != "timeout":
        return None
    return f"The run timed out {position(evidence.state)}; allow more with --timeout."


def cancelled(evidence: Evidence) -> str | None:
    """Somebody stopped the run."""
    if evidence.context.outcome != "cancelled":
        return None
    return f"The run was stopped {position(evidence.state)}; the figures cover what had completed."


def truncated(evidence: Evidence) -> str | None:
    """The text stops inside the run."""
    if evidence.context.outcome != "truncated":
        return None
    return f"The log is cut off {position(evidence.state)}; the figures cover what had completed."


def empty(evidence: Evidence) -> str | None:
    """There is nothing of a profiler."""
    if evidence.context.outcome != "empty":
        return None
    return f"No profile: the text holds nothing of a profiler; {how_to_profile(evidence)}."


def detections(evidence: Evidence) -> str | None:
    """A detection demo without a profile."""
    state = evidence.state
    if state.measured is not None or not (state.frames or state.detections):
        return None
    return f"{counted(len(state.detections), 'object')} in the last frame; this program prints no times."


def under_way(evidence: Evidence) -> str | None:
    """A run under way that has no figures by which to judge it."""
    state = evidence.state
    if evidence.context.outcome != "running" or evidence.figures.utilization is not None:
        return None
    if state.iterations_ended:
        return "The run is under way; its text has no figures yet by which to judge it."
    doing = _DOING.get(state.phase, "the first iteration has not completed yet")
    return f"The run is under way: {doing}."


def fine(evidence: Evidence) -> str | None:
    """Nothing to complain of."""
    figures, reported, statistics = evidence.figures, evidence.state.reported, evidence.statistics
    told = ""
    if reported is not None and reported.average_us is not None:
        many = "" if reported.count is None else f" of {counted(reported.count, 'inference')}"
        told = f"{reported.program} reports {microseconds(reported.average_us)} on average{many}"
    if figures.utilization is not None:
        busy = (
            ""
            if figures.busy_us is None or not evidence.busy_certain
            else f", busy for {microseconds(figures.busy_us)}"
        )
        many = f"{counted(len(evidence.operations), 'operation')}{busy}"
        return f"Nothing to complain of in {many}{f'; {told}' if told else ''}."
    lacking = [each for each in evidence.operations if each.worked_us is None and each.busy_cycles is None]
    if any(each.doubt for each in lacking) or 0 < len(lacking) < len(evidence.operations):
        why = lacking[0].doubt or "its counters are not all in the text"
        return (
            f"The run completed, but it is not known how long {len(lacking)} of "
            f"{counted(len(evidence.operations), 'operation')} kept the NPU busy ({layer(lacking[0])}: {why}), so it "
            "cannot be judged as a whole."
        )
    if told:
        return f"{told}; nothing else was measured by which to judge it."
    if statistics is not None and statistics.without_first:
        what = f"{counted(statistics.count, 'iteration')} of {microseconds(statistics.median_us)} (median)"
        return f"The run completed, {what}; its text has no figures by which to judge it."
    return "The run completed; its text has no figures by which to judge it."

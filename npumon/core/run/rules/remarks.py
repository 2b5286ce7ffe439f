"""Remarks beside a verdict: what the figures cannot show, what they cost, and what else was found."""

from __future__ import annotations

import math

from npumon.core.profile import Network
from npumon.core.run.iterations import COUNTERS_ALONE
from npumon.core.run.rules.evidence import PROFILED, Evidence
from npumon.core.run.state import RunState
from npumon.core.units import counted, microseconds

#: What a driver calls a graph that was compiled beforehand.
_BINARY_GRAPH = "network_binary_graph"
#: Profiling by operation waits after each one, which takes about so long.
WAIT_US = 300.0
#: From this part of an iteration on, that is worth a word.
COSTLY = 0.05
#: A first iteration that takes so many times as long as the others is worth a word.
LONGER = 1.5
#: So many equal scores are no coincidence.
EQUAL_SCORES = 5
#: Sums of shares and scores that were rounded may exceed 1 by so much.
_ROUNDING = 1e-3


def one_block(evidence: Evidence) -> str | None:
    """A network binary graph is profiled as one operation, whatever it holds."""
    whole = evidence.whole
    if whole is None or whole.operation.name != _BINARY_GRAPH:
        return None
    segments = evidence.profile.iteration.segments if evidence.profile is not None else 0
    holds = f" of {counted(segments, 'segment')}" if segments else ""
    network = evidence.network or Network()
    kinds = ", ".join(f"{kind} {number}" for kind, number in network.operations)
    file = network.path or "its .nb file"
    inside = f"{file} holds {kinds}" if kinds else f"npumon inspect {file} shows what it holds by kind"
    return (
        f"A network binary graph{holds} is profiled as one block: for figures of each operation export the model as a "
        f"graph that is no NBG and {PROFILED}; {inside}."
    )


def unnamed(evidence: Evidence) -> str | None:
    """The text holds counters alone."""
    operations = evidence.operations
    if not operations or any(each.operation.op_abs_id is not None or each.operation.name for each in operations):
        return None
    told = [said.message for said in evidence.state.diagnostics if COUNTERS_ALONE in said.message]
    how = f"{told[-1]}; " if told else ""
    return (
        f"The text has counters alone, so its {counted(len(operations), 'operation')} have no names and times; {how}"
        "run with VIV_VX_DEBUG_LEVEL=1 too."
    )


def profiling_cost(evidence: Evidence) -> str | None:
    """Profiling by operation makes the driver wait after each one."""
    profile = evidence.profile
    if profile is None or len(evidence.operations) < 2 or not evidence.timed:
        return None
    elapsed_us = profile.iteration.latency_us or profile.execution_us
    cost_us = WAIT_US * len(evidence.operations)
    if not elapsed_us or cost_us < COSTLY * elapsed_us:
        return None
    return (
        f"Profiling waits after each of {len(evidence.operations)} operations, some 0.3 ms each, so idle time in their "
        f"windows says nothing and the {microseconds(elapsed_us)} are more than the model needs; run it once without "
        "VIV_VX_PROFILE and CNN_PERF to see how much."
    )


def first_iteration(evidence: Evidence) -> str | None:
    """The first iteration of a start takes several times as long as the others."""
    statistics = evidence.statistics
    if statistics is None or not statistics.without_first or statistics.first_us is None or not statistics.median_us:
        return None
    times = statistics.first_us / statistics.median_us
    if times < LONGER:
        return None
    return (
        f"The first of {counted(statistics.count, 'iteration')} took {microseconds(statistics.first_us)}, "
        f"{times:.1f} times the median of the others, so it is left out of the statistics."
    )


def garbage_scores(evidence: Evidence) -> str | None:
    """The scores of the program's list cannot be probabilities."""
    return scores_remark(evidence.state)


def scores_remark(state: RunState) -> str | None:
    """Say why the scores are no probabilities; None if they may be, as logarithms of them also may.

    Public logs hold five equal scores of 7e16 and scores of 255, of wrong types of the output tensor.
    """
    scores = [entry.score for entry in state.top if entry.score is not None]
    if not scores:
        return None
    if len(scores) >= EQUAL_SCORES and min(scores) == max(scores):
        return (
            f"The scores are no probabilities: all {len(scores)} are equal, which mostly means that the output tensor "
            "is read with a wrong type."
        )
    logarithms = max(scores) <= _ROUNDING
    shares = min(scores) >= 0 and max(scores) <= 1 + _ROUNDING
    if all(map(math.isfinite, scores)) and (logarithms or shares):
        return None
    return (
        "The scores are no probabilities: they lie outside 0 to 1, so they are raw outputs, or the output tensor is "
        "read with a wrong type."
    )


def hang(evidence: Evidence) -> str | None:
    """The kernel reported that the NPU hung."""
    hung = evidence.state.hung
    if hung is None:
        return None
    at = f" at {hung.at}" if hung.at else ""
    after = "and recovered it" if hung.recovered else "and does not say that it recovered"
    return (
        f"The kernel found the NPU hung{at} {after}: outputs may be wrong and times include the recovery; run it "
        "again, and see the kernel's log if it hangs again."
    )

"""Rules on whether the figures can be relied on: contradictions, missing operations, dumps, cold runs, a low clock."""

from __future__ import annotations

from npumon.core.run.analysis import OperationProfile
from npumon.core.run.iterations import is_mixed
from npumon.core.run.rules.evidence import Evidence, how_to_profile, layer
from npumon.core.run.trust import CLOCK_TOLERANCE, CLOCK_WINDOW_US, SEGMENT_US
from npumon.core.units import counted, microseconds, percent

#: A cycle window this many times as long as the execution and mostly idle is that of a cold run: the work is the same,
#: the window is longer.
COLD_WINDOW = 1.5
COLD_UTILIZATION = 0.6
#: Below this share of the nominal clock, the NPU is throttled.
SLOW_CLOCK = 1 - CLOCK_TOLERANCE
#: An iteration is contradictory if more than this part of its operations is.
MOST_DOUBTFUL = 0.5
#: Checks that compare a run with something other than its own figures, or that have a simple cause.
NO_CONTRADICTION = frozenset(
    ("clock.nominal", "iterations.count", "layers.count", "top.order", "memory.axi_sram", "memory.vip_sram")
)
#: So many operations are named where a dump was on.
_NAMED = 3


def contradict(evidence: Evidence) -> str | None:
    """Figures contradict each other, so that nothing can be concluded from any of them."""
    for check in evidence.checks:
        if check.ok is False and check.id not in NO_CONTRADICTION:
            return f"The figures contradict each other ({check.id}: {check.detail}); take another profile."
    if is_mixed(evidence.state) and evidence.operations:
        return (
            "The lines are not in the order of one program, so no figure is surely that of one operation; take a "
            "profile of one program at a time, and read its whole log."
        )
    for each in evidence.operations:
        if any(amount is not None and amount < 0 for amount in each.operation.bandwidth):
            return f"The figures contradict each other (negative traffic in {layer(each)}); take another profile."
    doubtful = [each for each in evidence.operations if not each.trusted]
    if len(doubtful) > MOST_DOUBTFUL * len(evidence.operations):
        what = f"{counted(len(doubtful), 'operation')} of {len(evidence.operations)}, first of all "
        what += f"{layer(doubtful[0])}: {doubtful[0].doubt}"
        return f"The figures contradict each other ({what}); take another profile."
    return None


def missing(evidence: Evidence) -> str | None:
    """Lines were cut out of the text, or lost."""
    profile = evidence.profile
    if profile is None or not profile.missing:
        return None
    if profile.of is None:
        return (
            f"Lines were cut out or lost, and it is not known how many operations there are beside the "
            f"{len(profile.operations)} in the text, so nothing can be said of where the time goes; read the whole log."
        )
    there = profile.of - profile.missing
    return (
        f"{there} of {counted(profile.of, 'operation')} {'is' if there == 1 else 'are'} in the text, so nothing can be "
        "said of where the time goes; read the whole log, without lines cut out."
    )


def dump_on(evidence: Evidence) -> str | None:
    """NN_LAYER_DUMP was on: only busy cycles and writes stand."""
    if evidence.timed:
        return None
    ranked = sorted(evidence.operations, key=lambda each: -(each.busy_share or 0))[:_NAMED]
    named = ", ".join(_with_share(each) for each in ranked if each.busy_share)
    busy_us = evidence.figures.busy_us
    busy = "" if busy_us is None else f"the NPU was busy {microseconds(busy_us)}{f' ({named})' if named else ''}; "
    return (
        f"NN_LAYER_DUMP was on, so times are mostly those of writing files and reads are polluted: {busy}"
        "for times and traffic run without it."
    )


def _with_share(each: OperationProfile) -> str:
    where = f" on {each.target_kind}" if each.target_kind else ""
    return f"{percent(each.busy_share)} in {layer(each)}{where}"


def profiling_off(evidence: Evidence) -> str | None:
    """There are iterations, but no cycle counters."""
    measured = evidence.state.measured
    if measured is None or any(operation.cycles.total for operation in measured.operations):
        return None
    read = any(operation.cycles.total is not None for operation in measured.operations)
    absent = "the cycle counters are all 0" if read else "the text has no cycle counters"
    why = "profiling is off" if evidence.context.profiling is False else absent
    return f"Times only: {why}; for bandwidth and utilization {how_to_profile(evidence)}."


def cold(evidence: Evidence) -> str | None:
    """The window of a graph that is profiled as one is long and mostly idle."""
    whole, share, profile = evidence.whole, evidence.figures.utilization, evidence.profile
    if whole is None or profile is None or not evidence.timed or whole.doubt is not None or share is None:
        return None
    window_us, execution_us = whole.operation.window_us, whole.operation.execution_us
    if not window_us or not execution_us or window_us <= COLD_WINDOW * execution_us or share >= COLD_UTILIZATION:
        return None
    return (
        f"Cold run: the work took {microseconds(evidence.figures.busy_us)} of a {microseconds(window_us)} window, so "
        f"{percent(share)} says little; run again warm (--warmup 1)."
    )


def slow_clock(evidence: Evidence) -> str | None:
    """The clock is low in the majority of the time, by the windows and by the execution times.

    A low clock of few short windows says nothing, and neither does one that the board contradicts.
    """
    profile, nominal = evidence.profile, evidence.facts.nominal_clock_mhz
    if profile is None or profile.clock_mhz is None or nominal is None or evidence.context.held_back is False:
        return None
    windows_us = sum(each.operation.window_us or 0 for each in profile.operations)
    short = len(profile.operations) == 1 and profile.timed_us < CLOCK_WINDOW_US
    if short or 2 * profile.timed_us <= windows_us or profile.executed_us is None:
        return None
    cycles = profile.clock_mhz * profile.timed_us
    worked_us = profile.timed_us - SEGMENT_US * profile.iteration.segments
    limit = SLOW_CLOCK * nominal
    if cycles >= limit * worked_us or cycles >= limit * profile.executed_us:
        return None
    busy_us = evidence.figures.busy_us if evidence.busy_certain else None
    full_us = None if busy_us is None else busy_us * profile.clock_mhz / nominal
    faster = (
        "" if full_us is None else f", where the same work takes {microseconds(full_us)}, not {microseconds(busy_us)}"
    )
    return (
        f"The NPU ran at {profile.clock_mhz:.0f} MHz of {nominal:.0f}{faster}: it was throttled, or its clock is set "
        "lower; check temperature, cooling and clock."
    )

"""Rules on where the time of sound figures goes, and what limits it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from npumon.core.run.analysis import OperationProfile, is_padded, of_roof
from npumon.core.run.breakdown import name_of, operator_of
from npumon.core.run.macs import is_compressed, is_convolution
from npumon.core.run.rules.evidence import Evidence, busy_part, carried, layer, short
from npumon.core.run.trust import tells_busy_share
from npumon.core.units import counted, microseconds, percent, quantity, rate

#: The part of the busy time from which on something is what limits a run.
MOST = 0.5
#: The part of it from which on depthwise layers are worth a word.
PADDED = 0.1
#: The part of it from which on the shader core's is, and so many of its operations are named.
PART = 0.1
_NAMED = 3
#: With fewer operations than this, one of them always takes most of the time.
SEVERAL = 5
#: From this part of an iteration on, the time outside the NPU's work is what limits it.
OUTSIDE = 0.5
#: A graph that is profiled as one and is idle for this share of its window does not keep the NPU busy.
IDLE = 0.15


def convolutions_on_shader(operations: Iterable[OperationProfile]) -> list[OperationProfile]:
    """Return the convolutions that run on the shader core."""
    return [each for each in operations if each.target_kind == "SH" and is_convolution(each.operation)]


def on_shader(operations: Iterable[OperationProfile]) -> list[OperationProfile]:
    """Return what runs on the shader core."""
    return [each for each in operations if each.target_kind == "SH"]


def near_ddr_roof(operations: Iterable[OperationProfile]) -> list[OperationProfile]:
    """Return the operations that the memory limits."""
    return [each for each in operations if each.limit == "ddr" and each.busy_us]


def near_mac_roof(operations: Iterable[OperationProfile]) -> list[OperationProfile]:
    """Return the operations that computing limits. A high rate of zeros says nothing."""
    return [each for each in operations if each.limit == "compute" and each.busy_cycles and not is_padded(each)]


def padded_operations(operations: Iterable[OperationProfile]) -> list[OperationProfile]:
    """Return the depthwise layers that are computed densely."""
    return [each for each in operations if is_padded(each)]


def busiest(operations: Iterable[OperationProfile]) -> list[OperationProfile]:
    """Return the one that keeps the NPU busy longest; none of none."""
    return sorted(operations, key=lambda each: -(each.busy_cycles or 0))[:1]


#: The operations that the sentence of a rule speaks of, by the rule's id.
SPOKEN_OF: Mapping[str, Callable[[Iterable[OperationProfile]], list[OperationProfile]]] = {
    "shader.convolution": convolutions_on_shader,
    "ddr.bound": near_ddr_roof,
    "nn.padded": padded_operations,
    "operation.dominates": busiest,
    "shader.busy": on_shader,
    "shader.part": on_shader,
    "compute.bound": near_mac_roof,
}


def shader_convolution(evidence: Evidence) -> str | None:
    """Convolutions run on the shader core, which is hundreds of times slower than the NN core."""
    chosen = convolutions_on_shader(evidence.operations)
    part = busy_part(evidence.operations, chosen)
    if not chosen or part < MOST:
        return None
    names = list(dict.fromkeys(each.operation.name for each in chosen if each.operation.name))
    of = f" of {' and '.join(map(short, names[:2]))}{' and others' if names[2:] else ''}" if names else ""
    verbs = ("runs", "takes", "it is") if len(chosen) == 1 else ("run", "take", "they are")
    return (
        f"{counted(len(chosen), 'operation')}{of} {verbs[0]} on SH and {verbs[1]} {percent(part)} of the NPU's busy "
        f"time: {verbs[2]} not quantised, or not supported by the NN core{_gain(evidence.operations, chosen)}."
    )


def _gain(operations: Sequence[OperationProfile], chosen: Sequence[OperationProfile]) -> str:
    """Say what the NN core would need for the same MACs, at the rate of the same log's convolutions there."""
    there = [each for each in operations if each.target_kind == "NN" and each.macs and each.busy_cycles]
    here = [each for each in chosen if each.macs and each.busy_cycles]
    clock = next((each.busy_cycles / each.busy_us for each in here if each.busy_cycles and each.busy_us), None)
    if not there or not here or clock is None:
        return ""
    per_cycle = sum(each.macs or 0 for each in there) / sum(each.busy_cycles or 0 for each in there)
    macs, cycles = sum(each.macs or 0 for each in here), sum(each.busy_cycles or 0 for each in here)
    if macs / cycles >= per_cycle:
        return ""
    return (
        f"; at the {quantity(round(per_cycle))} MAC a cycle of this log's NN convolutions their {quantity(macs)} MAC "
        f"would take {microseconds(macs / per_cycle / clock)} instead of {microseconds(cycles / clock)}"
    )


def ddr_bound(evidence: Evidence) -> str | None:
    """Operations with most of the busy time come near the memory's roof."""
    roof = evidence.facts.roofs.ddr_mbyte_per_s
    chosen = near_ddr_roof(evidence.operations)
    part = busy_part(evidence.operations, chosen)
    if roof is None or not chosen or part < MOST:
        return None
    moved = sum(each.operation.bandwidth.ddr or 0.0 for each in chosen)
    speed = moved * 1e6 / sum(each.busy_us or 0.0 for each in chosen)
    worst = max(chosen, key=lambda each: each.busy_us or 0.0)
    return (
        f"DDR-bound: operations with {percent(part)} of the busy time, most of all {layer(worst)}, move "
        f"{rate(speed)} MByte/s, {of_roof(speed / roof.value, roof)}; smaller weights and activations, or a faster "
        "memory clock, help."
    )


def padded(evidence: Evidence) -> str | None:
    """Depthwise layers stand in the table with dense kernels, so the NN core multiplies mostly zeros."""
    chosen = padded_operations(evidence.operations)
    part = busy_part(evidence.operations, chosen)
    if not chosen or part < PADDED:
        return None
    macs = sum(each.macs or 0 for each in chosen)
    needed = sum(map(_needed, chosen))
    return (
        f"{counted(len(chosen), 'depthwise layer')} {'is' if len(chosen) == 1 else 'are'} computed densely, "
        f"{quantity(macs)} MAC instead of {quantity(needed)}, and take{'s' if len(chosen) == 1 else ''} "
        f"{percent(part)} of the busy time: a network with ordinary convolutions may run faster."
    )


def _needed(each: OperationProfile) -> int:
    """Count the MACs of a kernel that sees one channel."""
    channels = each.tiling.kernel_shape[2] if each.tiling is not None and each.tiling.kernel_shape else 1
    return (each.macs or 0) // channels


def dominates(evidence: Evidence) -> str | None:
    """One operation of several takes most of the busy time."""
    operations = evidence.operations
    if len(operations) < SEVERAL:
        return None
    (largest,) = busiest(operations)
    part = busy_part(operations, (largest,))
    if part < MOST:
        return None
    kind = " on ".join(word for word in (operator_of(largest), largest.target_kind) if word)
    why = f" ({largest.why})" if largest.why and largest.limit in ("ddr", "compute") else ""
    return (
        f"One operation dominates: {layer(largest)}{f', {kind},' if kind else ''} takes {percent(part)} of "
        f"the busy time of {counted(len(operations), 'operation')}{why}; begin there."
    )


def shader_busy(evidence: Evidence) -> str | None:
    """The shader core is busy for most of the time with something else than convolutions."""
    chosen = on_shader(evidence.operations)
    part = busy_part(evidence.operations, chosen)
    if part < MOST or shader_convolution(evidence) is not None:
        return None
    (largest,) = busiest(chosen)
    return (
        f"{counted(len(chosen), 'operation')} on SH {'takes' if len(chosen) == 1 else 'take'} {percent(part)} of the "
        f"NPU's busy time, most of all {layer(largest)}: what runs there is not quantised, or neither the NN core nor "
        "the tensor processor supports it."
    )


def shader_part(evidence: Evidence) -> str | None:
    """A part of the busy time that is worth a word goes to the shader core."""
    chosen = on_shader(evidence.operations)
    part = busy_part(evidence.operations, chosen)
    if part < PART or shader_convolution(evidence) is not None or shader_busy(evidence) is not None:
        return None
    names = list(
        dict.fromkeys(short(name_of(each)) for each in sorted(chosen, key=lambda each: -(each.busy_cycles or 0)))
    )
    named = ", ".join(names[:_NAMED]) + (" and others" if names[_NAMED:] else "")
    verb = "runs" if len(chosen) == 1 else "run"
    return (
        f"{counted(len(chosen), 'operation')} {verb} on the shader core and take{'s' if len(chosen) == 1 else ''} "
        f"{percent(part)} of the NPU's busy time: {named}; quantise or fuse {'it' if len(chosen) == 1 else 'them'}."
    )


def host_bound(evidence: Evidence) -> str | None:
    """Most of an iteration passes outside the NPU's work. Profiling by operation waits itself, so it tells nothing."""
    profile, whole = evidence.profile, evidence.whole
    if profile is None or whole is None or not evidence.timed or profile.unaccounted_us is None:
        return None
    elapsed_us, window_us = profile.iteration.elapsed_us, whole.operation.window_us
    outside_us = profile.unaccounted_us
    if elapsed_us and window_us and whole.doubt is None:  # a cold run's window is longer than its execution
        outside_us = min(outside_us, elapsed_us - window_us)
    if not elapsed_us or outside_us < OUTSIDE * elapsed_us:
        return None
    first = ", in the first iteration, which takes longer than others" if profile.iteration.first else ""
    return (
        f"Host-bound: {microseconds(outside_us)} of {microseconds(elapsed_us)} passed outside the NPU's "
        f"operation{first}; look at the program around it: preparing inputs, copying, reading outputs."
    )


def compute_bound(evidence: Evidence) -> str | None:
    """The NPU computes as much as it can: by its MAC rate, or, of a graph profiled as one, by its busy share."""
    share, whole = _busy_share(evidence), evidence.whole
    if whole is not None and evidence.timed and share is not None and share >= 1 - IDLE and whole.trusted:
        busy = f"the NPU was busy {percent(share)} of the window"
        return f"Compute-bound: {busy}, so only a smaller model would run faster; {carried(evidence)}."
    roof = evidence.facts.roofs.mac_per_cycle
    chosen = near_mac_roof(evidence.operations)
    part = busy_part(evidence.operations, chosen)
    if roof is None or not chosen or part < MOST:
        return None
    per_cycle = sum(each.macs or 0 for each in chosen) / sum(each.busy_cycles or 0 for each in chosen)
    sparse = per_cycle > roof.value or any(each.tiling is not None and is_compressed(each.tiling) for each in chosen)
    kind = "dense-equivalent" if sparse else "dense"
    return (
        f"Compute-bound: convolutions with {percent(part)} of the busy time do {quantity(round(per_cycle))} {kind} MAC "
        f"a busy cycle, {of_roof(per_cycle / roof.value, roof)}; only a smaller model would run faster."
    )


def _busy_share(evidence: Evidence) -> float | None:
    """Return for which part of its window a graph that is profiled as one was busy, where its counters tell it."""
    whole = evidence.whole
    told = whole is not None and tells_busy_share(whole.operation, evidence.facts.nominal_clock_mhz)
    return evidence.figures.utilization if told else None


def idle(evidence: Evidence) -> str | None:
    """The NPU idles in the window of a graph that is profiled as one."""
    share, whole = _busy_share(evidence), evidence.whole
    if whole is None or not evidence.timed or whole.doubt is not None or share is None or share >= 1 - IDLE:
        return None
    advice = "a warm-up run, or less CPU work between layers, may help"
    return f"The NPU idled {percent(1 - share)} of its window; {advice}; {carried(evidence)}."

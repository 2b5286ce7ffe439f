"""What the figures mean: one sentence that a developer can act on, from the first rule that applies."""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.profile import GraphNode, Iteration, Network, Operation
from npumon.core.run import outcome as how
from npumon.core.run.analysis import facts_of, profile_of
from npumon.core.run.breakdown import by_operation, by_target
from npumon.core.run.checks import CLOCK_TOLERANCE, checks_of, memory_checks
from npumon.core.run.metrics import FigureCheck, Figures, Metrics, ddr_rate, figures_of, utilization
from npumon.core.run.outcome import ExitInfo, Outcome
from npumon.core.run.roofs import Roofs
from npumon.core.run.state import Phase, RunState
from npumon.core.units import mbyte, microseconds, percent, rate

#: A cycle window this many times as long as the execution and mostly idle is that of a cold run: the work is the same,
#: the window is longer.
COLD_WINDOW = 1.5
COLD_UTILIZATION = 0.6
#: Below this share of the nominal clock, the NPU is throttled.
SLOW_CLOCK = 1 - CLOCK_TOLERANCE
#: An operation that idles for this share of its window while most of its traffic is DDR waits for memory.
WAITING_SHARE = 0.15
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
#: What a run is doing before its first iteration.
_DOING: dict[Phase, str] = {
    "waiting": "the program has not printed any profiler text yet",
    "creating": "the network is being created",
    "verifying": "the graph is being verified and compiled, which may take a while",
}
#: Checks that compare a run with something other than its own figures, or that have a simple cause.
_NO_CONTRADICTION = frozenset(
    ("clock.nominal", "iterations.count", "layers.count", "top.order", "memory.axi_sram", "memory.vip_sram")
)
_PROFILED = "run with VIV_VX_PROFILE=1 VIV_VX_DEBUG_LEVEL=1"


class VerdictContext(NamedTuple):
    """What a verdict takes into account apart from the text.

    `profiling` is the driver's gpuProfiler, None if unknown. `roofs` are those of the board and `nodes` those of the
    model's `graph.json`, as far as they are known. `ending` is None for a log that is only read.
    """

    outcome: Outcome
    ending: ExitInfo | None = None
    profiling: bool | None = None
    nominal_clock_mhz: float | None = None
    roofs: Roofs = Roofs()
    nodes: tuple[GraphNode, ...] = ()


def ddr_bound(operation: Operation, peak_mbyte_per_s: float | None = None) -> bool | None:
    """Return whether DDR memory limits the operation; None if the figures do not say.

    It does if the operation idles noticeably while most of its traffic goes to DDR, or comes near the memory's peak.
    """
    share = utilization(operation.cycles)
    speed = ddr_rate(operation)
    if share is None or speed is None:
        return None
    moved = operation.bandwidth
    ddr = (moved.ddr_read or 0) + (moved.ddr_write or 0)
    axi = (moved.axi_read or 0) + (moved.axi_write or 0)
    if peak_mbyte_per_s and speed >= 0.8 * peak_mbyte_per_s:
        return True
    return 1 - share >= WAITING_SHARE and ddr >= axi


def verdict_of(
    state: RunState, figures: Figures, checks: tuple[FigureCheck, ...], context: VerdictContext
) -> tuple[str, str]:
    """Return the id of the first rule that applies, and its sentence."""
    last = state.measured
    return (
        _broken_off(state, context)
        or _contradiction(checks)
        or _without_counters(state, last, context)
        or _explained(last, figures, context)
        or _unexplained(state, context)
    )


def _broken_off(state: RunState, context: VerdictContext) -> tuple[str, str] | None:
    ending = context.ending or ExitInfo()
    where = _position(state)
    if ending.error is not None:
        return "run.not_started", f"{ending.error.rstrip('.')}."
    match context.outcome:
        case "timeout":
            return "run.timeout", f"The time limit ended the run {where}; allow more with --timeout."
        case "cancelled":
            return "run.cancelled", f"The run was stopped {where}; the figures cover what had completed."
        case "failed" if signal := _signal(state, ending):
            return "run.crashed", f"The model was killed by {signal} {where}; see the log's last lines."
        case "failed" if state.iterations_failed:
            many = "An iteration" if state.iterations_failed == 1 else f"{state.iterations_failed} iterations"
            return "run.failed", f"{many} failed; see the diagnostics."
        case "failed" if ending.exit_status is None:
            return "run.failed", f"The model ended {where}, but its exit status is unknown; {_reasons(state)}."
        case "failed":
            return "run.failed", f"The model exited with status {ending.exit_status} {where}; {_reasons(state)}."
        case "truncated":
            return "run.truncated", f"The log ends {where}; the figures cover what had completed."
        case "empty":
            return "run.empty", f"There is no profiler text; {_remedy(context)}."
        case _:
            return None


def _unexplained(state: RunState, context: VerdictContext) -> tuple[str, str]:
    if context.outcome != "running":
        return "run.ok", "The run completed; its text has no figures by which to judge it."
    if state.iterations_ended:
        return "run.running", "The run is under way; its text has no figures yet by which to judge it."
    doing = _DOING.get(state.phase, "the first iteration has not completed yet")
    return "run.running", f"The run is under way: {doing}."


def _signal(state: RunState, ending: ExitInfo) -> str | None:
    """Find the signal that killed the program: from its parent, or from its shell's exit status or notice."""
    if ending.signal or ending.exit_status in SHELL_SIGNALS:
        return ending.signal or SHELL_SIGNALS[ending.exit_status or 0]
    if not how.died(state):
        return None
    notices = [diagnostic.message for diagnostic in state.diagnostics if diagnostic.source == "shell"]
    named = (name for notice in notices for words, name in DEATH_NOTICES.items() if words in notice)
    return next(named, "a signal")


def _reasons(state: RunState) -> str:
    """Say where to look for the reason of a failure."""
    said = any(diagnostic.level in ("error", "warning") for diagnostic in state.diagnostics)
    return "see the diagnostics" if said else "the log's last lines may say why"


def _remedy(context: VerdictContext) -> str:
    return _PROFILED if context.profiling else f"reload galcore with gpuProfiler=1 and {_PROFILED}"


def _position(state: RunState) -> str:
    """Say where in the run the text stops."""
    if not state.has_profiler_text:
        return "before it printed any profiler text"
    if state.operations:
        where = f"{'in' if state.broken else 'after'} {_layer(state.operations[-1])}"
        return f"{where}, in iteration {state.iterations_ended + 1}"
    if state.iterations_ended:
        return f"after iteration {state.iterations_ended}"
    if state.frames:
        return f"after frame {state.frames}"
    return {
        "creating": "while the network was being created",
        "verifying": "while the graph was being verified",
    }.get(state.phase, "before the first iteration completed")


def _layer(operation: Operation) -> str:
    name = f" ({operation.name})" if operation.name else ""
    return "a layer without a number" if operation.layer_id is None else f"layer {operation.layer_id}{name}"


def _contradiction(checks: tuple[FigureCheck, ...]) -> tuple[str, str] | None:
    for check in checks:
        if check.ok is False and check.id not in _NO_CONTRADICTION:
            return f"check.{check.id}", f"The figures contradict each other ({check.id}: {check.detail})."
    return None


def _without_counters(state: RunState, last: Iteration | None, context: VerdictContext) -> tuple[str, str] | None:
    if last is not None and not any(operation.cycles.total for operation in last.operations):
        counted = any(operation.cycles.total is not None for operation in last.operations)
        missing = "the cycle counters are all 0" if counted else "the text has no cycle counters"
        why = "profiling is off" if context.profiling is False else missing
        return "profiling.off", f"Times only: {why}; for bandwidth and utilization {_remedy(context)}."
    if last is None and (state.frames or state.detections):
        many = len(state.detections)
        objects = f"{many} object{'' if many == 1 else 's'} in the last frame"
        return "detection.ok", f"{objects}; this program prints no times."
    return None


def _explained(last: Iteration | None, figures: Figures, context: VerdictContext) -> tuple[str, str] | None:
    if last is None or figures.utilization is None:
        return None
    window_us, execution_us = last.vpc_elapsed_us, figures.execution_us
    busy = f"the NPU was busy {percent(figures.utilization)} of the window"
    nominal, clock = context.nominal_clock_mhz, figures.clock_mhz
    long_window = window_us and execution_us and window_us > COLD_WINDOW * execution_us
    if long_window and figures.utilization < COLD_UTILIZATION:
        return (
            "run.cold",
            f"Cold run: the work took {microseconds(figures.busy_us)} of a {microseconds(window_us)} window, so "
            f"{percent(figures.utilization)} says little; run again warm (--warmup 1).",
        )
    if nominal and clock and clock < SLOW_CLOCK * nominal:
        full = None if execution_us is None else execution_us * clock / nominal
        faster = "" if full is None else f" (at full clock the same work would take about {microseconds(full)})"
        return (
            "clock.slow",
            f"Throttled: the NPU ran at {clock:.0f} MHz of {nominal:.0f}{faster}; check temperature and cooling.",
        )
    carried = _carried(figures)
    bound = [
        op
        for op in last.operations
        if ddr_bound(op, context.roofs.ddr_mbyte_per_s and context.roofs.ddr_mbyte_per_s.value)
    ]
    spent = sum(op.execution_us or 0 for op in bound)
    if bound and execution_us and spent >= 0.5 * execution_us:
        worst = max(bound, key=lambda op: op.execution_us or 0)
        return (
            "ddr.bound",
            f"DDR-bound: {percent(spent / execution_us)} of the time goes to operations that wait for memory, most of "
            f"all {_layer(worst)}; {busy}, {carried}.",
        )
    if figures.utilization < 1 - WAITING_SHARE:
        idle = percent(1 - figures.utilization)
        advice = "a warm-up run, or less CPU work between layers, may help"
        return "npu.idle", f"The NPU idled {idle} of its window; {advice}; {carried}."
    return "compute.bound", f"Compute-bound: {busy}, so only a smaller model would run faster; {carried}."


def _carried(figures: Figures) -> str:
    """Describe the traffic to and from DDR memory, or say what is missing."""
    moved, rates = figures.bandwidth, figures.bandwidth_per_s
    if moved.ddr is None:
        return "the text has no DDR traffic"
    if rates.ddr is None:
        return f"DDR carried {mbyte(moved.ddr)} MByte, without an execution time to divide by"
    return f"DDR carried {rate(rates.ddr)} MByte/s"


def assess(state: RunState, context: VerdictContext, network: Network | None = None) -> Metrics:
    """Compute the metrics of the run's last complete iteration with a profile, and judge them.

    If the context has no nominal clock, the chip named in the text decides. The needs of a known network are compared
    with the device.
    """
    facts = facts_of(state, context.nominal_clock_mhz, context.roofs, context.nodes)
    nominal, measured = facts.nominal_clock_mhz, state.measured
    profile = None if measured is None else profile_of(measured, facts)
    figures = Figures() if profile is None else figures_of(profile)
    checks = (*checks_of(state, figures, nominal, over=context.outcome != "running"), *memory_checks(state, network))
    verdict_id, verdict = verdict_of(state, figures, checks, context._replace(nominal_clock_mhz=nominal))
    return Metrics(
        figures,
        nominal,
        checks,
        verdict,
        verdict_id,
        facts=facts,
        profile=profile,
        by_target=() if profile is None else by_target(profile),
        by_operation=() if profile is None else by_operation(profile),
        unaccounted_us=None if profile is None else profile.unaccounted_us,
        findings=((verdict_id, verdict),),
    )

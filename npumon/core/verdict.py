"""What the figures mean: one sentence a developer can act on, from the first rule that applies."""

from __future__ import annotations

from dataclasses import dataclass

from npumon.core import outcome as how
from npumon.core.metrics import Check, Figures, ddr_rate, utilization
from npumon.core.outcome import Ending
from npumon.core.profile import Iteration, Operation
from npumon.core.state import RunState
from npumon.core.units import milliseconds, percent, rate

#: A cycle window this many times as long as the execution, idle for most of its length, is a cold run's: the work
#: is the same, the window is not.
COLD_WINDOW = 1.5
COLD_UTILIZATION = 0.6
#: Below this share of the nominal clock the NPU is throttled.
SLOW_CLOCK = 0.95
#: An operation that idles this share of its window while most of its traffic is DDR waits for memory.
WAITING_SHARE = 0.15
#: A shell's exit status for a program that a signal ended: 128 and the signal's number (POSIX).
SHELL_SIGNALS = {
    132: "SIGILL",
    134: "SIGABRT",
    135: "SIGBUS",
    136: "SIGFPE",
    137: "SIGKILL",
    139: "SIGSEGV",
    143: "SIGTERM",
}
_RELOAD = "reload galcore with gpuProfiler=1 and run with VIV_VX_PROFILE=1"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a verdict takes into account besides the text.

    `profiling` is the driver's gpuProfiler, None when unknown. `ddr_peak_mbyte_per_s` is the memory's measured
    peak, None when nobody gave one. `ending` is None for a log that was only read.
    """

    outcome: str
    ending: Ending | None = None
    profiling: bool | None = None
    nominal_clock_mhz: float | None = None
    ddr_peak_mbyte_per_s: float | None = None


def ddr_bound(operation: Operation, peak_mbyte_per_s: float | None = None) -> bool | None:
    """Whether DDR memory limits the operation; None where the figures do not say.

    Either it idles noticeably while most of its traffic goes to DDR, or it comes near the memory's peak.
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


def verdict_of(state: RunState, figures: Figures, checks: tuple[Check, ...], around: Circumstances) -> tuple[str, str]:
    """The id of the rule and its sentence."""
    last = state.iterations[-1] if state.iterations else None
    return (
        _broken_off(state, around)
        or _contradiction(checks)
        or _without_counters(state, last, around)
        or _explained(last, figures, around)
        or ("run.ok", "The run completed; its text holds no figures to judge.")
    )


def _broken_off(state: RunState, around: Circumstances) -> tuple[str, str] | None:
    ending = around.ending or Ending()
    where = _place(state)
    if ending.error is not None:
        return "run.not_started", f"{ending.error.rstrip('.')}."
    match around.outcome:
        case how.TIMEOUT:
            return "run.timeout", f"The run was ended by its time limit {where}; allow more with --timeout."
        case how.CANCELLED:
            return "run.cancelled", f"The run was stopped {where}; the figures are those of what had completed."
        case how.FAILED if ending.signal is not None or how.died(state):
            signal = ending.signal or SHELL_SIGNALS.get(ending.exit_status or 0, "a signal")
            return "run.crashed", f"The model was killed by {signal} {where}; the log's last lines say what it did."
        case how.FAILED if state.iterations_failed:
            return "run.failed", f"{state.iterations_failed} iterations failed; see the diagnostics."
        case how.FAILED:
            return "run.failed", f"The model exited with status {ending.exit_status} {where}; see the diagnostics."
        case how.TRUNCATED:
            return "run.truncated", f"The log ends {where}; the figures are those of what had completed."
        case how.EMPTY:
            return "run.empty", f"There is no profiler text; {_RELOAD} VIV_VX_DEBUG_LEVEL=1."
        case _:
            return None


def _place(state: RunState) -> str:
    """Where in the run the text stops."""
    if not state.has_profiler_text:
        return "before it printed any profiler text"
    if state.operations:
        operation = state.operations[-1]
        name = f" ({operation.name})" if operation.name else ""
        layer = "a layer" if operation.layer_id is None else f"layer {operation.layer_id}{name}"
        return f"{'in' if state.broken else 'after'} {layer}, in iteration {state.iterations_ended + 1}"
    if state.iterations_ended:
        return f"after iteration {state.iterations_ended}"
    return {
        "creating": "while the network was being created",
        "verifying": "while the graph was being verified",
    }.get(state.phase, "before the first iteration completed")


def _contradiction(checks: tuple[Check, ...]) -> tuple[str, str] | None:
    for check in checks:
        if check.ok is False and check.id not in ("clock.nominal", "iterations.count", "layers.count", "top.order"):
            return f"check.{check.id}", f"The figures contradict each other ({check.id}: {check.detail})."
    return None


def _without_counters(state: RunState, last: Iteration | None, around: Circumstances) -> tuple[str, str] | None:
    if last is not None and not last.operations:
        why = "profiling is off" if around.profiling is False else "the text holds no counters"
        return "profiling.off", f"Only times: {why}; for bandwidth and utilization {_RELOAD}."
    if last is None and state.detections:
        return "detection.ok", f"{len(state.detections)} objects in the last frame; this program prints no times."
    return None


def _explained(last: Iteration | None, figures: Figures, around: Circumstances) -> tuple[str, str] | None:
    if last is None or figures.utilization is None:
        return None
    window_us, execution_us = last.vpc_elapsed_us, figures.execution_us
    busy = f"the NPU was busy {percent(figures.utilization)} of the window"
    nominal, clock = around.nominal_clock_mhz, figures.clock_mhz
    long_window = window_us and execution_us and window_us > COLD_WINDOW * execution_us
    if long_window and figures.utilization < COLD_UTILIZATION:
        return (
            "run.cold",
            f"Cold run: the work took {milliseconds(figures.busy_us)} of a {milliseconds(window_us)} window, so "
            f"{percent(figures.utilization)} says little; run again warm (--warmup 1).",
        )
    if nominal and clock and clock < SLOW_CLOCK * nominal:
        return (
            "clock.slow",
            f"Throttled: the NPU ran at {clock:.0f} MHz of {nominal:.0f}; check temperature and cooling. "
            f"At full clock the same work would take about {milliseconds((execution_us or 0) * clock / nominal)}.",
        )
    rates = figures.bandwidth_per_s
    speed = None if rates.ddr_read is None or rates.ddr_write is None else rates.ddr_read + rates.ddr_write
    carried = f"DDR carried {rate(speed)} MByte/s" if speed is not None else "DDR traffic is not in the text"
    bound = [op for op in last.operations if ddr_bound(op, around.ddr_peak_mbyte_per_s)]
    spent = sum(op.execution_us or 0 for op in bound)
    if bound and execution_us and spent >= 0.5 * execution_us:
        worst = max(bound, key=lambda op: op.execution_us or 0)
        return (
            "ddr.bound",
            f"DDR-bound: {percent(spent / execution_us)} of the time goes to operations that wait for memory, most of "
            f"all layer {worst.layer_id} ({worst.name}); {busy}, {carried}.",
        )
    if figures.utilization < 1 - WAITING_SHARE:
        return "npu.idle", f"The NPU idled {percent(1 - figures.utilization)} of its window; {carried}."
    return "compute.bound", f"Compute-bound: {busy}; {carried}."

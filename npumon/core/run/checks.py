"""Consistency checks: do the figures of a run agree with each other and with the chip?

These invariants hold in all public runs of the demo: TOTAL = AXI + DDR to the last printed digit, total cycles /
VPC_ELAPSETIME near the nominal clock, and each time no longer than the one that includes it. If the network is known,
the SRAM that it needs is compared with what the device reports.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from npumon.core.chips import VIP_RESERVE_BYTES
from npumon.core.profile import Iteration, Network
from npumon.core.run.analysis import IterationProfile
from npumon.core.run.metrics import FigureCheck, Figures
from npumon.core.run.state import RunState
from npumon.core.run.trust import CLOCK_TOLERANCE
from npumon.core.units import counted

#: MByte figures are printed with six decimals; a sum of two may be off by one in the last digit.
_MBYTE_TOLERANCE = 2e-6
#: More than this part of an iteration's operations must not have counters that contradict each other.
_MOST_WRONG = 0.5
#: KSNN examples print seconds with as few as two decimals; a total may be in whole milliseconds, truncated.
_SECONDS_TOLERANCE_US = 5_000.0
#: Builds that print milliseconds alone print them with two decimals.
_DECIMALS_TOLERANCE_US = 10.0
_TOTAL_TOLERANCE_US = 1_000.0


def checks_of(
    state: RunState,
    profile: IterationProfile | None,
    figures: Figures,
    nominal_clock_mhz: float | None,
    *,
    over: bool = True,
) -> tuple[FigureCheck, ...]:
    """Run all checks, in a fixed order; `ok` is None for those whose figures are absent.

    `profile` is that of the measured iteration, None without one, and `figures` are its sums.
    It is also None for what only the end of a run can tell, until the run is `over`.
    """
    last = None if profile is None else profile.iteration
    window_us, elapsed_us = (last.vpc_elapsed_us, last.elapsed_us) if last else (None, None)
    slack_us = _SECONDS_TOLERANCE_US if last and last.elapsed_us == last.inference_us else _DECIMALS_TOLERANCE_US
    return (
        _bandwidth(last),
        _idle(last),
        _clock(profile, figures, nominal_clock_mhz),
        _not_longer("time.layers", "layers", figures.execution_us, "iteration", elapsed_us, slack_us),
        _window(last, window_us, elapsed_us, slack_us),
        _total(state),
        _iterations(state, over),
        _layers(state),
        _order(state),
    )


def memory_checks(state: RunState, network: Network | None) -> tuple[FigureCheck, ...]:
    """Check whether the device has the SRAM that the network needs; no check for what the network does not say."""
    if network is None:
        return ()
    return (
        *_memory("memory.axi_sram", "AXI-SRAM", network.axi_sram_bytes, state.axi_sram_bytes, 0),
        *_memory("memory.vip_sram", "VIP-SRAM", network.vip_sram_bytes, state.vip_sram_bytes, VIP_RESERVE_BYTES),
    )


def _memory(name: str, memory: str, wanted: int | None, there: int | None, reserve: int) -> Iterator[FigureCheck]:
    if wanted is None:
        return
    if there is None:
        yield _absent(name, f"size of {memory}")
        return
    near = f"; {reserve} may be missing" if there < wanted <= there + reserve else ""
    detail = f"the network wants {wanted} bytes of {memory}, the device reports {there}{near}"
    yield FigureCheck(name, wanted <= there + reserve, detail)


def _absent(name: str, what: str) -> FigureCheck:
    return FigureCheck(name, None, f"{what} not in the text")


def _bandwidth(last: Iteration | None) -> FigureCheck:
    name = "bandwidth.total"
    compared = 0
    for number, operation in enumerate(last.operations if last else (), 1):
        moved = operation.bandwidth
        for direction, total, axi, ddr in (
            ("read", moved.total_read, moved.axi_read, moved.ddr_read),
            ("write", moved.total_write, moved.axi_write, moved.ddr_write),
        ):
            if total is None or axi is None or ddr is None:
                continue
            compared += 1
            off = total - axi - ddr
            if abs(off) > _MBYTE_TOLERANCE:
                detail = (
                    f"operation {number}: {direction} total {total} MByte is not AXI {axi} + DDR {ddr} ({off:+.6f})"
                )
                return FigureCheck(name, False, detail)
    if not compared:
        return _absent(name, "bandwidth")
    return FigureCheck(name, True, f"total = AXI + DDR in {compared} figures")


def _idle(last: Iteration | None) -> FigureCheck:
    """Compare idle and total of each operation. Some counters of short operations are off; most of them must not be."""
    compared = 0
    wrong: list[str] = []
    for number, operation in enumerate(last.operations if last else (), 1):
        total, idle = operation.cycles.total, operation.cycles.idle
        if total is None or idle is None:
            continue
        compared += 1
        if not 0 <= idle <= total:
            wrong.append(f"operation {number}: {idle} idle cycles of {total} in total")
    if not compared:
        return _absent("cycles.idle", "cycles")
    if not wrong:
        return FigureCheck("cycles.idle", True, f"idle <= total in {counted(compared, 'operation')}")
    if len(wrong) <= _MOST_WRONG * compared:
        return FigureCheck("cycles.idle", None, f"{wrong[0]}; so in {len(wrong)} of {counted(compared, 'operation')}")
    return FigureCheck("cycles.idle", False, wrong[0])


def _window(last: Iteration | None, window_us: int | None, elapsed_us: float | None, slack_us: float) -> FigureCheck:
    """Compare the window with the iteration's time. Of several windows one may hold a part of the next one's time."""
    if last is not None and len(last.operations) > 1:
        return FigureCheck("time.window", None, "the windows of several operations may overlap")
    return _not_longer("time.window", "cycle window", window_us, "iteration", elapsed_us, slack_us)


def _clock(profile: IterationProfile | None, figures: Figures, nominal_clock_mhz: float | None) -> FigureCheck:
    if figures.clock_mhz is None:
        without = None if profile is None else profile.without_clock
        return FigureCheck("clock.nominal", None, without or "cycles or VPC_ELAPSETIME not in the text")
    if nominal_clock_mhz is None:
        return FigureCheck("clock.nominal", None, f"{figures.clock_mhz} MHz, nominal clock of this chip unknown")
    off = figures.clock_mhz / nominal_clock_mhz - 1
    detail = f"{figures.clock_mhz} MHz, {off * 100:+.1f} % of nominal {nominal_clock_mhz:g} MHz"
    return FigureCheck("clock.nominal", abs(off) <= CLOCK_TOLERANCE, detail)


def _not_longer(
    name: str, inner: str, inner_us: float | None, outer: str, outer_us: float | None, slack_us: float
) -> FigureCheck:
    if inner_us is None or outer_us is None:
        return _absent(name, f"time of {inner} or {outer}")
    relation = "<=" if inner_us <= outer_us else ">"
    return FigureCheck(
        name, inner_us <= outer_us + slack_us, f"{inner} {inner_us:.0f} us {relation} {outer} {outer_us:.0f} us"
    )


def _total(state: RunState) -> FigureCheck:
    times = [iteration.elapsed_us for iteration in state.iterations]
    if len(times) < state.iterations_ended:
        why = f"only the last {len(times)} of {state.iterations_ended} iterations are kept, so they cannot be added up"
        return FigureCheck("time.total", None, why)
    known = [time for time in times if time is not None]
    if state.total_us is None or not known or len(known) != len(times):
        return _absent("time.total", "total or iteration times")
    return _not_longer("time.total", "sum of iterations", sum(known), "total", state.total_us, _TOTAL_TOLERANCE_US)


def _iterations(state: RunState, over: bool) -> FigureCheck:
    if state.loops is None:
        return _absent("iterations.count", "number of iterations announced")
    seen = state.iterations_ended
    detail = f"{seen} of {counted(state.loops, 'iteration')} completed"
    return FigureCheck(
        "iterations.count", seen == state.loops if over else None, detail if over else f"{detail} so far"
    )


def _layers(state: RunState) -> FigureCheck:
    counts = {len(iteration.operations) for iteration in state.iterations}
    if not counts:
        return _absent("layers.count", "iterations")
    least, most = min(counts), max(counts)
    many = counted(least, "operation") if least == most else f"{least} to {most} operations"
    return FigureCheck(
        "layers.count", least == most, f"{many} in each of {counted(len(state.iterations), 'iteration')}"
    )


def _order(state: RunState) -> FigureCheck:
    scores = [entry.score for entry in state.top if entry.score is not None]
    if not scores:
        return _absent("top.order", "scores")
    ordered = all(earlier >= later for earlier, later in itertools.pairwise(scores))
    return FigureCheck(
        "top.order", ordered, f"{counted(len(scores), 'score')}, {'' if ordered else 'not '}in descending order"
    )

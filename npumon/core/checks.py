"""Consistency checks: do the figures of a run agree with each other and with the chip?

The invariants hold in all public runs of the demo: TOTAL = AXI + DDR to the last printed digit, total cycles /
VPC_ELAPSETIME near the nominal clock, and each time inside the one around it.
"""

from __future__ import annotations

import itertools

from npumon.core.metrics import Check, Figures
from npumon.core.profile import Iteration
from npumon.core.state import RunState

#: MByte figures are printed with six decimals; a sum of two of them may be off by one in the last.
_MBYTE_TOLERANCE = 2e-6
#: How far the clock may be from its nominal value, as a share.
_CLOCK_TOLERANCE = 0.05


def checks_of(state: RunState, figures: Figures, nominal_clock_mhz: float | None) -> tuple[Check, ...]:
    """All checks, in a fixed order; those whose figures are absent come with `ok` None."""
    last = state.iterations[-1] if state.iterations else None
    return (
        _bandwidth(last, "read"),
        _bandwidth(last, "write"),
        _idle(last),
        _clock(figures, nominal_clock_mhz),
        _not_longer("time.layers", "layers", figures.execution_us, "iteration", last.elapsed_us if last else None),
        _not_longer(
            "time.window",
            "cycle window",
            last.vpc_elapsed_us if last else None,
            "iteration",
            last.elapsed_us if last else None,
        ),
        _total(state),
        _iterations(state),
        _layers(state),
        _order(state),
    )


def _absent(name: str, what: str) -> Check:
    return Check(name, None, f"{what} not in the text")


def _bandwidth(last: Iteration | None, direction: str) -> Check:
    name = f"bandwidth.total_{direction}"
    compared = 0
    for number, operation in enumerate(last.operations if last else (), 1):
        total, axi, ddr = (getattr(operation.bandwidth, f"{memory}_{direction}") for memory in ("total", "axi", "ddr"))
        if total is None or axi is None or ddr is None:
            continue
        compared += 1
        difference = total - axi - ddr
        if abs(difference) > _MBYTE_TOLERANCE:
            return Check(
                name,
                False,
                f"operation {number}: total {total} MByte is not AXI {axi} + DDR {ddr} (off by {difference:+.6f})",
            )
    if not compared:
        return _absent(name, "bandwidth")
    return Check(name, True, f"total = AXI + DDR in {compared} of {compared} operations")


def _idle(last: Iteration | None) -> Check:
    compared = 0
    for number, operation in enumerate(last.operations if last else (), 1):
        total, idle = operation.cycles.total, operation.cycles.idle
        if total is None or idle is None:
            continue
        compared += 1
        if idle > total:
            return Check("cycles.idle", False, f"operation {number}: {idle} idle cycles of {total} in total")
    if not compared:
        return _absent("cycles.idle", "cycles")
    return Check("cycles.idle", True, f"idle <= total in {compared} of {compared} operations")


def _clock(figures: Figures, nominal_clock_mhz: float | None) -> Check:
    if figures.clock_mhz is None:
        return _absent("clock.nominal", "cycles or VPC_ELAPSETIME")
    if nominal_clock_mhz is None:
        return Check("clock.nominal", None, f"{figures.clock_mhz} MHz, nominal clock of this chip unknown")
    off = figures.clock_mhz / nominal_clock_mhz - 1
    detail = f"{figures.clock_mhz} MHz, {off * 100:+.1f} % of nominal {nominal_clock_mhz:g} MHz"
    return Check("clock.nominal", abs(off) <= _CLOCK_TOLERANCE, detail)


def _not_longer(name: str, inner: str, inner_us: float | None, outer: str, outer_us: float | None) -> Check:
    if inner_us is None or outer_us is None:
        return _absent(name, f"time of {inner} or {outer}")
    relation = "<=" if inner_us <= outer_us else ">"
    return Check(name, inner_us <= outer_us, f"{inner} {inner_us:g} us {relation} {outer} {outer_us:g} us")


def _total(state: RunState) -> Check:
    times = [iteration.elapsed_us for iteration in state.iterations]
    known = [time for time in times if time is not None]
    if state.total_us is None or not known or len(known) != state.iterations_ended:
        return _absent("time.total", "total or iteration times")
    return _not_longer("time.total", "sum of iterations", sum(known), "total", state.total_us)


def _iterations(state: RunState) -> Check:
    if state.loops is None:
        return _absent("iterations.count", "number of iterations announced")
    seen = state.iterations_ended
    return Check("iterations.count", seen == state.loops, f"{seen} of {state.loops} iterations completed")


def _layers(state: RunState) -> Check:
    counts = {len(iteration.operations) for iteration in state.iterations}
    if not counts:
        return _absent("layers.count", "iterations")
    detail = f"{'/'.join(map(str, sorted(counts)))} operations in each of {len(state.iterations)} iterations"
    return Check("layers.count", len(counts) == 1, detail)


def _order(state: RunState) -> Check:
    scores = [entry.score for entry in state.top if entry.score is not None]
    if not scores:
        return _absent("top.order", "scores")
    ordered = all(earlier >= later for earlier, later in itertools.pairwise(scores))
    return Check("top.order", ordered, f"{len(scores)} scores, {'' if ordered else 'not '}in descending order")

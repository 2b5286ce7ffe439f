"""Builders of runs to be judged: synthetic values, plausible where a test does not say otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from npumon.core.profile import Bandwidth, Cycles, Iteration, Operation, TilingRow
from npumon.core.run.metrics import Metrics
from npumon.core.run.state import EMPTY, RunState
from npumon.core.run.statistics import NO_TIMES, Times
from npumon.core.run.verdict import VerdictContext, assess

#: A chip of 800 MHz with known roofs, and one of which nothing is known.
A311D, UNKNOWN = "0x88", "0x77"


def times_of(values: Iterable[float | None]) -> Times:
    """The times of iterations that are all known."""
    times = NO_TIMES
    for value in values:
        times = times.plus(value)
    return times


def operation(
    order: int = 0,
    kind: str = "CONVOLUTION",
    target: str = "NN",
    *,
    us: int = 30_000,
    window: int | None = None,
    busy: int | None = None,
    mhz: float = 800.0,
    ddr: float = 1.0,
    **fields: Any,
) -> Operation:
    """An operation that is busy for half of its time, if nothing else is said, and moves a little."""
    window_us = us if window is None else window
    total = round(window_us * mhz)
    busy_cycles = total // 2 if busy is None else busy
    made = Operation(
        order,
        "ConvolutionLayer",
        0,
        f"VXNNE_OPERATOR_{kind}",
        f"VXNNE_OPERATION_TARGET_{target}",
        order + 100,
        order,
        us,
        Bandwidth(ddr, ddr, 0.0, 0.0, ddr, ddr),
        Cycles(total, total - busy_cycles),
        window_us,
    )
    return made._replace(**fields)


def binary_graph(*, us: int = 30_000, idle: float = 0.02, **fields: Any) -> Operation:
    """A network binary graph's only operation."""
    window = fields.pop("window", us + 250)
    mhz = fields.pop("mhz", 800.0)
    busy = round(round(window * mhz) * (1 - idle))
    made = operation(0, us=us, window=window, busy=busy, mhz=mhz, ddr=fields.pop("ddr", 1.0))
    unknown: dict[str, Any] = {
        "name": "network_binary_graph",
        "operation": "unkown operation type",
        "target": "unkown operation target",
    }
    return made._replace(**unknown, **fields)


def row(number: int, target: str = "NN", *, channels: int = 64) -> TilingRow:
    """A convolution of 52 x 26 x 64 x 3 x 3 x channels MACs."""
    return TilingRow(number, target, (52, 26, channels, 1), (52, 26, 64, 1), kernel_shape=(3, 3, channels), pad=(1, 1))


MACS = 52 * 26 * 64 * 3 * 3 * 64


def state(
    *operations: Operation, elapsed: float | None = None, times: tuple[float, ...] = (), pid: str = A311D, **fields: Any
) -> RunState:
    """A finished run of one iteration with these operations, after others of these times."""
    took = sum(each.execution_us or 0 for each in operations) + 500.0 if elapsed is None else elapsed
    segments = fields.pop("segments", 0)
    before = tuple(Iteration(number, time, first=number == 1) for number, time in enumerate(times, 1))
    last = Iteration(len(times) + 1, took, operations, first=not times, segments=segments)
    iterations = (*before, last)
    made = EMPTY._replace(
        pid=pid,
        product="VIPNano-QI",
        phase="done",
        ended="text",
        iterations=iterations,
        iterations_ended=len(iterations),
        times=times_of(iteration.latency_us for iteration in iterations),
    )
    return made._replace(**fields)


def judged(run: RunState, outcome: str = "ok", **context: Any) -> Metrics:
    """The metrics of a run that ended so."""
    return assess(run, VerdictContext(outcome, **context))  # type: ignore[arg-type]


def found(run: RunState, outcome: str = "ok", **context: Any) -> list[str]:
    """The ids of all rules that hold of it, the verdict first."""
    return [rule for rule, _ in judged(run, outcome, **context).findings]

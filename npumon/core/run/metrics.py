"""The documented figures of one iteration.

The vendor's interface document defines utilization = (total cycles - idle cycles) / total cycles. Cycles are counted
over VPC_ELAPSETIME, not over `execution time`: total cycles / VPC_ELAPSETIME gives the NPU's clock (790 to 799 MHz in
the three public runs of an 800 MHz part).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import NamedTuple

from npumon.core.profile import BANDWIDTHS, Bandwidth, Cycles, Iteration, Operation


class FigureCheck(NamedTuple):
    """A consistency check of the figures. `ok` is None if the figures it needs are absent, or not there yet."""

    id: str
    ok: bool | None
    detail: str


class Figures(NamedTuple):
    """Figures of one iteration, summed over its operations. Times in microseconds, bandwidth in MByte.

    `utilization` is 0 to 1 and `busy_us` that share of the window; `bandwidth_per_s` is MByte/s over
    `execution_us`. What the text does not say is None, and so is a sum of which a part is missing.
    """

    execution_us: int | None = None
    utilization: float | None = None
    busy_us: float | None = None
    clock_mhz: float | None = None
    cycles: Cycles = Cycles()
    bandwidth: Bandwidth = Bandwidth()
    bandwidth_per_s: Bandwidth = Bandwidth()


class OperationFigure(NamedTuple):
    """One figure of an operation; `key` is its place in documents and its column's header."""

    key: str
    of: Callable[[Operation], float | None]


class Metrics(NamedTuple):
    """The figures of a run's last complete iteration with a profile, the checks on them, and what they mean.

    The clock was compared with `nominal_clock_mhz`, DDR traffic with `ddr_peak_mbyte_per_s`. `verdict` is one sentence
    that a developer can act on, `verdict_id` the stable name of its rule.
    """

    figures: Figures = Figures()
    nominal_clock_mhz: float | None = None
    checks: tuple[FigureCheck, ...] = ()
    verdict: str = ""
    verdict_id: str = ""
    ddr_peak_mbyte_per_s: float | None = None


def utilization(cycles: Cycles) -> float | None:
    """Compute (total - idle) / total to six decimals; None if that is not a share (no cycles, more idle than total)."""
    if cycles.total is None or cycles.idle is None or not 0 <= cycles.idle <= cycles.total or cycles.total == 0:
        return None
    return round((cycles.total - cycles.idle) / cycles.total, 6)


#: The figures of an operation, in the order of documents and of CSV columns.
OPERATION_FIGURES: tuple[OperationFigure, ...] = (
    OperationFigure("execution_us", attrgetter("execution_us")),
    *(OperationFigure(f"bandwidth_mbyte.{name}", attrgetter(f"bandwidth.{name}")) for name in BANDWIDTHS),
    OperationFigure("cycles.total", attrgetter("cycles.total")),
    OperationFigure("cycles.idle", attrgetter("cycles.idle")),
    OperationFigure("utilization", lambda operation: utilization(operation.cycles)),
)


def figures_of(iteration: Iteration) -> Figures:
    """Compute the figures of one iteration."""
    operations = iteration.operations
    cycles = Cycles(
        _whole_sum(operation.cycles.total for operation in operations),
        _whole_sum(operation.cycles.idle for operation in operations),
    )
    execution_us = _whole_sum(operation.execution_us for operation in operations)
    bandwidth = _bandwidth_sum(operations)
    window_us = iteration.vpc_elapsed_us
    share = utilization(cycles)
    return Figures(
        execution_us=execution_us,
        utilization=share,
        busy_us=None if share is None or window_us is None else round(share * window_us, 1),
        clock_mhz=None if cycles.total is None or not window_us else round(cycles.total / window_us, 1),
        cycles=cycles,
        bandwidth=bandwidth,
        bandwidth_per_s=per_second(bandwidth, execution_us),
    )


def per_second(bandwidth: Bandwidth, execution_us: int | None) -> Bandwidth:
    """Compute MByte/s over the execution time; None without a time."""
    if not execution_us:
        return Bandwidth()
    return Bandwidth(*[None if amount is None else round(amount * 1e6 / execution_us, 1) for amount in bandwidth])


def ddr_rate(operation: Operation) -> float | None:
    """Compute one operation's MByte/s to and from DDR memory."""
    moved, execution_us = operation.bandwidth, operation.execution_us
    if not execution_us or moved.ddr_read is None or moved.ddr_write is None:
        return None
    return round(moved.ddr_read * 1e6 / execution_us, 1) + round(moved.ddr_write * 1e6 / execution_us, 1)


def _whole_sum(values: Iterable[int | None]) -> int | None:
    """Sum the values; None if there are none or one is missing."""
    parts = list(values)
    known = [part for part in parts if part is not None]
    return sum(known) if known and len(known) == len(parts) else None


def _bandwidth_sum(operations: tuple[Operation, ...]) -> Bandwidth:
    if not operations:
        return Bandwidth()
    columns = zip(*[operation.bandwidth for operation in operations], strict=True)
    return Bandwidth(*[None if None in column else round(sum(column), 6) for column in columns])

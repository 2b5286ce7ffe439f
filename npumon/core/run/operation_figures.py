"""The figures of one operation that follow from its own block alone."""

from __future__ import annotations

from npumon.core.profile import Bandwidth, Cycles


def utilization(cycles: Cycles) -> float | None:
    """Compute (total - idle) / total to six decimals; None if that is not a share (no cycles, more idle than total).

    The formula is that of the vendor's interface document.
    """
    if cycles.total is None or cycles.idle is None or not 0 <= cycles.idle <= cycles.total or cycles.total == 0:
        return None
    return round((cycles.total - cycles.idle) / cycles.total, 6)


def idles_beyond(cycles: Cycles) -> bool:
    """Return whether more idle cycles than cycles were counted.

    The counters of short operations are read one after the other: such a one was as good as idle.
    """
    return cycles.total is not None and cycles.idle is not None and 0 <= cycles.total < cycles.idle


def per_second(bandwidth: Bandwidth, time_us: float | None) -> Bandwidth:
    """Compute MByte/s over the time; None without one."""
    if not time_us:
        return Bandwidth()
    return Bandwidth(*[None if amount is None else round(amount * 1e6 / time_us, 1) for amount in bandwidth])


def ddr_rate(bandwidth: Bandwidth, time_us: float | None) -> float | None:
    """Compute MByte/s to and from DDR memory over the time; the sum of both rates as they are printed."""
    return per_second(Bandwidth(ddr_read=bandwidth.ddr_read, ddr_write=bandwidth.ddr_write), time_us).ddr

"""Operations as points under the roofs of their chip: MAC a busy cycle over MAC per byte of DDR traffic.

After S. Williams, A. Waterman, D. Patterson: Roofline, CACM 52(4), 2009. The slanted roof is what DDR memory can
deliver: MAC per byte, times bytes a second, divided by the clock. Both axes are logarithmic.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import log10
from typing import NamedTuple

from npumon.core import units
from npumon.core.profile import MBYTE_BYTES
from npumon.core.run.analysis import DDR_BEYOND, MAC_BEYOND, IterationProfile, OperationProfile, RunFacts
from npumon.core.run.roofs import Roof

#: How much of a decade stays free around the points.
_MARGIN = 0.25
#: The fewest decades of an axis.
_LEAST_DECADES = 1.5


class RooflinePoint(NamedTuple):
    """An operation: `intensity` in MAC per byte of DDR, `mac_per_cycle` in MAC a busy cycle.

    `hollow` marks one that holds a doubtful figure: its own, those of a dump, or more than the roofs allow.
    """

    key: str
    intensity: float
    mac_per_cycle: float
    hollow: bool = False


class AxisRange(NamedTuple):
    """The range of an axis in decades: powers of ten."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Return where a value above 0 stands, from 0 at the low end to 1."""
        return (log10(value) - self.low) / (self.high - self.low)

    def value(self, place: float) -> float:
        """Return the value at a place from 0 to 1."""
        return float(10 ** (self.low + place * (self.high - self.low)))


class Roofline(NamedTuple):
    """The points of an iteration's operations, and the roofs over them.

    `compute` is in MAC a cycle, `ddr_bytes_per_cycle` the slant of the memory's `ddr`, None without a clock. `unplaced`
    operations have no MACs, no counters or no DDR traffic.
    """

    points: tuple[RooflinePoint, ...]
    across: AxisRange
    up: AxisRange
    compute: Roof | None = None
    ddr: Roof | None = None
    ddr_bytes_per_cycle: float | None = None
    unplaced: int = 0

    def roof_at(self, intensity: float) -> float | None:
        """Return the most MAC a cycle at an intensity; None if no roof is known."""
        return _roof_at(intensity, self.compute, self.ddr_bytes_per_cycle)


def roofline_of(profile: IterationProfile, facts: RunFacts) -> Roofline | None:
    """Place the operations of an iteration under the roofs; None if none has a place."""
    clock_mhz = profile.clock_mhz or facts.nominal_clock_mhz
    compute, ddr = facts.roofs.mac_per_cycle, facts.roofs.ddr_mbyte_per_s
    slant = None if ddr is None or not clock_mhz else ddr.value * MBYTE_BYTES / (clock_mhz * 1e6)
    placed = (_point(row, compute, slant) for row in profile.operations if row.mac_per_cycle)
    points = tuple(point for point in placed if point is not None)
    if not points:
        return None
    ridge = [compute.value / slant] if compute is not None and slant else []
    across = _range([*(point.intensity for point in points), *ridge])
    tops = [compute.value] if compute is not None else []
    up = _range([*(point.mac_per_cycle for point in points), *tops])
    return Roofline(points, across, up, compute, ddr, slant, len(profile.operations) - len(points))


def place_sentence(row: OperationProfile, roofline: Roofline) -> str | None:
    """Say how far under the roof the operation is; None if it has no place, a doubtful one, or there is no roof."""
    point = next((point for point in roofline.points if point.key == row.key and not point.hollow), None)
    most = None if point is None else roofline.roof_at(point.intensity)
    if point is None or most is None:
        return None
    by_ddr = roofline.compute is None or most < roofline.compute.value
    part = units.percent(point.mac_per_cycle / most)
    return f"{part} of the {'DDR' if by_ddr else 'compute'} roof of {units.rate(most)} MAC/cycle"


def _point(row: OperationProfile, compute: Roof | None, slant: float | None) -> RooflinePoint | None:
    moved = row.operation.bandwidth.ddr
    if row.macs is None or row.mac_per_cycle is None or not moved:
        return None
    intensity = row.macs / (moved * MBYTE_BYTES)
    beyond = (compute is not None and row.mac_per_cycle > MAC_BEYOND * compute.value) or (
        slant is not None and row.mac_per_cycle > DDR_BEYOND * slant * intensity
    )
    doubtful = row.doubt is not None or row.limit == "dump" or beyond
    return RooflinePoint(row.key, intensity, row.mac_per_cycle, doubtful)


def _roof_at(intensity: float, compute: Roof | None, slant: float | None) -> float | None:
    roofs = [compute.value] if compute is not None else []
    roofs += [slant * intensity] if slant is not None else []
    return min(roofs, default=None)


def _range(values: Iterable[float]) -> AxisRange:
    decades = sorted(map(log10, values))
    low, high = decades[0] - _MARGIN, decades[-1] + _MARGIN
    missing = max(0.0, _LEAST_DECADES - (high - low))
    return AxisRange(low - missing / 2, high + missing / 2)

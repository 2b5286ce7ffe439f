"""Temperatures, their limits and what the kernel does about them, from /sys/class/thermal.

Zones are taken as they come, by their `type`: their numbers and names differ between kernels. None of them is
in the NPU itself. Figures are millidegrees Celsius (the kernel's thermal sysfs document).
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from npumon.board.roots import Roots
from npumon.board.sysfs import names, read_integer, read_text
from npumon.core.board_state import CoolingDevice, ThermalZone

#: What a sensor on a chip can really show, in degrees Celsius.
PLAUSIBLE = (-40.0, 150.0)
_SHOWN = 60
_MOST = 64


class Trip(NamedTuple):
    """The lowest temperature of a zone at which the kernel slows the chip down or stops the machine."""

    zone: str
    celsius: float
    kind: str


def read_zones(roots: Roots) -> tuple[ThermalZone, ...]:
    """Every thermal zone with its temperature now."""
    return tuple(ThermalZone(_type(zone), _celsius(zone / "temp")) for zone in _members(roots, "thermal_zone"))


def read_trips(roots: Roots) -> tuple[Trip, ...]:
    """For each zone that has any, its lowest trip that is not just the fan's (passive, hot or critical)."""
    found = []
    for zone in _members(roots, "thermal_zone"):
        trips = [
            Trip(_type(zone), celsius, kind)
            for name in names(zone)
            if name.startswith("trip_point_")
            and name.endswith("_temp")
            and (celsius := _celsius(zone / name)) is not None
            and celsius > 0
            and (kind := read_text(zone / f"{name[:-5]}_type", 64)) in ("passive", "hot", "critical")
        ]
        if trips:
            found.append(min(trips, key=lambda trip: trip.celsius))
    return tuple(found)


def read_cooling(roots: Roots) -> tuple[CoolingDevice, ...]:
    """Every cooling device that tells its state."""
    found = []
    for device in _members(roots, "cooling_device"):
        state, most = read_integer(device / "cur_state"), read_integer(device / "max_state")
        if state is not None and most is not None:
            found.append(CoolingDevice(_type(device), state, most))
    return tuple(found)


def _members(roots: Roots, prefix: str) -> tuple[Path, ...]:
    folder = roots.sys / "class/thermal"
    return tuple(folder / name for name in names(folder) if name.startswith(prefix))[:_MOST]


def _type(member: Path) -> str:
    return (read_text(member / "type", 256) or member.name)[:_SHOWN]


def _celsius(path: Path) -> float | None:
    value = read_integer(path)
    if value is None or not PLAUSIBLE[0] <= value / 1000 <= PLAUSIBLE[1]:
        return None
    return value / 1000

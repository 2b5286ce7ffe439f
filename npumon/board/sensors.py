"""The machine around the NPU: which board it is, temperatures, clocks, fan, interrupts. Cheap enough to be read every
second.

The VIM3 has an Amlogic A311D (family g12b), the VIM3L an S905D3 (family sm1). Both families also have members
without an NPU (S922X, S905X3), which their own compatible strings give away.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from npumon.board.roots import Roots
from npumon.board.sysfs import names, read_bytes, read_integer, read_kernel, read_text
from npumon.core.board_state import BoardState, CoolingDevice, CpuCluster, Fan, ThermalZone
from npumon.core.chips import CHIPS, Chip, chip_compatible, chip_named
from npumon.core.text import decode

_SANE_MHZ = (50.0, 3000.0)
#: /proc/interrupts has a line for each interrupt and a column for each CPU: long on large machines.
_INTERRUPTS_LIMIT = 1024 * 1024
_MOST_CLUSTERS = 256
#: What a sensor on a chip can really show, in degrees Celsius.
_PLAUSIBLE = (-40.0, 150.0)
_SHOWN = 60
_IDENTITY_SHOWN = 200
_MOST_THERMAL = 64


class Identity(NamedTuple):
    """The device tree's `model`, and the chip and model file variant (VIM3, VIM3L) that follow from it."""

    model: str | None = None
    chip: str | None = None
    variant: str | None = None


def read_identity(roots: Roots) -> Identity:
    """Read `model` and `compatible`; both are absent on a machine without a device tree."""
    models = _strings(read_bytes(roots.device_tree / "model"))
    model = models[0] if models else None
    chip = chip_compatible(_strings(read_bytes(roots.device_tree / "compatible"))) or _named_chip(model)
    return Identity(model, chip and chip.name, chip and chip.board)


def _strings(data: bytes | None) -> tuple[str, ...]:
    """Return a property's strings; each ends with a NUL."""
    return tuple(decode(part.strip())[:_IDENTITY_SHOWN] for part in (data or b"").split(b"\0") if part.strip())


def _named_chip(model: str | None) -> Chip | None:
    """Return the chip of the Khadas board that the model names."""
    words = (model or "").upper().replace("-", " ").split()
    return next((chip for chip in CHIPS if chip.board in words), None)


def read_board(roots: Roots) -> BoardState:
    """Return everything that the board says about itself; what it does not say is absent. Never raises."""
    identity = read_identity(roots)
    return BoardState(
        model=identity.model,
        chip=identity.chip,
        variant=identity.variant,
        kernel=read_kernel(roots),
        zones=read_zones(roots),
        cooling=read_cooling(roots),
        cpus=_read_clusters(roots),
        fan=_read_fan(roots),
        npu_interrupts=read_npu_interrupts(roots),
        nominal_clock_mhz=_read_nominal_clock(roots, identity.chip),
    )


def read_npu_interrupts(roots: Roots) -> int | None:
    """Return the NPU's interrupts (`galcore:0` in /proc/interrupts) since boot, summed over CPUs; None if not
    listed."""
    total = None
    for line in (read_bytes(roots.proc / "interrupts", _INTERRUPTS_LIMIT) or b"").splitlines():
        if b"galcore" not in line:
            continue
        for word in line.partition(b":")[2].split():
            if not word.isdigit() or len(word) > 20:
                break
            total = (total or 0) + int(word)
    return total


def read_zones(roots: Roots) -> tuple[ThermalZone, ...]:
    """Read every thermal zone by its `type`: numbers and names of zones differ between kernels. None of them is in
    the NPU itself."""
    return tuple(
        ThermalZone(_type(zone), _celsius(zone / "temp"), *_limit(zone)) for zone in _members(roots, "thermal_zone")
    )


def _limit(zone: Path) -> tuple[float | None, str | None]:
    """Return the zone's lowest trip point at which the kernel slows the chip down or stops the machine, and its kind;
    those that only start the fan do not count."""
    trips = [
        (celsius, kind)
        for name in names(zone)
        if name.startswith("trip_point_")
        and name.endswith("_type")
        and (kind := read_text(zone / name, 64)) in ("passive", "hot", "critical")
        and (celsius := _celsius(zone / f"{name[:-5]}_temp")) is not None
        and celsius > 0
    ]
    return min(trips) if trips else (None, None)


def read_cooling(roots: Roots) -> tuple[CoolingDevice, ...]:
    """Return every cooling device that reports its state."""
    found = []
    for device in _members(roots, "cooling_device"):
        state, most = read_integer(device / "cur_state"), read_integer(device / "max_state")
        if state is not None and most is not None:
            found.append(CoolingDevice(_type(device), state, most))
    return tuple(found)


def _members(roots: Roots, prefix: str) -> tuple[Path, ...]:
    folder = roots.sys / "class/thermal"
    return tuple(folder / name for name in names(folder) if name.startswith(prefix))[:_MOST_THERMAL]


def _type(member: Path) -> str:
    return (read_text(member / "type", 256) or member.name)[:_SHOWN]


def _celsius(path: Path) -> float | None:
    value = read_integer(path)
    if value is None or not _PLAUSIBLE[0] <= value / 1000 <= _PLAUSIBLE[1]:
        return None
    return value / 1000


def _read_clusters(roots: Roots) -> tuple[CpuCluster, ...]:
    folder = roots.sys / "devices/system/cpu/cpufreq"
    policies = [folder / name for name in names(folder) if re.fullmatch(r"policy[0-9]+", name)]
    return tuple(
        CpuCluster(
            cpus=_cpu_range(read_text(policy / "related_cpus", 4096) or policy.name.removeprefix("policy")),
            mhz=_megahertz(policy / "scaling_cur_freq"),
            max_mhz=_megahertz(policy / "cpuinfo_max_freq") or _megahertz(policy / "scaling_max_freq"),
        )
        for policy in policies[:_MOST_CLUSTERS]
    )


def _cpu_range(text: str) -> str:
    """Return `2 3 4 5` as `2-5`; anything other than a plain run of numbers stays as it is."""
    words = text.split()
    if len(words) > 1 and all(re.fullmatch(r"[0-9]{1,6}", word) for word in words):
        first, last = int(words[0]), int(words[-1])
        if [int(word) for word in words] == list(range(first, first + len(words))):
            return f"{first}-{last}"
    return text[:100]


def _megahertz(path: Path) -> float | None:
    kilohertz = read_integer(path)
    return kilohertz / 1000 if kilohertz is not None and kilohertz > 0 else None


def _read_fan(roots: Roots) -> Fan | None:
    """Read the fan of Khadas' microcontroller; its files read `Fan mode: 1`. None on kernels without that driver."""
    folder = roots.sys / "class/fan"
    enabled, mode, level = (_last_number(folder / name) for name in ("enable", "mode", "level"))
    if enabled is None and mode is None and level is None:
        return None
    spoken = None if mode is None else {0: "manual", 1: "auto"}.get(mode, str(mode))
    return Fan(None if enabled is None else enabled != 0, spoken, level)


def _last_number(path: Path) -> int | None:
    words = (read_text(path, 256) or "").split()
    return int(words[-1]) if words and re.fullmatch(r"[0-9]{1,9}", words[-1]) else None


def _read_nominal_clock(roots: Roots, chip: str | None) -> float | None:
    """Return the Amlogic driver's own figure (`nanoqFreq`, in Hz), else the one known for the chip."""
    hertz = read_integer(roots.sys / "module/galcore/parameters/nanoqFreq")
    if hertz is not None and _SANE_MHZ[0] <= hertz / 1e6 <= _SANE_MHZ[1]:
        return hertz / 1e6
    known = chip_named(chip)
    return known and known.nominal_clock_mhz

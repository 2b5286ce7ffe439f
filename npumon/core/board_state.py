"""The board at one moment: temperatures, clocks, fan."""

from __future__ import annotations

from typing import NamedTuple


class ThermalZone(NamedTuple):
    """A temperature that the kernel reports, in degrees Celsius; None if the reading is missing or implausible.

    `limit_celsius` is the lowest temperature at which the kernel slows the chip down or stops the machine, `limit_kind`
    says how (passive, hot or critical). Both are None if the zone has no such trip point.
    """

    name: str
    celsius: float | None
    limit_celsius: float | None = None
    limit_kind: str | None = None


class CoolingDevice(NamedTuple):
    """A cooling device; `state` above 0 means the kernel is holding something back or running a fan."""

    name: str
    state: int
    max_state: int


class CpuCluster(NamedTuple):
    """One CPU frequency policy: which CPUs, and their clock in MHz now and at most."""

    cpus: str
    mhz: float | None
    max_mhz: float | None


class Fan(NamedTuple):
    """The Khadas fan: `enabled`, `mode` (auto or manual) and `level`, None for what the kernel does not say."""

    enabled: bool | None
    mode: str | None
    level: int | None


class BoardState(NamedTuple):
    """The machine. Each field may be absent; nothing here needs a profiler or root.

    `model` is the device tree's, `chip` and `variant` follow from it (A311D is the VIM3, S905D3 the VIM3L).
    `npu_interrupts` counts interrupts of the NPU since boot, summed over the CPUs.
    `nominal_clock_mhz` is what the chip's NPU should run at.
    """

    model: str | None = None
    chip: str | None = None
    variant: str | None = None
    kernel: str | None = None
    zones: tuple[ThermalZone, ...] = ()
    cooling: tuple[CoolingDevice, ...] = ()
    cpus: tuple[CpuCluster, ...] = ()
    fan: Fan | None = None
    npu_interrupts: int | None = None
    nominal_clock_mhz: float | None = None

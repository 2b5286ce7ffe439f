"""What crosses to any view: the board, the driver and the last run, all of one moment, immutable."""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.problems import Problem
from npumon.core.report import RunReport


class Holder(NamedTuple):
    """A process that has /dev/galcore open. `user` and `command` are None where they may not be read.

    `run` is the log of the run of npumon's that it belongs to, None for any other process.
    """

    pid: int
    user: str | None
    command: str | None
    run: str | None = None


class DriverState(NamedTuple):
    """The NPU's kernel driver as it is now.

    `name` is galcore or etnaviv, whichever is loaded, else None. `parameters` are all that the kernel shows under
    /sys/module/galcore/parameters, as (name, value) in name order, unknown ones included. `profiling` is
    gpuProfiler as a truth value, None where it cannot be read. `references` counts the module's users.
    `accessible` says whether this user may open /dev/galcore; None when there is no such node.
    `hardware_resets` is the Amlogic driver's own counter of NPU hangs. `unseen_references` is how many of the
    references none of the `holders` accounts for: they belong to processes this user may not look into.
    """

    name: str | None = None
    version: str | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    profiling: bool | None = None
    references: int | None = None
    device_node: bool = False
    accessible: bool | None = None
    holders: tuple[Holder, ...] = ()
    hardware_resets: int | None = None
    unseen_references: int = 0
    problems: tuple[Problem, ...] = ()


class ThermalZone(NamedTuple):
    """A temperature the kernel reports. `celsius` is None where the reading is missing or implausible."""

    name: str
    celsius: float | None


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
    """The Khadas fan: `enabled`, `mode` (auto or manual) and `level`, as far as the kernel says."""

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


class Snapshot(NamedTuple):
    """The whole monitor at one moment. `taken_at` is ISO 8601 in UTC."""

    taken_at: str
    board: BoardState
    driver: DriverState
    run: RunReport | None = None
    demo: bool = False

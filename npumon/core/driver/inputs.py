"""What a plan for the driver is made from: the driver, its module file and the tools, as they were found."""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.driver.driver_state import DriverState
from npumon.core.problems import Problem

#: Names and values, in the order in which they are given to the driver.
Parameters = tuple[tuple[str, str], ...]


class ModuleFile(NamedTuple):
    """A kernel module file.

    `vermagic` is the kernel it was built for (`4.9.241 SMP preempt mod_unload aarch64`), None if the file does not say.
    `parameters` are the names it accepts, None if unknown. `danger` says who besides root could change what is loaded,
    None if no other user can. `fault` says why the file cannot be loaded.
    """

    path: str
    vermagic: str | None = None
    parameters: tuple[str, ...] | None = None
    danger: str | None = None
    fault: str | None = None


class InterruptedReload(NamedTuple):
    """How the driver was loaded before an earlier npumon, which was killed, unloaded it.

    `module` is the path of its file, None if that was not noted.
    """

    parameters: Parameters
    module: str | None = None


class PlanInputs(NamedTuple):
    """How things stand before a plan is made.

    `kernel` is the running kernel's release. `module` is the file to load, None when none was found. `previous_module`
    is the file that the loaded driver came from, None if that is `module` too. `insmod` and `rmmod` are absolute paths,
    None if a tool is missing. `built_in` is True for a driver that is part of the kernel. `busy` is set while another
    npumon works on this board, or this one runs a model. `interrupted` is what an earlier npumon left undone.
    `configured` are parameters that the system gives to the driver when it loads it by itself.
    """

    driver: DriverState = DriverState()
    kernel: str | None = None
    module: ModuleFile | None = None
    previous_module: ModuleFile | None = None
    insmod: str | None = None
    rmmod: str | None = None
    built_in: bool = False
    busy: Problem | None = None
    interrupted: InterruptedReload | None = None
    configured: Parameters = ()

"""The galcore driver at one moment."""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.problems import Problem


class Holder(NamedTuple):
    """A process that has /dev/galcore open. `user` and `command` are None if they may not be read.

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
    gpuProfiler as a truth value, None if it cannot be read. `references` counts the module's users.
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

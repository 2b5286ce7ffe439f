"""The NPU's kernel driver as it is now: galcore, etnaviv in its place, or none.

Nothing here changes anything or opens the device. Parameters are read from sysfs, where the driver keeps the values in
effect; those of later versions are unknown here and shown as they are.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path

from npumon.board.driver.holders import Holders, find_holders
from npumon.board.driver.kernel_log import read_kernel_log
from npumon.board.driver.module import find_module_file, load_line, reload_line
from npumon.board.roots import Roots
from npumon.board.sysfs import integer, names, read_bytes, read_integer, read_kernel, read_text
from npumon.core.driver.driver_state import DriverState
from npumon.core.problems import Problem
from npumon.core.text import decode, visible

#: Stands for the value of a parameter that exists but cannot be read.
NOT_READABLE = "(not readable)"

_MODULES_LIMIT = 1024 * 1024
_MOST_PARAMETERS = 500
#: The kernel shows at most one page of a parameter.
_VALUE_SHOWN = 4096
#: 4 numbers in old drivers, up to 7 in Khadas' newer ones (`6.4.8.7.1.1.1`).
_VERSION = re.compile(r"(?<![\w.])[0-9]{1,10}(?:\.[0-9]{1,10}){3,6}(?!\.?\w)")
_LOG_LINE = re.compile(rb"Galcore version ([^\n]{1,80})")
_VERSION_SHOWN = 60


def find_version(text: str) -> str | None:
    """Return the first 4 to 7 numbers joined by dots."""
    match = _VERSION.search(text)
    return match.group() if match else None


def read_version(roots: Roots) -> str | None:
    """Return the loaded driver's version, None if it cannot be found.

    Sources, in this order: the module's own attribute; debugfs `gc/version` (`6.4.x built at HOST`, root only); the
    kernel log (`Galcore version 6.4.x.y`, printed at load), if this user may read it.
    """
    return (
        _version_in(read_text(roots.sys / "module/galcore/version", 256))
        or _version_in((read_text(roots.sys / "kernel/debug/gc/version", 4096) or "").partition("built at")[0])
        or _logged_version(roots.dev / "kmsg")
    )


def _version_in(text: str | None) -> str | None:
    """Return the version in a text that holds little else; one of an unusual form as it is."""
    words = (text or "").split()
    return (find_version(" ".join(words)) or words[0][:_VERSION_SHOWN]) if words else None


def _logged_version(path: Path) -> str | None:
    """Return the version of the last load that the kernel log still holds."""
    found = _LOG_LINE.findall(read_kernel_log(path))
    return find_version(decode(found[-1])) if found else None


def read_driver(roots: Roots, version: Callable[[Roots], str | None] = read_version) -> DriverState:
    """Return the driver's state and what is wrong with it. Never raises.

    `version` is called for the version if the driver is loaded; a caller that remembers it saves the search.
    """
    modules = _loaded_modules(roots)
    loaded = "galcore" in modules or os.path.isdir(roots.sys / "module/galcore")
    etnaviv = _etnaviv_bound(roots) or ("etnaviv" in modules and not loaded)
    parameters = _read_parameters(roots) if loaded else ()
    references = _references(roots, modules) if loaded else None
    node = roots.dev / "galcore"
    present = os.path.lexists(node) and not os.path.isdir(node)
    # each open descriptor is a reference, so without references there are no holders
    holders = find_holders(roots) if present and references != 0 else Holders()
    state = DriverState(
        name="etnaviv" if etnaviv else "galcore" if loaded else None,
        version=version(roots) if loaded else None,
        parameters=parameters,
        profiling=_truth(dict(parameters).get("gpuProfiler")),
        references=references,
        device_node=present,
        accessible=_may_open(node) if present else None,
        holders=holders.processes,
        unseen_references=holders.unseen(references),
        hardware_resets=integer(dict(parameters).get("hardwareResetNum", "")),
    )
    return state._replace(problems=_problems(roots, state))


def _loaded_modules(roots: Roots) -> dict[str, int | None]:
    """Return name and reference count of every module in /proc/modules (`name size references users state …`)."""
    modules: dict[str, int | None] = {}
    for line in (read_bytes(roots.proc / "modules", _MODULES_LIMIT) or b"").splitlines():
        words = line.split()
        if len(words) >= 3:
            modules[decode(words[0])] = integer(decode(words[2]))
    return modules


def _references(roots: Roots, modules: dict[str, int | None]) -> int | None:
    """Return the number of users of the module; None for a built-in driver and for kernels that cannot unload
    modules."""
    count = modules.get("galcore")
    return count if count is not None else read_integer(roots.sys / "module/galcore/refcnt")


def _etnaviv_bound(roots: Roots) -> bool:
    """Return whether the mainline driver holds a device; the two drivers exclude each other."""
    folder = roots.sys / "bus/platform/drivers/etnaviv-gpu"
    return any(os.path.islink(folder / name) and name != "module" for name in names(folder))


def _read_parameters(roots: Roots) -> tuple[tuple[str, str], ...]:
    folder = roots.sys / "module/galcore/parameters"
    found = sorted(names(folder)[:_MOST_PARAMETERS])
    return tuple((visible(name), _read_value(folder / name)) for name in found)


def _read_value(path: Path) -> str:
    text = read_text(path, _VALUE_SHOWN + 1)
    if text is None:
        return NOT_READABLE
    return text if len(text) <= _VALUE_SHOWN else text[:_VALUE_SHOWN] + "…"


def _truth(text: str | None) -> bool | None:
    """Return a kernel parameter's truth value: a number for `int`, Y or N for `bool`."""
    if text is None:
        return None
    number = integer(text)
    return number != 0 if number is not None else {"Y": True, "N": False}.get(text.upper())


def _may_open(node: Path) -> bool:
    return os.access(node, os.R_OK | os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _problems(roots: Roots, state: DriverState) -> tuple[Problem, ...]:
    """Return what keeps a model from running or from being profiled, each with the command that fixes it."""
    if state.name is None:
        return (
            Problem(
                "driver.missing",
                "No NPU driver is loaded: galcore is not in /proc/modules.",
                _load_remedy(roots, "npumon driver load"),
                "unavailable",
            ),
        )
    if state.name == "etnaviv":
        return (
            Problem(
                "driver.etnaviv",
                "The NPU is bound to the mainline driver etnaviv, which has no profiler.",
                _load_remedy(roots, f"sudo modprobe -r etnaviv && {load_line(_module_file(roots))}"),
                "unavailable",
            ),
        )
    return (*_node_problems(roots, state), *_profiling_problems(roots, state))


def _module_file(roots: Roots) -> Path | None:
    """Look for the module file. Done only if there is a problem: the state is read every second."""
    return find_module_file(roots, read_kernel(roots))


def _load_remedy(roots: Roots, command: str) -> str:
    if _module_file(roots) is not None:
        return f"Load it: {command}"
    return (
        f"Kernel {read_kernel(roots) or '(unknown)'} has no galcore.ko under /lib/modules. Boot a Khadas vendor kernel "
        f"(4.9 or 5.15), then load it: {load_line(None)}"
    )


def _node_problems(roots: Roots, state: DriverState) -> tuple[Problem, ...]:
    node = visible(str(roots.dev / "galcore"))
    if not state.device_node:
        return (
            Problem(
                "driver.node_missing",
                f"galcore is loaded, but {node} does not exist: it found no NPU, or udev did not create the node.",
                f"Reload it and read its messages: {reload_line(_module_file(roots))}; sudo dmesg | grep -i galcore",
                "unavailable",
            ),
        )
    if state.accessible is False:
        return (
            Problem(
                "driver.node_denied",
                f"You may not open {node}.",
                f"Allow it until the next reboot: sudo chmod a+rw {shlex.quote(node)} "
                """(permanently: a udev rule KERNEL=="galcore", MODE="0666")""",
                "unavailable",
            ),
        )
    return ()


def _profiling_problems(roots: Roots, state: DriverState) -> tuple[Problem, ...]:
    if state.profiling is not False:
        return ()
    if is_built_in(roots):
        remedy = "The driver is built into the kernel: add galcore.gpuProfiler=1 to its command line and reboot."
    else:
        remedy = f"{_before_unloading(state)}Reload it: npumon driver reload"
    what = "Profiling is off in the driver (gpuProfiler=0), so a run prints no figures."
    return (Problem("driver.profiling_off", what, remedy),)


def is_built_in(roots: Roots) -> bool:
    """Return whether the driver is part of the kernel: only a module that was loaded has an `initstate`."""
    return not os.path.exists(roots.sys / "module/galcore/initstate") and "galcore" not in _loaded_modules(roots)


def _before_unloading(state: DriverState) -> str:
    """Name the processes that have to end first: the driver cannot be unloaded while it is in use."""
    if not state.holders:
        return ""
    who = ", ".join(f"{holder.pid} ({(holder.command or 'unknown')[:40]})" for holder in state.holders[:3])
    return f"End process {who} first. "

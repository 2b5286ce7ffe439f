"""Why a step of a driver plan failed, judging by what the tools and the kernel printed, and what to do.

The words are those of kmod (the C library's texts of errno) and of the kernel's module loader.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from npumon.core.driver.plan import StepOutcome
from npumon.core.problems import Kind, Problem

_LOOK = "Check npumon driver status and try again."
#: What is searched for, the problem's name, what is wrong, what to do, its kind. The first match counts:
#: the kernel's exact words come before the general ones of errno.
_CAUSES: tuple[tuple[str, str, str, str, Kind], ...] = (
    (
        r"password is required|not allowed to execute|may not run sudo|not in the sudoers|terminal is required",
        "not_permitted",
        "sudo does not let this user do it without a password",
        "Run it in a terminal, as root, or install the rule that npumon driver sudoers prints.",
        "unavailable",
    ),
    (
        r"incorrect password attempt|no password was provided",
        "not_permitted",
        "sudo was not given the right password",
        "Try again.",
        "unavailable",
    ),
    (
        r"disagrees about version of symbol|version magic|Invalid module format|Exec format error",
        "vermagic",
        "the module was built for another kernel",
        "Install the galcore.ko of exactly this kernel (uname -r), or boot the kernel that it is for.",
        "failed",
    ),
    (
        r"version\b.{0,40}\bmismatch|mismatch.{0,40}\bversion",
        "version_mismatch",
        "the NPU driver's kernel module and user libraries have different versions",
        "Install NPU libraries and galcore.ko from the same release.",
        "failed",
    ),
    (
        r"Unknown symbol",
        "unknown_symbol",
        "the kernel lacks something that the module needs",
        "Install the galcore.ko that came with this kernel: sudo dmesg | grep 'Unknown symbol' names what is missing.",
        "failed",
    ),
    (
        r"Key was rejected|Required key not available|Lockdown|module verification failed.*reject",
        "signature",
        "this kernel loads only modules that are signed with its own key",
        "Load the module that came with this kernel.",
        "failed",
    ),
    (
        r"is in use|resource busy|Resource temporarily unavailable",
        "busy",
        "the driver or the NPU is in use",
        "npumon driver status shows what uses it; end that, or reboot.",
        "failed",
    ),
    (
        r"No such device|nn is disable",
        "no_device",
        "the driver found no NPU",
        "Boot a kernel and device tree with the NPU enabled (the node galcore).",
        "failed",
    ),
    (
        r"Operation not permitted|Permission denied",
        "not_permitted",
        "the kernel does not permit it",
        "Run it as root, outside a container; a locked-down kernel accepts no modules.",
        "unavailable",
    ),
    (
        r"Cannot allocate memory",
        "memory",
        "the driver could not allocate its memory",
        "Reboot: it needs contiguous memory, which is available only before memory is fragmented.",
        "failed",
    ),
    (
        r"No such file or directory",
        "module_missing",
        "its file does not exist",
        "Reinstall the kernel's package.",
        "failed",
    ),
    (
        r"File exists|not currently loaded",
        "changed",
        "another program loaded or unloaded the driver meanwhile",
        _LOOK,
        "failed",
    ),
    (
        r"Invalid argument|invalid for parameter|Invalid parameters",
        "parameter",
        "the driver does not accept one of the parameters",
        "modinfo -p galcore lists those it accepts.",
        "failed",
    ),
)


def failure(outcome: StepOutcome, messages: Sequence[str] = ()) -> Problem:
    """Return the problem of a step that failed, or after which the driver was not as the step leaves it; `messages` are
    what the kernel said meanwhile."""
    command = " ".join(outcome.step.argv)
    if outcome.status is None and not outcome.output:
        what = f"{command} did not end: it hangs in the kernel."
        return Problem("driver.hangs", what, "Save your work and reboot the board.")
    if outcome.ok:
        what = f"{command} was done, but another program loaded or unloaded the driver meanwhile."
        return Problem("driver.changed", what, _LOOK)
    for text in (outcome.output, "\n".join(messages)):
        for pattern, name, why, remedy, kind in _CAUSES:
            if re.search(pattern, text, re.IGNORECASE):
                said = f" ({outcome.output})" if outcome.output else ""
                return Problem(f"driver.{name}", f"{command} failed: {why}{said}.", remedy, kind)
    said = outcome.output or f"status {outcome.status}"
    return Problem("driver.failed", f"{command} failed: {said}.", "sudo dmesg | tail -n 20 may tell why.")

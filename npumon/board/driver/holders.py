"""The processes that have the NPU's device node open. Each open descriptor keeps the driver from being unloaded."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from npumon.board.procfs import MARK
from npumon.board.roots import Roots
from npumon.board.sysfs import names, read_bytes
from npumon.core.driver.driver_state import Holder
from npumon.core.problems import Problem
from npumon.core.text import decode, visible

_SHOWN = 200
#: Bytes of an environment; the kernel allows more, but no program needs it.
_ENVIRONMENT = 1 << 20


class Holders(NamedTuple):
    """The processes found, and how many open descriptors they have between them.

    Only root may look into every process, so there may be more than were found: see `unseen`.
    """

    processes: tuple[Holder, ...] = ()
    descriptors: int = 0

    def unseen(self, references: int | None) -> int:
        """Return how many of the driver's references (`/proc/modules`) the processes found do not account for."""
        return max(0, (references or 0) - self.descriptors)


def find_holders(roots: Roots) -> Holders:
    """Look through `/proc/PID/fd` of every process that this user may inspect."""
    targets = _targets(roots)
    processes = []
    descriptors = 0
    for name in names(roots.proc):
        if not (name.isascii() and name.isdigit()):
            continue
        process = roots.proc / name
        held = _count(process / "fd", targets)
        if held:
            descriptors += held
            processes.append(Holder(int(name[:18]), _user(process), _command(process), _run(process)))
    return Holders(tuple(processes), descriptors)


def _targets(roots: Roots) -> frozenset[str]:
    """Return how a link to the node may read: as seen under this root, or as the process itself sees it."""
    node = roots.dev / "galcore"
    paths = {str(node), os.path.abspath(node), os.path.realpath(node), "/dev/galcore"}
    return frozenset(paths | {f"{path} (deleted)" for path in paths})


def _count(folder: Path, targets: frozenset[str]) -> int:
    try:
        with os.scandir(folder) as descriptors:
            return sum(_leads_to(descriptor.path, targets) for descriptor in descriptors)
    except OSError:  # the process has ended, or belongs to another user
        return 0


def _leads_to(link: str, targets: frozenset[str]) -> bool:
    try:
        return os.readlink(link) in targets
    except OSError:  # closed meanwhile
        return False


def _user(process: Path) -> str | None:
    import pwd

    try:
        uid = process.stat().st_uid
    except OSError:
        return None
    try:
        return visible(pwd.getpwuid(uid).pw_name)
    except KeyError:
        return str(uid)


def _run(process: Path) -> str | None:
    """Return the log of the run that marked the process's environment."""
    mark = f"{MARK}=".encode()
    variables = (read_bytes(process / "environ", _ENVIRONMENT) or b"").split(b"\0")
    return next((visible(os.fsdecode(each[len(mark) :])) for each in variables if each.startswith(mark)), None)


def _command(process: Path) -> str | None:
    """Return the command line; kernel threads and processes that erased theirs have only a name."""
    for name in ("cmdline", "comm"):
        text = decode((read_bytes(process / name, 4096) or b"").replace(b"\0", b" ").strip())
        if text:
            return text[:_SHOWN]
    return None


#: Seconds that a process has to end by itself, and to disappear once it was killed.
GRACE_S, KILL_S = 5.0, 2.0
_POLL_S = 0.02


def stop_holders(roots: Roots, holders: Sequence[Holder], grace_s: float = GRACE_S) -> tuple[Problem, ...]:
    """End these processes if they still hold the device node. Returns the problems that are left."""
    problems = []
    for number, patience in ((signal.SIGTERM, grace_s), (signal.SIGKILL, KILL_S)):
        problems = [problem for holder in _still(roots, holders) for problem in _send(roots, holder, number)]
        end = time.monotonic() + patience
        while not problems and _still(roots, holders) and time.monotonic() < end:
            time.sleep(_POLL_S)
        if problems or not _still(roots, holders):
            return tuple(problems)
    return tuple(
        Problem(
            "driver.holder_stays",
            f"Process {holder.pid} survives SIGKILL: it hangs in the kernel.",
            "Save your work and reboot the board.",
        )
        for holder in _still(roots, holders)
    )


def _still(roots: Roots, holders: Sequence[Holder]) -> list[Holder]:
    """Return those of the processes that have the node open now. A pid that was given to another process does not
    count."""
    wanted = {(holder.pid, holder.command) for holder in holders}
    return [holder for holder in find_holders(roots).processes if (holder.pid, holder.command) in wanted]


def _send(roots: Roots, holder: Holder, number: int) -> list[Problem]:
    if os.path.realpath(roots.proc / str(holder.pid)) != f"/proc/{holder.pid}":
        what = f"Process {holder.pid} does not run on this system."
        return [Problem("driver.holder_foreign", what, "Leave out --root.", "usage")]
    try:
        os.kill(holder.pid, number)
    except ProcessLookupError:
        pass
    except PermissionError:
        what = f"Process {holder.pid} belongs to {holder.user or 'another user'}, so you may not end it."
        return [Problem("driver.holder_denied", what, f"sudo kill {holder.pid}", "unavailable")]
    return []

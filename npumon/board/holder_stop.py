"""Ending the processes that keep the driver from being unloaded: asked first, killed after a while."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence

from npumon.board.holders import find_holders
from npumon.board.roots import Roots
from npumon.core.problems import Problem
from npumon.core.snapshot import Holder

#: Seconds that a process has to end by itself, and to go once it was killed.
GRACE_S, KILL_S = 5.0, 2.0
_LOOK_S = 0.02


def stop_holders(roots: Roots, holders: Sequence[Holder], grace_s: float = GRACE_S) -> tuple[Problem, ...]:
    """End these processes, as far as they still hold the device node. What is left is what comes back."""
    problems = []
    for number, patience in ((signal.SIGTERM, grace_s), (signal.SIGKILL, KILL_S)):
        problems = [problem for holder in _still(roots, holders) for problem in _send(roots, holder, number)]
        end = time.monotonic() + patience
        while not problems and _still(roots, holders) and time.monotonic() < end:
            time.sleep(_LOOK_S)
        if problems or not _still(roots, holders):
            return tuple(problems)
    return tuple(
        Problem(
            "driver.holder_stays",
            f"Process {holder.pid} does not end even when killed: it hangs in the kernel.",
            "Save your work and reboot the board.",
        )
        for holder in _still(roots, holders)
    )


def _still(roots: Roots, holders: Sequence[Holder]) -> list[Holder]:
    """Those of them that have the node open now: a number that went to another process is left alone."""
    wanted = {(holder.pid, holder.command) for holder in holders}
    return [holder for holder in find_holders(roots).processes if (holder.pid, holder.command) in wanted]


def _send(roots: Roots, holder: Holder, number: int) -> list[Problem]:
    if os.path.realpath(roots.proc / str(holder.pid)) != f"/proc/{holder.pid}":
        what = f"Process {holder.pid} is not one of this system's."
        return [Problem("driver.holder_foreign", what, "Leave --root out.", "usage")]
    try:
        os.kill(holder.pid, number)
    except ProcessLookupError:
        pass
    except PermissionError:
        what = f"Process {holder.pid} belongs to {holder.user or 'another user'}, so this user may not end it."
        return [Problem("driver.holder_denied", what, f"sudo kill {holder.pid}", "unavailable")]
    return []

"""A run's program with everything that descends from it, and the ways to end them all.

Belongs to the supervisor's program: only the standard library, and little of that, is imported here.
"""

from __future__ import annotations

import os
import time

from npumon.board.procfs import Process, descendants, marked, signal_each
from npumon.board.supervisor.libc import adopt_orphans

TYPE_CHECKING = False  # what `typing` would say; importing it takes longer than all the rest here
if TYPE_CHECKING:
    import signal
else:
    import _signal as signal  # without the enumerations around it


class ProcessTree:
    """All living descendants of this process. To be created before the first of them is started.

    `log` is the mark in their environment, for a system on which this process cannot adopt orphans. `status` is the
    wait status of the program itself, None while it lives; `ended` the monotonic time of its end.
    """

    def __init__(self, log: str) -> None:
        self._log = log
        self._adopting = adopt_orphans()
        self._leader = 0
        self._childless = False
        self.status: int | None = None
        self.ended = 0.0

    def set_leader(self, leader: int) -> None:
        """Note the program that was started, the leader of its own process group."""
        self._leader = leader

    def reap(self) -> None:
        """Reap every child that has ended: the program itself and adopted orphans."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                self._childless = True
                return
            if pid == 0:
                return
            if pid == self._leader:
                self.status = status
                self.ended = time.monotonic()

    def all_exited(self) -> bool:
        """Return whether no process was left when the last one was reaped."""
        # Every orphan becomes our child, so without children there are no descendants either.
        return self._childless and (self._adopting or not self.alive())

    def alive(self) -> list[Process]:
        """Return the living processes."""
        found = {process.pid: process for process in descendants(os.getpid())}
        if not self._adopting:
            found.update((process.pid, process) for process in marked(self._log))
        return list(found.values())

    def terminate(self) -> None:
        """Ask all processes to end. Stopped ones are continued, so that they can handle it."""
        group = self._signal_group(signal.SIGTERM) and self._signal_group(signal.SIGCONT)
        others = [process for process in self.alive() if not group or process.group != self._leader]
        signal_each(others, signal.SIGTERM, signal.SIGCONT)

    def kill(self) -> None:
        """Kill all processes. New ones may have been forked meanwhile: call this until `all_exited`."""
        self._signal_group(signal.SIGKILL)
        signal_each(self.alive(), signal.SIGKILL)

    def _signal_group(self, number: int) -> bool:
        """Signal the program's whole group at once. Only until the program is reaped: after that its number may be
        reused."""
        if self.status is not None or not self._leader:
            return False
        try:
            os.killpg(self._leader, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True

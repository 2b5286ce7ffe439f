"""Runs that hold the board's lock, so that no other npumon runs a model or reloads the driver meanwhile."""

from __future__ import annotations

import asyncio
import os
from contextlib import ExitStack

from npumon.board.board_lock import FileBoardLock, HeldBoard, lock_folder
from npumon.board.roots import Roots
from npumon.board.run.runner import SupervisedRunner
from npumon.core.problems import ProblemError
from npumon.ports import ExitRecord, RunningModel, RunRequest, StopReason


class LockedRunner:
    """Implements `ports.ModelRunner`. A machine without the NPU's device node needs no lock; but the node is also
    missing while somebody reloads the driver, and holds the lock.

    A run's supervisor holds the lock as well: a run that outlives npumon still has the board.
    """

    def __init__(self, runner: SupervisedRunner, roots: Roots) -> None:
        self._runner = runner
        self._node = roots.dev / "galcore"
        folder = lock_folder(roots)
        self._lock = None if folder is None else FileBoardLock(folder)

    async def start(self, request: RunRequest) -> RunningModel:
        """Raises `ProblemError` when the board is in use by another npumon, or nothing could be started."""
        with ExitStack() as stack:
            held = self._hold(stack)
            if held is None:
                return await self._runner.start(request)
            running = await self._runner.start(request, (held.descriptor,))
            held.share(running.supervisor)
            return LockedRun(running, stack.pop_all())

    def _hold(self, stack: ExitStack) -> HeldBoard | None:
        if self._lock is None:
            return None
        if not os.path.lexists(self._node):
            problem = self._lock.busy() if self._lock.there else None
            if problem is not None:
                raise ProblemError(problem)
            return None
        return stack.enter_context(self._lock.hold("runs a model"))


class LockedRun:
    """Implements `ports.RunningModel`: another one, whose end frees the board whether anybody waits for it or not."""

    def __init__(self, running: RunningModel, held: ExitStack) -> None:
        self._running = running
        self._ended = asyncio.ensure_future(running.wait())
        self._ended.add_done_callback(lambda _: held.close())

    @property
    def id(self) -> str:
        """The run's name."""
        return self._running.id

    @property
    def log(self) -> str:
        """Path of the log file."""
        return self._running.log

    @property
    def started_at(self) -> str:
        """ISO 8601, UTC."""
        return self._running.started_at

    @property
    def age_s(self) -> float:
        """Seconds that it had been running when it was taken up."""
        return self._running.age_s

    def stop(self, reason: StopReason) -> None:
        """Ask for the end."""
        self._running.stop(reason)

    async def wait(self) -> ExitRecord:
        """Wait for the end. May be cancelled without harm."""
        return await asyncio.shield(self._ended)

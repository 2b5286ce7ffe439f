"""Somebody who looks at a monitor on a demo board: real supervisors, real programs, real files, real time."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable

from npumon.board.probe import HostProbe, SystemClock
from npumon.board.procfs import read_processes
from npumon.board.roots import Roots
from npumon.board.run.runner import SupervisedRunner
from npumon.board.run.tailer import WatchdogFollower
from npumon.core.monitor.live import Live
from npumon.demo.board import DemoBoard
from npumon.engine.monitor import Monitor
from npumon.engine.reporting import Context
from npumon.engine.session import Job
from npumon.ports import BoardProbe, ModelRunner, RunRequest

#: Seconds after which a test gives up waiting. Nothing is measured against it.
LIMIT = 60.0
PROFILED = (("VIV_VX_PROFILE", "1"), ("VIV_VX_DEBUG_LEVEL", "1"))


class Viewer:
    """What a view is: somebody to publish to, who lets time pass."""

    def __init__(
        self,
        board: DemoBoard,
        probe: BoardProbe | None,
        context: Context,
        poll_s: float,
        runner: ModelRunner | None = None,
        also: Callable[[Live], None] = lambda live: None,
    ) -> None:
        self.board = board
        self.seen: list[Live] = []
        self.on_step: Callable[[Live], None] = lambda live: None
        self._changed = asyncio.Event()
        clock = SystemClock()
        self.monitor = Monitor(
            runner or SupervisedRunner(board.folder / "state", clock),
            WatchdogFollower(poll_s),
            HostProbe(Roots(board.root)) if probe is None else probe,
            clock,
            context,
            [self._see, also],
        )

    def _see(self, live: Live) -> None:
        self.seen.append(live)
        self._changed.set()
        self.on_step(live)

    @property
    def live(self) -> Live:
        return self.monitor.live

    def job(self, repeat: int = 1, warmup: int = 0, loops: int = 1, labels: tuple[str, ...] = ()) -> Job:
        """Runs of the board's model."""
        board = self.board
        environment = (*PROFILED, ("VNN_LOOP_TIME", str(loops)))
        request = RunRequest(board.command, str(board.model_folder), environment, model=board.model.name)
        return Job(request, labels, repeat, warmup)

    def shell(self, text: str, repeat: int = 1, warmup: int = 0) -> Job:
        """Runs of a command."""
        return Job(RunRequest(("sh", "-c", text), str(self.board.folder), model="shell"), (), repeat, warmup)

    async def until(self, true: Callable[[Live], object]) -> Live:
        """Wait for a published moment of which that is true."""
        end_s = asyncio.get_running_loop().time() + LIMIT
        while not (self.seen and true(self.seen[-1])):
            assert asyncio.get_running_loop().time() < end_s, self.seen[-1:]
            self._changed.clear()
            timer = asyncio.get_running_loop().call_later(0.05, self._changed.set)
            await self._changed.wait()
            timer.cancel()
            self.monitor.tick()
        return self.seen[-1]


def children() -> set[int]:
    """Living children of this process."""
    return {process.pid for process in read_processes() if process.parent == os.getpid() and process.alive}


def own() -> tuple[int, int, int]:
    """Open descriptors, threads and children of this process."""
    return len(os.listdir("/proc/self/fd")), threading.active_count(), len(children())

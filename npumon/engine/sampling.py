"""Sampling: each source of figures is read at its own pace, in a thread; a source that is stuck delays no other."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from npumon.ports import Clock, Sampler

Result = TypeVar("Result")


class BackgroundRead(Generic[Result]):
    """Calls `read` in a daemon thread that lives as long as one call; `on_result` gets what it gave, on the event loop.

    A read that hangs in the kernel therefore holds up neither the loop nor the end of the program.
    """

    def __init__(self, name: str, read: Callable[[], Result], on_result: Callable[[Result], None]) -> None:
        """`name` is the thread's."""
        self._name = name
        self._read = read
        self._on_result = on_result
        self._running = False
        self._settled = asyncio.Event()
        self._settled.set()

    @property
    def running(self) -> bool:
        """Whether an answer is still to come."""
        return self._running

    def begin(self) -> None:
        """Start reading, unless a read is under way."""
        if self._running:
            return
        self._running = True
        self._settled.clear()
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._work, args=(loop,), name=self._name, daemon=True).start()

    async def wait(self, patience_s: float) -> None:
        """Return when `on_result` was called, or after `patience_s`. A read that was late once is not waited for again;
        `on_result` is called whenever it ends."""
        if self._settled.is_set():
            return
        # Not asyncio.wait_for: before Python 3.12 it loses a cancellation that comes together with the answer.
        timer = asyncio.get_running_loop().call_later(patience_s, self._settled.set)
        try:
            await self._settled.wait()
        finally:
            timer.cancel()

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        """Read, in the thread."""
        results: list[Result] = []
        try:
            results.append(self._read())
        finally:
            try:
                loop.call_soon_threadsafe(self._take, results)
            except RuntimeError:  # the loop was closed meanwhile
                pass

    def _take(self, results: list[Result]) -> None:
        """Take what was read, on the loop; nothing if `read` raised."""
        self._running = False
        self._settled.set()
        for result in results:
            self._on_result(result)


Reading = TypeVar("Reading")


class SampledSource(Generic[Reading]):
    """Takes samples of one source and keeps the newest ones; `on_sample` is called on the event loop with each.

    `samples` is the ring, the newest last.
    """

    def __init__(self, sampler: Sampler[Reading], clock: Clock, on_sample: Callable[[Reading], None]) -> None:
        self.name = sampler.name
        self.samples: deque[Reading] = deque(maxlen=sampler.kept)
        self._sampler = sampler
        self._clock = clock
        self._on_sample = on_sample
        self._read = BackgroundRead(f"npumon-{sampler.name}", sampler.read, self._take)
        self._asked_s = 0.0

    @property
    def pending(self) -> bool:
        """Whether an answer is still to come."""
        return self._read.running

    @property
    def silent_s(self) -> float | None:
        """Seconds without an answer, once the source has been silent for longer than its patience."""
        if not self._read.running:
            return None
        silent_s = self._clock.monotonic() - self._asked_s
        return silent_s if silent_s >= self._sampler.patience_s else None

    async def sample(self) -> None:
        """Take one sample. Returns after `on_sample`, or when that takes too long; `on_sample` is called later then.

        While a read is under way no second one is begun.
        """
        if not self._read.running:
            self._asked_s = self._clock.monotonic()
            self._read.begin()
        await self._read.wait(self._sampler.patience_s)

    async def keep_sampling(self, refresh_s: Callable[[], float], timing: Callable[[], bool]) -> None:
        """Take samples until cancelled, `refresh_s` apart; less often while a run is timed (`timing`)."""
        while True:
            await asyncio.sleep(max(refresh_s(), self._sampler.timing_period_s if timing() else 0.0))
            await self.sample()

    def _take(self, sample: Reading) -> None:
        self.samples.append(sample)
        self._on_sample(sample)

"""Sampling: each source of figures is read at its own pace, and a source that is stuck delays no other."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from npumon.engine.background_read import BackgroundRead
from npumon.ports import Clock, Sampler

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

"""Reading the board beside everything else: a sensor that never answers must hold up nothing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import NamedTuple

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.ports import BoardProbe, Clock

#: How long an answer is waited for. The kernel gives one within milliseconds.
PATIENCE_S = 2.0


class BoardReading(NamedTuple):
    """The board and its driver at one moment."""

    board: BoardState
    driver: DriverState


class BoardPoller:
    """Reads in a thread that lives as long as one reading; `on_reading` is called on the loop with what it gave.

    The thread is a daemon: a read that hangs in the kernel does not keep the program from ending.
    """

    def __init__(self, probe: BoardProbe, clock: Clock, on_reading: Callable[[BoardReading], None]) -> None:
        self._probe = probe
        self._clock = clock
        self._on_reading = on_reading
        self._asked_s: float | None = None
        self._answered = asyncio.Event()

    @property
    def silent_s(self) -> float | None:
        """For how long the board has not answered, once that is longer than it should take."""
        if self._asked_s is None:
            return None
        silent_s = self._clock.monotonic() - self._asked_s
        return silent_s if silent_s >= PATIENCE_S else None

    async def poll(self) -> None:
        """Read once. Returns when `on_reading` was called, or when that takes too long; it is called later then.

        While a reading is under way no second one is begun.
        """
        if self._asked_s is None:
            self._asked_s = self._clock.monotonic()
            self._answered.clear()
            loop = asyncio.get_running_loop()
            threading.Thread(target=self._read, args=(loop,), name="npumon-board", daemon=True).start()
        elif self.silent_s is not None:
            return
        # Not asyncio.wait_for: before Python 3.12 it loses a cancellation that comes together with the answer.
        timer = asyncio.get_running_loop().call_later(PATIENCE_S, self._answered.set)
        try:
            await self._answered.wait()
        finally:
            timer.cancel()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        """In the thread."""
        reading = None
        try:
            reading = BoardReading(self._probe.board(), self._probe.driver())
        finally:
            try:
                loop.call_soon_threadsafe(self._take, reading)
            except RuntimeError:  # the loop was closed meanwhile
                pass

    def _take(self, reading: BoardReading | None) -> None:
        self._asked_s = None
        self._answered.set()
        if reading is not None:
            self._on_reading(reading)

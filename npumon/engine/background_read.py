"""A blocking read beside the event loop, waited for only so long."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

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
        """In the thread."""
        results: list[Result] = []
        try:
            results.append(self._read())
        finally:
            try:
                loop.call_soon_threadsafe(self._take, results)
            except RuntimeError:  # the loop was closed meanwhile
                pass

    def _take(self, results: list[Result]) -> None:
        """On the loop; without a result when `read` raised."""
        self._running = False
        self._settled.set()
        for result in results:
            self._on_result(result)

"""Reading the model's file beside its run: neither the program's start nor its end waits for a slow disk."""

from __future__ import annotations

import asyncio
import threading

from npumon.core.run.network import Network
from npumon.ports import ReadNetwork

#: How long the report of a run waits for the file. The program has just read it, so it is in memory.
PATIENCE_S = 2.0


class NetworkReading:
    """Reads once, in a thread that lives as long as the reading. `read` None: there is nothing to read.

    The thread is a daemon: a read that hangs in the kernel does not keep the program from ending.
    """

    def __init__(self, read: ReadNetwork | None) -> None:
        self._read = read
        self._begun = False
        self._settled = asyncio.Event()
        self._network: Network | None = None

    @property
    def network(self) -> Network | None:
        """What the file says; None as long as that is not known."""
        return self._network

    def begin(self) -> None:
        """Start reading; does nothing the second time."""
        if self._read is None or self._begun:
            return
        self._begun = True
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._work, args=(self._read, loop), name="npumon-network", daemon=True).start()

    async def over(self) -> None:
        """Wait until the file was read, or has taken too long; a file that is late is not waited for again."""
        if not self._begun:
            return
        # Not asyncio.wait_for: before Python 3.12 it loses a cancellation that comes together with the answer.
        timer = asyncio.get_running_loop().call_later(PATIENCE_S, self._settled.set)
        try:
            await self._settled.wait()
        finally:
            timer.cancel()

    def _work(self, read: ReadNetwork, loop: asyncio.AbstractEventLoop) -> None:
        """In the thread."""
        network = None
        try:
            network = read()
        finally:
            try:
                loop.call_soon_threadsafe(self._take, network)
            except RuntimeError:  # the loop was closed meanwhile
                pass

    def _take(self, network: Network | None) -> None:
        self._network = network
        self._settled.set()

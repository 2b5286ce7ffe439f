"""Collects what a tail yields, for the tests of all tails."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from npumon.core.problems import ProblemError
from npumon.ports import LogChunk, LogTail

#: Seconds after which a test gives up waiting. Nothing is measured against it.
LIMIT = 60.0


class Reader:
    """Collects what a tail yields."""

    def __init__(self, tail: LogTail) -> None:
        self.tail = tail
        self.chunks: list[LogChunk] = []
        self._arrived = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._read())

    async def _read(self) -> None:
        async with aclosing(self.tail.chunks()) as chunks:
            async for chunk in chunks:
                self.chunks.append(chunk)
                self._arrived.set()

    @property
    def text(self) -> bytes:
        return b"".join(chunk.data for chunk in self.chunks)

    @property
    def restarts(self) -> list[tuple[str, bytes]]:
        """Why the text began anew, and the chunk with which it did."""
        return [(chunk.restarted, chunk.data) for chunk in self.chunks if chunk.restarted is not None]

    @property
    def reasons(self) -> list[str]:
        """Why the text began anew, whether or not there was any of it at once."""
        return [reason for reason, _ in self.restarts]

    async def first(self) -> None:
        """Wait until it has looked at the log for the first time."""
        await asyncio.wait_for(self._arrived.wait(), LIMIT)

    async def until(self, text: bytes) -> None:
        """Wait until that is all the text so far."""
        while self.text != text:
            self._arrived.clear()
            assert text.startswith(self.text)
            await asyncio.wait_for(self._arrived.wait(), LIMIT)

    async def until_restarted(self, reason: str) -> None:
        """Wait until the text has begun anew, last for that reason."""
        while self.reasons[-1:] != [reason]:
            self._arrived.clear()
            await asyncio.wait_for(self._arrived.wait(), LIMIT)

    async def presence(self, present: bool) -> None:
        """Wait until the tail has said last that the file is there, or that it is not."""
        while [chunk.present for chunk in self.chunks if not chunk.data][-1:] != [present]:
            self._arrived.clear()
            await asyncio.wait_for(self._arrived.wait(), LIMIT)

    async def end(self, length: int | None = None, within_s: float | None = None) -> bytes:
        self.tail.finish(length, within_s)
        await asyncio.wait_for(self._task, LIMIT)
        return self.text

    async def failure(self) -> ProblemError:
        with pytest.raises(ProblemError) as caught:
            await asyncio.wait_for(self._task, LIMIT)
        return caught.value

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])

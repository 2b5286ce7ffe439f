"""What all tails have in common: they are woken up, yield what is new in pieces that fit their time, and end."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Iterator

from npumon.board.run.file_watcher import PAUSE_S, FileWatcher
from npumon.board.run.reading_pace import ReadingPace
from npumon.board.run.view_text import ViewText
from npumon.core.problems import Problem, ProblemError
from npumon.ports import LogChunk

#: Bytes at the end of a text that are read in any case: totals and classes stand there.
NEWEST = 256 << 10
#: Bytes among which the end of a line is looked for, to leave no half of one.
LINE = 64 << 10
#: What stands in a text for what was not read of it.
NOT_READ = b"[npumon: %d bytes were not read here: the program printed faster than npumon reads]\n"


class PacedTail(ABC):
    """A base for implementations of `ports.LogTail`. Events of the file only wake it; without, a change may be noticed
    `poll_s` late."""

    def __init__(self, path: str, poll_s: float, on_names: Callable[[], None] | None = None) -> None:
        self._path = path
        self._poll_s = poll_s
        self._watcher = FileWatcher(path, on_names)
        self._old = 0
        self._finished = False
        self._length: int | None = None
        self._deadline_s: float | None = None
        self._pace = ReadingPace()
        self._views = ViewText()

    def finish(self, length: int | None = None, within_s: float | None = None) -> None:
        """Yield the rest, up to `length` bytes of the present text, then end, even if there is less.

        What is not read `within_s` is left out, apart from the newest part.
        """
        self._finished = True
        self._length = length
        self._deadline_s = None if within_s is None else asyncio.get_running_loop().time() + within_s
        self._watcher.wake()

    async def chunks(self) -> AsyncGenerator[LogChunk, None]:
        """Yield the text. To be iterated once; closing it early cleans up.

        Raises `ProblemError` if there is something that cannot be read as a file.
        """
        now_s = asyncio.get_running_loop().time
        try:
            self._watcher.start()
            self._old = self._length_before()
            while True:
                last = self._finished
                try:
                    for chunk in self._news():
                        began_s = now_s()
                        yield chunk
                        self._pace.took(len(chunk.data), now_s() - began_s)
                        await asyncio.sleep(0)  # a long text must not keep the loop from its other work
                except OSError as error:
                    raise ProblemError(self._unreadable(error)) from error
                if last:
                    return
                await self._watcher.wait(self._wait_s(), self._pause_s())
        finally:
            self._watcher.close()
            self._close()

    @property
    def _late(self) -> bool:
        """Whether what is not read yet is to be left out."""
        return self._deadline_s is not None and asyncio.get_running_loop().time() >= self._deadline_s

    def _length_before(self) -> int:
        """Return how much of the text is older than the tail, as far as that is known before anything is read."""
        return 0

    def _wait_s(self) -> float:
        """Return how long nothing need be looked at."""
        return self._poll_s

    def _pause_s(self) -> float:
        """Return how long further events wait after those that woke the tail."""
        return PAUSE_S

    @abstractmethod
    def _news(self) -> Iterator[LogChunk]:
        """Yield what there is at this moment. Raises OSError."""

    @abstractmethod
    def _close(self) -> None:
        """Close all files."""

    @abstractmethod
    def _unreadable(self, error: OSError) -> Problem:
        """Return what to say of a file that cannot be read."""

"""Follows the log of a run that npumon supervises: its text from the beginning, as it comes.

Unlike a log that is only watched (`board.run.tailer`), it has one writer, whose ways are known: it is neither rotated
nor truncated, but it may get a hole, and what it does not take, since its disk is full, is in memory.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator

from npumon.board.run.log_text import LogText
from npumon.board.run.tailer import FileWatcher
from npumon.board.supervisor.run_log import OVERFLOW_HEAD, OVERFLOW_NUMBER
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible
from npumon.ports import LogChunk

#: Bytes read at a time: processing them takes few milliseconds, so keys stay quick.
_PIECE = 16 * 1024


class RunLogTail:
    """An implementation of `ports.LogTail`. Events of the log only wake it; without, a change may be noticed `poll_s`
    late."""

    def __init__(self, path: str, overflow: int | None = None, poll_s: float = 0.5) -> None:
        """`overflow` is a descriptor of a supervisor's overflow (`board.supervisor.run_log`). It is the tail's own: at
        the end of `chunks` it is closed."""
        self._path = path
        self._overflow = overflow
        self._poll_s = poll_s
        self._watcher = FileWatcher(path)
        self._log = -1
        self._text = LogText(-1)
        self._begin: int | None = None
        self._memory: LogText | None = None
        self._old = (0, 0)
        self._finished = False

    def finish(self, length: int | None = None) -> None:
        """Yield what is there now, then end. What there is the files themselves tell, since nobody else writes them."""
        self._finished = True
        self._watcher.wake()

    async def chunks(self) -> AsyncGenerator[LogChunk, None]:
        """Yield the text. To be iterated once; closing it early cleans up.

        Raises `ProblemError` if the log cannot be read; one that is not there has no text.
        """
        try:
            self._watcher.start()
            while True:
                last = self._finished
                try:
                    for chunk in self._news():
                        yield chunk
                        await asyncio.sleep(0)  # a long text must not keep the loop from its other work
                except OSError as error:
                    raise ProblemError(self._unreadable(error)) from error
                if last:
                    return
                await self._watcher.wait(self._poll_s)
        finally:
            self._watcher.close()
            for descriptor in (self._log, self._overflow):
                if descriptor is not None and descriptor >= 0:
                    os.close(descriptor)

    def _news(self) -> Iterator[LogChunk]:
        """Yield what is there at this moment; at the first look at least that the log is there, or is not."""
        first = self._log < 0
        if first:
            try:
                self._log = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                yield LogChunk(b"", present=False)
                return
            self._text = LogText(self._log)
            self._old = self._lengths()
            yield LogChunk(b"")
        log_end, memory_end = self._lengths()
        yield from self._from_log(log_end)
        if self._begin is not None and self._text.offset >= self._begin:
            yield from self._from_memory(memory_end)

    def _from_log(self, end: int) -> Iterator[LogChunk]:
        """Yield what is in the log, up to where the overflow begins."""
        text = self._text
        while text.offset < end:
            place = text.offset, text.in_line
            data = text.read(min(_PIECE, end - text.offset))
            # Looked at after the reading: nothing is written behind that place before it is told.
            self._begin = begin = self._overflow_begin()
            if begin is not None and begin < text.offset:
                text.offset, text.in_line = place
                end = begin
            elif data:
                yield self._chunk(data, preexisting=place[0] < self._old[0])
        self._begin = self._overflow_begin()

    def _from_memory(self, end: int) -> Iterator[LogChunk]:
        """Yield what is in the overflow."""
        assert self._overflow is not None  # noqa: S101 - something begins there
        if self._memory is None:
            self._memory = LogText(self._overflow, OVERFLOW_HEAD, in_line=self._text.in_line)
        while self._memory.offset < end:
            preexisting = self._memory.offset < self._old[1]
            data = self._memory.read(min(_PIECE, end - self._memory.offset))
            yield self._chunk(data, preexisting=preexisting)

    def _chunk(self, data: bytes, *, preexisting: bool) -> LogChunk:
        log, memory = self._lengths()
        behind = (log if self._begin is None else self._begin) - self._text.offset
        if self._begin is not None:
            behind += memory - (OVERFLOW_HEAD if self._memory is None else self._memory.offset)
        return LogChunk(data, behind=max(0, behind), preexisting=preexisting)

    def _lengths(self) -> tuple[int, int]:
        """Return those of the log and of the overflow."""
        memory = 0 if self._overflow is None else os.fstat(self._overflow).st_size
        return os.fstat(self._log).st_size, memory

    def _overflow_begin(self) -> int | None:
        """Return the offset in the log from which on the text is in the overflow; None if there is none there."""
        if self._begin is not None or self._overflow is None:
            return self._begin
        header = int.from_bytes(os.pread(self._overflow, OVERFLOW_NUMBER, 0), "little")
        return header - 1 if header else None

    def _unreadable(self, error: OSError) -> Problem:
        what = f"The run's log {visible(self._path)} cannot be read: {error.strerror}."
        return Problem("run.log", what, "Give it back to the user who started the run.")

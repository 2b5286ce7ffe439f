"""Follows the log of a run that npumon supervises: its text from the beginning, as it comes.

Unlike a log that is only watched (`board.run.tailer`), it has one writer, whose ways are known: it is neither rotated
nor truncated, but it may get a hole, and what it does not take, since its disk is full, is in memory.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator

from npumon.board.run.log_text import LARGEST_PIECE, LogText
from npumon.board.run.reading_pace import ReadingPace
from npumon.board.run.tailer import LINE, NEWEST, NOT_READ, FileWatcher
from npumon.board.supervisor.run_log import CUT, OVERFLOW_HEAD, OVERFLOW_NUMBER
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible
from npumon.ports import LogChunk


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
        self._memory = LogText(-1 if overflow is None else overflow, OVERFLOW_HEAD)
        self._begin: int | None = None
        self._old = self._end = (0, 0)
        self._finished = False
        self._deadline: float | None = None
        self._pace = ReadingPace()

    def finish(self, length: int | None = None, within_s: float | None = None) -> None:
        """Yield what is there now, then end. What there is the files themselves tell, since nobody else writes them.

        What is not read `within_s` is left out, apart from the newest part.
        """
        self._finished = True
        self._deadline = None if within_s is None else asyncio.get_running_loop().time() + within_s
        self._watcher.wake()

    async def chunks(self) -> AsyncGenerator[LogChunk, None]:
        """Yield the text. To be iterated once; closing it early cleans up.

        Raises `ProblemError` if the log cannot be read; one that is not there has no text.
        """
        now_s = asyncio.get_running_loop().time
        try:
            self._watcher.start()
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
                await self._watcher.wait(self._poll_s)
        finally:
            self._watcher.close()
            for descriptor in (self._log, self._overflow):
                if descriptor is not None and descriptor >= 0:
                    os.close(descriptor)

    def _news(self) -> Iterator[LogChunk]:
        """Yield what is there at this moment; at the first look at least that the log is there, or is not."""
        if self._log < 0:
            try:
                self._log = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                yield LogChunk(b"", present=False)
                return
            self._text = LogText(self._log)
            self._old = self._lengths()
            yield LogChunk(b"")
        self._end = self._lengths()
        self._look_for_overflow()
        while self._unread_of_log or self._unread_of_memory:
            late = self._deadline is not None and asyncio.get_running_loop().time() >= self._deadline
            preexisting = self._preexisting
            data = self._skip() if late else b""
            data = data or self._read()
            if data:
                yield LogChunk(data, behind=self._behind, preexisting=preexisting)
            elif self._unread_of_log:  # somebody truncated it
                return

    def _read(self) -> bytes:
        """Return the next piece: of the log up to where the overflow begins, then of the overflow."""
        text, unread = self._text, self._unread_of_log
        if not unread:
            text, unread = self._memory, self._unread_of_memory
        before = text.offset, text.in_line
        data, left = b"", min(self._pace.size, unread)
        while left > 0 and (piece := text.read(min(LARGEST_PIECE, left))):
            data += piece
            left = before[0] + min(self._pace.size, unread) - text.offset
        # Looked for after the reading: the log is written further only after that is told.
        begin = self._look_for_overflow()
        if text is self._text and begin is not None and text.offset > begin:
            text.offset, text.in_line = before
            return self._read() if self._unread_of_log or self._unread_of_memory else b""
        self._memory.in_line = text.in_line
        return data

    def _skip(self) -> bytes:
        """Go on at the newest part of the text; return what stands in the text for what was not read. Nothing if that
        is little."""
        count = self._unread_of_log + self._unread_of_memory - NEWEST
        if count <= LINE:
            return b""
        of_log = min(count, self._unread_of_log)
        self._text.offset += of_log
        self._memory.offset += count - of_log
        text = self._text if self._unread_of_log else self._memory
        rest = text.skip_line()
        cut = CUT if self._memory.in_line else b""
        self._text.in_line = self._memory.in_line = False
        return cut + NOT_READ % (count + rest)

    @property
    def _unread_of_log(self) -> int:
        end = self._end[0] if self._begin is None else min(self._begin, self._end[0])
        return max(0, end - self._text.offset)

    @property
    def _unread_of_memory(self) -> int:
        """Only of text that follows the log's, as far as that is known."""
        follows = self._begin is not None and self._begin <= self._end[0]
        return max(0, self._end[1] - self._memory.offset) if follows else 0

    @property
    def _preexisting(self) -> bool:
        """Whether what is read next was there at the first look."""
        if self._unread_of_log:
            return self._text.offset < self._old[0]
        return self._memory.offset < self._old[1]

    @property
    def _behind(self) -> int:
        """How many bytes are there but not read yet."""
        log, memory = self._lengths()
        behind = (log if self._begin is None else self._begin) - self._text.offset
        return max(0, behind + (0 if self._begin is None else memory - self._memory.offset))

    def _lengths(self) -> tuple[int, int]:
        """Return those of the log and of the overflow."""
        memory = 0 if self._overflow is None else os.fstat(self._overflow).st_size
        return os.fstat(self._log).st_size, memory

    def _look_for_overflow(self) -> int | None:
        """Look whether text goes into the overflow by now, and return from which offset in the log on."""
        if self._begin is None and self._overflow is not None:
            header = int.from_bytes(os.pread(self._overflow, OVERFLOW_NUMBER, 0), "little")
            self._begin = header - 1 if header else None
        return self._begin

    def _unreadable(self, error: OSError) -> Problem:
        what = f"The run's log {visible(self._path)} cannot be read: {error.strerror}."
        return Problem("run.log", what, "Give it back to the user who started the run.")

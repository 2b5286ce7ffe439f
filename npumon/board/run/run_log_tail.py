"""Follows a run that npumon supervises: its text from the beginning, as it comes.

Unlike a log that is only watched (`board.run.tailer`), a run's has one writer, whose ways are known: it is neither
rotated nor truncated, but it may get a hole, and what it does not take, since its disk is full, is in memory.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator

from npumon.board.run.file_watcher import FileWatcher
from npumon.board.run.reading_pace import ReadingPace
from npumon.board.run.run_text import RunText
from npumon.board.run.tailer import LINE, NEWEST, NOT_READ
from npumon.board.run.view_text import AHEAD, ViewText
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
        self._text: RunText | None = None
        self._old = 0
        self._finished = False
        self._deadline_s: float | None = None
        self._pace = ReadingPace()
        self._views = ViewText()

    def finish(self, length: int | None = None, within_s: float | None = None) -> None:
        """Yield what is there now, then end. What there is the files themselves tell, since nobody else writes them.

        What is not read `within_s` is left out, apart from the newest part.
        """
        self._finished = True
        self._deadline_s = None if within_s is None else asyncio.get_running_loop().time() + within_s
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
        text = self._text
        if text is None:
            try:
                self._log = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                yield LogChunk(b"", present=False)
                return
            self._text = text = RunText(self._log, self._overflow)
            self._old = text.end
            yield LogChunk(b"")
        text.look()
        while text.offset < text.end:
            begin = text.offset
            late = self._deadline_s is not None and asyncio.get_running_loop().time() >= self._deadline_s
            if late and text.end - begin > NEWEST + LINE:
                text.look()  # what has come since is left out at once, too
                data, ahead = self._skip(text)
            else:
                data = text.read(self._pace.size)
                behind = text.length - text.offset
                ahead = self._views.beside(data, begin, text.offset, behind, lambda at: text.read_ahead(at, AHEAD))
            if text.offset == begin:  # somebody truncated it, or the rest is in the overflow
                return
            yield LogChunk(data, None, text.length - text.offset, begin < self._old, ahead=ahead)

    def _skip(self, text: RunText) -> tuple[bytes, bytes | None]:
        """Go on at the newest part of the text. Return what stands in the text for what was not read, for figures and
        for views."""
        begin = text.offset
        cut = text.skip_to(text.end - NEWEST)
        said = cut + NOT_READ % (text.offset - begin)
        return said, self._views.skip(said, begin, text.offset)

    def _unreadable(self, error: OSError) -> Problem:
        what = f"The run's log {visible(self._path)} cannot be read: {error.strerror}."
        return Problem("run.log", what, "Give it back to the user who started the run.")

"""Follows a run that npumon supervises: its text from the beginning, as it comes.

Unlike a log that is only watched (`board.run.tailer`), a run's has one writer, whose ways are known: it is neither
rotated nor truncated, but it may get a hole, and what it does not take, since its disk is full, is in memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from npumon.board.run.paced_tail import LINE, NEWEST, NOT_READ, PacedTail
from npumon.board.run.run_text import RunText
from npumon.board.run.view_text import AHEAD
from npumon.core.problems import Problem
from npumon.core.text import visible
from npumon.ports import LogChunk


class RunLogTail(PacedTail):
    """An implementation of `ports.LogTail`. What there is the files themselves tell, since nobody else writes them: the
    `length` that it is to be read to is not asked."""

    def __init__(self, path: str, overflow: int | None = None, poll_s: float = 0.5) -> None:
        """`overflow` is a descriptor of a supervisor's overflow (`board.supervisor.run_log`). It is the tail's own: at
        the end of `chunks` it is closed."""
        super().__init__(path, poll_s)
        self._overflow = overflow
        self._log = -1
        self._text: RunText | None = None

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
            if self._late and text.end - begin > NEWEST + LINE:
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

    def _close(self) -> None:
        for descriptor in (self._log, self._overflow):
            if descriptor is not None and descriptor >= 0:
                os.close(descriptor)

    def _unreadable(self, error: OSError) -> Problem:
        what = f"The run's log {visible(self._path)} cannot be read: {error.strerror}."
        return Problem("run.log", what, "Give it back to the user who started the run.")

"""When the reading of a run's log ends."""

from __future__ import annotations

import asyncio

from npumon.ports import CATCH_UP_S, ExitRecord, LogTail


class LogReading:
    """Ends the reading of a run's log: at its end if the run ended by itself, soon if it was stopped.

    A program that was stopped may have printed for minutes what is read in an hour, and nobody waits for that.
    """

    def __init__(self, tail: LogTail, ended: asyncio.Future[ExitRecord], limit_s: float | None) -> None:
        self._tail = tail
        self._ended = ended
        self._limit_s = limit_s
        self._hurried_s: float | None = None
        ended.add_done_callback(self._finish)

    def hurry(self) -> None:
        """Read for a short time more, which begins now."""
        if self._hurried_s is None:
            self._hurried_s = asyncio.get_running_loop().time()
            if self._ended.done():
                self._finish(self._ended)

    def _finish(self, ended: asyncio.Future[ExitRecord]) -> None:
        if ended.cancelled() or ended.exception() is not None:
            self._tail.finish()
        else:
            self._tail.finish(ended.result().log_bytes, self._within_s(ended.result()))

    def _within_s(self, record: ExitRecord) -> float | None:
        """Return for how long the log may still be read: less if the program took its time to end."""
        if self._hurried_s is not None:
            late_s = asyncio.get_running_loop().time() - self._hurried_s
        elif record.stopped_by is None:
            return None
        elif record.stopped_by == "timeout" and self._limit_s is not None:
            late_s = record.duration_s - self._limit_s
        else:
            late_s = 0.0
        return max(0.0, CATCH_UP_S - max(0.0, late_s))

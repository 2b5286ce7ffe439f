"""A run that an earlier npumon started and left, watched again through what its supervisor records."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

from npumon.board.procfs import Process, signal_each
from npumon.board.run.file_watcher import FileWatcher
from npumon.board.run.run_log_tail import RunLogTail
from npumon.board.run.run_record import RunRecord, read_record
from npumon.board.sysfs import length_of
from npumon.ports import ExitRecord, ModelRunner, RunningModel, RunRequest, StopReason

#: Seconds between two looks at the record if no event announces a change.
_POLL_S = 0.5


class ReattachedRun:
    """An implementation of `ports.RunningModel`. The run may have ended long ago: then `wait` returns at once."""

    def __init__(self, record: RunRecord) -> None:
        self._record = record
        self._path = Path(record.log).with_suffix(".json")
        self._watcher = FileWatcher(str(self._path))
        self._left = False
        self._age_s = _age_s(self._record.living_supervisor())
        self._ended = asyncio.ensure_future(self._until_over())

    @property
    def id(self) -> str:
        """The run's name."""
        return self._record.id

    @property
    def log(self) -> str:
        """Path of the log file."""
        return self._record.log

    @property
    def started_at(self) -> str:
        """ISO 8601, UTC."""
        return self._record.started_at

    @property
    def age_s(self) -> float:
        """Seconds for which it had been running when it was reattached; 0 if it had ended."""
        return self._age_s

    def follow(self) -> RunLogTail:
        """Follow the run's text. What is not in the log is read from the supervisor's memory, while that lives."""
        return RunLogTail(self._record.log, self._opened_overflow())

    def keep(self) -> None:
        """Do nothing: it does not depend on who watches it."""

    def stop(self, reason: StopReason) -> None:
        """Ask the supervisor to end the run; "left" only ends the watching and leaves the run alone."""
        if reason == "left":
            self._left = True
            self._watcher.wake()
        elif (supervisor := self._record.living_supervisor()) is not None:
            signal_each([supervisor], signal.SIGTERM)

    async def wait(self) -> ExitRecord:
        """Wait for the end. May be cancelled without harm."""
        return await asyncio.shield(self._ended)

    def _opened_overflow(self) -> int | None:
        supervisor = self._record.living_supervisor()
        if supervisor is None or self._record.overflow is None:
            return None
        try:
            return os.open(f"/proc/{supervisor.pid}/fd/{self._record.overflow}", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:  # it has just ended, or belongs to another user
            return None

    async def _until_over(self) -> ExitRecord:
        self._watcher.start()
        try:
            while True:
                # Checked first: the record is the last thing that it writes.
                gone = self._record.living_supervisor() is None
                record = read_record(self._path)
                if record is not None and record.exit is not None:
                    return record.exit
                if self._left:
                    return ExitRecord(stopped_by="left", log_bytes=length_of(self.log))
                if gone:
                    return self._lost()
                await self._watcher.wait(_POLL_S)
        finally:
            self._watcher.close()

    def _lost(self) -> ExitRecord:
        pid = self._record.supervisor
        error = f"The supervisor of the run (process {pid}) was killed, so how the run ended is unknown."
        return ExitRecord(log_bytes=length_of(self.log), error=error)


class ReattachedRunner:
    """An implementation of `ports.ModelRunner`: the first run that it "starts" is the one on record, which is running
    already."""

    def __init__(self, record: RunRecord, further: ModelRunner) -> None:
        self._record: RunRecord | None = record
        self._further = further

    async def start(self, request: RunRequest) -> RunningModel:
        """Reattach to the run, or start another one after it. Raises `ProblemError` if that one cannot be started."""
        record, self._record = self._record, None
        return await self._further.start(request) if record is None else ReattachedRun(record)


def _age_s(process: Process | None) -> float:
    """Return the seconds since a process was started."""
    if process is None:
        return 0.0
    ticks_s = process.started / os.sysconf("SC_CLK_TCK")
    return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - ticks_s)

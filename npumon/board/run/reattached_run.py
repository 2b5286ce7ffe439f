"""A run that an earlier npumon began and left: watched again by what its supervisor writes down."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

from npumon.board.procfs import Process, signal_each
from npumon.board.run.run_record import RunRecord, read_record
from npumon.board.run.tailer import FileWatcher
from npumon.board.sysfs import length_of
from npumon.ports import ExitRecord, ModelRunner, RunningModel, RunRequest, StopReason

#: Seconds between two looks at the record, where nothing tells of a change.
_LOOK_S = 0.5


class ReattachedRun:
    """Implements `ports.RunningModel`. The run may have ended long ago: then `wait` returns at once."""

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
        """Seconds that it had been running when it was taken up; 0 for one that had ended."""
        return self._age_s

    def stop(self, reason: StopReason) -> None:
        """Ask the supervisor to end the run; "left" only ends the watching, whatever becomes of the run."""
        if reason == "left":
            self._left = True
            self._watcher.wake()
        elif (supervisor := self._record.living_supervisor()) is not None:
            signal_each([supervisor], signal.SIGTERM)

    async def wait(self) -> ExitRecord:
        """Wait for the end. May be cancelled without harm."""
        return await asyncio.shield(self._ended)

    async def _until_over(self) -> ExitRecord:
        self._watcher.start()
        try:
            while True:
                # Looked at first: the record is the last that it writes.
                gone = self._record.living_supervisor() is None
                record = read_record(self._path)
                if record is not None and record.exit is not None:
                    return record.exit
                if self._left:
                    return ExitRecord(stopped_by="left", log_bytes=length_of(self.log))
                if gone:
                    return self._lost()
                await self._watcher.wait(_LOOK_S)
        finally:
            self._watcher.close()

    def _lost(self) -> ExitRecord:
        pid = self._record.supervisor
        error = f"The supervisor of the run (process {pid}) was killed, so nobody knows how the run ended."
        return ExitRecord(log_bytes=length_of(self.log), error=error)


class ReattachedRunner:
    """Implements `ports.ModelRunner`: the first that it starts is the run on record, and has been started already."""

    def __init__(self, record: RunRecord, further: ModelRunner) -> None:
        self._record: RunRecord | None = record
        self._further = further

    async def start(self, request: RunRequest) -> RunningModel:
        """Take the run up, or start another one after it. Raises `ProblemError` when that cannot be started."""
        record, self._record = self._record, None
        return await self._further.start(request) if record is None else ReattachedRun(record)


def _age_s(process: Process | None) -> float:
    """Seconds since a process was started."""
    if process is None:
        return 0.0
    ticks_s = process.started / os.sysconf("SC_CLK_TCK")
    return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - ticks_s)

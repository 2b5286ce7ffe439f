"""Keeps the space that all run logs take together within its bound, also while one npumon makes many runs."""

from __future__ import annotations

import sys
from pathlib import Path

from npumon.board.run.run_archive import remove_old_runs, space_of
from npumon.ports import ModelRunner, RunningModel, RunRequest


class BoundedArchiveRunner:
    """An implementation of `ports.ModelRunner` that removes the oldest runs in `folder` before another one begins, if
    that might take more than is left of `kept_bytes`: a log takes `log_bytes` at most, None if it is not bounded.

    Looking through a folder takes milliseconds, so between two looks only the newest logs are added up.
    """

    def __init__(self, runner: ModelRunner, folder: Path, kept_bytes: int, log_bytes: int | None) -> None:
        self._runner = runner
        self._folder = folder
        self._room = max(0, kept_bytes - (log_bytes or 0))
        self._taken: int | None = None
        self._newest: str | None = None

    async def start(self, request: RunRequest) -> RunningModel:
        """Start a run. Raises `ProblemError` if nothing could be started."""
        self._make_room()
        running = await self._runner.start(request)
        self._newest = running.id
        return running

    def _make_room(self) -> None:
        if self._taken is not None and self._newest is not None:
            self._taken += space_of(self._folder, self._newest)
        if self._taken is None or self._taken > self._room:
            spared = [] if self._newest is None else [self._newest]
            self._taken = remove_old_runs(self._folder, sys.maxsize, self._room, spared).left_bytes

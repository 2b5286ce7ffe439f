"""What the engine needs of the world, in core types. Adapters on the floor above implement these."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal, Protocol

from npumon.core.snapshot import BoardState, DriverState

StopReason = Literal["timeout", "cancelled", "watcher"]


@dataclass(frozen=True, slots=True)
class RunRequest:
    """A program to run. `environment` is added to the caller's; `timeout_s` None means no limit.

    `keep` lets the run go on when its watcher is gone; otherwise it is ended with the watcher.
    """

    command: tuple[str, ...]
    cwd: str
    environment: tuple[tuple[str, str], ...] = ()
    timeout_s: float | None = None
    keep: bool = False
    model: str | None = None


@dataclass(frozen=True, slots=True)
class ExitRecord:
    """How a run ended, as its supervisor saw it.

    `exit_status` is None when a signal ended the program (then `signal` names it) or when it could not be
    executed (then `error` is one sentence). `stopped_by` says who ended it, None when it ended by itself.
    `log_bytes` is the length of the log, `lost_bytes` what could not be written to it, with `loss` saying why.
    `survivors` are pids that did not go away even when killed.
    """

    exit_status: int | None = None
    signal: str | None = None
    duration_s: float = 0.0
    stopped_by: StopReason | None = None
    log_bytes: int = 0
    lost_bytes: int = 0
    loss: str | None = None
    error: str | None = None
    survivors: tuple[int, ...] = ()


class RunningModel(Protocol):
    """A run under way."""

    @property
    def id(self) -> str:
        """The run's name, unique in the state folder."""
        ...

    @property
    def log(self) -> str:
        """Path of the log file that the supervisor writes."""
        ...

    @property
    def started_at(self) -> str:
        """ISO 8601, UTC."""
        ...

    def stop(self, reason: StopReason) -> None:
        """Ask for the whole process group to end. Returns at once; `wait` returns within 5 s of it."""
        ...

    async def wait(self) -> ExitRecord:
        """Wait for the end. Also returns, with what is known, when the supervisor itself was killed."""
        ...


class ModelRunner(Protocol):
    """Starts programs on a pseudo-terminal, under a supervisor."""

    async def start(self, request: RunRequest) -> RunningModel:
        """Raises `ProblemError` when nothing could be started."""
        ...


@dataclass(frozen=True, slots=True)
class LogChunk:
    """Bytes that were appended to a log. `restarted` says why they are the beginning of a new text, if so."""

    data: bytes
    restarted: str | None = None


class LogTail(Protocol):
    """Follows one growing file."""

    def finish(self, length: int | None = None) -> None:
        """No more will be written: yield the rest (up to `length` bytes in all, when given), then end."""
        ...

    def chunks(self) -> AsyncIterator[LogChunk]:
        """The file's bytes from the beginning, as they come."""
        ...


class LogFollower(Protocol):
    """Opens tails."""

    def follow(self, path: str) -> LogTail:
        """The file need not exist yet."""
        ...


class BoardProbe(Protocol):
    """Reads the machine. Never raises: what cannot be read is absent in the result."""

    def board(self) -> BoardState: ...

    def driver(self) -> DriverState: ...


class Clock(Protocol):
    """The two clocks: one for stamps, one for durations."""

    def now(self) -> str:
        """ISO 8601 in UTC, milliseconds."""
        ...

    def monotonic(self) -> float:
        """Seconds."""
        ...

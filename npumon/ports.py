"""What the engine needs from outside, in core types. Adapters in the layer above implement these."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.profile import GraphNode, Network
from npumon.core.run.outcome import StopReason as StopReason

if TYPE_CHECKING:  # most commands never change the driver
    from npumon.core.driver.plan import Action, DriverPlan, ReloadReport, StepOutcome

Reading = TypeVar("Reading")
#: Reads a model's file. May take seconds, so it is called in a thread of its own. Never raises: it
#: gives None for a file that is missing, unreadable or not a network.
ReadNetwork = Callable[[], Network | None]
#: Reads the `graph.json` in the first of these folders that has one; nothing if there is none, or it is none. Never
#: raises.
ReadNodes = Callable[[Iterable[str]], tuple[GraphNode, ...]]


class RunRequest(NamedTuple):
    """A program to run. `environment` is added to the caller's; `timeout_s` None means no limit.

    `keep` lets the run go on when its watcher is gone; otherwise it is ended with the watcher.
    """

    command: tuple[str, ...]
    cwd: str
    environment: tuple[tuple[str, str], ...] = ()
    timeout_s: float | None = None
    keep: bool = False
    model: str | None = None


class ExitRecord(NamedTuple):
    """How a run ended, as its supervisor saw it.

    `exit_status` is None when a signal ended the program (then `signal` names it) or when it could not be
    executed (then `error` is one sentence). `stopped_by` says who ended it, None when it ended by itself; with
    "left" it goes on. `log_bytes` is the length of the log, `left_out_bytes` what it lacks because it is bounded,
    `lost_bytes` what could not be written to it, with `loss` saying why. `survivors` are pids that did not go away
    even when killed.
    """

    exit_status: int | None = None
    signal: str | None = None
    duration_s: float = 0.0
    stopped_by: StopReason | None = None
    log_bytes: int = 0
    left_out_bytes: int = 0
    lost_bytes: int = 0
    loss: str | None = None
    error: str | None = None
    survivors: tuple[int, ...] = ()

    @property
    def log_complete(self) -> bool:
        """Whether the log has all that the program printed."""
        return not (self.lost_bytes or self.left_out_bytes)


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

    @property
    def age_s(self) -> float:
        """Seconds that it had been running when it was taken up; 0 for one that was started here."""
        ...

    def follow(self) -> LogTail:
        """Follow the run's text, which is that of its log and what could not be written there.

        To be called once, before anything else is awaited: what is not in the log does not wait for a reader.
        """
        ...

    def keep(self) -> None:
        """Let it go on when its watcher is gone, as if that had been asked for at its start."""
        ...

    def stop(self, reason: StopReason) -> None:
        """Ask for the whole process group to end. Returns at once; `wait` returns within 5 s of it.

        "left" only ends the watching if the run is to be kept: `wait` then returns at once.
        """
        ...

    async def wait(self) -> ExitRecord:
        """Wait for the end. Also returns, with what is known, when the supervisor itself was killed."""
        ...


class ModelRunner(Protocol):
    """Starts programs on a pseudo-terminal, under a supervisor."""

    async def start(self, request: RunRequest) -> RunningModel:
        """Start a program. Raises `ProblemError` if nothing could be started."""
        ...


class LogChunk(NamedTuple):
    """Bytes that were appended to a log. `restarted` says why they are the beginning of a new text, if so; there may be
    none of it yet. `missed` counts the texts before it that were gone before they could be read.

    `behind` is how many bytes of the file were still unread when these were read. `preexisting` says that these bytes
    were there before the file was followed. A chunk without data says that the file is there or, if `present` is False,
    that no file has its name now. `ahead` is what views are given instead of `data`, if it is not the same: the same
    text in the same order, but earlier, so that they show the newest while figures are far behind.
    """

    data: bytes
    restarted: str | None = None
    behind: int = 0
    preexisting: bool = False
    present: bool = True
    ahead: bytes | None = None
    missed: int = 0

    @property
    def shown(self) -> bytes:
        """What views are given."""
        return self.data if self.ahead is None else self.ahead


#: For how many seconds a log is read on, once whoever asked for it wants to end.
CATCH_UP_S = 1.0


class LogTail(Protocol):
    """Follows one growing file."""

    def finish(self, length: int | None = None, within_s: float | None = None) -> None:
        """Yield the rest (up to `length` bytes in all, if given), then end: no more will be written.

        Of what is not read `within_s` only the newest part is yielded, behind a line of npumon's that counts the bytes
        between (`[npumon: 4096 bytes were not read here: …]`). May be called again.
        """
        ...

    def chunks(self) -> AsyncGenerator[LogChunk, None]:
        """Yield the file's bytes from the beginning, as they come. A caller who leaves early closes it."""
        ...


class LogFollower(Protocol):
    """Opens tails."""

    def follow(self, path: str) -> LogTail:
        """Follow a file, which need not exist yet."""
        ...

    def written_at(self, path: str) -> str | None:
        """Return when the file was last written, as ISO 8601 in UTC; None without one."""
        ...


class LogPiece(NamedTuple):
    """A piece of a log's text, and the offset in its file behind it."""

    data: bytes
    end: int


class LogReader(Protocol):
    """Reads any part of a log's file. All methods block, and all but `close` raise OSError."""

    def length(self) -> int:
        """Return how many bytes the file has now."""
        ...

    def read(self, offset: int, count: int, *, in_line: bool = False) -> LogPiece:
        """Return text from an offset on, at most `count` bytes and nothing at the end.

        A note stands in place of what the file no longer has; `in_line` says whether `offset` is within a line, which
        is then said to be broken off.
        """
        ...

    def fate(self) -> str | None:
        """Say what became of the file's name: "gone", "replaced"; None if it still names this file."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...


class BoardProbe(Protocol):
    """Reads the machine. Never raises: what cannot be read is absent in the result."""

    def board(self) -> BoardState: ...

    def driver(self) -> DriverState: ...


class Sampler(Generic[Reading]):
    """A source that is read again and again: `read` may block, and never raises.

    It is read as often as the user wants figures, but only every `timing_period_s` while a run is timed, since reading
    costs time that the run would have. An answer is waited for `patience_s`; `kept` samples are remembered. `name` is
    what people call the source.
    """

    def __init__(
        self, name: str, read: Callable[[], Reading], patience_s: float, timing_period_s: float = 5.0, kept: int = 1
    ) -> None:
        self.name = name
        self.read = read
        self.patience_s = patience_s
        self.timing_period_s = timing_period_s
        self.kept = kept


class Clock(Protocol):
    """The two clocks: one for stamps, one for durations."""

    def now(self) -> str:
        """Return the time as ISO 8601 in UTC, with milliseconds."""
        ...

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start."""
        ...


class DriverControl(Protocol):
    """Changes the NPU's kernel driver: first a plan, then its execution. Planning never changes anything.

    `plan` and `needs_password` start short programs (modinfo, `sudo -n -l`): some ten ms, so not for every frame.
    """

    def plan(self, parameters: Mapping[str, str], action: Action = "reload") -> DriverPlan:
        """Plan to load galcore with these parameters. Refusals and "nothing to do" are part of the plan."""
        ...

    def interrupted(self) -> DriverPlan | None:
        """Return the plan that restores the driver if an earlier npumon was killed between unloading and loading it;
        None if none was."""
        ...

    def needs_password(self, plan: DriverPlan) -> bool:
        """Return whether `sudo` would ask for a password: then `apply` has to be given the terminal."""
        ...

    async def apply(
        self, plan: DriverPlan, on_step: Callable[[StepOutcome], None], *, interactive: bool = False
    ) -> ReloadReport:
        """Carry the plan out and, if that fails half way, put the driver back. `on_step` gets each step as it ends.

        `interactive` lends the terminal to `sudo`, which may ask for a password there; without it nothing is asked
        and a missing permission is the report's problem (unavailable), before anything was changed. Never raises
        for what goes wrong: the report says it. Once begun it is finished, also when the task is cancelled.
        """
        ...

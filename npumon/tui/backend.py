"""What the live monitor asks of the world. The command line implements it; tests may, too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from npumon.core.monitor.live import Live, ModelChoice
    from npumon.core.problems import Problem
    from npumon.core.run.report import RunReport
    from npumon.engine.session import Job
    from npumon.ports import DriverControl


class DisplayOptions(NamedTuple):
    """How the monitor is to look and how fast it goes. `theme` is a theme's name or auto; `refresh_s` in seconds.

    `demo` says that the board is simulated; it must be seen on every page.
    """

    theme: str = "auto"
    ascii: bool = False
    refresh_s: float = 1.0
    demo: bool = False


class Engine(Protocol):
    """What runs models and watches the board and logs; `engine.monitor.Monitor` is the one."""

    @property
    def live(self) -> Live:
        """The newest value."""
        ...

    @property
    def job(self) -> Job | None:
        """What was run last."""
        ...

    @property
    def left(self) -> bool:
        """Whether a run was left to itself, by `close`."""
        ...

    #: Seconds between two samples of the board.
    refresh_s: float

    async def poll(self) -> None:
        """Sample the board and the driver once."""
        ...

    async def keep_sampling(self) -> None:
        """Sample them at their pace, and show the time that passes, until cancelled."""
        ...

    async def run(self, job: Job) -> None:
        """Run it, to its end. Raises `ProblemError` where that is not possible."""
        ...

    def stop(self) -> None:
        """End the run under way."""
        ...

    async def watch(self, path: str) -> None:
        """Follow a log until cancelled."""
        ...

    def reloading(self) -> AbstractContextManager[None]:
        """While the driver is reloaded. Raises `ProblemError` while something is under way."""
        ...

    async def close(self) -> None:
        """End everything."""
        ...


class MonitorBackend(Protocol):
    """Everything that leads out of the terminal. Methods marked "blocks" are called on a thread.

    All of them raise `ProblemError` with a remedy where something is wrong.
    """

    @property
    def display(self) -> DisplayOptions: ...

    @property
    def watched(self) -> str | None:
        """The file to watch; None to run models."""
        ...

    @property
    def driver(self) -> DriverControl: ...

    def monitor(self, publish: Callable[[Live], None]) -> Engine:
        """The engine. Called once, on the event loop."""
        ...

    def models(self) -> Sequence[ModelChoice]:
        """What can be run here, those for this chip first. Blocks."""
        ...

    def where_models_are_looked_for(self) -> Sequence[str]:
        """The folders, for a person who wonders why there is none."""
        ...

    def job(self, choice: ModelChoice, repeat: int = 1, warmup: int = 0) -> Job:
        """What running this model means. Blocks."""
        ...

    def first_job(self) -> Job | None:
        """What to run without being asked: the demo board's model. Blocks."""
        ...

    def inspection(self, network: str) -> str:
        """What `npumon inspect` says of a network file of a `ModelChoice`, as text. Blocks."""
        ...

    def export(self, report: RunReport) -> str:
        """Write the run as JSON and return the file's path. Blocks."""
        ...

    def export_all(self, reports: Sequence[RunReport]) -> str:
        """Write these runs as one JSON document and return the file's path. Blocks."""
        ...

    def picture(self, svg: str) -> str:
        """Write a picture of the screen and return the file's path. Blocks."""
        ...

    def in_words(self, text: str) -> str:
        """A text with its paths as people know them; the demo board lies in a folder that nobody does."""
        ...

    def warning(self) -> Problem | None:
        """What a user has to know before anything else: a reload of the driver that was interrupted. Blocks."""
        ...

"""What the live monitor needs from outside. The command line implements it, and so may tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from npumon.core.monitor.folder_view import FolderView
    from npumon.core.monitor.live import Live, ModelChoice
    from npumon.core.problems import Problem
    from npumon.core.profile import Iteration
    from npumon.core.run.report import RunInfo, RunReport
    from npumon.engine.session import Job
    from npumon.ports import DriverControl, LogReader


#: What a run can be written as, or a picture of it.
ExportFormat = Literal["json", "csv", "markdown", "svg", "png"]

#: Stands in the header until the board has been read.
UNSEEN = "looking at the board"


class DisplayOptions(NamedTuple):
    """How the monitor looks and how often it refreshes. `theme` is a theme's name or auto; `refresh_s` is in seconds.

    `demo` marks a simulated board, which every page must show. `known` is what the header says until the board has been
    read; `off_board` says that this machine seems to be none.
    """

    theme: str = "auto"
    ascii: bool = False
    refresh_s: float = 1.0
    demo: bool = False
    known: str = UNSEEN
    off_board: bool = False


class ModelWish(NamedTuple):
    """How the user wants a model to be run, as it was typed.

    `line` and `folder` are those of a command line of the user's own, None for a model that was found. `environment`
    are variables (NAME=value), `labels` is a path; empty for none.
    """

    line: str | None = None
    folder: str | None = None
    environment: str = ""
    labels: str = ""


class Engine(Protocol):
    """Runs models, samples the board and follows logs; implemented by `engine.monitor.Monitor`."""

    @property
    def live(self) -> Live:
        """The newest value."""
        ...

    @property
    def job(self) -> Job | None:
        """The last job that was run."""
        ...

    @property
    def left(self) -> bool:
        """Whether `close` left a program running."""
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
        """Run a job to its end. Raises `ProblemError` if that is not possible."""
        ...

    def stop(self) -> None:
        """Stop the current run."""
        ...

    async def watch(self, path: str) -> None:
        """Follow a log until cancelled."""
        ...

    def reloading(self) -> AbstractContextManager[None]:
        """Block runs while the driver is reloaded. Raises `ProblemError` if a program is running."""
        ...

    async def close(self, keep: bool | None = None) -> None:
        """End everything; a run is left running (True), stopped (False), or treated as its job says (None)."""
        ...


class MonitorBackend(Protocol):
    """The monitor's way to the board, the engine and the disk. Methods marked "blocks" are called on a thread.

    All of them raise `ProblemError` with a remedy if something is wrong.
    """

    @property
    def display(self) -> DisplayOptions: ...

    @property
    def watched(self) -> str | None:
        """The file to watch; None to run models."""
        ...

    @property
    def keeps_runs(self) -> bool:
        """Whether a run can outlive npumon."""
        ...

    @property
    def driver(self) -> DriverControl: ...

    def monitor(self, publish: Callable[[Live], None]) -> Engine:
        """Create the engine. Called once, on the event loop."""
        ...

    def models(self) -> Sequence[ModelChoice]:
        """Return the models that can be run here, those for this chip first. Blocks."""
        ...

    def where_models_are_looked_for(self) -> Sequence[str]:
        """Return the folders that are searched, for a user who wonders why no model is found."""
        ...

    def job(self, choice: ModelChoice, repeat: int = 1, warmup: int = 0) -> Job:
        """Return the job that runs this model. Blocks."""
        ...

    def change_model(self, choice: ModelChoice | None, wish: ModelWish) -> None:
        """Remember how a model is to be run; None is a new one. Raises `ProblemError` for a wrong wish. Blocks."""
        ...

    def forget_model(self, choice: ModelChoice) -> None:
        """Forget a line of the user's own, and how a model is to be run. Blocks."""
        ...

    def usual_series(self, job: Job) -> tuple[int, int] | None:
        """Return the runs and the warm-up runs of this job's last series, None if there was none."""
        ...

    def remember_series(self, job: Job, runs: int, warmup: int) -> None:
        """Remember them. Blocks."""
        ...

    def first_job(self) -> Job | None:
        """Return what to run at the start without being asked: the demo board's model. Blocks."""
        ...

    def inspection(self, network: str) -> str:
        """Return the text of `npumon inspect` for a network file of a `ModelChoice`. Blocks."""
        ...

    def folder(self, path: str | None, base: str | None = None) -> FolderView:
        """Return the logs and folders in a folder, a relative path starting from `base`; None is the current folder.
        Blocks."""
        ...

    def log_or_folder(self, typed: str, base: str) -> str | FolderView:
        """Return the path of the file that was typed, or the folder. Blocks."""
        ...

    def export(self, report: RunReport, form: ExportFormat = "json") -> str:
        """Write the run as JSON, CSV or Markdown and return the file's path. Blocks."""
        ...

    def export_all(self, reports: Sequence[RunReport]) -> str:
        """Write these runs as one JSON document and return the file's path. Blocks."""
        ...

    def iterations(self, report: RunReport, number: int, go_on: Callable[[], bool]) -> Mapping[int, Iteration]:
        """Read the iteration with this number, and perhaps others, by their numbers, from the run's log. Blocks, not
        for long once `go_on` says no.
        """
        ...

    @property
    def without_png(self) -> str | None:
        """Why no PNG can be written, and what would help; None if it can."""
        ...

    def picture(self, svg: str, model: str | None = None, *, png: bool = False) -> str:
        """Write a picture of the screen, on which this model is to be seen, and return the file's path. Blocks."""
        ...

    def in_words(self, text: str) -> str:
        """Rewrite a text's paths for display: without the demo board's folder, which is meaningless to users."""
        ...

    def log_reader(self, run: RunInfo | None) -> LogReader:
        """Open the log of this run, or the watched one. Blocks."""
        ...

    def warning(self) -> Problem | None:
        """Return what the user must know first: an interrupted driver reload. Blocks."""
        ...

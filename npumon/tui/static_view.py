"""The monitor without an engine: it shows one live value. For pictures and for tests of pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from npumon.core.problems import Problem, ProblemError
from npumon.tui.app import MonitorApp
from npumon.tui.backend import DisplayOptions, ExportFormat, ModelWish
from npumon.tui.picture import picture_of
from npumon.tui.screens.page import Page

if TYPE_CHECKING:
    from npumon.core.monitor.folder_view import FolderView
    from npumon.core.monitor.live import Live, ModelChoice
    from npumon.core.profile import Iteration
    from npumon.core.run.report import RunInfo, RunReport
    from npumon.engine.session import Job
    from npumon.ports import DriverControl, LogReader

#: Seconds between two checks whether the picture is complete.
_SOON_S = 0.005


class StaticEngine:
    """Implements `backend.Engine`; nothing ever happens."""

    def __init__(self, live: Live, publish: Callable[[Live], None]) -> None:
        self.live = live
        self.job: Job | None = None
        self.left = False
        self.refresh_s = 1.0
        self._publish = publish

    async def poll(self) -> None:
        """Publish the same value."""
        self._publish(self.live)

    async def keep_sampling(self) -> None:
        """Sample once: the board stays as it is."""
        await self.poll()

    async def run(self, job: Job) -> None:
        """Remember the job."""
        self.job = job

    def stop(self) -> None:
        """Do nothing: nothing runs."""

    async def watch(self, path: str) -> None:
        """Do nothing: nothing is written."""

    @contextmanager
    def reloading(self) -> Iterator[None]:
        """Do nothing: nothing is reloaded."""
        yield

    async def close(self, keep: bool | None = None) -> None:
        """Do nothing: nothing is left to end."""


class StaticBackend:
    """Implements `backend.MonitorBackend` without a board."""

    keeps_runs = True

    def __init__(
        self,
        live: Live,
        display: DisplayOptions,
        choices: Sequence[ModelChoice] = (),
        inspected: Mapping[str, str] | None = None,
        watched: str | None = None,
    ) -> None:
        """`inspected` maps the paths of network files to their inspections. `watched` names the log that is shown, if
        it is one."""
        self.display = display
        self.watched = watched
        self.choices = tuple(choices)
        self.live = live
        self._inspected = dict(inspected or {})

    @property
    def driver(self) -> DriverControl:
        raise _nothing()

    def monitor(self, publish: Callable[[Live], None]) -> StaticEngine:
        return StaticEngine(self.live, publish)

    def models(self) -> Sequence[ModelChoice]:
        return self.choices

    def where_models_are_looked_for(self) -> Sequence[str]:
        return ("~/aml_npu_demo_binaries",)

    def job(self, choice: ModelChoice, repeat: int = 1, warmup: int = 0) -> Job:
        raise _nothing()

    def change_model(self, choice: ModelChoice | None, wish: ModelWish) -> None:
        raise _nothing()

    def forget_model(self, choice: ModelChoice) -> None:
        raise _nothing()

    def usual_series(self, job: Job) -> tuple[int, int] | None:
        return None

    def remember_series(self, job: Job, runs: int, warmup: int) -> None:
        """Do nothing: nothing is run."""

    def first_job(self) -> Job | None:
        return None

    def inspection(self, network: str) -> str:
        if network not in self._inspected:
            raise _nothing()
        return self._inspected[network]

    def folder(self, path: str | None, base: str | None = None) -> FolderView:
        raise _nothing()

    def log_or_folder(self, typed: str, base: str) -> str | FolderView:
        raise _nothing()

    def export(self, report: RunReport, form: ExportFormat = "json") -> str:
        raise _nothing()

    def export_all(self, reports: Sequence[RunReport]) -> str:
        raise _nothing()

    def iterations(self, report: RunReport, number: int, go_on: Callable[[], bool]) -> Mapping[int, Iteration]:
        raise _nothing()

    without_png: str | None = None

    def picture(self, svg: str, model: str | None = None, *, png: bool = False) -> str:
        raise _nothing()

    def in_words(self, text: str) -> str:
        return text

    def log_reader(self, run: RunInfo | None) -> LogReader:
        raise _nothing()

    def warning(self) -> Problem | None:
        return None


def _nothing() -> ProblemError:
    return ProblemError(Problem("still", "This is a picture.", "Open the monitor with npumon."))


async def picture(backend: StaticBackend, size: tuple[int, int], page: str = "live", keys: Sequence[str] = ()) -> str:
    """Draw a page as SVG, after these keys of it were pressed; `size` is in columns and rows."""
    app = MonitorApp(backend)
    async with app.run_test(size=size, notifications=False) as pilot:
        while app.live is not backend.live:  # the first frame shows a board that has not been sampled yet
            await pilot.pause(_SOON_S)
        app.action_page(page)
        await pilot.pause()
        await pilot.press(*keys)
        while isinstance(app.screen, Page) and not app.screen.settled:
            await pilot.pause(_SOON_S)
        return picture_of(app)

"""The live monitor's backend: what it asks of the outside, answered by the same parts that the commands use."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from npumon.cli.paths import current_folder, expanded, home_folder, shown, user_folder
from npumon.core.problems import Problem, ProblemError
from npumon.tui.backend import DisplayOptions, ExportFormat, ModelWish

if TYPE_CHECKING:
    from npumon.board.run.run_record import RunRecord
    from npumon.cli.context import CommandContext
    from npumon.cli.jobs import ModelList, PlannedRun
    from npumon.core.monitor.folder_view import FolderView
    from npumon.core.monitor.live import Live, ModelChoice
    from npumon.core.profile import Iteration
    from npumon.core.run.report import RunInfo, RunReport
    from npumon.engine.monitor import Monitor
    from npumon.engine.session import Job
    from npumon.ports import DriverControl, LogReader, ModelRunner, RunningModel, RunRequest

#: Columns of an inspection, which the Models page shows as it is.
_INSPECTION_WIDTH = 76


class RunnerOnDemand:
    """Implements `ports.ModelRunner`. The one behind it needs a state folder, without which much can still be seen."""

    def __init__(self, make: Callable[[], ModelRunner]) -> None:
        self._make = make

    async def start(self, request: RunRequest) -> RunningModel:
        """Raises `ProblemError` if the log has nowhere to go, or nothing could be started."""
        return await self._make().start(request)


class BoardBackend:
    """Implements `tui.backend.MonitorBackend`."""

    def __init__(
        self,
        ctx: CommandContext,
        display: DisplayOptions,
        watched: str | None = None,
        kept: RunRecord | None = None,
        program: tuple[str, ...] | None = None,
    ) -> None:
        """Work on a log that is `watched`, on a run that an earlier npumon began (`kept`), first on a `program` of the
        current folder, or on neither."""
        self.display = display
        self.watched = watched
        self._kept = kept
        self._program = program
        self._ctx = ctx

    @property
    def keeps_runs(self) -> bool:
        """Whether a run can outlive npumon."""
        return self._ctx.backend.keeps_runs

    @cached_property
    def _models(self) -> ModelList:
        from npumon.cli.jobs import ModelList

        return ModelList(self._ctx)

    @cached_property
    def driver(self) -> DriverControl:
        """What reloads galcore."""
        return self._ctx.driver_control

    def monitor(self, publish: Callable[[Live], None]) -> Monitor:
        """Make the engine on this board."""
        from npumon.board.probe import SystemClock
        from npumon.engine.monitor import Monitor

        ctx = self._ctx
        runner: ModelRunner = RunnerOnDemand(lambda: ctx.runner)
        if self._kept is not None:
            from npumon.board.run.reattached_run import ReattachedRunner

            runner = ReattachedRunner(self._kept, runner)
        probe = None if self.watched is not None else ctx.probe  # another board may have written the log
        return Monitor(runner, ctx.follower, probe, SystemClock(), ctx.context(board=False), [publish])

    def models(self) -> Sequence[ModelChoice]:
        """Return what can be run here, those for this chip first."""
        return self._models.choices()

    def where_models_are_looked_for(self) -> Sequence[str]:
        """Return the folders, as people write them."""
        backend = self._ctx.backend
        return tuple(shown(backend.on_board(str(folder))) for folder in backend.model_folders)

    def job(self, choice: ModelChoice, repeat: int = 1, warmup: int = 0) -> Job:
        """Return the job of running this model. Raises `ProblemError` if it no longer exists."""
        return self._job(self._models.program(choice))._replace(repeat=repeat, warmup=warmup)

    def change_model(self, choice: ModelChoice | None, wish: ModelWish) -> None:
        """Remember how a model is to be run. Raises `ProblemError` for what cannot be meant."""
        self._models.change(choice, wish)

    def forget_model(self, choice: ModelChoice) -> None:
        """Forget a line of the user's own, and how a model is to be run."""
        self._models.forget(choice)

    def usual_series(self, job: Job) -> tuple[int, int] | None:
        """Return the runs and the warm-up runs of this job's last series."""
        return self._models.usual_series(job.request)

    def remember_series(self, job: Job, runs: int, warmup: int) -> None:
        """Remember them."""
        self._models.remember_series(job.request, runs, warmup)

    def first_job(self) -> Job | None:
        """Return a run that was begun earlier, the program that was named, or the board's own model; a real board waits
        for a key."""
        if self._kept is not None:
            from npumon.cli.jobs import kept_program

            self._models.look_up()
            return self._job(kept_program(self._kept, self._ctx))
        if self.watched is not None:
            return None
        from npumon.cli.jobs import command_program, own_program

        self._models.look_up()
        if self._program is not None:
            return self._job(command_program(self._program, Path(current_folder()), self._ctx))
        program = own_program(self._ctx)
        return None if program is None else self._job(program)

    def _job(self, program: PlannedRun) -> Job:
        from npumon.engine.session import Job

        return Job(program.request, tuple(self._ctx.class_names(program.labels)), network=program.network)

    def folder(self, path: str | None, base: str | None = None) -> FolderView:
        """Return the logs and folders in a folder. Raises `ProblemError` for a path that cannot be meant."""
        from npumon.board.log_files import read_folder

        real = current_folder() if path is None else expanded(path, base)
        people = shown(real)
        typed = people.rstrip("/") + "/" if expanded(people) == real else ""
        return read_folder(real, people, typed)

    def log_or_folder(self, typed: str, base: str) -> str | FolderView:
        """Return the path of the file that was typed, or the folder. Raises `ProblemError` if there is neither."""
        from npumon.cli.log_source import refuse_early

        path = expanded(typed.rstrip(" "), base)
        if os.path.isdir(path):
            return self.folder(path)
        refuse_early(path)
        return path

    def inspection(self, network: str) -> str:
        """Return what `npumon inspect` says of the file."""
        from npumon.cli.commands.inspect_files import InputFile
        from npumon.cli.commands.inspect_model import InspectOptions, Inspector
        from npumon.export.drawing import Style
        from npumon.export.model_text import model_text

        source = InputFile(network)
        inspector = Inspector(InspectOptions(), self._ctx)
        style = Style(ascii=self.display.ascii, color=False, width=_INSPECTION_WIDTH)
        return model_text(inspector.one(source), os.path.basename(source.name), style)

    def export(self, report: RunReport, form: ExportFormat = "json") -> str:
        """Write the run as `npumon run --format ...` prints it."""
        report, style = self._ctx.backend.outlasting(report), self._ctx.output.style
        if form == "csv":
            from npumon.export.csv_rows import HEADER, iteration_rows
            from npumon.export.run_document import profiles_of

            ending, data = ".csv", HEADER + "".join(iteration_rows(report.number, each) for each in profiles_of(report))
        elif form == "markdown":
            from npumon.export.run_markdown import run_markdown

            ending, data = ".md", run_markdown(report)
        else:
            from npumon.export.json_text import json_run

            ending, data = ".json", "".join(json_run(report, style))
        return self._written(ending, data, report.info.model, report.info.started_at)

    def export_all(self, reports: Sequence[RunReport]) -> str:
        """Write the runs as `npumon run -n N --format json` prints them."""
        from npumon.export.json_text import json_run, json_runs

        style = self._ctx.output.style
        data = "".join(json_runs(json_run(self._ctx.backend.outlasting(report), style) for report in reports))
        models = {report.info.model for report in reports}
        return self._written("-runs.json", data, models.pop() if len(models) == 1 else None)

    def iterations(self, report: RunReport, number: int, go_on: Callable[[], bool]) -> Mapping[int, Iteration]:
        """Read iterations that are no longer in memory from the run's log."""
        from npumon.cli.iteration_source import earlier_iterations

        watched = self.watched is not None
        path = self.watched or report.info.log or ""
        return earlier_iterations(path, report, number, go_on, replaceable=watched)

    @property
    def without_png(self) -> str | None:
        """Why no PNG can be written, and what would help; None if it can."""
        from npumon.board.exported_files import without_png

        return without_png()

    def picture(self, svg: str, model: str | None = None, *, png: bool = False) -> str:
        """Write a picture of the screen."""
        from npumon.board.exported_files import png_of

        return self._written(".png" if png else ".svg", png_of(svg) if png else svg, model)

    def _written(self, ending: str, data: str | bytes, model: str | None, started_at: str | None = None) -> str:
        from npumon.board.exported_files import stem, written

        folders = export_folders(self._ctx.settings.export_folder, os.environ.get("XDG_DATA_HOME"), home_folder())
        name = model or (Path(self.watched).stem if self.watched else None)  # few logs tell their model
        return written(folders, stem(name, started_at), ending, data, shown)

    def in_words(self, text: str) -> str:
        """Return a text with its paths as people know them."""
        return self._ctx.backend.on_board(text)

    def log_reader(self, run: RunInfo | None) -> LogReader:
        """Open the log that is watched, or that of a run. Raises `ProblemError` if that is not possible."""
        from npumon.board.run.log_reader import FileLogReader

        path = self.watched or (None if run is None else run.log)
        if path is None:
            raise ProblemError(Problem("log.none", "There is no log yet.", "It comes with the first run."))
        return FileLogReader(path)

    def warning(self) -> Problem | None:
        """Return the problem of a reload that was interrupted."""
        if self.watched is not None:
            return None
        from npumon.cli.commands.driver_change import interrupted

        return interrupted(self._ctx, "g restores it.")


def export_folders(chosen: str | None, data_home: str | None, home: str | None) -> tuple[str, ...]:
    """Return where to write: the chosen folder; else the current one and, if that takes no files, one in the user's
    data folder, which is `data_home` or in `home`.

    Raises `ProblemError` when there is none.
    """
    if chosen is not None:
        return (expanded(chosen),)
    in_data = user_folder(data_home, home, ".local/share")
    further = () if in_data is None else (in_data,)
    try:
        return (current_folder(), *further)
    except ProblemError:
        if not further:
            raise
        return further

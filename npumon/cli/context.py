"""What a command works with, wired together from the command line and the settings; each part made on demand."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from npumon.cli import settings as settings_in_force
from npumon.cli.arguments import flags_of
from npumon.cli.diagnostics import Diagnostics
from npumon.cli.output import Output, open_output
from npumon.cli.paths import shown
from npumon.cli.settings import Settings
from npumon.core.problems import Problem, ProblemError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from npumon.board.driver.control import HostDriverControl
    from npumon.board.models.entry import ModelEntry
    from npumon.board.models.remembered import RememberedModels
    from npumon.board.run.run_record import RunRecord
    from npumon.cli.backend import Backend
    from npumon.cli.network_files import NetworkFiles
    from npumon.core.driver.driver_state import DriverState
    from npumon.core.run.report import RunReport
    from npumon.core.run.roofs import Roofs
    from npumon.engine.reporting import Context
    from npumon.engine.session import Session
    from npumon.ports import BoardProbe, LogFollower, ModelRunner, ReadNetwork


class CommandContext:
    """A context manager: a demo board that was made for the command goes when the command is done."""

    def __init__(self, args: argparse.Namespace, diagnostics: Diagnostics) -> None:
        """Raises `ProblemError` (usage) if the settings are wrong or the output cannot be written."""
        self.args = args
        self.diagnostics = diagnostics
        #: The command line to go on with when this command has ended.
        self.next_words: tuple[str, ...] | None = None
        self._stack = ExitStack()
        self.settings: Settings = settings_in_force.load(
            config=getattr(args, "config", None),
            flags=flags_of(args),
            read_file=not (getattr(args, "path", False) or getattr(args, "example", False)),
        )
        for remark in self.settings.remarks:
            diagnostics.warning(remark)
        self.output: Output = open_output(getattr(args, "output", None), self.settings)

    def __enter__(self) -> CommandContext:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def format(self, *known: str) -> str:
        """Return the format to print in. One that the command does not know is an error only if it was asked for."""
        wanted = self.settings.output_format
        if wanted in known:
            return wanted
        if self.settings.origin("output.format").kind != "flag":
            return known[0]
        what = f"This command does not support the format {wanted}."
        raise ProblemError(Problem("output.format", what, f"Choose one of {', '.join(known)}.", "usage"))

    @property
    def wants_demo(self) -> bool:
        """Whether a simulated board was asked for."""
        given = vars(self.args)
        return bool(given.get("demo")) or "scenario" in given or "seed" in given

    def note_demo(self) -> None:
        """Say DEMO on standard error, for tables whose columns are fixed."""
        if self.wants_demo:
            self.diagnostics.label("DEMO: the figures are those of a simulated board.")

    @cached_property
    def backend(self) -> Backend:
        """The board to work on."""
        from npumon.cli.backend import DemoBackend, HostBackend

        if not self.wants_demo:
            return HostBackend(self.settings)
        given = vars(self.args)
        return DemoBackend(given.get("scenario", "steady"), given.get("seed", 0), self._stack)

    @cached_property
    def probe(self) -> BoardProbe:
        """What reads the board and the driver, again at each call."""
        return self.backend.probe()

    def driver(self) -> DriverState:
        """Return the driver's state now, with paths as they are called on the board."""
        driver = self.probe.driver()
        return driver._replace(problems=tuple(map(self.in_board_paths, driver.problems)))

    def in_board_paths(self, problem: Problem) -> Problem:
        """Return the problem with its paths as they are called on the board."""
        on_board = self.backend.on_board
        return problem._replace(what=on_board(problem.what), remedy=on_board(problem.remedy))

    def models(self, roots: Sequence[Path] | None = None) -> tuple[ModelEntry, ...]:
        """Return what can be run: found under the given folders, or under the usual ones and entered by the user."""
        from npumon.board.models.finder import find_models
        from npumon.board.sensors import read_identity

        variant = read_identity(self.backend.roots).variant
        if roots is not None:
            return find_models(roots, variant)
        return (*self.own_lines(), *find_models(self.backend.model_folders, variant))

    def own_lines(self) -> tuple[ModelEntry, ...]:
        """Return the command lines that the user entered, the newest first."""
        from npumon.board.models.remembered import own_entry

        return tuple(entry for entry in map(own_entry, self.remembered.all()) if entry is not None)

    @cached_property
    def remembered(self) -> RememberedModels:
        """What is remembered of models."""
        from npumon.board.models.remembered import RememberedModels

        return RememberedModels(self.backend.state_path, lambda: self.backend.state_folder)

    def note_run_goes_on(self) -> None:
        """Say how to find a run again that outlives npumon."""
        self.diagnostics.note("The run continues: npumon watch --last follows it.")

    def note_run_stopped(self, report: RunReport) -> None:
        """Say what ended because npumon was left, and where its text is."""
        from npumon.core.units import seconds

        info = self.backend.outlasting(report).info
        model, after = info.model or "the run", "" if info.duration_s is None else f" after {seconds(info.duration_s)}"
        what = f"stopped {model}{after}" if info.outcome == "cancelled" else f"{model} has ended{after}"
        self.diagnostics.note(f"{what}; its log: {shown(info.log)}" if info.log else what)

    def warn_of_logs_elsewhere(self, reports: Iterable[RunReport]) -> None:
        """Say where run logs are if they could not be kept in the state folder."""
        for problem in self.backend.logs_elsewhere(reports):
            self.diagnostics.warning(problem)

    def context(self, labels: str | None = None, *, board: bool = True) -> Context:
        """Return what all reports of this command share. `labels` is a labels file found beside the model.

        `board` False leaves the machine unread, for logs that may come from another one.
        """
        from npumon.cli.graph_files import graph_beside
        from npumon.engine.reporting import Context

        driver = self.driver() if board else None
        nominal = self.settings.npu_nominal_clock_mhz
        if nominal is None and board:
            nominal = self.probe.board().nominal_clock_mhz
        return Context(
            self.class_names(labels), driver, nominal, self.roofs(), self.wants_demo, read_nodes=graph_beside
        )

    def roofs(self) -> Roofs:
        """Return the roofs that the settings name."""
        from npumon.core.run.roofs import Roof, Roofs

        settings = self.settings
        mac, ddr = settings.roofs_mac_per_cycle, settings.roofs_ddr_mbyte_per_s
        return Roofs(
            None if mac is None else Roof(mac, settings.roofs_mac_per_cycle_origin),
            None if ddr is None else Roof(ddr, settings.roofs_ddr_origin),
        )

    def class_names(self, labels: str | None) -> Sequence[str]:
        """Return the names of a model's classes, from the file in the settings or else the one beside the model."""
        path = self.settings.labels_file or labels
        if path is None:
            return ()
        from npumon.board.models.labels import read_labels

        return read_labels(Path(path))

    def for_people(self, report: RunReport) -> RunReport:
        """Return the report with its log's path as people write it."""
        log = report.info.log
        return report if log is None else report._replace(info=report.info._replace(log=shown(log)))

    @cached_property
    def follower(self) -> LogFollower:
        """What follows growing logs."""
        from npumon.board.run.tailer import WatchdogFollower

        _silence_watchdog()
        return WatchdogFollower()

    @cached_property
    def runner(self) -> ModelRunner:
        """What runs programs under supervision, one npumon at a time on a board."""
        from npumon.board.probe import SystemClock
        from npumon.board.run.archive_bound import BoundedArchiveRunner
        from npumon.board.run.run_archive import RUNS
        from npumon.board.run.runner import LockedRunner, SupervisedRunner
        from npumon.cli.paths import fallback_folder

        _silence_watchdog()
        bound = None if self.settings.log_max_mib is None else self.settings.log_max_mib << 20
        runner = SupervisedRunner(
            self.backend.state_folder,
            SystemClock(),
            log_bytes=bound,
            fallback=fallback_folder,
        )
        locked = LockedRunner(runner, self.backend.roots)
        if self.settings.log_total_mib is None:
            return locked
        return BoundedArchiveRunner(locked, self.backend.state_folder / RUNS, self.settings.log_total_mib << 20, bound)

    @cached_property
    def driver_control(self) -> HostDriverControl:
        """What loads and unloads the driver."""
        return self.backend.driver_control(None)

    @cached_property
    def networks(self) -> NetworkFiles:
        """What reads the files of networks."""
        from npumon.cli.network_files import NetworkFiles

        return NetworkFiles(self.backend.on_board)

    def session(self, context: Context, network: ReadNetwork | None = None) -> Session:
        """Make a session, which runs programs and tails their logs. `network` reads the model's file."""
        from npumon.engine.session import Session

        return Session(self.runner, context, network=network)

    def last_run(self) -> RunRecord | None:
        """Return the run under way, whichever instance started it, else the newest one."""
        from npumon.board.run.run_archive import RUNS, last_run

        return last_run(self.backend.state_folder / RUNS)

    def forget_old_runs(self, spared: Iterable[str]) -> None:
        """Remove the oldest run logs beyond the number and the space to keep, and those that an earlier npumon had to
        keep among the temporary files; never those of the runs named in `spared`."""
        from npumon.board.run.run_archive import RUNS, clear_fallback, remove_old_runs
        from npumon.cli.paths import temporary_state_folder

        state, total, safe = self.backend.state_folder, self.settings.log_total_mib, set(spared)
        remove_old_runs(state / RUNS, self.settings.log_kept_runs, None if total is None else total << 20, safe)
        fallback = Path(temporary_state_folder())
        if fallback != state:
            clear_fallback(fallback, safe)


def _silence_watchdog() -> None:
    """Standard error is ours: what watchdog would log there is of no use to users."""
    import logging

    logging.getLogger("watchdog").addHandler(logging.NullHandler())

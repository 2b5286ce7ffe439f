"""What a command works with, wired together from the command line and the settings; each part made on demand."""

from __future__ import annotations

import argparse
import os
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from npumon.cli import settings as settings_in_force
from npumon.cli.arguments import flags_of
from npumon.cli.diagnostics import Diagnostics
from npumon.cli.output import Output, open_output
from npumon.cli.paths import current_folder, make_private_folder, shown, temporary_state_folder
from npumon.cli.settings import Settings
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from npumon.board.driver.control import HostDriverControl
    from npumon.board.models.entry import ModelEntry
    from npumon.board.roots import Roots
    from npumon.board.run.run_record import RunRecord
    from npumon.cli.network_files import NetworkFiles
    from npumon.core.driver.driver_state import DriverState
    from npumon.core.run.report import RunReport
    from npumon.demo.board import DemoBoard
    from npumon.engine.reporting import Context
    from npumon.engine.session import Session
    from npumon.ports import BoardProbe, LogFollower, ModelRunner, ReadNetwork


class CommandContext:
    """A context manager: a demo board that was made for the command goes when the command is done."""

    def __init__(self, args: argparse.Namespace, diagnostics: Diagnostics) -> None:
        """Raises `ProblemError` (usage) where the settings are wrong or the output cannot be written."""
        self.args = args
        self.diagnostics = diagnostics
        self._stack = ExitStack()
        self._state_trouble = "The state folder cannot be written"
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
        """The format to print in. One that the command does not know is an error only if it was asked for."""
        wanted = self.settings.output_format
        if wanted in known:
            return wanted
        if self.settings.origin("output.format").kind != "flag":
            return known[0]
        what = f"This command has no format {wanted}."
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
    def demo(self) -> DemoBoard | None:
        """The simulated board, None on the real one."""
        if not self.wants_demo:
            return None
        from npumon.demo.board import temporary_board

        given = vars(self.args)
        board = temporary_board(given.get("scenario", "steady"), given.get("seed", 0))
        return self._stack.enter_context(board)

    @cached_property
    def roots(self) -> Roots:
        """Where /sys, /proc, /dev and /lib/modules are. Raises `ProblemError` (usage) where there is no such folder."""
        from npumon.board.roots import Roots

        if self.demo is not None:
            return Roots(self.demo.root)
        root = self.settings.board_root
        if not os.path.isdir(root):
            what = f"{self.settings.origin('board.root').where}: there is no folder {shown(root)}."
            raise ProblemError(Problem("board.root", what, "Name one that holds sys, proc, dev and lib.", "usage"))
        return Roots(Path(root))

    @cached_property
    def probe(self) -> BoardProbe:
        """The board and the driver, read anew at each call."""
        from npumon.board.probe import HostProbe

        return HostProbe(self.roots)

    def driver(self) -> DriverState:
        """The driver now, its problems in words that suit the board."""
        driver = self.probe.driver()
        problems = (
            problem._replace(what=self.on_board(problem.what), remedy=self.on_board(problem.remedy))
            for problem in driver.problems
        )
        return driver._replace(problems=tuple(problems))

    def on_board(self, text: str) -> str:
        """A text with its paths as they are called on the demo board, which lies in a folder that nobody knows and
        that is gone when the command is done."""
        if self.demo is None:
            return text
        own = (
            (self.demo.root, ""),
            (self.demo.home, "~"),
            (self.demo.bin, "/usr/sbin"),
            (self.demo.folder / "state", "~/.local/state/npumon"),
        )
        for path, name in own:
            text = text.replace(str(path), name)
        return text

    @cached_property
    def model_folders(self) -> tuple[Path, ...]:
        """Where models are looked for: here, and in the configured folders; on the demo board, its home."""
        if self.demo is not None:
            return (self.demo.home,)
        return (Path(current_folder()), *map(Path, self.settings.models_roots))

    def models(self, roots: Sequence[Path] | None = None) -> tuple[ModelEntry, ...]:
        """What can be run, found under the given folders or the usual ones."""
        from npumon.board.device_tree import read_identity
        from npumon.board.models.finder import find_models

        return find_models(self.model_folders if roots is None else roots, read_identity(self.roots).variant)

    @cached_property
    def state_folder(self) -> Path:
        """Where run logs are kept; made if it is not there. The demo board keeps its own.

        Where the user's cannot be used it is one in the folder for temporary files. Raises `ProblemError` where that
        cannot be used either.
        """
        if self.demo is not None:
            return self.demo.folder / "state"
        folder = self.settings.state_folder
        try:
            make_private_folder(folder)
        except ProblemError as error:
            self._state_trouble = error.problem.what.rstrip(".")
            folder = temporary_state_folder()
            try:
                make_private_folder(folder)
            except ProblemError:
                raise error from None
        return Path(folder)

    def note_run_goes_on(self) -> None:
        """Say how to find a run again that outlives npumon."""
        self.diagnostics.note("The run goes on: npumon watch --last follows it.")

    def warn_of_logs_elsewhere(self, reports: Iterable[RunReport]) -> None:
        """Say where the logs of runs are that could not be kept in the state folder."""
        if self.demo is not None:  # that keeps its own, and takes them with it
            return
        usual = visible(os.path.join(self.settings.state_folder, "runs"))
        folders = {os.path.dirname(report.info.log) for report in reports if report.info.log}
        for folder in sorted(folders - {usual}):
            what = f"{self._state_trouble}; the log is in {shown(folder)}."
            remedy = "Name another one with NPUMON_STATE_FOLDER."
            self.diagnostics.warning(Problem("state.elsewhere", what, remedy))

    def context(self, labels: str | None = None, *, board: bool = True) -> Context:
        """What all reports of this command share. `labels` is a labels file found beside the model.

        `board` False leaves the machine unread, for logs that may come from another one.
        """
        from npumon.engine.reporting import Context

        driver = self.driver() if board else None
        nominal = self.settings.npu_nominal_clock_mhz
        if nominal is None and board:
            nominal = self.probe.board().nominal_clock_mhz
        return Context(
            self.class_names(labels), driver, nominal, self.settings.npu_ddr_peak_mbyte_per_s, self.wants_demo
        )

    def class_names(self, labels: str | None) -> Sequence[str]:
        """The names of a model's classes: from the file in the settings, else from the one found beside the model."""
        path = self.settings.labels_file or labels
        if path is None:
            return ()
        from npumon.board.models.labels import read_labels

        return read_labels(Path(path))

    def outlasting(self, report: RunReport) -> RunReport:
        """The report as it is still true when this command is over: the demo board's folder goes, its logs with it."""
        if self.demo is None:
            return report
        info = report.info
        return report._replace(info=info._replace(cwd=self.on_board(info.cwd or ""), log=None))

    def for_people(self, report: RunReport) -> RunReport:
        """The report with its log's path as people write it."""
        log = report.info.log
        return report if log is None else report._replace(info=report.info._replace(log=shown(log)))

    @cached_property
    def follower(self) -> LogFollower:
        """What follows growing logs. Standard error is ours: what watchdog would log there is of no use to users."""
        import logging

        from npumon.board.run.tailer import WatchdogFollower

        logging.getLogger("watchdog").addHandler(logging.NullHandler())
        return WatchdogFollower()

    @cached_property
    def runner(self) -> ModelRunner:
        """What runs programs under supervision, one npumon at a time on a board."""
        from npumon.board.clock import SystemClock
        from npumon.board.run.locked_runner import LockedRunner
        from npumon.board.run.runner import SupervisedRunner

        return LockedRunner(SupervisedRunner(self.state_folder, SystemClock()), self.roots)

    @cached_property
    def driver_control(self) -> HostDriverControl:
        """What loads and unloads the driver."""
        return self.driver_control_with(None)

    def driver_control_with(self, module: str | None) -> HostDriverControl:
        """The same for another module file than the usual one. The demo board has tools of its own, and its user is
        its root."""
        from npumon.board.driver.control import HostDriverControl
        from npumon.board.driver.system_tools import SystemTools
        from npumon.cli.paths import expanded

        path = None if module is None else Path(expanded(module))
        if self.demo is None:
            return HostDriverControl(self.roots, path)
        tools = SystemTools((self.demo.bin,))
        return HostDriverControl(self.roots, path, tools=tools, superuser=True, owners=frozenset({0, os.geteuid()}))

    @cached_property
    def networks(self) -> NetworkFiles:
        """What reads the files of networks."""
        from npumon.cli.network_files import NetworkFiles

        return NetworkFiles(self.on_board)

    def session(self, context: Context, network: ReadNetwork | None = None) -> Session:
        """A session that runs programs under supervision and tails their logs. `network` reads the model's file."""
        from npumon.engine.session import Session

        return Session(self.runner, self.follower, context, network=network)

    def last_run(self) -> RunRecord | None:
        """The run under way, whoever watches it, else the newest one."""
        from npumon.board.run.run_archive import last_run

        return last_run(self.state_folder / "runs")

    def forget_old_runs(self, spared: Iterable[str]) -> None:
        """Remove the oldest run logs beyond the number to keep; never those of the runs named in `spared`."""
        from npumon.board.run.run_archive import remove_old_runs

        remove_old_runs(self.state_folder / "runs", self.settings.log_kept_runs, spared)

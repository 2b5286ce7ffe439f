"""The board that a command works on, the real one or a simulated one: what differs between them stands here only."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from npumon.board.roots import Roots
from npumon.cli.paths import current_folder, fallback_folder, make_private_folder, shown
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible

if TYPE_CHECKING:
    from npumon.board.driver.control import HostDriverControl
    from npumon.board.sensors import Identity
    from npumon.cli.settings import Settings
    from npumon.core.run.report import RunReport
    from npumon.demo.board import DemoBoard
    from npumon.ports import BoardProbe


class OwnModel(NamedTuple):
    """A model that a board has of its own: what runs it, and its files, relative to its folder."""

    command: tuple[str, ...]
    folder: Path
    name: str
    files: tuple[str, ...]


class Backend(Protocol):
    """Makes the adapters for one board, and says what is true of that board only."""

    @property
    def roots(self) -> Roots:
        """Where /sys, /proc, /dev and /lib/modules are. Raises `ProblemError` (usage) if there is no such folder."""
        ...

    @property
    def model_folders(self) -> tuple[Path, ...]:
        """Where models are looked for."""
        ...

    @property
    def state_path(self) -> Path:
        """Where run logs belong, whether or not that folder is there."""
        ...

    @property
    def state_folder(self) -> Path:
        """Where run logs are kept; made if it is not there. Raises `ProblemError` if no folder can be used."""
        ...

    @property
    def keeps_runs(self) -> bool:
        """Whether a run can outlive npumon."""
        ...

    def probe(self) -> BoardProbe:
        """Return what reads the board and the driver, again at each call."""
        ...

    @property
    def known_at_once(self) -> tuple[str, ...]:
        """What the board and its driver are called, as far as that takes next to no time."""
        ...

    @property
    def off_board(self) -> bool:
        """Whether this machine seems to be no board, as far as that takes next to no time to tell."""
        ...

    def check(self) -> None:
        """Raise what is wrong with the board's folders (`ProblemError`), at no great cost."""
        ...

    def driver_control(self, module: Path | None) -> HostDriverControl:
        """Return what loads and unloads the driver; `module` is the module file to load instead of the usual one."""
        ...

    @property
    def own_model(self) -> OwnModel | None:
        """What the board runs without being asked; None if it waits for a choice."""
        ...

    def on_board(self, text: str) -> str:
        """Return a text with its paths as they are called on the board."""
        ...

    def outlasting(self, report: RunReport) -> RunReport:
        """Return the report as it is still true when the command is over."""
        ...

    def logs_elsewhere(self, reports: Iterable[RunReport]) -> list[Problem]:
        """Return a problem for each folder with logs of these runs that is not the usual one."""
        ...


class HostBackend:
    """Implements `Backend` for the machine that npumon runs on."""

    keeps_runs = True
    own_model = None  # a real board waits for a choice

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._state_trouble = "The state folder cannot be written"
        self._state_remedy = "Name another one with NPUMON_STATE_FOLDER."

    @cached_property
    def roots(self) -> Roots:
        """/, or the folder that stands for it."""
        root = self._settings.board_root
        if not os.path.isdir(root):
            what = f"{self._settings.origin('board.root').where}: the folder {shown(root)} does not exist."
            raise ProblemError(Problem("board.root", what, "Name one that holds sys, proc, dev and lib.", "usage"))
        return Roots(Path(root))

    @cached_property
    def _identity(self) -> Identity:
        from npumon.board.sensors import read_identity

        return read_identity(self.roots)

    @property
    def known_at_once(self) -> tuple[str, ...]:
        """The board's name, and its driver's if that is loaded."""
        identity = self._identity
        board = " ".join(part for part in (identity.model or "unknown board", identity.chip) if part)
        return (board, "galcore") if os.path.isdir(self.roots.sys / "module/galcore") else (board,)

    @property
    def off_board(self) -> bool:
        """Whether there is neither a known chip nor a driver nor its device."""
        roots = self.roots
        signs = (roots.sys / "module/galcore", roots.dev / "galcore")
        return self._identity.chip is None and not any(map(os.path.lexists, signs))

    def check(self) -> None:
        """Raise `ProblemError` if the root does not exist."""
        self.roots  # noqa: B018  # raises

    @cached_property
    def model_folders(self) -> tuple[Path, ...]:
        """The current folder and the configured ones."""
        return (Path(current_folder()), *map(Path, self._settings.models_roots))

    @property
    def state_path(self) -> Path:
        """The folder in the settings."""
        return Path(self._settings.state_folder)

    @cached_property
    def state_folder(self) -> Path:
        """The same, or one in the folder for temporary files if that cannot be used."""
        from npumon.board.run.run_archive import RUNS

        folder = self._settings.state_folder
        runs = os.path.join(folder, RUNS)
        try:
            make_private_folder(folder)
            if os.path.lexists(runs):
                make_private_folder(runs)
        except ProblemError as error:
            self._state_trouble = error.problem.what.rstrip(".")
            self._state_remedy = error.problem.remedy
            try:
                return fallback_folder()
            except ProblemError:
                raise error from None
        return Path(folder)

    def probe(self) -> BoardProbe:
        """Return what reads this machine."""
        from npumon.board.probe import HostProbe

        return HostProbe(self.roots)

    def driver_control(self, module: Path | None) -> HostDriverControl:
        """Return one with the system's tools, and sudo."""
        from npumon.board.driver.control import HostDriverControl

        return HostDriverControl(self.roots, module)

    def on_board(self, text: str) -> str:
        """Return the text: the paths are those of the board."""
        return text

    def outlasting(self, report: RunReport) -> RunReport:
        """Return the report: what it names stays."""
        return report

    def logs_elsewhere(self, reports: Iterable[RunReport]) -> list[Problem]:
        """Return a problem for each folder that had to be used instead of the state folder."""
        from npumon.board.run.run_archive import RUNS

        usual = visible(os.path.join(self._settings.state_folder, RUNS))
        folders = {os.path.dirname(report.info.log) for report in reports if report.info.log}
        return [
            Problem("state.elsewhere", f"{self._state_trouble}; the log is in {shown(folder)}.", self._state_remedy)
            for folder in sorted(folders - {usual})
        ]


class DemoBackend:
    """Implements `Backend` for a simulated board, which is made when it is first needed and goes with `stack`."""

    keeps_runs = False  # the board ends with npumon, its runs with it

    def __init__(self, scenario: str, seed: int, stack: ExitStack) -> None:
        self._scenario = scenario
        self._seed = seed
        self._stack = stack

    @cached_property
    def board(self) -> DemoBoard:
        """The board, in a folder of its own."""
        from npumon.demo.board import temporary_board

        return self._stack.enter_context(temporary_board(self._scenario, self._seed))

    @cached_property
    def roots(self) -> Roots:
        """The board's root."""
        return Roots(self.board.root)

    #: Every simulated board; making it takes a while.
    known_at_once = ("Khadas VIM3 A311D", "galcore")
    off_board = False

    def check(self) -> None:
        """Raise `ProblemError` if there is no such scenario, or no room for a board. It is not made yet: a simulated
        board is always complete."""
        from npumon.demo.board import temporary_place
        from npumon.demo.scenarios import find_scenario

        find_scenario(self._scenario)
        temporary_place()

    @cached_property
    def _paths(self) -> tuple[tuple[str, str], ...]:
        """The board's folders, each with what it is called on the board."""
        board = self.board
        return (
            (str(board.root), ""),
            (str(board.home), "~"),
            (str(board.bin), "/usr/sbin"),
            (str(self.state_path), "~/.local/state/npumon"),
        )

    @property
    def model_folders(self) -> tuple[Path, ...]:
        """The home on the board."""
        return (self.board.home,)

    @property
    def state_path(self) -> Path:
        """The board keeps its own logs."""
        return self.board.folder / "state"

    @property
    def state_folder(self) -> Path:
        """The same; the first run creates it."""
        return self.state_path

    def probe(self) -> BoardProbe:
        """Return what reads the simulated board."""
        from npumon.board.probe import HostProbe
        from npumon.demo import galcore

        return HostProbe(self.roots, recount=lambda: galcore.users(self.board.root))

    def driver_control(self, module: Path | None) -> HostDriverControl:
        """Return one with the board's own tools, whose user is its root."""
        from npumon.board.driver.control import HostDriverControl
        from npumon.board.driver.system_tools import SystemTools

        tools, owners = SystemTools((self.board.bin,)), frozenset({0, os.geteuid()})
        return HostDriverControl(self.roots, module, tools=tools, superuser=True, owners=owners)

    @property
    def own_model(self) -> OwnModel:
        """The model of the scenario."""
        board = self.board
        return OwnModel(board.command, board.model_folder, board.model.name, board.model.files)

    def on_board(self, text: str) -> str:
        """Replace the paths of the board's folder, which is unknown to users and gone when the command is done."""
        for path, name in self._paths:
            text = text.replace(path, name)
        return text

    def outlasting(self, report: RunReport) -> RunReport:
        """Return the report without what goes with the board's folder."""
        info = report.info
        return report._replace(info=info._replace(cwd=self.on_board(info.cwd or ""), log=None))

    def logs_elsewhere(self, reports: Iterable[RunReport]) -> list[Problem]:
        """Return none: the board takes its logs with it."""
        return []

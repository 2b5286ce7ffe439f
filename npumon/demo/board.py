"""The demo board: a folder with a fake root tree, a home folder and programs, created and removed as a whole."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible
from npumon.demo import executables, module_tools, tree
from npumon.demo.files import put
from npumon.demo.leftovers import PREFIX, claimed_folder, fresh_name, remove_leftovers
from npumon.demo.models import LABELS_FILE, MODELS, DemoModel, labels
from npumon.demo.network import NETWORKS, network_bytes
from npumon.demo.scenarios import Scenario, find_scenario

#: The first line of the folder's own file, which says that it is a demo board and with which settings.
_MARK = "npumon demo board"
_MARK_FILE = "BOARD"
#: Bytes that a board takes, with the log of a run.
_ROOM = 1_000_000


class DemoBoard(NamedTuple):
    """A board on disk.

    `root` stands for `/` (proc, sys, dev, lib), `home` for the user's home folder, `bin` holds insmod, rmmod and
    modinfo for this root. `speed` is 1 for a real board's pace, 2 for twice as fast, 0 for no delays.
    """

    folder: Path
    scenario: Scenario
    seed: int
    speed: float

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def model(self) -> DemoModel:
        """The model that shows the scenario."""
        return MODELS[self.scenario.model]

    @property
    def model_folder(self) -> Path:
        """The folder in which that model is run."""
        return self.home / self.model.folder

    @property
    def command(self) -> tuple[str, ...]:
        """The command that runs it there."""
        if self.model.run_line is not None:
            return ("./run.sh",)
        network, library, picture = self.model.files
        options = ("--model", network, "--library", library, "--picture", picture, "--level", "2")
        return ("python3", self.model.program, *options)


def create_board(folder: Path, scenario: str = "steady", seed: int = 0, speed: float = 1.0) -> DemoBoard:
    """Create a board in a folder that is empty or does not exist yet.

    A board with the same scenario and seed is kept, with its count of runs and its driver loaded or not; only its
    programs are written again. A board with others is replaced. Raises `ProblemError` (usage) for an unknown scenario,
    a negative speed and a folder that holds something else, and `OSError` if the board cannot be written.
    """
    found = find_scenario(scenario)
    if not 0 <= speed < float("inf"):
        what = f"The demo's speed must be a number from 0 up, not {speed}."
        raise ProblemError(Problem("demo.speed", what, "1 is a real board's pace, 0 leaves out all delays.", "usage"))
    board = DemoBoard(folder.absolute(), found, seed, float(speed))
    settings = f"{_MARK}\nscenario {found.name}\nseed {seed}\n"
    if _settings(board.folder) != settings:
        put(board.folder / _MARK_FILE, f"{_MARK}\n")  # not finished yet, but a demo board
        _clear(board.folder)
        tree.write(board.root, found)
        put(board.folder / _MARK_FILE, settings)
    _write_programs(board)
    return board


@contextmanager
def temporary_board(scenario: str = "steady", seed: int = 0, speed: float = 1.0) -> Iterator[DemoBoard]:
    """Provide a board in a fresh private folder, which is removed afterwards. Its programs end with it.

    Raises `ProblemError` if there is no folder for temporary files, or no room in it.
    """
    parent = temporary_place()
    remove_leftovers(parent)
    folder = parent / f"{PREFIX}{os.urandom(8).hex()}"
    with ExitStack() as use:
        use.callback(_discard, folder)  # before it is created: an interruption in between leaves nothing behind
        try:
            use.enter_context(claimed_folder(folder))
            board = create_board(folder / "board", scenario, seed, speed)
        except OSError as error:
            raise ProblemError(_not_made(folder.parent, error)) from error
        yield board


def _discard(folder: Path) -> None:
    """Remove the folder of a temporary board. It is renamed first: a program still running finds its board gone, and
    cannot write into what is being removed."""
    if (folder / "board").exists():
        os.rename(folder / "board", folder / "gone")
    for each in (folder, fresh_name(folder)):
        _remove(each)


def _not_made(parent: Path, error: OSError) -> Problem:
    return Problem(
        "demo.temporary",
        f"The simulated board cannot be made in {visible(str(parent))}: {error.strerror or error}.",
        "Make room there, or set TMPDIR to another folder that you may write to.",
    )


def temporary_place() -> Path:
    """Return the folder for temporary boards. Raises `ProblemError` if there is none, or no room in it.

    Python tries folders by writing a file, which no signal may interrupt.
    """
    import signal
    import tempfile

    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        folder = Path(tempfile.gettempdir())
    except FileNotFoundError:
        what = "No folder for temporary files can be written to, and the simulated board is made in one."
        remedy = "Make room in /tmp, or set TMPDIR to another folder that you may write to."
        raise ProblemError(Problem("demo.temporary", what, remedy)) from None
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    try:
        room = os.statvfs(folder)
    except OSError as error:
        raise ProblemError(_not_made(folder, error)) from error
    if room.f_blocks and room.f_bavail * room.f_frsize < _ROOM:  # no file system without blocks says how much there is
        raise ProblemError(_not_made(folder, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))))
    return folder


def _remove(folder: Path, attempts: int = 20) -> None:
    """Remove a folder in which a program may be replacing a file at this moment."""
    import shutil

    for _ in range(attempts):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
    shutil.rmtree(folder)


def _settings(folder: Path) -> str | None:
    """Return what the folder's own file says; None if the folder does not exist or is empty."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        names = ["."]
    if not names:
        return None
    try:
        text = (folder / _MARK_FILE).read_bytes().decode("utf-8", "replace")
    except OSError:
        text = ""
    if not text.startswith(_MARK):
        raise ProblemError(
            Problem(
                "demo.folder",
                f"{visible(str(folder))} is not an empty folder, and not a demo board.",
                "Name an empty folder, or one that does not exist yet.",
                "usage",
            )
        )
    return text


def _clear(folder: Path) -> None:
    """Remove what an earlier board left."""
    for name in ("root", "home", "bin"):
        if (folder / name).exists():
            _remove(folder / name)
    (folder / "runs").unlink(missing_ok=True)


def _write_programs(board: DemoBoard) -> None:
    for model in MODELS.values():
        _write_model(board, model)
    for tool in module_tools.TOOLS:
        put(board.bin / tool, executables.shell_script(["module", str(board.root), tool]), 0o755)


def _write_model(board: DemoBoard, model: DemoModel) -> None:
    """Write the model's program, its run.sh as in the public demos, its network, and placeholders for other files."""
    folder = board.home / model.folder
    settings = [str(board.folder), board.scenario.name, str(board.seed), repr(board.speed), model.name]
    script = executables.python_script if model.program.endswith(".py") else executables.shell_script
    put(folder / model.program, script(["model", *settings]), 0o755)
    for name in model.files:
        put(Path(os.path.normpath(folder / name)), _content(os.path.basename(name), "VIM3"))
    if model.run_line is not None:
        put(folder / "run.sh", _run_script(board, model), 0o755)
    if folder.name == "VIM3":
        _write_variant(folder, model)
    if model.labelled:
        parent = folder.parent if folder.name == "VIM3" else folder
        put(parent / LABELS_FILE, labels())


def _run_script(board: DemoBoard, model: DemoModel) -> str:
    """Return the script that runs the model. It exports what the scenario needs; VNN_LOOP_TIME only if nobody has."""
    asked = board.scenario.environment if model == board.model else ()
    exports = [f"export {name}=${{{name}:-{value}}}" for name, value in asked if name == "VNN_LOOP_TIME"]
    exports += [f"export {name}={value}" for name, value in asked if name != "VNN_LOOP_TIME"]
    return "\n".join(("#! /bin/sh", "export VSI_NN_LOG_LEVEL=0", *exports, model.run_line or "", ""))


def _content(name: str, variant: str) -> bytes:
    """Return what one of a model's files holds on this board."""
    network = NETWORKS.get(name)
    return f"npumon demo: stands for {name}\n".encode() if network is None else network_bytes(network, variant)


def _write_variant(folder: Path, model: DemoModel) -> None:
    """Write the same for the other chip: its program is a link, as in the public demos."""
    other = folder.with_name("VIM3L")
    for name in model.files:
        if "/" not in name:
            put(other / name, _content(name, "VIM3L"))
    put(other / "run.sh", (folder / "run.sh").read_bytes(), 0o755)
    link = other / model.program
    if not link.is_symlink():
        link.symlink_to(f"../{folder.name}/{model.program}")

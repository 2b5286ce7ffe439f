"""Starts runs under a supervisor, which reports how they ended."""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from npumon.board.board_lock import FileBoardLock, HeldBoard, lock_folder
from npumon.board.roots import Roots
from npumon.board.run.run_archive import RUNS
from npumon.board.run.supervised_run import SupervisedRun
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible
from npumon.ports import Clock, ExitRecord, LogTail, RunningModel, RunRequest, StopReason

#: Errors of a disk, not of a path: another disk may do.
_DISK_ERRORS = (errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO)

_SUPERVISOR = Path(__file__).parents[1] / "supervisor" / "main.py"


class SupervisedRunner:
    """An implementation of `ports.ModelRunner`. Logs and records go to `runs/` in the state folder.

    If the disk of the state folder is full or read-only, they go to `runs/` in the folder that `fallback` makes (see
    `RunningModel.log`); it may raise `ProblemError`. `environment` is the caller's own, `os.environ` by default. A log
    takes `log_bytes` at most, which is a multiple of 1 MiB; None means no bound.
    """

    def __init__(
        self,
        state_folder: Path,
        clock: Clock,
        environment: Mapping[str, str] | None = None,
        log_bytes: int | None = None,
        fallback: Callable[[], Path] | None = None,
    ) -> None:
        self._folder = state_folder / RUNS
        self._clock = clock
        self._environment = os.environ if environment is None else environment
        self._log_bytes = log_bytes
        self._numbers = itertools.count(1)
        self._fallback = fallback

    async def start(self, request: RunRequest, held: Sequence[int] = ()) -> SupervisedRun:
        """Start the program. A command that cannot be executed is not an error here: the exit record says so.

        The supervisor keeps the descriptors `held` open for as long as the run lasts; the program does not get them.
        Raises `ProblemError` if the log cannot be written anywhere, or no supervisor could be started.
        """
        if not request.command:
            raise ProblemError(Problem("run.command", "There is no command to run.", "Name one after --.", "usage"))
        try:
            return await self._launch(self._folder, request, held)
        except OSError as error:
            if error.errno not in _DISK_ERRORS or self._fallback is None:
                raise ProblemError(_unwritable(self._folder, error)) from error
            first = error
        try:
            return await self._launch(self._fallback() / RUNS, request, held)
        except (OSError, ProblemError):
            raise ProblemError(_unwritable(self._folder, first)) from first

    async def _launch(self, folder: Path, request: RunRequest, held: Sequence[int]) -> SupervisedRun:
        """Start a supervisor. Raises OSError if it could not create the run's files in the folder."""
        os.makedirs(folder, mode=0o700, exist_ok=True)
        while True:
            run = self._spawn(folder, request, held)
            try:
                refusal = await run.opened()
            except BaseException:
                run.stop("cancelled")
                raise
            if refusal is None:
                return run
            await run.wait()
            if refusal != errno.EEXIST:  # another npumon instance may have taken that name
                raise OSError(refusal, os.strerror(refusal))

    def _spawn(self, folder: Path, request: RunRequest, held: Sequence[int]) -> SupervisedRun:
        started_at = self._clock.now()
        name = f"{_stamp(started_at)}-{os.getpid()}-{next(self._numbers):04d}"
        environment = {**self._environment, **dict(request.environment)}
        writer, reader = _overflow()
        spec = {
            "id": name,
            "folder": _wire(str(folder.absolute())),
            "command": [_wire(word) for word in request.command],
            "cwd": _wire(os.path.abspath(request.cwd)),
            "environment": {_wire(key): _wire(value) for key, value in environment.items()},
            "timeout_s": request.timeout_s,
            "keep": request.keep,
            "held": held,
            "log_bound": self._log_bytes,
            "overflow": writer,
            "started_at": started_at,
            "model": request.model,
        }
        try:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-X", "utf8", str(_SUPERVISOR), name],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,  # for its error message, should it ever break
                start_new_session=True,  # Ctrl-C at our terminal is for us
                pass_fds=held if writer is None else (*held, writer),
            )
        except OSError as error:
            if reader is not None:
                os.close(reader)
            what = f"The supervisor of the run could not be started: {os.strerror(error.errno or 0)}."
            raise ProblemError(Problem("run.supervisor", what, f"It needs {sys.executable}.")) from error
        finally:
            if writer is not None:
                os.close(writer)
        base = folder.absolute() / name
        loop = asyncio.get_running_loop()
        return SupervisedRun(process, name, base, started_at, self._clock, loop, spec, reader, keep=request.keep)


def _stamp(started_at: str) -> str:
    """Return `2026-11-22T03:18:00.123+00:00` as `20261122T031800-123`, which sorts by time and fits a file's name."""
    digits = re.sub(r"[^0-9T]", "", started_at[:23])
    return f"{digits[:15]}-{digits[15:]}"


def _overflow() -> tuple[int | None, int | None]:
    """Make the memory for what a log does not take: descriptors to write and to read it. Without memory, or where there
    is none of this kind (Linux before 3.17), such text is lost."""
    try:
        writer = os.memfd_create("npumon-overflow")
    except (OSError, AttributeError):
        return None, None
    try:
        # Opened again, since a duplicate would share its offset with the writer.
        return writer, os.open(f"/proc/self/fd/{writer}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        os.close(writer)
        return None, None


def _wire(text: str) -> str:
    """Return text whose bytes, in the file system's encoding here, are its bytes in UTF-8 at the supervisor."""
    return os.fsencode(text).decode("utf-8", "surrogateescape")


def _unwritable(folder: Path, error: OSError) -> Problem:
    return Problem(
        "run.state",
        f"The folder for run logs, {visible(str(folder))}, cannot be written: {os.strerror(error.errno or 0)}.",
        "Make it writable, or set XDG_STATE_HOME to a folder that is.",
    )


class LockedRunner:
    """An implementation of `ports.ModelRunner` that holds the lock.

    A machine without the NPU's device node needs no lock. But the node is also missing during a reload, which holds the
    lock. A run's supervisor holds the lock as well: a run that outlives npumon still uses the board.
    """

    def __init__(self, runner: SupervisedRunner, roots: Roots) -> None:
        self._runner = runner
        self._node = roots.dev / "galcore"
        folder = lock_folder(roots)
        self._lock = None if folder is None else FileBoardLock(folder)

    async def start(self, request: RunRequest) -> RunningModel:
        """Start a run. Raises `ProblemError` if another npumon instance is using the board, or nothing could be
        started."""
        with ExitStack() as stack:
            held = self._hold(stack)
            if held is None:
                return await self._runner.start(request)
            running = await self._runner.start(request, (held.descriptor,))
            held.share(running.supervisor)
            return LockedRun(running, stack.pop_all())

    def _hold(self, stack: ExitStack) -> HeldBoard | None:
        if self._lock is None:
            return None
        if not os.path.lexists(self._node):
            problem = self._lock.busy() if self._lock.exists else None
            if problem is not None:
                raise ProblemError(problem)
            return None
        return stack.enter_context(self._lock.hold("runs a model"))


class LockedRun:
    """An implementation of `ports.RunningModel` around another one, whose end frees the board even if nothing waits for
    it."""

    def __init__(self, running: RunningModel, held: ExitStack) -> None:
        self._running = running
        self._ended = asyncio.ensure_future(running.wait())
        self._ended.add_done_callback(lambda _: held.close())

    @property
    def id(self) -> str:
        """The run's name."""
        return self._running.id

    @property
    def log(self) -> str:
        """Path of the log file."""
        return self._running.log

    @property
    def started_at(self) -> str:
        """ISO 8601, UTC."""
        return self._running.started_at

    def follow(self) -> LogTail:
        """Follow the run's text."""
        return self._running.follow()

    @property
    def age_s(self) -> float:
        """Seconds for which it had been running when it was reattached."""
        return self._running.age_s

    def keep(self) -> None:
        """Let the run go on when npumon is gone."""
        self._running.keep()

    def stop(self, reason: StopReason) -> None:
        """Ask for the end."""
        self._running.stop(reason)

    async def wait(self) -> ExitRecord:
        """Wait for the end. May be cancelled without harm."""
        return await asyncio.shield(self._ended)

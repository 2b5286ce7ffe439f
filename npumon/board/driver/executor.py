"""Carries out a plan for the driver: step by step, each checked against the kernel, and undone if one fails.

Between unloading and loading, no signal that can be deferred or blocked may end this process (`defer_signals`,
`block_signals`; `core.signals` lists every way in which npumon treats signals). The journal is there for what still
can: kill -9, a power cut.
"""

from __future__ import annotations

import json
import os
import signal
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from npumon.board.driver.kernel_log import kernel_messages, newer_messages
from npumon.board.driver.state import read_driver
from npumon.board.driver.system_tools import Sudo, SystemTools, run_program
from npumon.board.roots import Roots
from npumon.board.sysfs import names
from npumon.core.driver.driver_state import DriverState
from npumon.core.driver.failures import failure
from npumon.core.driver.inputs import InterruptedReload
from npumon.core.driver.plan import DriverPlan, ReloadReport, Step, StepOutcome, differences
from npumon.core.problems import Problem, ProblemError
from npumon.core.signals import KEYS, REQUESTS
from npumon.core.text import visible

OnStep = Callable[[StepOutcome], None]

#: Seconds. Loading takes well under one on a board; the longer limit leaves time to type a password.
STEP_S, ASKING_S = 30.0, 600.0
#: Seconds that udev may take to make the device node.
_NODE_S, _POLL_S = 3.0, 0.02
_MESSAGES = 12
#: The journal's files: one for each user.
_PREFIX, _SUFFIX = "npumon-driver-", ".json"
_JOURNAL_LIMIT = 64 * 1024
#: What a terminal's keys send; Ctrl-Z too, since nothing goes on while npumon is stopped.
_KEYS = (*KEYS, signal.SIGTSTP)


class DriverJournal:
    """What must be put back if npumon is killed while the driver is unloaded: written before, removed after.

    Each user has a file, which lies beside the lock and, like the need for it, goes with the next reboot. Others may
    write there too, so only files that root or this user owns are trusted.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / f"{_PREFIX}{os.geteuid()}{_SUFFIX}"

    def write(self, before: InterruptedReload) -> None:
        """Record what must be put back. Raises `ProblemError` if it cannot be written: then nothing may be unloaded."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self._path.unlink(missing_ok=True)
            descriptor = os.open(self._path, flags, 0o644)
            with open(descriptor, "wb") as file:
                file.write(json.dumps({"parameters": dict(before.parameters), "module": before.module}).encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            path = visible(str(self._path))
            what = f"{path} cannot be written: {error.strerror}."
            raise ProblemError(
                Problem("driver.journal", what, f"Remove it: sudo rm -f {path}", "unavailable")
            ) from error

    def read(self) -> InterruptedReload | None:
        """Return what an earlier npumon recorded and could not remove, None if there is no such file."""
        for name in names(self._folder):
            if name.startswith(_PREFIX) and name.endswith(_SUFFIX):
                found = _read_record(self._folder / name)
                if found is not None:
                    return found
        return None

    def clear(self) -> None:
        """Remove the records that this user may remove: the driver is as it should be."""
        for name in names(self._folder):
            if name.startswith(_PREFIX) and name.endswith(_SUFFIX):
                try:
                    (self._folder / name).unlink(missing_ok=True)
                except OSError:  # another user's; it is not read while the driver is loaded
                    continue


def _read_record(path: Path) -> InterruptedReload | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        status = os.fstat(descriptor)
        trusted = stat.S_ISREG(status.st_mode) and status.st_uid in (0, os.geteuid()) and not status.st_mode & 0o022
        data = os.read(descriptor, _JOURNAL_LIMIT) if trusted else b""
    finally:
        os.close(descriptor)
    try:
        note = json.loads(data)
        parameters, module = note["parameters"], note.get("module")
        if module is not None and not os.path.isabs(module):
            return None
        return InterruptedReload(tuple((str(name), str(value)) for name, value in parameters.items()), module)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


class DriverExecution:
    """One plan being carried out, on a board that the caller has locked."""

    def __init__(
        self,
        roots: Roots,
        tools: SystemTools,
        sudo: Sudo,
        journal: DriverJournal,
        on_step: OnStep,
        *,
        interactive: bool,
        step_s: float = STEP_S,
    ) -> None:
        self._roots = roots
        self._tools = tools
        self._sudo = sudo
        self._journal = journal
        self._on_step = on_step
        self._interactive = interactive
        self._limit_s = ASKING_S if interactive else step_s
        self._outcomes: list[StepOutcome] = []

    def carry_out(self, plan: DriverPlan) -> ReloadReport:
        """Take the steps and return the report. Failures are reported, not raised."""
        denial = self._sudo.unavailable() if self._interactive else self._sudo.denial((*plan.steps, *plan.undo))
        if denial is not None:
            return self._report(denial)
        before = kernel_messages(self._roots, self._tools)
        reloads = plan.current is not None and plan.wanted is not None
        try:
            if reloads:
                self._journal.write(load_to_undo(plan))
        except ProblemError as error:
            return self._report(error.problem)
        problem = self._take(plan.steps)
        undone = None
        if problem is not None and reloads and not self._loaded():
            undone = self._take(plan.undo, undoing=True) is None
        if self._loaded() or plan.wanted is None:
            self._journal.clear()
        if problem is None:
            problem = self._shortfall(plan)
        if problem is None:
            return self._report(None)
        messages = newer_messages(before, kernel_messages(self._roots, self._tools), _MESSAGES)
        return self._report(self._explained(problem, messages, undone), undone, messages)

    def _take(self, steps: Sequence[Step], *, undoing: bool = False) -> Problem | None:
        """Take the steps until one fails. What counts is whether the driver is loaded afterwards, not only the exit
        status: a command may be killed after it has done its work."""
        for step in steps:
            outcome = self._run(step, undoing)
            self._outcomes.append(outcome)
            self._on_step(outcome)
            loads = step.argv[1:] != ("galcore",)
            if outcome.status is None or self._loaded() != loads:
                return failure(outcome)
        return None

    def _run(self, step: Step, undoing: bool) -> StepOutcome:
        began = time.monotonic()
        argv = self._sudo.argv(step, interactive=self._interactive)
        ended = run_program(argv, self._limit_s, interactive=self._interactive)
        output = "" if ended.hangs else ended.last_message
        return StepOutcome(step, ended.status, output, time.monotonic() - began, undoing)

    def _loaded(self) -> bool:
        return read_driver(self._roots, _skip_version).name == "galcore"

    def _shortfall(self, plan: DriverPlan) -> Problem | None:
        """Return what is still missing after every step was taken: the device node, or a parameter's value."""
        if plan.wanted is None:
            return None
        end = time.monotonic() + _NODE_S
        driver = self._driver()
        while not self._usable(driver, plan.driver) and time.monotonic() < end:
            time.sleep(_POLL_S)
            driver = self._driver()
        if not driver.device_node:
            return next((problem for problem in driver.problems if problem.id == "driver.node_missing"), None)
        shown = dict(driver.parameters)
        ignored = differences([(name, value) for name, value in plan.wanted if name in shown], driver.parameters)
        if not ignored:
            return None
        failed = next((outcome for outcome in self._outcomes if not outcome.ok), None)
        if failed is not None:  # another program loaded it, with other parameters
            return failure(failed)
        names = ", ".join(f"{name}={value}" for name, value in ignored)
        what = f"galcore was loaded but ignored {names}."
        return Problem("driver.parameter_ignored", what, "sudo dmesg | grep -i galcore may say why.")

    @staticmethod
    def _usable(now: DriverState, before: DriverState) -> bool:
        """Return whether the node exists and this user may open it if that was so before."""
        return now.device_node and (now.accessible is True or before.accessible is not True)

    def _driver(self) -> DriverState:
        return read_driver(self._roots, _skip_version)

    def _explained(self, problem: Problem, messages: tuple[str, ...], undone: bool | None) -> Problem:
        """Return the problem with what the kernel's messages add, and with the state in which the driver was left."""
        failed = next((outcome for outcome in self._outcomes if not outcome.ok), None)
        if failed is not None and problem == failure(failed):
            problem = failure(failed, messages)
        if undone is True:
            problem = problem._replace(what=f"{problem.what} The driver was put back as it was.")
        elif undone is False:
            remedy = f"{problem.remedy} Then put it back: npumon driver load"
            what = f"{problem.what} Putting the driver back failed too, so no driver is loaded."
            problem = problem._replace(what=what, remedy=remedy)
        return problem

    def _report(
        self, problem: Problem | None, undone: bool | None = None, messages: tuple[str, ...] = ()
    ) -> ReloadReport:
        return ReloadReport(tuple(self._outcomes), read_driver(self._roots), problem, undone, messages)


def load_to_undo(plan: DriverPlan) -> InterruptedReload:
    """Return file and parameters of the step that puts the driver back: what is left to do if npumon is killed."""
    _, module, *words = plan.undo[0].argv
    return InterruptedReload(tuple((name, value) for name, _, value in (word.partition("=") for word in words)), module)


def _skip_version(roots: Roots) -> str | None:
    """Return None: the version does not matter while steps are taken, and may take reading the whole kernel log."""
    return None


class DeferredSignals:
    """Whether this process was asked to end meanwhile."""

    def __init__(self) -> None:
        self.requested = False

    def note(self, number: int, frame: object) -> None:
        """Handle a signal."""
        self.requested = self.requested or number != signal.SIGTSTP


@contextmanager
def defer_signals(*, interactive: bool) -> Iterator[DeferredSignals]:
    """Note, and no more, signals that would end this process while the block runs; those that were ignored stay so.

    `interactive` leaves the terminal's keys to the program that asks for a password there. The handlers of an event
    loop are called nevertheless: they wait for work in progress. Without effect outside the main thread, which alone
    receives signals.
    """
    import threading

    deferred = DeferredSignals()
    if threading.current_thread() is not threading.main_thread():
        yield deferred
        return
    before = {}
    for number in (*_KEYS, *REQUESTS):
        ignored = signal.getsignal(number) == signal.SIG_IGN or (interactive and number in _KEYS)
        before[number] = signal.signal(number, signal.SIG_IGN if ignored else deferred.note)
    try:
        yield deferred
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


@contextmanager
def block_signals(*, interactive: bool) -> Iterator[None]:
    """Block such signals for the programs that this thread starts: a terminal sends its own to all of them.

    `interactive` leaves out the terminal's keys, which the program that asks for a password needs.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, REQUESTS if interactive else (*_KEYS, *REQUESTS))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

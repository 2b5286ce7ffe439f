"""Carrying out a plan for the driver: step by step, each checked against the kernel, put back when one fails.

Between unloading and loading nothing may end this process by request (`defer_signals`, `block_signals`; `core.signals`
lists every way in which npumon treats signals). What still can (kill -9, a power cut) is what the journal is for.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from npumon.board.driver.kernel import kernel_messages, newer_messages
from npumon.board.driver.state import read_driver
from npumon.board.driver.system_tools import Sudo, SystemTools, run_program
from npumon.board.driver.undo_journal import DriverJournal
from npumon.board.roots import Roots
from npumon.core.driver.driver_state import DriverState
from npumon.core.driver.failures import failure
from npumon.core.driver.inputs import InterruptedReload
from npumon.core.driver.plan import DriverPlan, ReloadReport, Step, StepOutcome, differences
from npumon.core.problems import Problem, ProblemError
from npumon.core.signals import KEYS, REQUESTS

Hear = Callable[[StepOutcome], None]

#: Seconds. Loading takes well under one on a board; behind the longer limit a person types a password.
STEP_S, ASKING_S = 30.0, 600.0
#: Seconds that udev may take to make the device node.
_NODE_S, _LOOK_S = 3.0, 0.02
_MESSAGES = 12
#: What a terminal's keys send; Ctrl-Z too, since nothing goes on while npumon is stopped.
_KEYS = (*KEYS, signal.SIGTSTP)


class DriverExecution:
    """One plan being carried out, on a board that the caller has locked."""

    def __init__(
        self,
        roots: Roots,
        tools: SystemTools,
        sudo: Sudo,
        journal: DriverJournal,
        on_step: Hear,
        *,
        interactive: bool,
        step_s: float = STEP_S,
    ) -> None:
        self._roots = roots
        self._tools = tools
        self._sudo = sudo
        self._journal = journal
        self._hear = on_step
        self._interactive = interactive
        self._limit_s = ASKING_S if interactive else step_s
        self._outcomes: list[StepOutcome] = []

    def carry_out(self, plan: DriverPlan) -> ReloadReport:
        """Take the steps; the report. Nothing is raised for what goes wrong."""
        denial = self._sudo.unavailable() if self._interactive else self._sudo.denial((*plan.steps, *plan.undo))
        if denial is not None:
            return self._report(denial)
        before = kernel_messages(self._roots, self._tools)
        reloads = plan.current is not None and plan.wanted is not None
        try:
            if reloads:
                self._journal.write(what_was_there(plan))
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
        """Take the steps until one fails. What counts is whether the driver is there afterwards, not only the status:
        a command may be killed after it has done its work."""
        for step in steps:
            outcome = self._run(step, undoing)
            self._outcomes.append(outcome)
            self._hear(outcome)
            loads = step.argv[1:] != ("galcore",)
            if outcome.status is None or self._loaded() != loads:
                return failure(outcome)
        return None

    def _run(self, step: Step, undoing: bool) -> StepOutcome:
        began = time.monotonic()
        argv = self._sudo.argv(step, interactive=self._interactive)
        ended = run_program(argv, self._limit_s, interactive=self._interactive)
        output = "" if ended.hangs else ended.said
        return StepOutcome(step, ended.status, output, time.monotonic() - began, undoing)

    def _loaded(self) -> bool:
        return read_driver(self._roots, _no_version).name == "galcore"

    def _shortfall(self, plan: DriverPlan) -> Problem | None:
        """What is still missing though every step was taken: the device node, or a parameter's value."""
        if plan.wanted is None:
            return None
        end = time.monotonic() + _NODE_S
        driver = self._driver()
        while not self._usable(driver, plan.driver) and time.monotonic() < end:
            time.sleep(_LOOK_S)
            driver = self._driver()
        if not driver.device_node:
            return next((problem for problem in driver.problems if problem.id == "driver.node_missing"), None)
        shown = dict(driver.parameters)
        ignored = differences([(name, value) for name, value in plan.wanted if name in shown], driver.parameters)
        if not ignored:
            return None
        failed = next((outcome for outcome in self._outcomes if not outcome.ok), None)
        if failed is not None:  # somebody else loaded it, in another way
            return failure(failed)
        names = ", ".join(f"{name}={value}" for name, value in ignored)
        what = f"galcore was loaded, but did not take {names}."
        return Problem("driver.parameter_ignored", what, "sudo dmesg | grep -i galcore may tell why.")

    @staticmethod
    def _usable(now: DriverState, before: DriverState) -> bool:
        """Whether the node is there, and as open to this user as it was."""
        return now.device_node and (now.accessible is True or before.accessible is not True)

    def _driver(self) -> DriverState:
        return read_driver(self._roots, _no_version)

    def _explained(self, problem: Problem, messages: tuple[str, ...], undone: bool | None) -> Problem:
        """The problem with what the kernel's own words tell, and with how the driver was left."""
        failed = next((outcome for outcome in self._outcomes if not outcome.ok), None)
        if failed is not None and problem == failure(failed):
            problem = failure(failed, messages)
        if undone is True:
            problem = problem._replace(what=f"{problem.what} The driver was put back as it was.")
        elif undone is False:
            remedy = f"{problem.remedy} Then put it back: npumon driver load"
            what = f"{problem.what} Putting the driver back failed too, so none is loaded."
            problem = problem._replace(what=what, remedy=remedy)
        return problem

    def _report(
        self, problem: Problem | None, undone: bool | None = None, messages: tuple[str, ...] = ()
    ) -> ReloadReport:
        return ReloadReport(tuple(self._outcomes), read_driver(self._roots), problem, undone, messages)


def what_was_there(plan: DriverPlan) -> InterruptedReload:
    """The file and the parameters of the step that puts the driver back: what is left undone if npumon is killed."""
    _, module, *words = plan.undo[0].argv
    return InterruptedReload(tuple((name, value) for name, _, value in (word.partition("=") for word in words)), module)


def _no_version(roots: Roots) -> str | None:
    """Nobody looks at the version while steps are taken; finding it may mean reading the whole kernel log."""
    return None


class DeferredSignals:
    """Whether anybody asked this process to end meanwhile."""

    def __init__(self) -> None:
        self.asked = False

    def note(self, number: int, frame: object) -> None:
        """A handler for signals."""
        self.asked = self.asked or number != signal.SIGTSTP


@contextmanager
def defer_signals(*, asking: bool) -> Iterator[DeferredSignals]:
    """Signals that end this process are only noted while the block runs; those that were ignored are ignored.

    `asking` leaves the terminal's keys to the program that asks for a password there: they are no word to us. Handlers
    of an event loop are called nevertheless: they wait for what is under way. Without effect outside the main thread,
    which alone gets signals.
    """
    import threading

    put_off = DeferredSignals()
    if threading.current_thread() is not threading.main_thread():
        yield put_off
        return
    before = {}
    for number in (*_KEYS, *REQUESTS):
        ignored = signal.getsignal(number) == signal.SIG_IGN or (asking and number in _KEYS)
        before[number] = signal.signal(number, signal.SIG_IGN if ignored else put_off.note)
    try:
        yield put_off
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


@contextmanager
def block_signals(*, asking: bool) -> Iterator[None]:
    """The programs that this thread starts inherit that such signals are blocked: a terminal sends its own to all of
    them. `asking` leaves out its keys, which the program that asks there wants to hear."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, REQUESTS if asking else (*_KEYS, *REQUESTS))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

"""Control of galcore: plans made from what is found, carried out while no other npumon instance uses the board."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from npumon.board.board_lock import FileBoardLock, lock_folder
from npumon.board.driver.executor import STEP_S, DriverExecution, DriverJournal, block_signals, defer_signals
from npumon.board.driver.module import configured_options, is_built_in, locate_module, read_module
from npumon.board.driver.state import is_built_in as driver_is_built_in
from npumon.board.driver.state import read_driver
from npumon.board.driver.system_tools import Sudo, SystemTools
from npumon.board.roots import Roots
from npumon.board.sysfs import read_kernel
from npumon.core.driver.driver_state import DriverState
from npumon.core.driver.inputs import ModuleFile, PlanInputs
from npumon.core.driver.plan import Action, DriverPlan, ReloadReport, StepOutcome, plan, rule_commands
from npumon.core.driver.refusals import refusals
from npumon.core.problems import Problem, ProblemError

if TYPE_CHECKING:  # a plan needs no event loop, and importing it takes longer than making one
    import asyncio


class HostDriverControl:
    """An implementation of `ports.DriverControl`.

    `module` is the file to load instead of the one that modinfo names. `tools` are the system's programs, by default
    those below the root. `superuser` says whether this process has root's rights, `owners` (user ids) whose files root
    may load; only the simulated board gives these other values.
    """

    def __init__(
        self,
        roots: Roots,
        module: Path | None = None,
        *,
        tools: SystemTools | None = None,
        superuser: bool | None = None,
        owners: frozenset[int] = frozenset({0}),
        step_s: float = STEP_S,
    ) -> None:
        self._roots = roots
        self._module = module
        self._tools = SystemTools.of(roots) if tools is None else tools
        root = os.geteuid() == 0 if superuser is None else superuser
        self._sudo = Sudo(self._tools, superuser=root)
        self._owners = owners
        self._step_s = step_s
        folder = lock_folder(roots)
        self._lock = None if folder is None else FileBoardLock(folder)
        self._journal = None if folder is None else DriverJournal(folder)

    def plan(self, parameters: Mapping[str, str], action: Action = "reload") -> DriverPlan:
        """Return what has to be done, given what is found now."""
        return plan(action, parameters, self._gather_inputs(self._busy()))

    def interrupted(self) -> DriverPlan | None:
        """Return the plan that puts back a driver which an earlier npumon left unloaded."""
        if self._journal is None or read_driver(self._roots, _skip_version).name is not None:
            return None
        busy = self._busy()  # another instance is using the board, and may be in the middle of a reload
        if busy is not None or self._journal.read() is None:
            return None
        return plan("load", {}, self._gather_inputs(None))

    def forget_interruption(self) -> None:
        """Discard the note about an interrupted reload; the driver stays unloaded. Raises `ProblemError` if only root
        may do that."""
        if self._lock is None or self._journal is None:
            return
        with self._lock.hold("changes the NPU's driver"):
            self._journal.clear()
            if self._journal.read() is None:
                return
        what = "The interrupted reload was root's, so only root can discard the note about it."
        raise ProblemError(Problem("driver.note", what, "sudo npumon driver unload --yes", "unavailable"))

    def needs_password(self, plan: DriverPlan) -> bool:
        """Return whether sudo would ask for a password."""
        return self._sudo.needs_password((*plan.steps, *plan.undo))

    def rule_commands(self, parameters: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
        """Return the commands that a sudo rule has to allow. Raises `ProblemError` if there is nothing to allow, or the
        rule would give away root's rights."""
        inputs = self._gather_inputs(None)
        unused = inputs._replace(driver=DriverState())  # who uses it now does not matter
        refused = refusals(unused, parameters, unloads=True, loads=True)
        if refused:
            raise ProblemError(refused[0])
        return rule_commands(inputs, parameters)

    async def apply(
        self, plan: DriverPlan, on_step: Callable[[StepOutcome], None], *, interactive: bool = False
    ) -> ReloadReport:
        """Carry the plan out in a thread, to its end even if this task is cancelled."""
        import asyncio

        loop = asyncio.get_running_loop()

        def report(outcome: StepOutcome) -> None:
            loop.call_soon_threadsafe(on_step, outcome)

        with defer_signals(interactive=interactive) as deferred:
            work = loop.run_in_executor(None, self._shielded, plan, report, interactive)
            cancelled = None
            while not work.done():
                cancelled = await _wait_for(work) or cancelled
            await asyncio.sleep(0)  # the last step is reported before the result
        if cancelled is not None:
            raise cancelled
        return work.result()._replace(interrupted=deferred.requested)

    def _shielded(self, plan: DriverPlan, on_step: Callable[[StepOutcome], None], interactive: bool) -> ReloadReport:
        with block_signals(interactive=interactive):
            return self._apply(plan, on_step, interactive)

    def _apply(self, wanted: DriverPlan, on_step: Callable[[StepOutcome], None], interactive: bool) -> ReloadReport:
        refused = wanted.refusals[0] if wanted.refusals else None
        if refused is not None or not wanted.steps:
            return ReloadReport((), read_driver(self._roots), refused)
        if self._lock is None or self._journal is None:
            what = "There is no folder for npumon's lock file (/run/lock, /var/lock, /tmp)."
            return ReloadReport(
                (), wanted.driver, Problem("driver.no_lock", what, "Create one of them.", "unavailable")
            )
        try:
            with self._lock.hold("changes the NPU's driver"):
                changed = self._changed(wanted)
                if changed is not None:
                    return ReloadReport((), read_driver(self._roots), changed)
                execution = DriverExecution(
                    self._roots,
                    self._tools,
                    self._sudo,
                    self._journal,
                    on_step,
                    interactive=interactive,
                    step_s=self._step_s,
                )
                return execution.carry_out(wanted)
        except ProblemError as error:
            return ReloadReport((), read_driver(self._roots), error.problem)

    def _changed(self, agreed: DriverPlan) -> Problem | None:
        """Return why the plan that the user agreed to no longer applies."""
        now = plan(agreed.action, dict(agreed.asked), self._gather_inputs(None))
        if now.refusals:
            return now.refusals[0]
        if _commands(now) == _commands(agreed):
            return None
        what = "The driver or its module file has changed since this was planned."
        return Problem("driver.changed", what, "Review the new plan and try again.", "unavailable")

    def _busy(self) -> Problem | None:
        return None if self._lock is None else self._lock.busy()

    def _gather_inputs(self, busy: Problem | None) -> PlanInputs:
        kernel = read_kernel(self._roots)
        found = locate_module(self._roots, self._tools, kernel)
        driver = read_driver(self._roots, _skip_version)
        built_in = is_built_in(found) or (driver.name == "galcore" and driver_is_built_in(self._roots))
        usual = None if found is None or is_built_in(found) else Path(found)
        noted = self._journal.read() if self._journal is not None and driver.name is None else None
        path = self._module or (usual if noted is None or noted.module is None else Path(noted.module))
        return PlanInputs(
            driver=driver,
            kernel=kernel,
            module=self._read_module(path),
            previous_module=None if usual == path else self._read_module(usual),
            insmod=self._tools.find("insmod"),
            rmmod=self._tools.find("rmmod"),
            built_in=built_in,
            busy=busy,
            interrupted=noted,
            configured=configured_options(self._tools),
        )

    def _read_module(self, path: Path | None) -> ModuleFile | None:
        return None if path is None else read_module(path, self._roots, self._tools, self._owners)


async def _wait_for(work: asyncio.Future[ReloadReport]) -> asyncio.CancelledError | None:
    """Wait for the work. A cancellation ends the waiting, not the work, and is returned."""
    import asyncio

    try:
        await asyncio.wait({work})
    except asyncio.CancelledError as error:
        return error
    return None


def _commands(plan: DriverPlan) -> list[tuple[str, ...]]:
    return [step.argv for step in (*plan.steps, *plan.undo)]


def _skip_version(roots: Roots) -> str | None:
    """Return None: a plan does not depend on the driver's version, which may take reading the whole kernel log."""
    return None

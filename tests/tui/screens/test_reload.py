"""Reload the driver, with the demo board's own insmod and rmmod."""

from __future__ import annotations

import pytest
from textual.widgets import Button

from npumon.board.board_lock import lock_folder
from npumon.board.driver.executor import DriverJournal
from npumon.core.driver.driver_state import DriverState
from npumon.core.driver.inputs import InterruptedReload
from npumon.core.driver.plan import DriverPlan, ReloadReport, Step, StepOutcome
from npumon.core.problems import Problem
from npumon.tui.app import MonitorApp
from npumon.tui.screens import reload
from npumon.tui.screens.reload import ReloadDialog
from tests.tui.conftest import Open
from tests.tui.stage import DRIVER, Demo, StaticBackend, demo_board, live, picture, until


async def opened(monitor: Demo) -> ReloadDialog:
    """The dialog once its plan is there."""
    await monitor.until_run()
    await monitor.press("g")
    await monitor.until_shown("Carry this out?")
    dialog = monitor.app.screen
    assert isinstance(dialog, ReloadDialog)
    return dialog


def profiling(monitor: Demo) -> str | None:
    """What the driver really has."""
    return dict(monitor.ctx.probe.driver().parameters).get("gpuProfiler")


async def test_the_plan_names_every_command(demo: Open) -> None:
    async with demo("--scenario", "profiling-off") as monitor:
        await opened(monitor)
        await monitor.until_shown("Load galcore with profiling on:", "rmmod", "insmod", "gpuProfiler=1")
        await monitor.press("p")
        await monitor.until_shown("profiling off")


@pytest.mark.parametrize("key", ["n", "escape", "q", "enter"])
async def test_no_changes_nothing(demo: Open, key: str) -> None:
    """Enter is on No."""
    async with demo("--scenario", "profiling-off") as monitor:
        await opened(monitor)
        await monitor.press(key)
        await monitor.until(lambda: not monitor.app.screen.is_modal)
        assert profiling(monitor) == "0"
        await monitor.until_shown("profiling OFF")


@pytest.mark.parametrize("by", ["key", "mouse"])
async def test_yes_switches_profiling_on(demo: Open, by: str) -> None:
    async with demo("--scenario", "profiling-off") as monitor:
        await opened(monitor)
        if by == "key":
            await monitor.press("y")
        else:
            assert await monitor.pilot.click("#yes")
        await monitor.until_shown("Done: galcore", "is loaded; profiling is on.", "ok")
        assert profiling(monitor) == "1"
        await monitor.press("escape")
        await monitor.until_shown("profiling on")
        await monitor.press("r")
        await monitor.until_run(2)
        run = monitor.app.live.runs[-1]
        assert run.metrics.figures.utilization is not None


@pytest.mark.parametrize("way", ["r", "R", "models"])
@pytest.mark.parametrize("key", ["n", "escape"])
async def test_a_run_without_profiling_offers_the_reload_first(demo: Open, way: str, key: str) -> None:
    """However it is begun. n runs without, and is not asked again; Escape calls the run off."""

    async def begin() -> None:
        if way == "models":
            await monitor.press("4")
            await monitor.until_shown("Enter runs the selected one")
        await monitor.press(*{"r": "r", "R": "R 1 tab 0 enter", "models": "enter"}[way].split())

    async with demo("--scenario", "profiling-off") as monitor:
        await monitor.until_run()
        await begin()
        await monitor.until_shown("Profiling is off: a run gives times", "Carry this out?", "Esc runs nothing")
        await monitor.press(key)
        if key == "escape":
            await monitor.until(lambda: not monitor.app.screen.is_modal)
            assert (len(monitor.app.live.runs), monitor.app.controller.busy) == (1, False)
            await begin()
            await monitor.until_shown("Carry this out?")
            await monitor.press("n")
        await monitor.until_run(2)
        assert monitor.app.current_mode == "live"
        assert monitor.app.live.runs[-1].metrics.figures.utilization is None
        await begin()
        await monitor.until_run(3)


async def test_the_run_follows_the_reload_that_was_offered(demo: Open) -> None:
    async with demo("--scenario", "profiling-off") as monitor:
        await monitor.until_run()
        await monitor.press("r")
        await monitor.until_shown("Carry this out?")
        await monitor.press("y")
        await monitor.until_shown("Done: galcore", "is loaded; profiling is on.", "Esc closes, then the run begins")
        await monitor.press("escape")
        await monitor.until_run(2)
        assert monitor.app.live.runs[-1].metrics.figures.utilization is not None


async def test_nothing_is_run_after_an_offered_reload_that_failed() -> None:
    answers: list[bool | None] = []
    report = ReloadReport((), DriverState(), Problem("driver.failed", "It failed.", "Look."), True)
    app = asking(Control(PLAN, report))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.controller._engine)
        app.push_screen(ReloadDialog(app, profiling=False, offered=True), answers.append)
        await until(pilot, lambda: "Carry this out?" in "\n".join(picture(app)))
        await pilot.press("y")
        await until(pilot, lambda: "Esc closes; nothing is run" in "\n".join(picture(app)))
        await pilot.press("enter")
        await until(pilot, lambda: answers)
        assert answers == [None]


async def test_off_again(demo: Open) -> None:
    async with demo() as monitor:
        await opened(monitor)
        await monitor.press("y")
        await monitor.until_shown("profiling is off")
        await monitor.press("enter")
        await monitor.until_shown("profiling OFF")
        assert profiling(monitor) == "0"


async def test_all_of_it_can_be_read_on_a_small_terminal(demo: Open) -> None:
    async with demo(size=(60, 15)) as monitor:
        await monitor.until_run()
        await monitor.press("g")
        await monitor.until_shown("Yes (y)", "y carries it out", "profiling off:", "Carry this out?")
        await monitor.pilot.resize_terminal(40, 10)
        await monitor.until_shown("Yes (y)", "No (n)", "Carry this out?", "Load galcore", "j k: 1-")
        await monitor.press("pagedown", "pagedown", "j", "down")
        await monitor.until_shown("Yes (y)", "Carry this out?", "from 1 to 0")
        await monitor.press("pageup", "pageup", "pageup", "k", "up")
        await monitor.until_shown("Load galcore")
        await monitor.press("y")
        await monitor.until_shown("Done: galcore", "is loaded;", "Close (n)")


async def test_a_driver_that_is_not_there_is_loaded(demo: Open) -> None:
    async with demo("--scenario", "driver-missing") as monitor:
        await monitor.until_run()
        await monitor.press("g")
        await monitor.until_shown("Carry this out?")
        await monitor.press("y")
        await monitor.until_shown("Done: galcore", "is loaded; profiling is on.")
        assert profiling(monitor) == "1"


async def test_after_an_interrupted_reload(demo: Open) -> None:
    """First the plan that puts things back, under a heading that says so; p plans the opposite of what is shown."""
    async with demo("--scenario", "driver-missing") as monitor:
        await monitor.until_run()
        folder = lock_folder(monitor.ctx.backend.roots)
        assert folder is not None
        DriverJournal(folder).write(InterruptedReload((("gpuProfiler", "0"), ("powerManagement", "0"))))
        await monitor.press("g")
        await monitor.until_shown("profiling off, as it was before an interrupted reload:", "gpuProfiler=0")
        await monitor.press("p")
        await monitor.until_shown("Load galcore with profiling on:", "gpuProfiler=1", "powerManagement=0")
        await monitor.press("p")
        await monitor.until_shown("Load galcore with profiling off:", "gpuProfiler=0")
        await monitor.press("y")
        await monitor.until_shown("Done: galcore", "is loaded; profiling is off.")
        assert DriverJournal(folder).read() is None


async def test_nothing_else_begins_meanwhile(demo: Open) -> None:
    async with demo("--scenario", "profiling-off") as monitor:
        await opened(monitor)
        with monitor.app.controller.reloading():
            await monitor.press("y")
            await monitor.until_shown("Something else is still running.")
        await monitor.until(lambda: not monitor.app.screen.is_modal)
        assert profiling(monitor) == "0"


async def test_a_failure_and_what_was_put_back(demo: Open) -> None:
    """insmod does nothing but fail once; the former driver is loaded again with the real one."""
    async with demo("--scenario", "profiling-off") as monitor:
        await opened(monitor)
        insmod = demo_board(monitor.ctx).bin / "insmod"
        real = insmod.with_name("insmod.real")
        insmod.rename(real)
        gone = "insmod: ERROR: could not insert module [bold]galcore.ko[/]: Invalid parameters"
        insmod.write_text(
            f"#! /bin/sh\ncase $* in *gpuProfiler=1*) echo '{gone}' >&2; exit 1;; esac\nexec {real} \"$@\"\n"
        )
        insmod.chmod(0o755)
        await monitor.press("y")
        await monitor.until_shown("FAILED", "put back", "is loaded again, as it was; profiling is off.")
        assert "[bold]galcore.ko[/]" in monitor.shown.replace("\n", "") or "[bold]" in monitor.shown
        assert profiling(monitor) == "0"
        await monitor.press("escape")
        await monitor.until_shown("profiling OFF")


class Control:
    """A driver control that says what it was told to say."""

    def __init__(self, plan: DriverPlan, report: ReloadReport | None = None) -> None:
        self.found = plan
        self._report = report
        self.planned = 0
        self.applied = 0

    def plan(self, parameters: object, action: str = "reload") -> DriverPlan:
        self.planned += 1
        return self.found

    def interrupted(self) -> DriverPlan | None:
        return None

    def needs_password(self, plan: DriverPlan) -> bool:
        return True

    async def apply(self, plan: DriverPlan, on_step: object, *, interactive: bool = False) -> ReloadReport:
        self.applied += 1
        assert self._report is not None
        return self._report


STEP = Step(("/sbin/insmod", "/lib/[bold]galcore.ko[/]", "a=\x1b[31m"), "[link=x]why[/link]")
PLAN = DriverPlan("reload", (STEP,), (), (), (), DRIVER, notes=("[$error] note",))


def asking(control: Control) -> MonitorApp:
    backend = StaticBackend(live())
    backend.driver = control
    return MonitorApp(backend)


async def test_refusals_leave_nothing_to_agree_to() -> None:
    refusal = Problem("driver.held", "[bold]pid 12[/] holds it.", "Stop [/] it.")
    control = Control(PLAN._replace(steps=(), refusals=(refusal,)))
    app = asking(control)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.controller._engine)
        await pilot.press("g")
        await until(pilot, lambda: "This is not possible: [bold]pid 12[/] holds it." in "\n".join(picture(app)))
        assert app.screen.query_one("#yes", Button).disabled
        await pilot.press("w")
        assert control.planned == 1  # nothing that would pass by itself
        await pilot.press("y", "enter")
        assert control.applied == 0
        assert not app.screen.is_modal


async def test_a_driver_in_use_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """w repeats the plan until the driver is free, says what it waits for, and then shows the plan, nothing else."""
    monkeypatch.setattr(reload, "_LOOK_S", 0.01)
    used = Problem("driver.in_use", "galcore is in use: process 12 (khadas: [bold]).", "End it.", "unavailable")
    control = Control(PLAN._replace(steps=(), refusals=(used,)), ReloadReport((), DRIVER))
    app = asking(control)
    async with app.run_test(size=(100, 30)) as pilot:

        async def until_shown(*texts: str) -> None:
            await until(pilot, lambda: all(text in "\n".join(picture(app)) for text in texts))

        await until(pilot, lambda: app.controller._engine)
        await pilot.press("g")
        await until_shown("This is not possible: galcore is in use: process 12", "w waits for that to end.")
        assert control.planned == 1
        await pilot.press("w")
        await until_shown("Waiting: galcore is in use: process 12 (khadas: [bold]).", "Esc stops waiting")
        await until(pilot, lambda: control.planned > 3)
        await pilot.press("y")
        busy = Problem("board.busy", "Another npumon (process 9) runs a model.", "Wait.", "unavailable")
        control.found = PLAN._replace(steps=(), refusals=(busy,))
        await until_shown("Waiting: Another npumon (process 9) runs a model.")
        await pilot.press("p")
        await until_shown("Waiting: Another npumon (process 9) runs a model.")
        control.found = PLAN
        await until_shown("Carry this out?", "No (n)")
        planned = control.planned
        assert control.applied == 0
        await pilot.press("y")
        await until(pilot, lambda: control.applied == 1)
        assert control.planned == planned


async def test_waiting_ends_with_the_dialog(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reload, "_LOOK_S", 0.01)
    used = Problem("driver.in_use", "galcore is in use.", "End it.", "unavailable")
    control = Control(PLAN._replace(steps=(), refusals=(used,)))
    app = asking(control)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.controller._engine)
        await pilot.press("g")
        await until(pilot, lambda: "w waits" in "\n".join(picture(app)))
        await pilot.press("w")
        await until(pilot, lambda: control.planned > 2)
        dialog = app.screen
        assert isinstance(dialog, ReloadDialog)
        await pilot.press("escape")
        await until(pilot, lambda: not app.screen.is_modal)
        await until(pilot, lambda: dialog._next_look is not None and dialog._next_look.cancelled())


async def test_hostile_plans_and_reports() -> None:
    """Also: without a terminal to hand over sudo cannot ask for a password, and the report says what is missing."""
    outcome = StepOutcome(STEP, None, "[bold]said[/]", 1.5, undoing=True)
    problem = Problem("driver.failed", "[bold]It[/] failed.", "[/]")
    report = ReloadReport((outcome,), DriverState(), problem, False, ("[1.0] galcore: [bold]no[/]",))
    control = Control(PLAN, report)
    app = asking(control)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.controller._engine)
        await pilot.press("g")
        await until(pilot, lambda: "Carry this out?" in "\n".join(picture(app)))
        shown = "\n".join(picture(app))
        for words in ("/lib/[bold]galcore.ko[/]", "a=\\x1b[31m", "[link=x]why[/link]", "[$error] note"):
            assert words in shown
        await pilot.press("y")
        await until(pilot, lambda: "could NOT be put back" in "\n".join(picture(app)))
        shown = "\n".join(picture(app))
        for words in ("[bold]It[/] failed.", "[1.0] galcore: [bold]no[/]"):
            assert words in shown
        assert control.applied == 1
        await pilot.press("escape")
        assert not app.screen.is_modal


async def test_a_control_that_breaks_does_not_hang_the_dialog() -> None:
    control = Control(PLAN)  # has no report: an AssertionError
    app = asking(control)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.controller._engine)
        await pilot.press("g")
        await until(pilot, lambda: "Carry this out?" in "\n".join(picture(app)))
        await pilot.press("y")
        await until(pilot, lambda: "Unexpected error" in "\n".join(picture(app)))
        await until(pilot, lambda: not app.screen.is_modal)


async def test_enter_without_a_button_says_what_answers() -> None:
    app = asking(Control(PLAN))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.controller._engine)
        await pilot.press("g")
        await until(pilot, lambda: "Carry this out?" in "\n".join(picture(app)))
        app.screen.set_focus(None)
        await pilot.press("enter")
        await until(pilot, lambda: "Enter does nothing here. y, n, p and Esc do." in "\n".join(picture(app)))
        assert app.screen.is_modal

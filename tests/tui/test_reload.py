"""Reload the driver, with the demo board's own insmod and rmmod."""

from __future__ import annotations

import pytest
from textual.widgets import Button

from npumon.core.driver_plan import DriverPlan, ReloadReport, Step, StepOutcome
from npumon.core.problems import Problem
from npumon.core.snapshot import DriverState
from npumon.tui.app import MonitorApp
from npumon.tui.screens.reload import ReloadDialog
from tests.tui.conftest import Open
from tests.tui.stage import DRIVER, Demo, StillDesk, live, picture, until


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
    return dict(monitor.place.probe.driver().parameters).get("gpuProfiler")


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
        await monitor.until_shown("Done: galcore is loaded, profiling is on.", "ok")
        assert profiling(monitor) == "1"
        await monitor.press("escape")
        await monitor.until_shown("profiling on")
        await monitor.press("r")
        await monitor.until_run(2)
        run = monitor.app.live.runs[-1]
        assert run.metrics.figures.utilization is not None


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
        await monitor.until_shown("Yes (y)", "y carries it out", "profiling off:")
        await monitor.press("pagedown", "j", "down")
        await monitor.until_shown("Yes (y)", "Carry this out?")
        await monitor.press("pageup", "k", "up")
        await monitor.until_shown("Load galcore")
        await monitor.press("y")
        await monitor.until_shown("Done: galcore is loaded, profiling is off.", "Close (n)")


async def test_a_driver_that_is_not_there_is_loaded(demo: Open) -> None:
    async with demo("--scenario", "driver-missing") as monitor:
        await monitor.until_run()
        await monitor.press("g")
        await monitor.until_shown("Carry this out?")
        await monitor.press("y")
        await monitor.until_shown("Done: galcore is loaded, profiling is on.")
        assert profiling(monitor) == "1"


async def test_nothing_else_begins_meanwhile(demo: Open) -> None:
    async with demo("--scenario", "profiling-off") as monitor:
        await opened(monitor)
        with monitor.app.conductor.reloading():
            await monitor.press("y")
            await monitor.until_shown("Something is under way already.")
        await monitor.until(lambda: not monitor.app.screen.is_modal)
        assert profiling(monitor) == "0"


async def test_a_failure_and_what_was_put_back(demo: Open) -> None:
    """insmod does nothing but fail once; the former driver is loaded again with the real one."""
    async with demo("--scenario", "profiling-off") as monitor:
        assert monitor.place.demo is not None
        await opened(monitor)
        insmod = monitor.place.demo.bin / "insmod"
        real = insmod.with_name("insmod.real")
        insmod.rename(real)
        gone = "insmod: ERROR: could not insert module [bold]galcore.ko[/]: Invalid parameters"
        insmod.write_text(
            f"#! /bin/sh\ncase $* in *gpuProfiler=1*) echo '{gone}' >&2; exit 1;; esac\nexec {real} \"$@\"\n"
        )
        insmod.chmod(0o755)
        await monitor.press("y")
        await monitor.until_shown("FAILED", "put back", "The driver was put back as it was.")
        assert "[bold]galcore.ko[/]" in monitor.shown.replace("\n", "") or "[bold]" in monitor.shown
        assert profiling(monitor) == "0"
        await monitor.press("escape")
        await monitor.until_shown("profiling OFF")


class Control:
    """A driver control that says what it was told to say."""

    def __init__(self, plan: DriverPlan, report: ReloadReport | None = None) -> None:
        self._plan = plan
        self._report = report
        self.applied = 0

    def plan(self, parameters: object, action: str = "reload") -> DriverPlan:
        return self._plan

    def interrupted(self) -> DriverPlan | None:
        return None

    def needs_password(self, plan: DriverPlan) -> bool:
        return True

    async def apply(self, plan: DriverPlan, hear: object, *, interactive: bool = False) -> ReloadReport:
        self.applied += 1
        assert self._report is not None
        return self._report


STEP = Step(("/sbin/insmod", "/lib/[bold]galcore.ko[/]", "a=\x1b[31m"), "[link=x]why[/link]")
PLAN = DriverPlan("reload", (STEP,), (), (), (), DRIVER, notes=("[$error] note",))


def asking(control: Control) -> MonitorApp:
    desk = StillDesk(live())
    desk.driver = control
    return MonitorApp(desk)


async def test_refusals_leave_nothing_to_agree_to() -> None:
    refusal = Problem("driver.held", "[bold]pid 12[/] holds it.", "Stop [/] it.")
    control = Control(PLAN._replace(steps=(), refusals=(refusal,)))
    app = asking(control)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.conductor._engine)
        await pilot.press("g")
        await until(pilot, lambda: "This is not possible: [bold]pid 12[/] holds it." in "\n".join(picture(app)))
        assert app.screen.query_one("#yes", Button).disabled
        await pilot.press("y", "enter")
        assert control.applied == 0
        assert not app.screen.is_modal


async def test_hostile_plans_and_reports() -> None:
    """Also: without a terminal to give away nobody is asked for a password, and the report says what is missing."""
    outcome = StepOutcome(STEP, None, "[bold]said[/]", 1.5, undoing=True)
    problem = Problem("driver.failed", "[bold]It[/] failed.", "[/]")
    report = ReloadReport((outcome,), DriverState(), problem, False, ("[1.0] galcore: [bold]no[/]",))
    control = Control(PLAN, report)
    app = asking(control)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.conductor._engine)
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
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: app.conductor._engine)
        await pilot.press("g")
        await until(pilot, lambda: "Carry this out?" in "\n".join(picture(app)))
        await pilot.press("y")
        await until(pilot, lambda: "Something unforeseen happened" in "\n".join(picture(app)))
        await until(pilot, lambda: not app.screen.is_modal)

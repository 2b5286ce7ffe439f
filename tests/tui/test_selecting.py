"""Keys that go to other runs and iterations, on every page. All texts are synthetic."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from textual.pilot import Pilot

from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import Live
from npumon.core.monitor.selection import NEWEST, Selection, newest_shown
from npumon.core.problems import Problem, ProblemError
from npumon.core.profile import Iteration
from npumon.core.run.report import RunReport
from npumon.tui.app import MonitorApp
from tests.core.monitor.test_selection import ended, loops
from tests.tui.conftest import Open
from tests.tui.moments import seed_run
from tests.tui.stage import StaticBackend, application, picture, until

FORGETFUL = loops()
FORGETFUL = FORGETFUL._replace(state=FORGETFUL.state._replace(iterations=FORGETFUL.state.iterations[-1:]))


def named(moment: Live) -> Live:
    return moment._replace(shown=newest_shown(moment))


def app_of(pilot: Pilot[Any]) -> MonitorApp:
    assert isinstance(pilot.app, MonitorApp)
    return pilot.app


def opened(*runs: RunReport) -> MonitorApp:
    return application(named(ended(*runs)))


async def test_runs_before_the_newest_and_back() -> None:
    runs = (seed_run(), loops(), seed_run())
    async with opened(*runs).run_test(size=(120, 40)) as pilot:
        app = app_of(pilot)
        await pilot.press("{", "{")
        assert app.shown.shown.run == 1
        assert app.shown.snapshot.run is runs[0]
        await pilot.press("{")
        assert app.shown.shown.run == 1
        await pilot.press("}")
        assert app.shown.shown.run == 2
        await pilot.press("0")
        assert app.selection == NEWEST
        assert app.shown is app.live


@pytest.mark.parametrize("page", ["1", "2", "3", "4", "5"])
async def test_the_run_before_from_any_page(page: str) -> None:
    async with opened(seed_run(), seed_run(), seed_run()).run_test(size=(120, 40)) as pilot:
        await pilot.press(page, "{", "{")
        assert app_of(pilot).shown.shown.run == 1


async def test_iterations_that_are_kept() -> None:
    async with opened(seed_run(), loops()).run_test(size=(120, 40)) as pilot:
        app = app_of(pilot)
        for key, iteration in (("[", 3), ("[", 2), ("]", 3), ("]", 4), ("]", 4)):
            await pilot.press(key)
            assert app.shown.shown.iteration == iteration
        assert app.selection == NEWEST


async def test_the_selection_is_named_on_the_layers_page() -> None:
    async with opened(seed_run(), seed_run()).run_test(size=(120, 40)) as pilot:
        await pilot.press("2", "{")
        assert "run 1 of 2" in "\n".join(picture(pilot.app))


async def test_nothing_to_go_to() -> None:
    async with application(named(ended(seed_run()))).run_test(size=(120, 40)) as pilot:
        app = app_of(pilot)
        for key in ("{", "}", "[", "]"):
            await pilot.press(key)
            assert app.notifier.shown is not None
            assert app.selection == NEWEST


async def test_nothing_has_run() -> None:
    async with application(Live(ended(seed_run()).snapshot._replace(run=None))).run_test(size=(120, 40)) as pilot:
        for key in ("{", "["):
            await pilot.press(key)
            assert app_of(pilot).notifier.shown is not None


async def test_a_missing_iteration_is_read_while_the_last_one_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    go = threading.Event()

    def read(self: StaticBackend, report: RunReport, number: int, go_on: Callable[[], bool]) -> Mapping[int, Iteration]:
        asked.append(number)
        go.wait(60)
        return {number: Iteration(number, 1.0), number - 1: Iteration(number - 1, 2.0)}

    monkeypatch.setattr(StaticBackend, "iterations", read)
    async with opened(FORGETFUL).run_test(size=(120, 40)) as pilot:
        app = app_of(pilot)
        await pilot.press("[")
        place = app.shown.shown
        assert (place.iteration, place.note) == (4, "reading iteration 3 from the log")
        go.set()
        await until(pilot, lambda: app.shown.shown.iteration == 3)
        assert app.shown.shown.note is None
        await pilot.press("[")
        assert app.shown.shown.iteration == 2, "it was read with the other one"
        assert asked == [3]


async def test_a_reading_that_nobody_waits_for_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    ended_by: list[bool] = []

    def read(self: StaticBackend, report: RunReport, number: int, go_on: Callable[[], bool]) -> Mapping[int, Iteration]:
        while go_on():
            threading.Event().wait(0.001)
        ended_by.append(True)
        return {}

    monkeypatch.setattr(StaticBackend, "iterations", read)
    async with opened(FORGETFUL).run_test(size=(120, 40)) as pilot:
        await pilot.press("[", "[", "0")
        await until(pilot, lambda: len(ended_by) == 2)
        assert app_of(pilot).shown.shown.newest


async def test_an_iteration_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(self: StaticBackend, report: RunReport, number: int, go_on: Callable[[], bool]) -> Mapping[int, Iteration]:
        raise ProblemError(Problem("iteration.log", "The log is gone.", ""))

    monkeypatch.setattr(StaticBackend, "iterations", read)
    async with opened(FORGETFUL).run_test(size=(120, 40)) as pilot:
        app = app_of(pilot)
        await pilot.press("[")
        await until(pilot, lambda: app.notifier.shown is not None)
        assert app.shown.shown.note == "iteration 3 cannot be shown"
        assert app.shown.shown.iteration == 4


async def test_a_run_that_is_begun_is_shown() -> None:
    async with opened(seed_run(), seed_run()).run_test(size=(120, 40)) as pilot:
        app = app_of(pilot)
        app.select(Selection(1))
        app.run_actions._with_profiling(lambda: None)
        assert app.selection == NEWEST


async def test_three_runs_on_the_demo_board(demo: Open) -> None:
    async with demo() as monitor:
        await monitor.until_run()
        for count in (2, 3):
            await monitor.press("r")
            await monitor.until_run(count)
        await monitor.press("{", "{")
        assert monitor.app.shown.shown.run == 1
        assert monitor.app.shown.snapshot.run is monitor.app.live.runs[0]
        await monitor.press("r")
        await monitor.until_run(4)
        assert monitor.app.shown.shown.run == 4, "what is run is shown"


def test_a_moment_without_a_run_has_no_name() -> None:
    assert named(Live(ended(seed_run()).snapshot._replace(run=None), Activity())).shown.run is None


async def test_the_distribution_takes_the_place_of_the_live_page_and_gives_it_back() -> None:
    async with opened(loops()).run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        await until(pilot, lambda: "by time" in "\n".join(picture(pilot.app)))
        assert "first 10 000 µs" in "\n".join(picture(pilot.app))
        await pilot.press("d")
        await until(pilot, lambda: "by time" not in "\n".join(picture(pilot.app)))


async def test_without_several_iterations_there_is_no_distribution_to_go_to() -> None:
    async with opened(seed_run()).run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        app = app_of(pilot)
        assert app.notifier.shown is not None
        assert "Utilization" in "\n".join(picture(app))


async def test_the_shown_run_is_marked() -> None:
    runs = (seed_run(), seed_run(), seed_run())
    async with opened(*runs).run_test(size=(120, 40)) as pilot:
        app = app_of(pilot)
        await pilot.press("m")
        assert app.marked is runs[2]
        await pilot.press("{", "m")
        assert app.marked is runs[1]

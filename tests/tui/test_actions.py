"""Keys whose meaning depends on where and when they are pressed."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from textual.widget import Widget
from textual.widgets import OptionList

import npumon.tui.app
from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import ModelChoice
from npumon.tui import actions
from npumon.tui.actions import OVERHEAD_WINDOW_S, Overhead
from npumon.tui.app import MonitorApp
from npumon.tui.screens.page import Page
from npumon.tui.screens.reload import ReloadDialog
from tests.tui.conftest import Open
from tests.tui.stage import StaticBackend, application, live, picture, until


class ListPage(Page):
    """A page with a list that has the focus."""

    NAME = "List"

    def body(self) -> Iterable[Widget]:
        self.list = OptionList(*(f"option {number}" for number in range(100)))
        yield self.list


class ListApp(MonitorApp):
    CSS_PATH = [Path(npumon.tui.app.__file__).parent / path for path in MonitorApp.CSS_PATH]  # noqa: RUF012
    CSS = "OptionList { height: 1fr; }"

    def make_page(self, name: str) -> Page:
        return ListPage(self) if name == "live" else super().make_page(name)


async def test_g_opens_the_driver_at_once_where_there_is_no_list(demo: Open) -> None:
    async with demo() as monitor:
        await monitor.until_run()
        await monitor.press("g")
        assert isinstance(monitor.app.screen, ReloadDialog)
        await monitor.press("escape")


async def test_g_g_in_a_list_goes_to_its_top() -> None:
    app = ListApp(StaticBackend(live()))
    async with app.run_test() as pilot:
        page = app.screen
        assert isinstance(page, ListPage)
        page.list.focus()
        await pilot.press("end")
        assert page.list.highlighted == 99
        await pilot.press("g", "g")
        await until(pilot, lambda: page.list.highlighted == 0)
        assert app.actions._first_g is None
        assert not app.screen.is_modal
        await pilot.press("end", "g", "g", "end")
        assert page.list.highlighted == 99


async def test_g_alone_in_a_list_opens_the_driver_after_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "SECOND_G_S", 0.05)
    app = ListApp(StaticBackend(live()))
    asked: list[bool] = []
    monkeypatch.setattr(actions.Actions, "action_reload_driver", lambda self: asked.append(True))
    async with app.run_test() as pilot:
        app.screen.query_one(OptionList).focus()
        await pilot.press("g")
        await until(pilot, lambda: asked)
        await pilot.press("g")
        await until(pilot, lambda: len(asked) == 2)


async def test_g_waits_in_vain_when_a_dialog_opens_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "SECOND_G_S", 3_600)
    app = ListApp(StaticBackend(live()))
    asked: list[bool] = []
    monkeypatch.setattr(actions.Actions, "action_reload_driver", lambda self: asked.append(True))
    async with app.run_test() as pilot:
        page = app.screen
        page.query_one(OptionList).focus()
        await pilot.press("g", "question_mark")
        app.actions._g_alone(page)
        assert app.screen.is_modal
        assert (asked, app.actions._first_g) == ([], None)


async def test_nothing_is_reloaded_while_a_model_runs() -> None:
    app = application(live(activity=Activity("running")))
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.controller.busy)
        await pilot.press("g")
        await until(pilot, lambda: "A model is using the driver." in "\n".join(picture(app)))
        assert not app.screen.is_modal


CHOICE = ModelChoice("a", "inceptionv3", "inceptionv3/VIM3", "VIM3", "run.sh", "/models/VIM3", "./run.sh", None)


async def test_r_before_anything_has_run_runs_the_first_model_for_this_chip() -> None:
    backend = StaticBackend(live())
    backend.choices = (CHOICE._replace(id="other", preferred=False), CHOICE, CHOICE._replace(id="b"))
    app = MonitorApp(backend)
    async with app.run_test() as pilot:
        await until(pilot, lambda: backend.still)
        await pilot.press("5", "r")
        still = backend.still
        assert still is not None
        await until(pilot, lambda: still.asked == [("a", 1, 0)])
        assert app.current_mode == "log", "the page stays"


@pytest.mark.parametrize(
    ("choices", "words"),
    [((), "No model was found here."), ((CHOICE._replace(preferred=False),), "No model found here is made for this")],
)
async def test_r_says_why_there_is_nothing_to_run(choices: tuple[ModelChoice, ...], words: str) -> None:
    app = application(live())
    assert isinstance(app.backend, StaticBackend)
    app.backend.choices = choices
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: words in picture(app)[23])
        assert (app.current_mode, app.backend.still and app.backend.still.asked) == ("live", [])


async def test_a_model_that_is_found_late_does_not_run_beside_another() -> None:
    app = application(live(activity=Activity("running")))
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.controller.busy)
        app.run_actions._run_first_of([CHOICE])
        await pilot.press("r")
        assert isinstance(app.backend, StaticBackend)
        assert app.backend.still is not None
        assert app.backend.still.asked == []


@pytest.mark.parametrize("key", ["r", "R", "g"])
async def test_what_concerns_this_npu_is_refused_while_a_log_is_watched(key: str) -> None:
    backend = StaticBackend(live())
    backend.watched = "a.log"
    app = MonitorApp(backend)
    async with app.run_test() as pilot:
        await pilot.press(key)
        await until(pilot, lambda: "This monitor is watching a log." in "\n".join(picture(app)))
        assert (app.current_mode, app.screen.is_modal) == ("live", False)


@pytest.mark.parametrize("key", ["x", "m", "c", "e", "R"])
async def test_keys_that_cannot_be_used_now_do_no_harm(key: str) -> None:
    app = application(live())
    async with app.run_test() as pilot:
        await pilot.press(key, key)
        await pilot.pause()
        assert (app.current_mode, app.screen.is_modal, app.is_running) == ("live", False, True)


def test_figures_of_npumons_own_cost_come_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    cost = Overhead()
    assert cost.text(5_000) == "npumon: measuring"
    now += OVERHEAD_WINDOW_S / 2
    assert cost.text(6_000) == "npumon: measuring", "too short a time"
    now += OVERHEAD_WINDOW_S * 2
    text = cost.text(10_000)
    found = re.fullmatch(r"npumon: cpu ([0-9.]+)%, ([0-9]+) MB, ([0-9]+) B/s", text)
    assert found is not None, text
    assert float(found[1]) < 1_000
    assert int(found[2]) > 1
    assert int(found[3]) == 2_000
    assert cost.text(99_999) == text, "it stays for a while"
    now += OVERHEAD_WINDOW_S
    assert cost.text(10_000 + 300).endswith(", 300 B/s")


async def test_a_watched_log_has_no_page_for_models() -> None:
    backend = StaticBackend(live())
    backend.watched = "a.log"
    app = MonitorApp(backend)
    async with app.run_test(size=(120, 24)) as pilot:
        visited = []
        for key in ("4", "tab", "tab", "4", "tab", "tab", "shift+tab"):
            await pilot.press(key)
            await pilot.pause()
            visited.append(app.current_mode)
        assert visited == ["live", "layers", "runs", "runs", "log", "live", "log"]

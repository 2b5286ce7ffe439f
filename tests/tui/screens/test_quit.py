"""The question before leaving while a model runs: only letters and the mouse end anything."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import Live
from npumon.tui.app import MonitorApp
from npumon.tui.screens.quit import QuitDialog
from tests.tui.stage import StaticBackend, live, picture, until

RUNNING = live(activity=Activity("running", model="[bold]yolov3", elapsed_s=12.3, part=3, parts=20))


def quitting(shown: Live = RUNNING, *, keeps: bool = True) -> MonitorApp:
    backend = StaticBackend(shown)
    backend.keeps_runs = keeps
    return MonitorApp(backend)


def text(app: MonitorApp) -> str:
    return "\n".join(picture(app))


def asked(app: MonitorApp) -> list[object]:
    backend = app.backend
    assert isinstance(backend, StaticBackend)
    assert backend.still is not None
    return backend.still.asked


@pytest.mark.parametrize(
    ("keys", "end"),
    [
        (["s"], "end"), (["l"], "keep"), (["ctrl+c"], "close"),
        (["tab", "tab", "tab", "x", "s"], "end"),
    ],
)  # fmt: skip
async def test_letters_leave(keys: Sequence[str], end: str) -> None:
    app = quitting()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.controller.runs)
        await pilot.press("q")
        await until(pilot, lambda: "[bold]yolov3 has been running for 12.3 s, run 3 of 20." in text(app))
        await pilot.press(*keys)
        await until(pilot, lambda: not app.is_running)
    assert asked(app) == [end]
    assert app.return_value == 0


@pytest.mark.parametrize("key", ["escape", "q", "n", "enter", "f1"])
async def test_what_is_pressed_in_haste_stays(key: str) -> None:
    app = quitting()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.controller.runs)
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, QuitDialog))
        await pilot.press("tab", key)
        await pilot.pause()
        assert (isinstance(app.screen, QuitDialog), asked(app)) == (key == "f1", [])


@pytest.mark.parametrize(("button", "end"), [("#stop", ["end"]), ("#keep", ["keep"]), ("#stay", [])])
async def test_the_mouse_can_do_all_of_it(button: str, end: Sequence[str]) -> None:
    app = quitting()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "x stop" in picture(app)[23])
        bar = picture(app)[23]
        assert await pilot.click(offset=(bar.index("q quit"), 23))
        await until(pilot, lambda: "Leave it running" in text(app))
        assert await pilot.click(button)
        await until(pilot, lambda: asked(app) == end and not (app.is_running and app.screen.is_modal))


async def test_where_nothing_can_be_left_running() -> None:
    app = quitting(keeps=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.controller.runs)
        await pilot.press("q")
        await until(pilot, lambda: "A simulated board ends with npumon" in text(app))
        assert "Leave it" not in text(app)
        await pilot.press("l")
        await until(pilot, lambda: "It cannot be left running here." in text(app))
        assert app.is_running


async def test_a_run_that_ends_meanwhile_takes_the_question_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("npumon.tui.screens.quit._LOOK_S", 0.01)
    app = quitting()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.controller.runs)
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, QuitDialog))
        backend = app.backend
        assert isinstance(backend, StaticBackend)
        assert backend.still is not None
        backend.still.live = live()
        await until(pilot, lambda: "The run has ended: q quits." in text(app))
        assert not app.screen.is_modal


@pytest.mark.parametrize("stage", ["idle", "stopping", "finishing", "reloading"])
async def test_nothing_is_asked_where_nothing_would_be_lost(stage: str) -> None:
    app = quitting(live(activity=Activity(stage)))  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.controller._engine)
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)
    assert asked(app) == ["close"]


async def test_the_writer_of_a_watched_log_is_not_ours() -> None:
    backend = StaticBackend(RUNNING)
    backend.watched = "a.log"
    app = MonitorApp(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.controller._engine)
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)

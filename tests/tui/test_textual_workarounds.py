"""What the workarounds achieve; what Textual does without them is in test_textual_itself.py."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from textual.events import Resize
from textual.geometry import Size
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.timer import Timer

from npumon.core.log.scrollback import Scrollback
from npumon.tui.app import LiveArrived, MonitorApp
from npumon.tui.keys import PAGE_NAMES
from tests.tui.stage import SEED, StaticBackend, application, live, picture, report, until


@pytest.fixture
def no_timers(monkeypatch: pytest.MonkeyPatch) -> None:
    """On an overloaded machine some of them are lost; here all are."""
    set_timer = MessagePump.set_timer

    def lost(pump: MessagePump, delay: float, callback: Callable[[], Any] | None = None, **more: Any) -> Timer:
        return set_timer(pump, delay, callback, **{**more, "pause": True})

    monkeypatch.setattr(MessagePump, "set_timer", lost)


@pytest.mark.usefixtures("no_timers")
async def test_the_monitor_starts_and_shows_every_page() -> None:
    run = report(SEED.read_bytes(), model="newcomer")
    backend = StaticBackend(live(run, runs=(run,)))
    app = MonitorApp(backend)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: backend.still and app.live.runs)
        for page in (*PAGE_NAMES, *PAGE_NAMES):
            app.action_page(page)
            await until(pilot, lambda: not app._batch_count and "q quit" in picture(app)[-1])


@pytest.mark.usefixtures("no_timers")
async def test_a_log_goes_on_after_a_pause() -> None:
    app = application(live())
    async with app.run_test(size=(80, 24)) as pilot:
        app.action_page("log")
        book = Scrollback()
        for number in range(5):
            book.feed(b"line %d\n" % number)
            app.post_message(LiveArrived(live(log=book.page)))
            await until(pilot, partial(shows, app, f"line {number}"))


async def test_a_page_that_comes_back_looks_up_its_styles_only_for_another_theme_or_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_up: list[bool] = []
    update_node_styles = Screen.update_node_styles

    def noted(screen: Screen[object], animate: bool = True) -> None:
        looked_up.append(True)
        update_node_styles(screen, animate)

    app = application(live())
    async with app.run_test(size=(80, 24)) as pilot:

        async def looked_up_on(page: str) -> int:
            looked_up.clear()
            app.action_page(page)
            await until(pilot, lambda: app.screen.is_current and not app._batch_count and "q quit" in picture(app)[-1])
            await pilot.pause()
            return len(looked_up)

        monkeypatch.setattr(Screen, "update_node_styles", noted)
        for page in ("log", "live"):
            await looked_up_on(page)
        assert [await looked_up_on(page) for page in ("log", "live")] == [0, 0]
        app.action_next_theme()  # type: ignore[attr-defined]  # from its actions
        await pilot.pause()
        assert [await looked_up_on(page) for page in ("log", "log", "live", "log")] == [1, 0, 1, 0]
        await pilot.resize_terminal(100, 30)
        assert await looked_up_on("live") == 1


def shows(app: MonitorApp, text: str) -> bool:
    return text in "\n".join(picture(app))


#: So many layouts in a row are no end in sight; the loop is cut then, so that a test fails instead of hanging.
TOO_MANY = 50


@pytest.mark.parametrize("way", [*PAGE_NAMES, "question_mark", "colon", "g"])
async def test_a_screen_settles(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages, a dialog, the palette."""
    layouts: list[Size] = []
    lay_out = Screen._screen_resized

    def counted(screen: Screen[object], size: Size) -> None:
        layouts.append(size)
        if len(layouts) < TOO_MANY:
            lay_out(screen, size)

    app = application(live())
    async with app.run_test(size=(80, 24)) as pilot:
        if way in PAGE_NAMES:
            app.action_page(way)
        else:
            await pilot.press(way)
        await until(pilot, lambda: (app.current_mode == way or app.screen.is_modal) and "".join(picture(app)).strip())
        monkeypatch.setattr(Screen, "_screen_resized", counted)
        former, present = Size(100, 30), app.size
        for size in (former, present, former, present):
            app.screen.post_message(Resize(size, size))
            app.screen.call_later(lambda: None)  # else they count as one
        await pilot.pause()
        await until(pilot, lambda: layouts)
        assert len(layouts) < TOO_MANY
        assert set(layouts) == {present}
        await pilot.resize_terminal(100, 30)
        await until(pilot, lambda: app.screen.size == former)
        assert len(picture(app)) == former.height

"""What is built ahead, and that it looks like what is built when a key asks for it."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.containers import VerticalScroll
from textual.css.stylesheet import Stylesheet
from textual.scrollbar import ScrollBar
from textual.widget import Widget

from npumon.tui import preparation, themes
from npumon.tui.app import MonitorApp
from npumon.tui.keys import PAGE_NAMES
from npumon.tui.screens.help import HelpDialog
from npumon.tui.screens.models import ModelsPage
from npumon.tui.terminal.driver import TerminalDriver
from tests.tui.on_terminal import Cells, cells, composed, differing, on_terminal
from tests.tui.stage import SEED, application, calls_of, live, report, until_so


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prepare as fast as possible, and leave the garbage of the test's process alone."""
    monkeypatch.setattr(preparation, "PAUSE_S", 0.0)
    monkeypatch.setattr(gc, "freeze", lambda: None)


@asynccontextmanager
async def monitor(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int, int] = (120, 40), *, prepared: bool = True
) -> AsyncIterator[MonitorApp]:
    """The monitor with a run, with everything prepared or nothing."""
    if not prepared:
        monkeypatch.setattr(preparation.Preparation, "begin", lambda preparation: None)
    run = report(SEED.read_bytes())
    async with on_terminal(monkeypatch, application(live(run, runs=(run,))), size=size) as app:
        await until_so(lambda: app.preparation.done if prepared else app.controller._engine is not None)
        yield app


async def visited(app: MonitorApp, page: str) -> Cells:
    """What the terminal shows after a visit."""
    app.call_later(app.action_page, page)
    await until_so(lambda: app.current_mode == page and not app._batch_count and getattr(app.screen, "settled", False))
    await composed(app)
    await until_so(lambda: not app.screen.message_queue_size)
    await composed(app)
    return cells(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_a_prepared_page_looks_like_one_that_is_not(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [name for name in PAGE_NAMES if name != "live"]
    with monkeypatch.context() as patch:
        async with monitor(patch, size, prepared=False) as app:
            assert list(app._screen_stacks) == ["live"]
            unprepared = {name: await visited(app, name) for name in pages}
    async with monitor(monkeypatch, size) as app:
        assert set(PAGE_NAMES) <= set(app._screen_stacks)
        for name in pages:
            assert differing(unprepared[name], await visited(app, name)) == []


async def test_a_visit_to_a_prepared_page_makes_and_styles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with monitor(monkeypatch) as app:
        made, parsed = calls_of(monkeypatch, Widget, "_compose"), calls_of(monkeypatch, Stylesheet, "parse")
        for name in PAGE_NAMES:
            await visited(app, name)
        app.call_later(app.actions.action_help)
        await until_so(lambda: isinstance(app.screen, HelpDialog))
        await composed(app)
        # The bar of a help that scrolls comes with the length of what is unfolded.
        assert ([one for one in made if not isinstance(one, ScrollBar)], parsed) == ([], [])


async def test_models_are_looked_for_when_their_page_is_visited(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = calls_of(monkeypatch, ModelsPage, "action_refresh")
    async with monitor(monkeypatch) as app:
        assert not looked
        await visited(app, "models")
        await visited(app, "live")
        await visited(app, "models")
        assert len(looked) == 1


async def test_keys_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    quiet_s = [0.0]
    monkeypatch.setattr(preparation, "QUIET_S", 0.001)
    monkeypatch.setattr(TerminalDriver, "quiet_s", property(lambda driver: quiet_s[0]))
    waits: list[float] = []
    wait = preparation.Preparation._wait

    def waiting(of: preparation.Preparation, seconds: float) -> None:
        waits.append(seconds)
        wait(of, seconds)

    monkeypatch.setattr(preparation.Preparation, "_wait", waiting)
    async with on_terminal(monkeypatch, application(live()), size=(80, 24)) as app:
        await until_so(lambda: len(waits) > 5)
        assert list(app._screen_stacks) == ["live"]
        quiet_s[0] = 1.0
        await until_so(lambda: app.preparation.done)
        assert set(PAGE_NAMES) <= set(app._screen_stacks)


async def test_the_help_is_kept_and_begins_at_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    async with monitor(monkeypatch, (80, 15)) as app:
        shown: list[tuple[HelpDialog, Cells]] = []
        for _ in range(2):
            app.call_later(app.actions.action_help)
            await until_so(lambda: isinstance(app.screen, HelpDialog))
            await composed(app)
            dialog = app.screen
            assert isinstance(dialog, HelpDialog)
            shown.append((dialog, cells(app)))
            dialog.action_scroll(5)
            await until_so(lambda: app.screen.query_one(VerticalScroll).scroll_y == 5)
            await composed(app)
            assert cells(app) != shown[-1][1]
            app.call_later(dialog.action_leave)
            await until_so(lambda: not app.screen.is_modal)
        (first, looked), (second, looks) = shown
        assert first is second
        assert differing(looked, looks) == []


async def test_a_prepared_theme_looks_like_one_that_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    async def through_all(app: MonitorApp) -> list[Cells]:
        looks = []
        for _ in themes.THEMES:
            app.theme = themes.after(app.theme)
            await until_so(lambda: app._styled_for == app.theme)
            await composed(app)
            await until_so(lambda: app.preparation.done or app._ahead is None)
            looks.append(cells(app))
        return looks

    with monkeypatch.context() as patch:
        async with monitor(patch, prepared=False) as app:
            unprepared = await through_all(app)
    async with monitor(monkeypatch) as app:
        assert app._ahead is not None
        prepared = await through_all(app)
    assert [differing(*pair) for pair in zip(unprepared, prepared, strict=True)] == [[]] * len(themes.THEMES)
    assert len({str(looks) for _, looks in prepared}) > 1


async def test_without_a_terminal_nothing_is_prepared() -> None:
    app = application(live())
    async with app.run_test() as pilot:
        await pilot.pause()
        await until_so(lambda: app.controller._engine is not None)
        await pilot.pause()
        assert not app.preparation.done
        assert not app.preparation._waiting
        assert list(app._screen_stacks) == ["live"]

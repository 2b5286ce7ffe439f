"""What all pages have in common."""

from __future__ import annotations

import pytest

from npumon.tui.app import MonitorApp
from npumon.tui.backend import DisplayOptions
from npumon.tui.keys import PAGE_NAMES
from npumon.tui.panes.header import HeaderPane
from npumon.tui.screens.page import Page
from npumon.tui.widgets.key_bar import KeyBar
from tests.tui.stage import SEED, StaticBackend, application, live, picture, report, until


@pytest.mark.parametrize(
    ("size", "classes"),
    [
        ((40, 10), {"-tiny", "-flat"}),
        ((60, 15), {"-narrow", "-low"}),
        ((80, 24), {"-normal", "-medium"}),
        ((120, 40), {"-wide", "-high"}),
    ],
)
async def test_classes_by_size(size: tuple[int, int], classes: set[str]) -> None:
    app = application(live())
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: classes <= app.screen.classes)
        await pilot.resize_terminal(200, 60)
        await until(pilot, lambda: {"-wide", "-high"} <= app.screen.classes)


@pytest.mark.parametrize("page", PAGE_NAMES)
async def test_top_line_and_keys_are_on_every_page(page: str) -> None:
    app = application(live())
    async with app.run_test() as pilot:
        app.action_page(page)
        await until(pilot, lambda: "Khadas" in picture(app)[0] and "q quit" in picture(app)[-1])
        assert isinstance(app.screen, Page)
        assert app.screen.query_one(HeaderPane).region.y == 0
        assert app.screen.query_one(KeyBar).region.y == 23


@pytest.mark.parametrize("page", PAGE_NAMES)
async def test_ascii_reaches_every_pane(page: str) -> None:
    run = report(SEED.read_bytes())
    app = MonitorApp(StaticBackend(live(run, runs=(run,)), DisplayOptions(refresh_s=3600, ascii=True)))
    async with app.run_test(size=(120, 40)) as pilot:
        app.action_page(page)
        await pilot.pause()
        assert app.screen.has_class("-ascii")
        await until(pilot, lambda: "q quit" in picture(app)[-1])
        assert "\n".join(picture(app)).isascii()


async def test_demo_is_said_on_every_page() -> None:
    shown = live()
    app = application(shown._replace(snapshot=shown.snapshot._replace(demo=True)))
    async with app.run_test(size=(60, 15)) as pilot:
        for page in PAGE_NAMES:
            app.action_page(page)
            await until(pilot, lambda: "DEMO" in picture(app)[0])


@pytest.mark.parametrize("page", PAGE_NAMES)
async def test_a_value_that_comes_while_the_monitor_is_left_breaks_nothing(page: str) -> None:
    run = report(SEED.read_bytes())
    async with application(live()).run_test(size=(120, 40)) as pilot:
        app = pilot.app
        assert isinstance(app, MonitorApp)
        app.action_page(page)
        await until(pilot, lambda: app.current_mode == page and app.screen.is_mounted)
        app.exit(0)
        assert isinstance(app.screen, Page)
        app.screen.show(live(run, runs=(run,)))
    assert app.return_code == 0

"""The help: the present page first, the others folded, every key found by a search."""

from __future__ import annotations

import pytest
from textual.containers import VerticalScroll
from textual.pilot import Pilot

from npumon.tui.app import MonitorApp
from npumon.tui.backend import DisplayOptions
from npumon.tui.keys import KEYS, PAGE_NAMES
from npumon.tui.page_keys import PAGE_KEYS
from npumon.tui.screens.help import HelpDialog
from tests.tui.stage import application, live, picture, until


def text(app: MonitorApp) -> str:
    return "\n".join(picture(app))


async def opened(pilot: Pilot[int], app: MonitorApp, page: str = "live") -> None:
    app.action_page(page)
    await pilot.pause()
    await pilot.press("question_mark")
    await until(pilot, lambda: isinstance(app.screen, HelpDialog) and "On the page" in text(app))


@pytest.mark.parametrize("width", [40, 60, 80])
async def test_every_key_stands_there_in_full(width: int) -> None:
    app = application(live())
    async with app.run_test(size=(width, 250)) as pilot:
        await opened(pilot, app)
        await pilot.press(*["enter"] * len(PAGE_NAMES))
        await until(pilot, lambda: "nothing is folded" in text(app))
        whole = " ".join("".join(line.strip(" │") + " " for line in picture(app)).split())
        for scope, keys in (("everywhere", KEYS), *PAGE_KEYS.items()):
            assert all(f"{key.shown} {key.meaning}" in whole for key in keys)
            assert scope == "everywhere" or f"On the page {scope.capitalize()}" in whole


@pytest.mark.parametrize("page", PAGE_NAMES)
async def test_the_present_page_comes_first_and_the_others_are_folded(page: str) -> None:
    app = application(live())
    async with app.run_test(size=(80, 120)) as pilot:
        await opened(pilot, app, page)
        lines = [line.strip(" │") for line in picture(app)]
        lines = lines[next(number for number, line in enumerate(lines) if "─ Keys" in line) + 1 :]
        assert lines[0] == f"▾ On the page {page.capitalize()}"
        assert lines[1].startswith(PAGE_KEYS[page][0].shown)
        headings = [line for line in lines if line.startswith(("▸", "▾"))]
        assert headings[1] == "▾ Everywhere"
        assert len(headings) == len(PAGE_NAMES) + 1
        assert all(line.startswith("▸ On the page ") and line.endswith(" keys") for line in headings[2:])


async def test_sorting_is_found_at_once_on_the_page_with_a_table() -> None:
    app = application(live())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app, "layers")
        assert "sort by time" in text(app)


async def test_a_search_shows_what_has_all_the_words_wherever_it_is() -> None:
    app = application(live())
    async with app.run_test(size=(80, 40)) as pilot:
        await opened(pilot, app)
        await pilot.press("slash", *"sort", "space", *"TIME")
        await until(pilot, lambda: "On the page Layers" in text(app) and "Everywhere" not in text(app))
        assert "sort by time" in text(app)
        assert "sort by name" not in text(app)
        await pilot.press(*"q[x]")
        await until(pilot, lambda: "No key has these words." in text(app))
        await pilot.press("enter", "enter")
        assert isinstance(app.screen, HelpDialog), "nothing to unfold"
        await pilot.press("escape")
        await until(pilot, lambda: "Everywhere" in text(app))
        await pilot.press("escape")
        await until(pilot, lambda: not app.screen.is_modal)
        await opened(pilot, app)
        assert "No key" not in text(app)


async def test_headings_fold_and_unfold() -> None:
    app = application(live(), DisplayOptions(refresh_s=3600, ascii=True))
    async with app.run_test(size=(80, 120)) as pilot:
        await opened(pilot, app)
        assert "> On the page Layers" in text(app)
        await pilot.press("right")
        await until(pilot, lambda: "v On the page Layers" in text(app))
        await pilot.press("left")
        await until(pilot, lambda: "> On the page Layers" in text(app))
        for mark in "v>":
            await pilot.pause()
            await pilot.pause()
            row = next(number for number, line in enumerate(picture(app)) if "On the page Runs" in line)
            assert await pilot.click(offset=(10, row))
            await until(pilot, lambda mark=mark: f"{mark} On the page Runs" in text(app))  # type: ignore[misc]


@pytest.mark.parametrize("scope", ["button", "outside"])
async def test_the_mouse_closes_it(scope: str) -> None:
    app = application(live())
    async with app.run_test(size=(90, 24)) as pilot:
        await opened(pilot, app)
        await pilot.click(VerticalScroll)
        await pilot.pause()
        assert app.screen.is_modal
        assert await (pilot.click("#close") if scope == "button" else pilot.click(offset=(1, 1)))
        await until(pilot, lambda: not app.screen.is_modal)


@pytest.mark.parametrize("key", ["escape", "q", "question_mark", "f1"])
async def test_it_scrolls_and_closes(key: str) -> None:
    app = application(live())
    async with app.run_test(size=(80, 15)) as pilot:
        await opened(pilot, app)
        scroll = app.screen.query_one(VerticalScroll)
        await pilot.press("j", "down", "j")
        await until(pilot, lambda: scroll.scroll_y == 3)
        await pilot.press("k")
        await until(pilot, lambda: scroll.scroll_y == 2)
        await pilot.press("end")
        await until(pilot, lambda: scroll.scroll_y == scroll.max_scroll_y)
        assert "Close (Esc)" in text(app)
        await pilot.press(key)
        assert not app.screen.is_modal
        assert app.is_running


async def test_what_part_is_visible_is_told_anew_after_the_window_has_become_smaller() -> None:
    """The dialog is kept, so its text may get another size while it is not visible."""
    app = application(live())
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, app)
        await until(pilot, lambda: " j k: 1-25 of " in text(app))
        await pilot.press("escape")
        await until(pilot, lambda: not app.screen.is_modal)
        await pilot.resize_terminal(90, 20)
        await until(pilot, lambda: app.screen.size.height == 20)
        await pilot.press("question_mark")
        await until(pilot, lambda: " j k: 1-16 of " in text(app))

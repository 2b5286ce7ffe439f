"""The help lists every key."""

from __future__ import annotations

import pytest
from textual.containers import VerticalScroll

from npumon.tui.keys import KEYS
from npumon.tui.page_keys import PAGE_KEYS
from tests.tui.stage import application, live, picture, until


@pytest.mark.parametrize("width", [40, 60, 80])
async def test_every_key_stands_there_in_full(width: int) -> None:
    app = application(live())
    async with app.run_test(size=(width, 320)) as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: "Everywhere" in "\n".join(picture(app)))
        text = " ".join("".join(line.strip(" │") + " " for line in picture(app)).split())
        for key in [*KEYS, *(key for keys in PAGE_KEYS.values() for key in keys)]:
            assert f"{key.shown} {key.meaning}" in text
            assert key.scope == "everywhere" or f"On the page {key.scope.capitalize()}" in text


@pytest.mark.parametrize("scope", ["button", "outside"])
async def test_the_mouse_closes_it(scope: str) -> None:
    app = application(live())
    async with app.run_test(size=(90, 24)) as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: "Close (Esc)" in "\n".join(picture(app)))
        await pilot.click(VerticalScroll)
        await pilot.pause()
        assert app.screen.is_modal
        assert await (pilot.click("#close") if scope == "button" else pilot.click(offset=(1, 1)))
        await until(pilot, lambda: not app.screen.is_modal)


@pytest.mark.parametrize("key", ["escape", "q", "question_mark", "f1"])
async def test_it_scrolls_and_closes(key: str) -> None:
    app = application(live())
    async with app.run_test(size=(80, 15)) as pilot:
        await pilot.press("f1")
        await until(pilot, lambda: "Everywhere" in "\n".join(picture(app)))
        scroll = app.screen.query_one(VerticalScroll)
        await pilot.press("j", "down", "j")
        await until(pilot, lambda: scroll.scroll_y == 3)
        await pilot.press("k")
        await until(pilot, lambda: scroll.scroll_y == 2)
        await pilot.press("end")
        await until(pilot, lambda: scroll.scroll_y == scroll.max_scroll_y)
        assert "Close (Esc)" in "\n".join(picture(app))
        await pilot.press(key)
        assert not app.screen.is_modal
        assert app.is_running


async def test_what_part_is_visible_is_told_anew_after_the_window_has_become_smaller() -> None:
    """The dialog is kept, so its text may get another size while it is not visible."""
    app = application(live())
    async with app.run_test(size=(100, 60)) as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: " j k: 1-54 of " in "\n".join(picture(app)))
        await pilot.press("escape")
        await until(pilot, lambda: not app.screen.is_modal)
        await pilot.resize_terminal(90, 24)
        await until(pilot, lambda: app.screen.size.height == 24)
        await pilot.press("question_mark")
        await until(pilot, lambda: " j k: 1-20 of " in "\n".join(picture(app)))
        await pilot.resize_terminal(90, 30)
        await until(pilot, lambda: " j k: 1-25 of " in "\n".join(picture(app)))

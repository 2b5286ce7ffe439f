"""The help lists every key."""

from __future__ import annotations

import pytest
from textual.containers import VerticalScroll
from textual.widgets import Static

from npumon.tui.keys import KEYS, PAGES, page_keys
from tests.tui.stage import application, live, picture, until


async def test_every_key_stands_there() -> None:
    app = application(live())
    async with app.run_test() as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        text = str(app.screen.query_one(VerticalScroll).query_one(Static).content)
        keys = [*KEYS, *(key for name in PAGES for key in page_keys(name))]
        lines = text.splitlines()
        for key in keys:
            assert f"  {key.shown:<10} {key.meaning}" in lines
        for key in keys[len(KEYS) :]:
            assert f"On the page {key.place.capitalize()}" in lines


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
        assert "Esc closes" in "\n".join(picture(app))
        await pilot.press(key)
        assert not app.screen.is_modal
        assert app.is_running

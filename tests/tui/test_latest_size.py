"""Several sizes under way at once, as on a slow machine when a window is pulled: only the present one counts."""

from __future__ import annotations

import pytest
from textual.events import Resize
from textual.geometry import Size
from textual.screen import Screen

from npumon.tui.keys import PAGES
from tests.tui.stage import application, live, picture, until

#: So many layouts in a row are no end in sight; the loop is cut then, so that a test fails instead of hanging.
TOO_MANY = 50


@pytest.mark.parametrize("way", [*PAGES, "question_mark", "colon", "g"])
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
        if way in PAGES:
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

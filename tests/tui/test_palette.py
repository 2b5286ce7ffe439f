"""The command palette offers every action."""

from __future__ import annotations

import pytest
from textual.command import CommandPalette, DiscoveryHit

from npumon.tui import themes
from npumon.tui.actions import PACES_S
from npumon.tui.keys import KEYS
from npumon.tui.palette import MonitorCommands
from tests.tui.stage import application, live, picture, until


@pytest.mark.parametrize("key", ["colon", "ctrl+p"])
async def test_it_opens_and_closes(key: str) -> None:
    app = application(live())
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: "run (r)" in "\n".join(picture(app)))
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(app.screen, CommandPalette)


async def test_every_action_is_there() -> None:
    app = application(live())
    async with app.run_test():
        commands = MonitorCommands(app.screen)
        offered = [str(hit.display) async for hit in commands.discover() if isinstance(hit, DiscoveryHit)]
        for key in KEYS:
            if key.action not in ("command_palette", "next_page(1)", "next_page(-1)"):
                assert f"{key.word} ({key.shown})" in offered
        assert [name for name in offered if name.startswith("theme ")] == [
            "theme (t)", *(f"theme {name}" for name in themes.NAMES)
        ]  # fmt: skip
        assert len([name for name in offered if name.startswith("refresh ")]) == len(PACES_S)
        assert len(offered) == len(set(offered))


async def test_a_theme_by_its_name() -> None:
    app = application(live())
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("colon", *"colorblind")
        await until(pilot, lambda: "take the theme colorblind" in "\n".join(picture(app)))
        await pilot.press("enter")
        await until(pilot, lambda: app.theme == "colorblind")


async def test_a_pace_by_its_name() -> None:
    app = application(live())
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("colon", *"refresh", "space", "5")
        await until(pilot, lambda: "every 5 s" in "\n".join(picture(app)))
        await pilot.press("enter")
        await until(pilot, lambda: app.conductor.refresh_s == 5)


async def test_quit() -> None:
    app = application(live())
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("colon", *"quit")
        await until(pilot, lambda: "quit (q)" in "\n".join(picture(app)))
        await pilot.press("enter")
        await until(pilot, lambda: not app.is_running)
        assert app.return_value == 0


@pytest.mark.parametrize("query", ["[", "[/]", "[bold]", "日本", "\\", "(", "é", "[link=x]y"])
async def test_any_query(query: str) -> None:
    app = application(live())
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("colon")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press(*query)
        await pilot.pause()
        hits = [hit async for hit in MonitorCommands(app.screen).search(query)]
        assert all(hit.score > 0 for hit in hits)
        assert app.is_running
        await pilot.press("escape", "escape")

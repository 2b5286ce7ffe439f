"""Run it several times: two numbers, by keys and by mouse."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from npumon.tui.app import MonitorApp
from npumon.tui.screens.repeat import MOST, RepeatDialog, RepeatRequest
from tests.tui.stage import application, live, picture, until


class Asked:
    """The dialog, open, and its answer once there is one."""

    def __init__(self, app: MonitorApp, pilot: Pilot[int]) -> None:
        self.pilot = pilot
        self.answers: list[RepeatRequest | None] = []
        app.push_screen(RepeatDialog(app, "[bold]a[/] model"), self.answers.append)


async def test_enter_takes_what_stands_there() -> None:
    app = application(live())
    async with app.run_test() as pilot:
        asked = Asked(app, pilot)
        await until(pilot, lambda: "[bold]a[/] model" in "\n".join(picture(app)))
        await pilot.press("enter")
        await pilot.pause()
        assert asked.answers == [RepeatRequest(10, 1)]


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        ("5 enter", RepeatRequest(5, 1)),
        ("1 0 0 tab 0 enter", RepeatRequest(100, 0)),
        ("tab tab enter", RepeatRequest(10, 1)),
        ("tab tab tab enter", None),
        ("7 escape", None),
        ("1 0 0 0 0 0 enter", RepeatRequest(MOST, 1)),
    ],
)
async def test_by_keys(keys: str, answer: RepeatRequest | None) -> None:
    app = application(live())
    async with app.run_test() as pilot:
        asked = Asked(app, pilot)
        await pilot.pause()
        await pilot.press(*keys.split())
        await pilot.pause()
        assert asked.answers == [answer]


async def test_a_dialog_that_is_kept_begins_anew() -> None:
    app = application(live())
    async with app.run_test() as pilot:
        dialog = RepeatDialog(app, "")
        app.install_screen(dialog, "repeat")
        answers: list[RepeatRequest | None] = []
        for model, keys in (("[one]", "9 9 tab 9 9 escape"), ("[two]", "0 enter escape"), ("[three]", "enter")):
            dialog.ask(model)
            app.push_screen("repeat", answers.append)
            await until(pilot, lambda shown=model: shown in "\n".join(picture(app)))  # type: ignore[misc]
            assert "warm-up runs." not in "\n".join(picture(app)), "no complaint from before"
            await pilot.press(*keys.split())
            await until(pilot, lambda: not app.screen.is_modal)
        assert answers == [None, None, RepeatRequest(10, 1)]


@pytest.mark.parametrize(
    "keys", ["0 enter", "minus 1 enter", "9 9 9 9 9 9 enter", "backspace enter", "1 tab backspace enter"]
)
async def test_numbers_that_are_none(keys: str) -> None:
    app = application(live())
    async with app.run_test() as pilot:
        asked = Asked(app, pilot)
        await pilot.pause()
        await pilot.press(*keys.split())
        await until(pilot, lambda: "Enter 1 to 100000 runs" in "\n".join(picture(app)))
        assert asked.answers == []
        await pilot.press("escape")
        await pilot.pause()
        assert asked.answers == [None]


async def test_letters_are_not_taken() -> None:
    app = application(live())
    async with app.run_test() as pilot:
        asked = Asked(app, pilot)
        await pilot.pause()
        await pilot.press("a", "q", "3", "left_square_bracket", "space", "x")
        assert app.screen.query_one("#count", Input).value == "3"
        assert asked.answers == []


@pytest.mark.parametrize(("button", "answer"), [("#start", RepeatRequest(10, 1)), ("#cancel", None)])
async def test_by_mouse(button: str, answer: RepeatRequest | None) -> None:
    app = application(live())
    async with app.run_test() as pilot:
        asked = Asked(app, pilot)
        await until(pilot, lambda: "Cancel" in "\n".join(picture(app)))
        assert app.screen.query_one(button, Button).display
        assert await pilot.click(button)
        await pilot.pause()
        assert asked.answers == [answer]


@pytest.mark.parametrize("size", [(20, 5), (40, 10), (60, 15)])
async def test_small_terminals(size: tuple[int, int]) -> None:
    """Also those on which not all of it can be seen."""
    app = application(live())
    async with app.run_test(size=size) as pilot:
        asked = Asked(app, pilot)
        await pilot.pause()
        await pilot.press("4", "enter")
        await pilot.pause()
        assert asked.answers == [RepeatRequest(4, 1)]


async def test_all_of_it_is_to_be_seen_at_40_by_10() -> None:
    app = application(live())
    async with app.run_test(size=(40, 10)) as pilot:
        Asked(app, pilot)
        await pilot.pause()
        await pilot.press("0", "enter")
        for words in ("Warm-up runs before   1", "Enter 1 to", "Start", "Cancel", "Esc closes"):
            await until(pilot, lambda words=words: words in "\n".join(picture(app)))  # type: ignore[misc]

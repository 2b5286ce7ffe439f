"""What all dialogs have in common."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widget import Widget

from npumon.tui.backend import DisplayOptions
from npumon.tui.screens import dialog
from npumon.tui.screens.dialog import Dialog, words
from tests.tui.stage import application, live, picture, until


class Question(Dialog[bool]):
    NAME = "Question"
    CSS_PATH = str(Path(dialog.__file__).parents[1] / "styles" / "dialogs.tcss")

    def body(self) -> list[Widget]:
        return [words("[bold]Really[/bold] [/] [link=x]?")]


async def test_text_is_no_markup() -> None:
    app = application(live())
    async with app.run_test() as pilot:
        app.push_screen(Question(app))
        await until(pilot, lambda: "[bold]Really[/bold] [/] [link=x]?" in "\n".join(picture(app)))


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_it_can_be_left(key: str) -> None:
    answers: list[bool | None] = []
    app = application(live())
    async with app.run_test() as pilot:
        app.push_screen(Question(app), answers.append)
        await pilot.pause()
        await pilot.press(key)
        await pilot.pause()
        assert answers == [None]
        assert app.is_running


async def test_keys_of_the_pages_do_nothing_behind_it() -> None:
    app = application(live())
    async with app.run_test() as pilot:
        app.push_screen(Question(app))
        await pilot.pause()
        await pilot.press("2", "tab", "question_mark", "g", "r", "T", "colon", "space", "x")
        await pilot.pause()
        assert (app.current_mode, len(app.screen_stack), app.paused) == ("live", 2, False)
        app.action_page("runs")
        app.actions.action_help()
        await pilot.pause()
        assert app.current_mode == "live", "a page cannot be left behind a dialog"
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert len(app.screen_stack) == 1


async def test_ctrl_c_quits_from_there_too() -> None:
    app = application(live())
    async with app.run_test() as pilot:
        app.push_screen(Question(app))
        await pilot.pause()
        await pilot.press("ctrl+c")
        await until(pilot, lambda: not app.is_running)
        assert app.return_value == 0


async def test_its_frame_is_ascii_where_that_is_asked_for() -> None:
    app = application(live(), DisplayOptions(refresh_s=3600, ascii=True))
    async with app.run_test() as pilot:
        app.push_screen(Question(app))
        await until(pilot, lambda: "Question" in "\n".join(picture(app)))
        top = next(line for line in picture(app) if "Question" in line)
        assert "+" in top
        assert not set("╭─╮│") & set(top)

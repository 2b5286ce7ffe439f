"""The filter line: opens, tells of each change, keeps, clears, and gives the focus back."""

from __future__ import annotations

from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import Button, Input

from npumon.tui.page_keys import FILTER_KEYS, PAGE_KEYS
from npumon.tui.widgets.filter import FILTER_BINDINGS, LONGEST, FilterLine


class Stage(App[None]):
    """A list (a button stands for it) above a filter line, with the keys that a page binds."""

    BINDINGS: ClassVar[list[BindingType]] = [*FILTER_BINDINGS, ("q", "tell('q')")]

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def compose(self) -> ComposeResult:
        yield Button("the list")
        self.filter_line = FilterLine()
        yield self.filter_line

    def action_filter(self) -> None:
        self.filter_line.open()

    def action_clear_filter(self) -> None:
        self.filter_line.clear()

    def action_next_match(self, step: int) -> None:
        self.told.append(f"step {step}")

    def action_tell(self, text: str) -> None:
        self.told.append(text)

    def on_filter_line_changed(self, message: FilterLine.Changed) -> None:
        self.told.append(message.text)


async def test_it_is_hidden_and_out_of_the_way_until_it_is_opened() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        assert not app.filter_line.is_open
        await pilot.press("tab", "tab", "q")
        assert isinstance(app.focused, Button)
        assert app.told == ["q"]


async def test_each_letter_is_told_and_is_no_key_of_the_page() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await pilot.press("slash", "q", "n", "slash", "space", "N")
        assert app.filter_line.is_open
        assert isinstance(app.focused, Input)
        assert app.told == ["q", "qn", "qn/", "qn/ N"]
        assert app.filter_line.text == "qn/ N"


async def test_enter_keeps_and_gives_the_focus_back() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await pilot.press("slash", "a", "enter", "n", "N")
        assert app.filter_line.is_open
        assert isinstance(app.focused, Button)
        assert app.told == ["a", "step 1", "step -1"]


async def test_enter_without_words_closes() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await pilot.press("slash", "enter")
        assert not app.filter_line.is_open
        assert isinstance(app.focused, Button)
        assert app.told == []


@pytest.mark.parametrize("kept", [True, False])
async def test_escape_clears_and_closes(kept: bool) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await pilot.press("slash", "a", *(["enter"] if kept else []), "escape")
        assert not app.filter_line.is_open
        assert isinstance(app.focused, Button)
        assert app.told == ["a", ""]
        assert app.filter_line.text == ""
        await pilot.press("slash", "b")
        assert app.told == ["a", "", "b"]


async def test_it_opens_empty_and_brings_back_what_was_looked_for() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        field = app.filter_line.query_one(Input)
        await pilot.press("slash", "a", "enter", "slash", "b", "enter", "slash")
        assert app.told == ["a", "", "b", ""]
        seen = []
        for key in ("up", "up", "up", "down", "down", "down"):
            await pilot.press(key)
            seen.append(field.value)
        assert seen == ["b", "a", "a", "b", "", ""]
        await pilot.press("up", "up", "c", "escape", "slash", "up")
        assert app.filter_line.text == "ac"
        await pilot.press("escape", "slash", "a", "enter", "slash", "up", "up", "up")
        assert field.value == "b", "each is remembered once"


async def test_the_oldest_words_are_forgotten() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        for letter in "abcdefghijklmnopqrstuvwxyz":
            await pilot.press("slash", letter, "enter")
        await pilot.press("slash", *["up"] * 30)
        assert app.filter_line.text == "g"


async def test_hostile_words_are_text() -> None:
    app = Stage()
    async with app.run_test(size=(60, 5)) as pilot:
        await pilot.press("slash")
        field = app.filter_line.query_one(Input)
        field.value = "[bold]\x1b]52;c;x\x07\u202e"
        await pilot.pause()
        assert app.told == ["[bold]\\x1b]52;c;x\\x07\\u202e"]
        field.value = "x" * 1000
        await pilot.pause()
        app.filter_line.tell("[/] 3 of 40")
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        shown = ["".join(segment.text for segment in strip) for strip in strips]
        assert any("[/] 3 of 40" in line for line in shown)


async def test_the_line_does_not_grow_for_ever() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await pilot.press("slash")
        app.filter_line.query_one(Input).insert_text_at_cursor("x" * (LONGEST + 1))
        await pilot.pause()
        assert len(app.filter_line.text) <= LONGEST


@pytest.mark.parametrize("page", ["layers", "runs", "models"])
def test_the_help_names_the_keys_of_the_page(page: str) -> None:
    assert [key for key in PAGE_KEYS[page] if key in FILTER_KEYS] == [*FILTER_KEYS]
    assert len(FILTER_KEYS) == 4

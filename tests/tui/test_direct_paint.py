"""What a canvas paints past Textual's compositor is what the compositor would have painted."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from npumon.core.monitor.live import Live
from npumon.tui import themes
from npumon.tui.paint import ROLES, Area, Line, Span
from npumon.tui.terminal.screen_buffer import ScreenBuffer
from npumon.tui.terminal.traits import TerminalTraits
from npumon.tui.textual_workarounds import direct_paint
from npumon.tui.widgets.canvas import Canvas
from tests.tui.on_terminal import TRAITS, cells, composed, differing, on_terminal
from tests.tui.stage import live, until_so

#: Narrow and wide characters, marks that combine, characters that Textual would make invisible, markup.
CHARS = "ab [日本é\u0301│█▏·\xa0"


class Given(Canvas):
    """Shows the lines that it was given."""

    lines: Sequence[Line] = ()

    def draw(self, live: Live, area: Area) -> Sequence[Line]:
        return self.lines


class Inked(Screen[None]):
    COMPONENT_CLASSES = {f"ink--{role}" for role in ROLES}  # noqa: RUF012

    def compose(self) -> ComposeResult:
        yield Static("above")
        with VerticalScroll():
            yield Given()


class Stage(App[None]):
    CSS = """
        VerticalScroll { height: 5; } Given { width: 22; height: 5; border: round blue; margin-left: 3; }
        .ink--value { text-style: bold; color: green; } .ink--bad { background: red 40%; color: white; }
    """

    def on_mount(self) -> None:
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.push_screen(Inked())

    @property
    def given(self) -> Given:
        return self.screen_stack[1].query_one(Given)


@asynccontextmanager
async def on_stage(monkeypatch: pytest.MonkeyPatch, traits: TerminalTraits = TRAITS) -> AsyncIterator[Stage]:
    """The application with a canvas that has shown something."""
    async with on_terminal(monkeypatch, Stage(), traits) as app:
        await until_so(lambda: len(app.screen_stack) == 2 and app.given.content_size.width == 20)
        app.given.show(live())
        await composed(app)
        yield app


def some_line(numbers: random.Random) -> Line:
    return tuple(
        Span("".join(numbers.choices(CHARS, k=numbers.randrange(8))), numbers.choice(("", "value", "bad")))
        for _ in range(numbers.randrange(5))
    )


@pytest.mark.parametrize("traits", [TRAITS, TRAITS._replace(color=False), TRAITS._replace(ascii=True)])
@pytest.mark.parametrize("theme", [theme.name for theme in themes.THEMES])
async def test_what_is_painted_is_what_would_be_composed(
    traits: TerminalTraits, theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = random.Random(1)
    refreshed: list[Any] = []
    differed = 0
    async with on_stage(monkeypatch, traits) as app:
        app.theme = theme
        await composed(app)
        with monkeypatch.context() as patch:
            patch.setattr(Given, "refresh", lambda canvas, *regions, **how: refreshed.append(regions))
            for _ in range(30):
                before = cells(app)
                app.given.lines = tuple(some_line(numbers) for _ in range(3))
                app.given.redraw()
                painted = cells(app)
                differed += painted != before
                await composed(app)
                assert differing(painted, cells(app)) == []
        assert differed > 20
        assert not refreshed, "Textual composes nothing for it"


async def test_no_control_character_gets_through() -> None:
    buffer = ScreenBuffer(20, 2, ascii=False, color=True)
    assert buffer.place(1, 0, "a\x1b[2Jb\x9b\x07", buffer.look("\x1b[1;32mx\x1b[0m")) == 6
    sent = buffer.update()
    assert "a[2Jb" in sent
    assert "\x1b[1;32m" in sent or "\x1b[0;1;32m" in sent
    assert not {"\x1b[2J", "\x9b", "\x07"} & {sent[at : at + 4] for at in range(len(sent))}
    assert "\x9b" not in sent
    assert "\x07" not in sent


class Over(ModalScreen[None]):
    def compose(self) -> ComposeResult:
        yield Static("over")


async def test_textual_composes_what_is_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_stage(monkeypatch) as app:
        assert direct_paint(app.given) is not None
        with app.batch_update():
            assert direct_paint(app.given) is None
        app.push_screen(Over())
        await until_so(lambda: len(app.screen_stack) == 3)
        assert direct_paint(app.given) is None
        app.pop_screen()
        await until_so(lambda: direct_paint(app.given) is not None)
        app.given.styles.height = 9  # more than there is to be seen of it
        await until_so(lambda: app.given.content_size.height == 7 and not app.screen._layout_required)
        assert direct_paint(app.given) is None
        app.given.styles.display = "none"
        await until_so(lambda: not app.screen._layout_required and not app.given.size)
        assert direct_paint(app.given) is None


async def test_without_a_terminal_of_ours_textual_composes() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await pilot.pause()
        assert direct_paint(app.given) is None

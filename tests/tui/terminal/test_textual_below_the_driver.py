"""Textual's own behaviour below `tui.terminal.driver`, and the private parts of Textual that the driver uses.

A test that fails here says that Textual has changed, and what to change in the driver.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
import textual
from textual import _parser, constants, events
from textual.app import App
from textual.geometry import Region, Size
from textual.message_pump import MessagePump
from textual.messages import TerminalSupportsSynchronizedOutput

from tests.tui.stage import until


def key_parser() -> Any:
    """The driver's parser of keys."""
    try:
        return importlib.import_module("textual._xterm_parser").XTermParser()
    except (ImportError, AttributeError):
        pytest.fail("textual._xterm_parser.XTermParser is gone: `TerminalDriver` needs another parser of keys.")


def test_the_parser_of_keys_is_private() -> None:
    assert type(key_parser()).__name__ == "XTermParser"
    package = Path(textual.__file__).parent
    naming = [path for path in package.rglob("*.py") if "XTermParser" in path.read_text(encoding="utf-8")]
    public = [path for path in naming if path.parent.name != "drivers" and path.name != "_xterm_parser.py"]
    assert not public, "XTermParser may be public: import it in `TerminalDriver` from there."


def test_only_time_tells_escape_from_a_sequence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delete `TerminalDriver._escape_time` when the parser tells it by itself."""
    now = 0.0
    monkeypatch.setattr(_parser, "get_time", lambda: now)
    parser = key_parser()
    assert list(parser.feed("\x1b")) == []
    assert list(parser.tick()) == []
    now = constants.ESCAPE_DELAY
    assert [event.key for event in parser.tick()] == ["escape"]
    assert list(parser.feed("\x1b[")) == []
    assert [event.key for event in parser.feed("A")] == ["up"]


def test_an_empty_text_ends_the_parser() -> None:
    """Delete the condition on the text in `TerminalDriver._read` when it does not."""
    parser = key_parser()
    assert list(parser.feed("")) == []
    with pytest.raises(_parser.ParseError):
        list(parser.feed("a"))


@pytest.mark.parametrize("name", ["_app", "_debug", "_loop", "_mouse", "_size"])
async def test_what_a_driver_knows_is_private(name: str) -> None:
    app = App[None]()
    async with app.run_test():
        assert hasattr(app._driver, name), f"Driver.{name} is gone: `TerminalDriver` uses it."
        assert not hasattr(app._driver, name[1:]), f"Driver.{name[1:]} is public: use it in `TerminalDriver`."


async def test_the_size_at_the_start_is_read_from_the_driver() -> None:
    """Give the attribute of `TerminalDriver` another name when an application asks in another way."""
    app = App[None]()
    async with app.run_test():
        assert app._driver is not None
        app._size, app._driver._size = None, (12, 3)
        assert app.size == Size(12, 3)


class Drawn(App[None]):
    """An application that notes what it writes, from the time when `written` is a list."""

    written: list[str] | None = None

    @property
    def is_headless(self) -> bool:
        return self.written is None

    def note(self) -> list[str]:
        """Begin to note."""
        assert self._driver is not None
        self.written = []
        self._driver.write = self.written.append  # type: ignore[method-assign,assignment]
        return self.written


async def test_signs_surround_each_update_however_small() -> None:
    """Delete the handling of these signs in `TerminalDriver.write` when Textual writes none around a small one."""
    app = Drawn()
    async with app.run_test() as pilot:
        await pilot.pause()
        app.post_message(TerminalSupportsSynchronizedOutput())
        await pilot.pause()
        written = app.note()
        app.screen.refresh(Region(0, 0, 1, 1))
        await until(pilot, lambda: "\x1b[?2026l" in written)
        assert len("".join(written)) < 200
        assert written[0] == "\x1b[?2026h"


async def test_another_size_is_lost_with_its_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delete `TerminalDriver._redraw` when the size reaches the screen without a timer."""
    set_timer = MessagePump.set_timer

    def lost(pump: MessagePump, delay: float, *words: Any, **more: Any) -> Any:
        return set_timer(pump, delay, *words, **{**more, "pause": True})

    app = App[None]()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        monkeypatch.setattr(MessagePump, "set_timer", lost)
        app.post_message(events.Resize(Size(100, 30), Size(100, 30)))
        await until(pilot, lambda: app.size == Size(100, 30))
        await pilot.pause()
        assert app.screen.outer_size == Size(80, 24)


async def test_a_size_that_comes_back_draws_nothing() -> None:
    """Delete the call of `refresh` in `TerminalDriver._redraw` when it does."""
    app = Drawn()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        written = app.note()
        for size in (Size(100, 30), Size(80, 24)):
            app.post_message(events.Resize(size, size))
        await pilot.pause()
        await until(pilot, lambda: app._resize_event is None and app._resize_timer is None)
        await pilot.pause()
        assert not written
        app.screen.refresh()
        await until(pilot, lambda: written)

"""Textual's own behaviour, without the workarounds in `tui.textual_workarounds`.

A test that fails here says that Textual has changed: then its workaround may be deleted, and the test with it.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from pathlib import Path
from typing import Any, ClassVar

import pytest
from textual import _time, events
from textual._compositor import Compositor
from textual.app import App
from textual.css.stylesheet import Stylesheet
from textual.geometry import Size
from textual.message_pump import MessagePump
from textual.screen import Screen

from npumon.tui.textual_workarounds import after, read_styles
from tests.tui.stage import calls_of, until, until_so
from tests.tui.test_textual_workarounds import TOO_MANY


class Plain(App[None]):
    """Two pages of Textual's."""

    MODES: ClassVar[dict[str, Any]] = {"first": Screen, "second": Screen}
    DEFAULT_MODE = "first"

    def __init__(self) -> None:
        super().__init__()
        self.styles_read = 0

    def refresh_css(self, animate: bool = True) -> None:
        self.styles_read += 1
        super().refresh_css(animate)


class Styled(Screen[None]):
    """A page with styles of its own."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.css_path = [path]


async def test_a_timer_that_was_held_up_never_rings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delete `after`, and use `set_timer`, when it rings."""
    moments = itertools.count(step=10)  # ten seconds pass between two looks at the clock
    app = Plain()
    async with app.run_test() as pilot:
        rang: list[bool] = []
        with monkeypatch.context() as patch:
            patch.setattr(_time, "get_time", lambda: float(next(moments)))
            held_up = app.set_timer(1, lambda: rang.append(True))
            await until_so(lambda: held_up._task is None or held_up._task.done())
        await pilot.pause()
        assert not rang


class Held(Screen[None]):
    """A page that is not drawn while `held`."""

    held = False

    def _on_timer_update(self) -> None:
        if not self.held:
            super()._on_timer_update()


async def test_a_call_after_a_refresh_is_lost_if_the_layout_is_refreshed_then() -> None:
    """Use `call_after_refresh` in `MonitorApp._open`, and delete the reminders of `KeyQueue`, when it is made."""
    called: list[bool] = []
    rang: list[bool] = []

    class OnePage(Plain):
        MODES: ClassVar[dict[str, Any]] = {"first": Held, "second": Screen}

    app = OnePage()
    async with app.run_test() as pilot:
        await pilot.pause()
        page = app.screen
        assert isinstance(page, Held)
        page.held = True
        page.refresh()
        app.call_after_refresh(lambda: called.append(True))
        await until_so(lambda: page._callbacks and not page.message_queue_size)
        app.refresh_css()  # as for another theme
        page.held = False
        after(0.1, app, lambda: rang.append(True))  # several times as long as a refresh takes to begin
        await until_so(lambda: rang)
        assert not called
        page.check_idle()
        await until_so(lambda: called)


async def test_a_page_that_is_held_back_waits_for_a_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delete `SteadyApp.delay_update` when Textual does without, for a page that has been laid out already."""
    waited: list[float] = []
    set_timer = MessagePump.set_timer

    def noted(pump: MessagePump, delay: float, *words: Any, **more: Any) -> Any:
        if more.get("name") == "delay_update":
            waited.append(delay)
        return set_timer(pump, delay, *words, **more)

    app = Plain()
    async with app.run_test() as pilot:
        for mode in ("second", "first"):
            await app.switch_mode(mode)
            await pilot.pause()
        monkeypatch.setattr(MessagePump, "set_timer", noted)
        app.switch_mode("second")
        assert waited == [0.05]
        await until(pilot, lambda: not app._batch_count)


async def test_all_styles_are_read_again_for_a_page() -> None:
    """Twice for a new one, once more when it comes back. Delete `SteadyApp.refresh_css` when they are not."""
    app = Plain()
    async with app.run_test() as pilot:
        await pilot.pause()
        read = []
        for mode in ("second", "first", "second"):
            before = app.styles_read
            await app.switch_mode(mode)
            await pilot.pause()
            read.append(app.styles_read - before)
        assert read == [2, 0, 1]


async def test_a_page_that_comes_back_looks_up_its_styles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delete `StylesKept` when it does not, or when a screen's own handler comes before that of its subclass."""
    looked_up: list[str | None] = []
    update_node_styles = Screen.update_node_styles

    def noted(screen: Screen[object], animate: bool = True) -> None:
        looked_up.append(screen.app.current_mode)
        update_node_styles(screen, animate)

    class Sparing(Screen[None]):
        def on_screen_resume(self, event: events.ScreenResume) -> None:
            event.refresh_styles = False

    class TwoPages(Plain):
        MODES: ClassVar[dict[str, Any]] = {"first": Screen, "second": Sparing}

    app = TwoPages()
    async with app.run_test() as pilot:
        await app.switch_mode("second")
        await pilot.pause()
        monkeypatch.setattr(Screen, "update_node_styles", noted)
        for mode in ("first", "second"):
            await app.switch_mode(mode)
            await pilot.pause()
        assert looked_up == ["first"]


async def test_styles_of_a_new_page_make_all_styles_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Delete `read_styles` when they do not."""
    (styles := tmp_path / "page.tcss").write_text("Screen { color: red; }")
    parsed = calls_of(monkeypatch, Stylesheet, "reparse")
    app = Plain()
    async with app.run_test() as pilot:
        await pilot.pause()
        parsed.clear()
        await app.push_screen(Styled(styles))
        assert parsed, "Textual reads the styles of a new screen by itself"
        app.pop_screen()
        await pilot.pause()
        (other := tmp_path / "other.tcss").write_text("Screen { color: blue; }")
        page = Styled(other)
        read_styles(page)
        parsed.clear()
        await app.push_screen(page)
        assert not parsed


async def test_a_screen_goes_from_one_size_to_another_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delete `LatestSize` when it settles."""
    layouts: list[Size] = []
    lay_out = Screen._screen_resized

    def counted(screen: Screen[object], size: Size) -> None:
        layouts.append(size)
        if len(layouts) < TOO_MANY:
            lay_out(screen, size)
            screen.call_later(lambda: None)  # panes have messages of their own in between

    app = Plain()
    async with app.run_test(size=(80, 24)) as pilot:
        monkeypatch.setattr(Screen, "_screen_resized", counted)
        for size in (Size(100, 30), app.size, Size(100, 30), app.size):
            app.screen.post_message(events.Resize(size, size))
            app.screen.call_later(lambda: None)  # else they count as one
        await until(pilot, lambda: len(layouts) >= TOO_MANY)


async def test_a_screen_that_is_held_back_is_composed_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delete `Page._compositor_refresh` when it is not."""
    app = Plain()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        composed: list[bool] = []
        compose = Compositor.render_update

        def counted(compositor: Compositor, *words: Any, **more: Any) -> Any:
            composed.append(app._batch_count > 0)
            return compose(compositor, *words, **more)

        monkeypatch.setattr(Compositor, "render_update", counted)
        with app.batch_update():
            app.screen.post_message(events.Resize(Size(100, 30), Size(100, 30)))
            await until_so(lambda: composed)
        assert composed[0]


async def test_what_is_parsed_for_another_theme_is_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Call Textual's method in `SteadyApp.refresh_css` when it is not."""
    app = Plain()
    async with app.run_test() as pilot:
        app.theme = "nord"
        await pilot.pause()
        assert not app.stylesheet._parse_cache


async def test_what_broke_an_application_is_kept_to_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """Delete `SteadyApp._handle_exception` when it is public, `_fatal_error` when no variables are printed."""
    app = Plain()
    error = ZeroDivisionError("division")

    def fail() -> None:
        secret = "hidden"  # noqa: F841  # in the traceback
        raise error

    async def run() -> None:
        async with app.run_test() as pilot:
            app.call_later(fail)
            await until(pilot, lambda: not app.is_running)

    with pytest.raises(ZeroDivisionError):
        await run()
    assert [name for name, value in vars(app).items() if value is error] == ["_exception"]
    assert "secret = 'hidden'" in capsys.readouterr().err


async def test_the_terminal_is_kept_to_itself() -> None:
    """Delete `terminal_of` when an application's driver is public."""
    app = Plain()
    async with app.run_test():
        names = [name for name in dir(App) if not name.startswith("_")]
        assert app._driver is not None
        assert "driver" not in names
        assert [name for name, value in vars(app).items() if value is app._driver] == ["_driver"]


async def test_textuals_picture_puts_lines_where_the_viewers_font_has_them() -> None:
    """Delete `screen_lines` and `npumon.tui.picture` when it draws them, and loads no font from a server."""
    app = Plain()
    async with app.run_test():
        svg = app.export_screenshot()
        assert re.search(r'@font-face \{[^}]*url\("https?://', svg)
        assert "<path" not in svg


async def test_a_key_reaches_the_page_that_is_there_when_it_arrives() -> None:
    """Delete `terminal.key_queue` when keys typed ahead reach the page that they were meant for."""
    pressed: list[str] = []

    class First(Screen[None]):
        BINDINGS: ClassVar[list[Any]] = [("2", "app.switch_mode('second')")]

        def on_key(self, event: events.Key) -> None:
            pressed.append(event.key)

    class TypedAhead(Plain):
        MODES: ClassVar[dict[str, Any]] = {"first": First, "second": Screen}

    app = TypedAhead()
    async with app.run_test() as pilot:
        for name in "2x":
            key = events.Key(name, name)
            key.set_sender(app)
            app.post_message(key)
        await until(pilot, lambda: app.current_mode == "second")
        await asyncio.sleep(0)
        assert pressed == ["2", "x"]

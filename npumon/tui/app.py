"""The application: a table of contents. Pages, keys, commands, themes, and where a live value goes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import PurePath
from typing import Any, ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.driver import Driver
from textual.screen import Screen

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.monitor.live import Live
from npumon.core.monitor.snapshot import Snapshot
from npumon.tui import themes
from npumon.tui.actions import Actions
from npumon.tui.backend import MonitorBackend
from npumon.tui.controller import RunController
from npumon.tui.keys import KEYS
from npumon.tui.messages import LiveArrived
from npumon.tui.screens.page import Page
from npumon.tui.terminal.signals import ending_signals
from npumon.tui.textual_workarounds import after

#: By then the first frame has been sent.
FIRST_FRAME_S = 0.02
#: The exit status after a signal.
INTERRUPTED = 130


def _page(module: str, name: str) -> Callable[[], Screen[None]]:
    """A page that is imported and made when it is first visited."""

    def make() -> Screen[None]:
        from importlib import import_module

        page: Screen[None] = getattr(import_module(f"npumon.tui.screens.{module}"), name)()
        return page

    return make


def _commands() -> type[Provider]:
    """The palette's commands, imported when it is first opened."""
    from npumon.tui.palette import MonitorCommands

    return MonitorCommands


class MonitorApp(Actions, App[int]):
    """The live monitor. `backend` is its way to the world. Its result is the exit status."""

    TITLE = "npumon"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["styles/ink.tcss", "styles/pages.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key.keys, key.pressed or key.action, key.word, show=False) for key in KEYS if key.keys
    ]
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "live": _page("live", "LivePage"),
        "layers": _page("layers", "LayersPage"),
        "runs": _page("runs", "RunsPage"),
        "models": _page("models", "ModelsPage"),
        "log": _page("log", "LogPage"),
    }
    DEFAULT_MODE = "live"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_commands}

    def __init__(self, backend: MonitorBackend, driver_class: type[Driver] | None = None) -> None:
        super().__init__(driver_class=driver_class)
        self.backend = backend
        self.known_pages = set()
        self.controller = RunController(backend, self._publish, self.complain)
        self.live = Live(Snapshot("", BoardState(), DriverState(), demo=backend.display.demo))
        self.animation_level = "none"
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = themes.named(backend.display.theme)
        self._styled_for = ""
        #: What broke the monitor, if something did. Whoever opened it says so.
        self.failure: Exception | None = None
        # Layout and styles settle in three steps, each of which would repaint the screen: hold back until the last.
        self.laid_out = asyncio.Event()
        self._until_exit = ExitStack()
        self._first_frame = ExitStack()
        self._first_frame.enter_context(self.batch_update())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables, for themes that do not set them."""
        return themes.DEFAULT_VARIABLES

    def refresh_css(self, animate: bool = True) -> None:
        """Read all styles anew. Textual asks for it twice for a new page and whenever another one comes back; what is
        new in a page is read by then, and the rest changes with the theme only."""
        if self.theme != self._styled_for:
            self._styled_for = self.theme
            super().refresh_css(animate)

    def delay_update(self, delay: float = 0.05) -> None:
        """Textual holds the screen back while another one takes its place. One that is laid out needs no such time."""
        held = ExitStack()
        held.enter_context(self.batch_update())

        def show() -> None:
            held.close()
            self.screen.refresh()

        after(min(delay, self.settling_s), self, show)

    async def on_event(self, event: events.Event) -> None:
        """Each key is a sign that what was said before it has been read."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self.hush()
        await super().on_event(event)

    def on_load(self) -> None:
        """Before the terminal is taken."""
        if threading.current_thread() is threading.main_thread():  # no other one gets signals
            self._until_exit.enter_context(ending_signals(self._end))

    async def on_unmount(self) -> None:
        """However it ends: no model is left running, and signals do again what they did before."""
        try:
            await self.controller.close()
        finally:
            self._until_exit.close()

    def _end(self, number: int) -> None:
        """A signal asks npumon to end: the model first, then the terminal."""
        self.begin_to_leave(INTERRUPTED)

    def _handle_exception(self, error: Exception) -> None:
        """Textual's hook for what nobody caught. The application ends, see `failure`."""
        self.failure = self.failure or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Textual would print the traceback, with the values of all variables, on the restored terminal."""
        self._close_messages_no_wait()

    def on_ready(self) -> None:
        """Everything is laid out."""
        self.laid_out.set()
        after(0.001, self, self._open)

    def _open(self) -> None:
        """The first frame; then the engine, whose import would have held it up."""
        self._first_frame.close()
        if not self.is_running or not self.screen_stack:  # it was left at once
            return
        self.screen.refresh()
        # Not `call_after_refresh`: what it promises is forgotten when the layout is refreshed just then.
        after(FIRST_FRAME_S, self, self.controller.start)

    def _publish(self, live: Live) -> None:
        self.post_message(LiveArrived(live))

    def on_live_arrived(self, message: LiveArrived) -> None:
        """Keep it, and show it unless the display is paused."""
        self.live = message.live
        if not self.paused:
            self.show_live()

    def show_live(self) -> None:
        """Every page that can be seen shows the newest value."""
        for screen in self.screen_stack:
            if isinstance(screen, Page) and screen.is_mounted:
                screen.show(self.live)

"""The application: pages, keys, themes, the way of a live value, and the way out."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import chain
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.monitor.live import Live, Snapshot
from npumon.core.monitor.log_board import LogBoard
from npumon.core.monitor.selection import Selection
from npumon.core.monitor.selector import Selector
from npumon.tui import themes
from npumon.tui.actions import Actions
from npumon.tui.backend import MonitorBackend
from npumon.tui.controller import RunController
from npumon.tui.export_actions import ExportActions
from npumon.tui.keys import KEYS, PAGES, pages_for
from npumon.tui.notices import Notifier
from npumon.tui.other_ways import OtherWays
from npumon.tui.preparation import Preparation
from npumon.tui.run_actions import RunActions
from npumon.tui.screens.page import Page, page_class
from npumon.tui.select_actions import SelectActions
from npumon.tui.terminal.signals import ending_signals
from npumon.tui.textual_workarounds import SteadyApp, after

if TYPE_CHECKING:
    from textual.driver import Driver
    from textual.worker import Worker

    from npumon.core.monitor.live import ModelChoice
    from npumon.core.profile import Operation
    from npumon.core.run.report import RunReport
    from npumon.tui.iteration_loader import IterationLoader

#: By then the first frame has been sent.
FIRST_FRAME_S = 0.02
#: The exit status after a signal.
INTERRUPTED = 130


class LiveArrived(Message):
    """The engine has a newer value. Of several in the queue only the last one counts."""

    def __init__(self, live: Live) -> None:
        super().__init__()
        self.live = live

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, LiveArrived)


class MonitorApp(SteadyApp):
    """The live monitor; implements `host.Host`. Its result is the exit status."""

    TITLE = "npumon"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["styles/ink.tcss", "styles/pages.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key.keys, key.pressed or key.action, key.word, show=False) for key in KEYS if key.keys
    ]
    DEFAULT_MODE = PAGES[0].name

    def __init__(self, backend: MonitorBackend, driver_class: type[Driver] | None = None) -> None:
        super().__init__(driver_class=driver_class)
        self.backend = backend
        log_board = None if backend.watched is None else LogBoard()
        self.live = Live(Snapshot("", BoardState(), DriverState(), None, backend.display.demo, log_board))
        self._selector = Selector()
        self._loader: IterationLoader | None = None
        self.marked: RunReport | None = None
        self.paused = False
        self.sought_line: int | Operation | None = None
        self.sought_operation: Operation | None = None
        self.notifier = Notifier(self, self._show_notice)
        self.controller = RunController(backend, self._publish, self.notifier.error)
        self.run_actions = RunActions(self)
        self.actions = Actions(self)
        self._pages = tuple(page.name for page in pages_for(watching=backend.watched is not None))
        self.preparation = Preparation(
            self, self._pages, {"help": self.actions.help_screen, "repeat": self.run_actions.repeat_screen}
        )
        for name, action in chain(
            *map(
                _actions_of,
                (self.run_actions, self.actions, SelectActions(self), OtherWays(self), ExportActions(self)),
            )
        ):
            setattr(self, name, action)  # Textual looks up the actions of keys on the application
        for name in self._pages:
            self.add_mode(name, partial(self.make_page, name))
        self.animation_level = "none"
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = themes.named(backend.display.theme)
        # Layout and styles settle in three steps, each of which would repaint the screen: hold back until the last.
        self.laid_out = asyncio.Event()
        self._until_exit = ExitStack()
        self._first_frame = ExitStack()
        self._first_frame.enter_context(self.batch_update())
        self._leaving: Worker[None] | None = None
        #: The command line to go on with, once the monitor has ended.
        self.next_words: tuple[str, ...] | None = None

    def make_page(self, name: str) -> Page:
        """Create a page when it is first visited."""
        return page_class(name)(self)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return npumon's own variables, for themes that do not set them."""
        return themes.DEFAULT_VARIABLES

    # -- from the start to the end -----------------------------------------------------------------------------------

    def on_load(self) -> None:
        """Take over the signals, before the terminal is taken."""
        if threading.current_thread() is threading.main_thread():  # no other one gets signals
            self._until_exit.enter_context(ending_signals(self._end))

    def on_ready(self) -> None:
        """Open: everything is laid out."""
        self.theme_changed_signal.subscribe(self, lambda theme: self.preparation.theme_changed())
        self.laid_out.set()
        after(0.001, self, self._open)

    def _open(self) -> None:
        """Show the first frame, then start the engine, whose import would have delayed it."""
        self._first_frame.close()
        gc.freeze()
        gc.enable()
        if not self.is_running or not self.screen_stack:  # the user left at once
            return
        self.screen.refresh()
        # Not with `call_after_refresh`, see `after`.
        after(FIRST_FRAME_S, self, self._start)

    def _start(self) -> None:
        self.controller.start()
        self.preparation.begin()

    def _end(self, number: int) -> None:
        """Leave because of a signal: the model ends first, then the terminal is restored."""
        self.begin_to_leave(INTERRUPTED)

    async def action_quit(self) -> None:
        """Leave; if a model runs, ask what becomes of it."""
        if self._leaving is None and self.controller.runs:
            self.actions.ask_to_quit(self.begin_to_leave)
        else:
            self.begin_to_leave(0)

    async def action_quit_now(self) -> None:
        """Leave; a running model is stopped first, unless it is to be kept."""
        self.begin_to_leave(0)

    def leave_for(self, words: tuple[str, ...]) -> None:
        """Leave, and go on with another command line of npumon's."""
        self.next_words = words
        self.begin_to_leave(0)

    def begin_to_leave(self, status: int, keep: bool | None = None) -> None:
        """Stop what runs, then end the application with this exit status. The display goes on until then; a second call
        changes nothing. `keep` is for `RunController.close`."""
        if self._leaving is None:
            self._leaving = self.run_worker(self._leave(status, keep), exit_on_error=False)

    async def _leave(self, status: int, keep: bool | None) -> None:
        try:
            await self.controller.close(keep)
            await self.laid_out.wait()  # a half-composed page cannot be removed
        finally:
            self.exit(status)

    async def on_unmount(self) -> None:
        """Leave no model running, however the application ends, and restore the signal handlers."""
        try:
            await self.controller.close()
        finally:
            self._until_exit.close()

    # -- live values -------------------------------------------------------------------------------------------------

    def _publish(self, live: Live) -> None:
        self.post_message(LiveArrived(live))

    def on_live_arrived(self, message: LiveArrived) -> None:
        """Keep the value, and show it unless the display is paused."""
        self.live = message.live
        if not self.paused:
            self.show_live()

    def show_live(self) -> None:
        """Show the newest value on every visible page, as it is selected."""
        shown = self.shown
        if shown is not self.live or self._loader is not None:
            self._load()
            shown = self.shown
        for screen in self.screen_stack:
            if isinstance(screen, Page) and screen.is_mounted:
                screen.show(shown)

    def _load(self) -> None:
        """Have the selected iteration read if it is no longer in memory."""
        if self._loader is None and self._selector.missing is not None:
            from npumon.tui.iteration_loader import IterationLoader

            self._loader = IterationLoader(self, self._selector)
        if self._loader is not None:
            self._loader.look()

    @property
    def shown(self) -> Live:
        """What pages show: the newest value with the selected run and iteration in the place of the newest."""
        return self._selector.of(self.live)

    @property
    def selection(self) -> Selection:
        """Which run and iteration are selected."""
        return self._selector.selection

    def select(self, selection: Selection) -> None:
        """Show this run and iteration on all pages."""
        if selection != self.selection:
            self._selector.select(selection)
            self.show_live()

    def _show_notice(self) -> None:
        """Show another notice, or the keys again, on every visible page."""
        for screen in self.screen_stack if self._running else ():
            if isinstance(screen, Page) and screen.is_mounted:
                screen.offer_keys()

    # -- keys and commands -------------------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Clear the notice before a key or a click: it has been read by then. A click on it is the key bar's."""
        if self.notifier.shown is not None and not event.is_forwarded:
            beside = isinstance(event, events.MouseDown) and event.y < self.size.height - 1
            if beside or isinstance(event, events.Key):
                self.notifier.clear()
        await super().on_event(event)

    def action_page(self, name: str) -> None:
        """Go to a page."""
        if name in self._pages and self.current_mode != name and len(self.screen_stack) == 1:
            self.switch_mode(name)

    def run_model(self, choice: ModelChoice) -> None:
        """Run this model and go to the Live page."""
        self.run_actions.run_model(choice)

    def overhead_text(self) -> str:
        """Return npumon's own cost for the right end of the key bar; empty unless it is shown."""
        return self.actions.overhead_text()


def _actions_of(part: object) -> Iterator[tuple[str, Callable[..., object]]]:
    """Return the action methods of a part of the application by name."""
    return ((name, getattr(part, name)) for name in dir(part) if name.startswith("action_"))

"""What depends on private or undocumented behaviour of Textual: each with its reason, each to be deleted when its test
in tests/tui/test_textual_itself.py says that Textual does without.

What depends on it to drive a terminal stands in `tui.terminal.driver`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

from npumon.tui.terminal.driver import TerminalDriver

if TYPE_CHECKING:
    from textual.driver import Driver
    from textual.screen import Screen
    from textual.widget import AwaitMount

_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
#: Seconds for which a page is held back while it is laid out for the first time, and later on.
SETTLING_S, SETTLED_S = 0.05, 0.001


def after(seconds: float, pump: MessagePump, call: Callable[[], None]) -> asyncio.TimerHandle:
    """Have an application, a screen or a widget make a call in so many seconds, unless it has gone by then.

    Textual's timers are not for calls that must come: when the machine takes the processor away between two of their
    lines, for as long as the timer is to wait, one that rings once has rung already and never calls.
    """

    def ring() -> None:
        pump.call_later(call)

    return asyncio.get_running_loop().call_later(seconds, ring)


def terminal_of(app: App[Any]) -> TerminalDriver | None:
    """The application's terminal; None where it has another driver, as in tests. Textual keeps it to itself."""
    driver = app._driver
    return driver if isinstance(driver, TerminalDriver) else None


class SteadyApp(App[int]):
    """An application that reads its styles once, changes pages without a flicker, and breaks without a word."""

    def __init__(self, driver_class: type[Driver] | None = None) -> None:
        super().__init__(driver_class=driver_class)
        #: What broke the application, if something did. Whoever opened it says so.
        self.failure: Exception | None = None
        self._styled_for = ""
        self._known_modes: set[str] = set()
        self._settling_s = SETTLING_S

    def refresh_css(self, animate: bool = True) -> None:
        """Read all styles again, when the theme has changed.

        Textual asks for it twice for a new page and whenever another one comes back; what is new in a page is read by
        then (`read_styles`), and the rest changes with the theme only.
        """
        if self.theme != self._styled_for:
            self._styled_for = self.theme
            super().refresh_css(animate)

    def switch_mode(self, mode: str) -> AwaitMount:
        """Note whether the page has been laid out before, for `delay_update`."""
        self._settling_s = SETTLED_S if mode in self._known_modes else SETTLING_S
        self._known_modes |= {self.current_mode, mode}
        return super().switch_mode(mode)

    def delay_update(self, delay: float = 0.05) -> None:
        """Hold the screen back while another one takes its place: for as short as it takes, and not with a timer of
        Textual's, which may never ring (`after`)."""
        held = ExitStack()
        held.enter_context(self.batch_update())

        def show() -> None:
            held.close()
            self.screen.refresh()

        after(min(delay, self._settling_s), self, show)

    def _handle_exception(self, error: Exception) -> None:
        """Keep what no handler caught: Textual ends the application and tells its caller nothing."""
        self.failure = self.failure or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End: Textual would print the traceback, with the values of all variables, on the restored terminal."""
        self._close_messages_no_wait()


class LatestSize(MessagePump):
    """A part of a screen, to be named before the screen's class so that its handler comes first.

    Laying itself out in a size, Textual's screen tells itself of that size once more. With two sizes under way at
    once it would go from one to the other for ever, and no key, timer or signal would be heard any more.
    """

    def on_resize(self, event: events.Resize) -> None:
        """Leave sizes out that are over; the present one is told of, too."""
        if event.size != self.app.size:
            event.stop()
            event.prevent_default()


def read_styles(screen: Screen[Any]) -> None:
    """Add a new screen's own styles to those that are known.

    Textual would do it, too, but then it reads the styles of all screens again and looks up each widget's once more.
    """
    stylesheet = screen.app.stylesheet
    for path in screen.css_path:
        if not stylesheet.has_source(str(path)):
            stylesheet.read(path)


def self_contained(svg: str) -> str:
    """A picture of the screen with its blanks as they are, and without the fonts that it would load from a server:
    a file should show itself."""
    return _FONT_FACE.sub("", svg).replace("<svg ", '<svg xml:space="preserve" ', 1)

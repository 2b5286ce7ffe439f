"""Calls to come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from textual import events
from textual.message_pump import MessagePump
from textual.screen import Screen


def after(seconds: float, pump: MessagePump, call: Callable[[], None]) -> asyncio.TimerHandle:
    """Have an application, a screen or a widget make a call in so many seconds, unless it has gone by then.

    Textual's timers are not for calls that must come: when the machine takes the processor away between two of their
    lines, for as long as the timer is to wait, one that rings once has rung already and never calls.
    """

    def ring() -> None:
        pump.call_later(call)

    return asyncio.get_running_loop().call_later(seconds, ring)


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

    Textual would do it, too, but then it reads the styles of all screens anew and looks up each widget's once more.
    """
    stylesheet = screen.app.stylesheet
    for path in screen.css_path:
        if not stylesheet.has_source(str(path)):
            stylesheet.read(path)

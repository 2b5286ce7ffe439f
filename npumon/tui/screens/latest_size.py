"""Screens that heed only the terminal's present size."""

from __future__ import annotations

from textual import events
from textual.message_pump import MessagePump


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

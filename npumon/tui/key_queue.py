"""Keys typed ahead reach what they were meant for: each waits until the one before has done its work.

Textual hands a key to the screen that is there when it arrives. Keys that come faster than a page or a search line
opens would go to the former page, where a letter of a search word may be a command.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.events import Key

#: So many seconds after a key was passed on, the screen is asked whether it is done. Textual may forget to say so.
REMINDER_S = 0.2
#: After so many reminders the next key goes on whatever the screen does: keys must never be dead.
REMINDERS = 15


class KeyQueue:
    """Passes keys on to `deliver`, one at a time. Belongs to the event loop."""

    def __init__(self, app: App[Any], loop: asyncio.AbstractEventLoop, deliver: Callable[[Key], None]) -> None:
        self._app = app
        self._loop = loop
        self._deliver = deliver
        self._waiting: deque[Key] = deque()
        self._reminder: asyncio.TimerHandle | None = None
        self._number = 0

    def put(self, key: Key) -> None:
        """A key was typed. The first one goes on at once."""
        self._waiting.append(key)
        if self._reminder is None:
            self._next()

    def clear(self) -> None:
        """Forget what was typed and not used."""
        self._waiting.clear()
        self._rest()

    def _next(self) -> None:
        if not self._waiting:
            return
        self._number += 1
        number = self._number
        self._remind_later(number, REMINDERS)
        self._deliver(self._waiting.popleft())
        # A key goes from the application to a widget and back up to it; what it opens is laid out after that.
        self._app.call_after_refresh(lambda: self._app.call_after_refresh(lambda: self._done(number)))

    def _remind_later(self, number: int, times: int) -> None:
        self._reminder = self._loop.call_later(REMINDER_S, self._remind, number, times)

    def _remind(self, number: int, times: int) -> None:
        if times == 0:
            self._done(number)
            return
        self._remind_later(number, times - 1)
        for screen in self._app.screen_stack:
            screen.check_idle()

    def _done(self, number: int) -> None:
        if number == self._number and self._reminder is not None:
            self._rest()
            self._next()

    def _rest(self) -> None:
        if self._reminder is not None:
            self._reminder.cancel()
            self._reminder = None

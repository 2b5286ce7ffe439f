"""Keys typed ahead reach what they were meant for: each waits until the key before it has taken effect.

Textual hands a key to the screen that is active when the key arrives. Keys that arrive faster than a page or a search
line opens would go to the previous page, on which a letter of a search word may be a command.

A key has taken effect when it has travelled from the focused widget to the application and everything it triggered on
the way has been handled; if it led to another screen or focus, when that has been laid out.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from textual.app import App
from textual.dom import DOMNode
from textual.events import Key

#: How often the way from the focused widget to the application is followed after a key: what the key triggers
#: triggers more.
LAPS = 3
#: Seconds after a delivery until the screen is asked whether it is done. Textual may forget to report it.
REMINDER_S = 0.2
#: After that many reminders the next key is delivered regardless: keys must never be dead.
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
        self._before: DOMNode | None = None

    def put(self, key: Key) -> None:
        """Add a key. The first one is delivered at once."""
        self._waiting.append(key)
        if self._reminder is None:
            self._next()

    def clear(self) -> None:
        """Drop the keys that have not been delivered."""
        self._waiting.clear()
        self._rest()

    def _next(self) -> None:
        if not self._waiting:
            return
        self._number += 1
        number = self._number
        self._remind_later(number, REMINDERS)
        self._before = self._target()
        self._deliver(self._waiting.popleft())
        self._app.call_later(self._lap, number, LAPS)

    def _target(self) -> DOMNode | None:
        """Return the node that a key would go to now."""
        stack = self._app.screen_stack
        return (stack[-1].focused or stack[-1]) if stack else None

    def _lap(self, number: int, laps: int) -> None:
        target = self._target()
        self._follow(number, laps, iter(() if target is None else target.ancestors_with_self))

    def _follow(self, number: int, laps: int, way: Iterator[DOMNode]) -> None:
        """Continue with the next node on the way, behind everything already in its queue."""
        if number != self._number:
            return
        if any(node.call_later(self._follow, number, laps, way) for node in way):
            return
        if laps > 1:
            self._lap(number, laps - 1)
        elif self._target() is self._before:
            self._done(number)
        else:
            self._done_when_laid_out(number)

    def _done_when_laid_out(self, number: int) -> None:
        self._app.call_after_refresh(lambda: self._app.call_after_refresh(lambda: self._done(number)))

    def _remind_later(self, number: int, times: int) -> None:
        self._reminder = self._loop.call_later(REMINDER_S, self._remind, number, times)

    def _remind(self, number: int, times: int) -> None:
        if times == 0:
            self._done(number)
            return
        self._remind_later(number, times - 1)
        self._done_when_laid_out(number)
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

"""Keys typed ahead reach what they were meant for: each waits until the one before has done its work.

Textual hands a key to the screen that is there when it arrives. Keys that come faster than a page or a search line
opens would go to the former page, where a letter of a search word may be a command.

A key has done its work when it has been at the widget with the focus and back at the application, and what it set off
there has, too; where it led to another screen or another focus, when that has been laid out.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from textual.app import App
from textual.dom import DOMNode
from textual.events import Key

#: How often the way from the widget with the focus to the application is gone behind a key, for what the key sets off
#: sets off more.
LAPS = 3
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
        self._before: DOMNode | None = None

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
        self._before = self._target()
        self._deliver(self._waiting.popleft())
        self._app.call_later(self._lap, number, LAPS)

    def _target(self) -> DOMNode | None:
        """Where a key would go now."""
        stack = self._app.screen_stack
        return (stack[-1].focused or stack[-1]) if stack else None

    def _lap(self, number: int, laps: int) -> None:
        target = self._target()
        self._follow(number, laps, iter(() if target is None else target.ancestors_with_self))

    def _follow(self, number: int, laps: int, way: Iterator[DOMNode]) -> None:
        """Go on to the next one on the way, behind all that it has still to do."""
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

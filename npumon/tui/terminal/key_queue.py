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
        #: The way of the key that is taking effect; None: the next one is delivered at once.
        self._way: Iterator[DOMNode] | None = None

    def put(self, key: Key) -> None:
        """Add a key. The first one is delivered at once."""
        self._waiting.append(key)
        if self._way is None:
            self._next()

    def clear(self) -> None:
        """Drop the keys that have not been delivered."""
        self._waiting.clear()
        self._way = None

    def _next(self) -> None:
        self._way = None
        if self._waiting:
            self._way = way = self._nodes_on_the_way()
            before = self._target()
            self._loop.call_later(REMINDER_S, self._remind, way, REMINDERS)
            self._deliver(self._waiting.popleft())
            self._app.call_later(self._follow, way, before)

    def _target(self) -> DOMNode | None:
        """Return the node that a key would go to now."""
        stack = self._app.screen_stack
        return (stack[-1].focused or stack[-1]) if stack else None

    def _nodes_on_the_way(self) -> Iterator[DOMNode]:
        for _ in range(LAPS):
            target = self._target()
            yield from () if target is None else target.ancestors_with_self

    def _follow(self, way: Iterator[DOMNode], before: DOMNode | None) -> None:
        """Continue with the next node on the way, behind everything already in its queue."""
        if any(node.call_later(self._follow, way, before) for node in way):
            return
        if self._target() is before:
            self._done(way)
        else:
            self._done_when_laid_out(way)

    def _done_when_laid_out(self, way: Iterator[DOMNode]) -> None:
        self._app.call_after_refresh(lambda: self._app.call_after_refresh(lambda: self._done(way)))

    def _remind(self, way: Iterator[DOMNode], times: int) -> None:
        if times == 0:
            self._done(way)
        elif way is self._way:
            self._loop.call_later(REMINDER_S, self._remind, way, times - 1)
            self._done_when_laid_out(way)
            for screen in self._app.screen_stack:
                screen.check_idle()

    def _done(self, way: Iterator[DOMNode]) -> None:
        """Deliver the next key, unless a reminder has done so already."""
        if way is self._way:
            self._next()

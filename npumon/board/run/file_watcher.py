"""The wake-up of those who follow a file: watchdog's events, taken into the event loop."""

from __future__ import annotations

import asyncio
import math
import os
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import BaseObserver

#: Seconds for which further news wait after those that woke somebody. A program that prints all the time would wake
#: npumon with every line.
PAUSE_S = 0.05

#: Kinds of events by which names come and go; reading a file causes events, too.
_NAMES = ("created", "moved", "deleted")
_READING = ("opened", "closed_no_write")


class NameEvent(NamedTuple):
    """A name in the folder was created or deleted, or moved to `to`, another name there."""

    kind: str
    name: str
    to: str = ""


class FileWatcher:
    """Wakes the loop when a file is written, created, moved or deleted, and after a time in any case.

    It listens to the file's folder, so the file may come and go. Events that come while nothing waits count as one. If
    the kernel has no inotify watch to give (its limits are reached, the folder does not exist), only the time wakes.
    `on_names` is called in the loop when names in the folder have come or gone: `take_names` returns which.
    """

    def __init__(self, path: str, on_names: Callable[[], None] | None = None) -> None:
        self._folder, self._name = os.path.split(os.path.abspath(path))
        self._on_names = on_names
        self._names: deque[NameEvent] = deque()
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._observer: BaseObserver | None = None
        self._news = self._listening = False
        self._woken_s = -math.inf

    def start(self) -> None:
        """Begin to listen, on the running loop."""
        self._loop = asyncio.get_running_loop()
        if os.path.isdir(self._folder):
            self._observer = self._observe()

    async def wait(self, seconds: float, pause_s: float = PAUSE_S) -> None:
        """Wait until woken, for at most that many seconds; by events not before `pause_s` after the last time."""
        # Not asyncio.wait_for: before Python 3.12 it loses a cancellation that comes together with the wake-up.
        loop = asyncio.get_running_loop()
        timer = loop.call_later(seconds, self._woken.set)
        pause = loop.call_at(self._woken_s + pause_s, self._listen)
        try:
            await self._woken.wait()
        finally:
            timer.cancel()
            pause.cancel()
            self._listening = self._news = False
            self._woken_s = loop.time()
        self._woken.clear()

    def wake(self) -> None:
        """Wake the waiting task. Only from the loop's own thread."""
        self._woken.set()

    def take_names(self) -> list[NameEvent]:
        """Return the names that have come or gone since the last call, in their order, as far as watchdog has told."""
        return [self._names.popleft() for _ in range(len(self._names))]

    def close(self) -> None:
        """Stop listening. Afterwards no thread of the watcher is left."""
        observer, self._observer, self._loop = self._observer, None, None
        if observer is not None:
            observer.stop()
            observer.join()

    def _listen(self) -> None:
        """Let events wake again. `_on_event` sets and looks in the opposite order, so that none is overlooked."""
        self._listening = True
        if self._news:
            self._woken.set()

    def _observe(self) -> BaseObserver | None:
        from watchdog.events import FileSystemEventHandler
        from watchdog.observers import Observer

        watcher = self

        class Handler(FileSystemEventHandler):
            def on_any_event(self, event: FileSystemEvent) -> None:
                if event.event_type not in _READING:
                    watcher._on_event(event.event_type, os.fsdecode(event.src_path), os.fsdecode(event.dest_path))

        try:
            observer = Observer()
        except OSError:  # no more inotify instances for this user
            return None
        try:
            observer.schedule(Handler(), self._folder)
            observer.start()
        except OSError:  # no more watches, or the folder went away
            observer.stop()
            return None
        return observer

    def _on_event(self, kind: str, path: str, to: str) -> None:
        """Handle an event, on the observer's thread."""
        name, new = os.path.basename(path), os.path.basename(to)
        named = self._on_names is not None and kind in _NAMES
        if named:
            self._names.append(NameEvent(kind, name, new))
        if self._name in (name, new):
            self._news = True
        if named or (self._news and self._listening):
            try:
                if (loop := self._loop) is not None:
                    loop.call_soon_threadsafe(self._in_loop)
            except RuntimeError:  # the loop was closed while this event was on its way
                pass

    def _in_loop(self) -> None:
        if self._names and self._on_names is not None:
            self._on_names()
        if self._news and self._listening:
            self._woken.set()

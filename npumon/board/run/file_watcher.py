"""An alarm clock that also rings when something happens to a file."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import BaseObserver


class FileWatcher:
    """Wakes the loop when a file is written, made, moved or deleted, and after a time anyway.

    It listens to the file's folder, so the file may come and go. Rings that come while nobody waits count as one.
    Where the kernel has no inotify to give (its limits are reached, the folder does not exist) the time alone has
    to do.
    """

    def __init__(self, path: str) -> None:
        self._folder, self._name = os.path.split(os.path.abspath(path))
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._observer: BaseObserver | None = None

    def start(self) -> None:
        """Begin to listen, on the running loop."""
        self._loop = asyncio.get_running_loop()
        if os.path.isdir(self._folder):
            self._observer = self._observe()

    async def wait(self, seconds: float) -> None:
        """Wait until woken, at most so many seconds."""
        # Not asyncio.wait_for: before Python 3.12 it loses a cancellation that comes together with the wake-up.
        timer = asyncio.get_running_loop().call_later(seconds, self._woken.set)
        try:
            await self._woken.wait()
        finally:
            timer.cancel()
        self._woken.clear()

    def wake(self) -> None:
        """Wake whoever waits. Only from the loop's own thread."""
        self._woken.set()

    def close(self) -> None:
        """Stop listening. Afterwards no thread of ours is left."""
        observer, self._observer, self._loop = self._observer, None, None
        if observer is not None:
            observer.stop()
            observer.join()

    def _observe(self) -> BaseObserver | None:
        from watchdog.events import FileSystemEventHandler
        from watchdog.observers import Observer

        watcher = self

        class Handler(FileSystemEventHandler):
            def on_any_event(self, event: FileSystemEvent) -> None:
                if event.event_type not in ("opened", "closed_no_write"):  # our own reading is no news
                    watcher._on_event(os.fsdecode(event.src_path), os.fsdecode(event.dest_path))

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

    def _on_event(self, *paths: str) -> None:
        """On the observer's thread."""
        loop = self._loop
        if loop is not None and any(os.path.basename(path) == self._name for path in paths):
            try:
                loop.call_soon_threadsafe(self._woken.set)
            except RuntimeError:  # the loop was closed while this event was on its way
                pass

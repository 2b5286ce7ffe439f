"""Follows a log that a program is writing: its bytes from the beginning, as they come."""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
import stat
from collections.abc import AsyncGenerator, Iterator
from typing import TYPE_CHECKING

from npumon.board.run.reading_pace import ReadingPace
from npumon.board.run.view_text import AHEAD, ViewText
from npumon.board.sysfs import length_of
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible
from npumon.ports import LogChunk

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import BaseObserver


class FileWatcher:
    """Wakes the loop when a file is written, created, moved or deleted, and after a time in any case.

    It listens to the file's folder, so the file may come and go. Events that come while nothing waits count as one. If
    the kernel has no inotify watch to give (its limits are reached, the folder does not exist), only the time wakes.
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
        """Wait until woken, for at most that many seconds."""
        # Not asyncio.wait_for: before Python 3.12 it loses a cancellation that comes together with the wake-up.
        timer = asyncio.get_running_loop().call_later(seconds, self._woken.set)
        try:
            await self._woken.wait()
        finally:
            timer.cancel()
        self._woken.clear()

    def wake(self) -> None:
        """Wake the waiting task. Only from the loop's own thread."""
        self._woken.set()

    def close(self) -> None:
        """Stop listening. Afterwards no thread of the watcher is left."""
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
                if event.event_type not in ("opened", "closed_no_write"):  # reading the file causes events too
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
        """Handle an event, on the observer's thread."""
        loop = self._loop
        if loop is not None and any(os.path.basename(path) == self._name for path in paths):
            try:
                loop.call_soon_threadsafe(self._woken.set)
            except RuntimeError:  # the loop was closed while this event was on its way
                pass


#: Bytes at the end of a text that are read in any case: totals and classes stand there.
NEWEST = 256 << 10
#: Bytes among which the end of a line is looked for, to leave no half of one.
LINE = 64 << 10
#: What stands in a text for what was not read of it.
NOT_READ = b"[npumon: %d bytes were not read here: the program printed faster than npumon reads]\n"

#: Bytes before the offset that are remembered, to notice when they have been replaced.
_MEMORY = 4096


class WatchdogFollower:
    """An implementation of `ports.LogFollower`. `poll_s` is how late a change may be noticed if the kernel sends no
    events."""

    def __init__(self, poll_s: float = 0.5) -> None:
        self._poll_s = poll_s

    def follow(self, path: str) -> FileTail:
        """Return a tail of that file, which need not exist yet."""
        return FileTail(path, self._poll_s)


class FileTail:
    """An implementation of `ports.LogTail`. Events only wake it; what it yields is what it finds in the file.

    - The file got shorter, or the bytes before the offset differ: "truncated", read from the beginning.
    - Another file has the name: the previous one is read to its end, then the new one, "rotated" if the previous one
      lives on under another name and "recreated" if it was deleted.
    - The name is gone: this is reported, the file is still read, and another may come.

    Not noticed: a text that is replaced between two looks by one of at least the same length with the same 4 KiB before
    the offset; what is written to a rotated file after the new one was found.
    """

    def __init__(self, path: str, poll_s: float) -> None:
        self._path = path
        self._poll_s = poll_s
        self._watcher = FileWatcher(path)
        self._descriptor = -1
        self._offset = 0
        self._memory = b""
        self._restarted: str | None = None
        self._old = 0
        self._present: bool | None = None
        self._finished = False
        self._length: int | None = None
        self._deadline: float | None = None
        self._pace = ReadingPace()
        self._views = ViewText()

    def finish(self, length: int | None = None, within_s: float | None = None) -> None:
        """Yield the rest, up to `length` bytes of the present text, then end, even if there is less.

        What is not read `within_s` is left out, apart from the newest part.
        """
        self._finished = True
        self._length = length
        self._deadline = None if within_s is None else asyncio.get_running_loop().time() + within_s
        self._watcher.wake()

    async def chunks(self) -> AsyncGenerator[LogChunk, None]:
        """Yield the bytes. To be iterated once; closing it early cleans up.

        Raises `ProblemError` if the path is, or becomes, something that cannot be read as a file.
        """
        now_s = asyncio.get_running_loop().time
        try:
            self._watcher.start()
            self._old = length_of(self._path)
            while True:
                last = self._finished
                try:
                    for chunk in itertools.chain(self._news(), self._presence()):
                        began_s = now_s()
                        yield chunk
                        self._pace.took(len(chunk.data), now_s() - began_s)
                        await asyncio.sleep(0)  # a long text must not keep the loop from its other work
                except OSError as error:
                    raise ProblemError(self._unreadable(error)) from error
                if last:
                    return
                await self._watcher.wait(self._poll_s)
        finally:
            self._watcher.close()
            self._close()

    def _news(self) -> Iterator[LogChunk]:
        """Yield what there is to read now, across all files that have had the name since the last look."""
        if self._descriptor < 0 and not self._open():
            return
        yield from self._read()
        while self._length is None and self._replaced():
            yield from self._read()  # what was written between the last read and the replacement
            reason = "rotated" if os.fstat(self._descriptor).st_nlink else "recreated"
            self._close()
            self._restart(reason)
            if not self._open():
                return
            yield from self._read()

    def _presence(self) -> Iterator[LogChunk]:
        """Report that the file exists, or no longer does, unless a chunk has already said so."""
        present = os.path.exists(self._path)
        if present != self._present:
            self._present = present
            yield LogChunk(b"", present=present)

    def _open(self) -> bool:
        """Open the file that has the name now. Return False if there is none."""
        try:
            # A named pipe would block an ordinary open until a program writes to it.
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return False
        self._descriptor = descriptor
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "Not a regular file")
        return True

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _restart(self, reason: str) -> None:
        self._offset = 0
        self._old = 0
        self._memory = b""
        self._views = ViewText()
        self._restarted = reason

    def _read(self) -> Iterator[LogChunk]:
        while True:
            if self._deadline is not None and asyncio.get_running_loop().time() >= self._deadline:
                yield from self._skip()
            remembered = len(self._memory)
            piece = self._pace.size
            wanted = piece if self._length is None else max(0, min(piece, self._length - self._offset))
            # What is new and what was before it in one call, so that they belong to the same text.
            data = os.pread(self._descriptor, remembered + wanted, self._offset - remembered)
            if not data.startswith(self._memory):
                self._restart("truncated")
                continue
            data = data[remembered:]
            if not data:
                if self._restarted is not None:
                    yield self._chunk(b"", preexisting=False)
                return
            preexisting = self._offset < self._old
            self._offset += len(data)
            self._memory = (self._memory + data[-_MEMORY:])[-_MEMORY:]
            begin = self._offset - len(data)
            ahead = self._views.beside(data, begin, self._offset, self._behind(), self._read_ahead)
            yield self._chunk(data, preexisting=preexisting, ahead=ahead)

    def _read_ahead(self, offset: int) -> tuple[bytes, int]:
        room = AHEAD if self._length is None else max(0, min(AHEAD, self._length - offset))
        data = os.pread(self._descriptor, room, offset)
        return data, offset + len(data)

    def _skip(self) -> Iterator[LogChunk]:
        """Go on at the newest part of the text, with whole lines on both sides of a line that says so."""
        self._deadline = None
        self._length = self._offset + self._behind()  # an end that moves on would never be reached
        if self._length - self._offset <= NEWEST + LINE:
            return
        descriptor, start = self._descriptor, self._length - NEWEST
        rest = os.pread(descriptor, LINE, self._offset)
        rest = rest[: rest.find(b"\n") + 1]
        behind = os.pread(descriptor, LINE, start)
        start += behind.find(b"\n") + 1
        count = start - self._offset - len(rest)
        said = NOT_READ % count
        if not rest:  # the line is longer than any that is kept
            said = b"\n" + said
        preexisting = self._offset < self._old
        shown = self._views.skip(rest + said, self._offset, start)
        self._offset, self._memory = start, b""
        yield self._chunk(rest + said, preexisting=preexisting, ahead=shown)

    def _chunk(self, data: bytes, *, preexisting: bool, ahead: bytes | None = None) -> LogChunk:
        """Return a chunk of the file, which says if a new text begins with it."""
        restarted, self._restarted = self._restarted, None
        if self._present is None:
            self._present = True
        return LogChunk(data, restarted, self._behind(), preexisting, ahead=ahead)

    def _behind(self) -> int:
        """Return how many bytes are in the file but not read yet."""
        length = os.fstat(self._descriptor).st_size
        return max(0, (length if self._length is None else min(length, self._length)) - self._offset)

    def _replaced(self) -> bool:
        """Return whether another file has the name now."""
        try:
            named = os.stat(self._path)
        except FileNotFoundError:
            return False
        held = os.fstat(self._descriptor)  # held open, so its number cannot be given to another file
        return (named.st_dev, named.st_ino) != (held.st_dev, held.st_ino)

    def _unreadable(self, error: OSError) -> Problem:
        what = f"The log {visible(self._path)} cannot be read: {error.strerror}."
        return Problem("log.unreadable", what, "Name a readable file that a program writes its output to.")

"""Follows a log that a program is writing: its bytes from the beginning, as they come."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from collections.abc import Iterator

from npumon.board.run.file_watcher import PAUSE_S
from npumon.board.run.named_files import NamedFiles
from npumon.board.run.paced_tail import LINE, NEWEST, NOT_READ, PacedTail
from npumon.board.run.view_text import AHEAD, ViewText
from npumon.board.sysfs import changed_at, length_of
from npumon.core.problems import Problem
from npumon.core.text import visible
from npumon.ports import LogChunk

_MISSED = b"[npumon: %d %s not read here: replaced before npumon could open them]\n"
#: Seconds for which a file is read that no longer has the name: its writer may need them to notice.
_GRACE_S = 0.05
#: Seconds after a text was replaced in its file for which each event is followed at once: what is replaced next is lost
#: unless it is read before.
_ATTENTIVE_S = 1.0

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

    def written_at(self, path: str) -> str | None:
        """Return when the file was last changed, as ISO 8601 in UTC; None without one."""
        return changed_at(path)


class FileTail(PacedTail):
    """An implementation of `ports.LogTail`. Events only wake it; what it yields is what it finds in the file.

    - The file got shorter, or the bytes before the offset differ: "truncated", read from the beginning.
    - Another file has the name: the previous one is read to its end, and a moment longer, then the new one, "rotated"
      if the previous one lives on under another name and "recreated" if it was deleted. A rotated one is also read as
      long as the new one is empty. Files between these two are read as well; those that could not be are counted.
    - The name is gone: this is reported, the file is still read, and another may come.

    Not noticed: a text that is replaced between two looks by one of at least the same length with the same 4 KiB before
    the offset; what is written to a rotated file after the new one has been read; where the kernel sends no events,
    files that have had the name between two looks; at the end, those of which its news are still on their way. Files
    that had the name within one tick of the clock that stamps them (4 ms) may change places.
    """

    def __init__(self, path: str, poll_s: float) -> None:
        super().__init__(path, poll_s, self._note_names)
        self._files = NamedFiles(path, _opened, self._watcher.take_names)
        self._descriptor = -1
        self._offset = 0
        self._memory = b""
        self._restarted: str | None = None
        self._missed = 0
        self._due_s: float | None = None
        self._attentive_until_s = 0.0
        self._present: bool | None = None

    def _length_before(self) -> int:
        return length_of(self._path)

    def _note_names(self) -> None:
        self._files.look()

    def _wait_s(self) -> float:
        if self._due_s is None:
            return self._poll_s
        return min(self._poll_s, max(0.0, self._due_s - asyncio.get_running_loop().time()))

    def _pause_s(self) -> float:
        return 0.0 if asyncio.get_running_loop().time() < self._attentive_until_s else PAUSE_S

    def _news(self) -> Iterator[LogChunk]:
        """Yield what there is to read now, and whether there is a file."""
        yield from self._texts()
        yield from self._presence()

    def _texts(self) -> Iterator[LogChunk]:
        """Yield what there is to read, across all files that have had the name since the last look."""
        if self._descriptor < 0:
            self._notice()
            if self._files.next is None:
                return
            self._go_on(None)
        yield from self._read()
        while self._length is None and self._is_over():
            yield from self._read()  # what was written between the last read and the replacement
            self._go_on("rotated" if os.fstat(self._descriptor).st_nlink else "recreated")
            yield from self._read()
        if self._finished and (missed := self._files.take_missed()):
            self._missed = missed
            yield self._chunk(b"", preexisting=False)

    def _notice(self) -> None:
        """Look for a file of which the kernel has told nothing."""
        if self._files.next is None and self._replaced() and (descriptor := _opened(self._path)) is not None:
            self._files.add(descriptor)

    def _is_over(self) -> bool:
        """Return whether it is time for the next file. `_due_s` is when it will be, if that is known."""
        self._notice()
        self._due_s, following = None, self._files.next
        if following is None:
            return False
        if self._finished:
            return True
        rotated = os.fstat(self._descriptor).st_nlink > 0
        if rotated and not os.fstat(following.descriptor).st_size and not self._replaced(following.descriptor):
            return False
        due_s = following.seen_s + _GRACE_S
        if asyncio.get_running_loop().time() >= due_s:
            return True
        self._due_s = due_s
        return False

    def _go_on(self, reason: str | None) -> None:
        """Go on with the next file, another text unless there is no reason for that."""
        self._close_file()
        self._descriptor, missed = self._files.take()
        if reason is not None:
            self._restart(reason)
        self._missed += missed

    def _presence(self) -> Iterator[LogChunk]:
        """Report that the file exists, or no longer does, unless a chunk has already said so."""
        present = os.path.exists(self._path)
        if present != self._present:
            self._present = present
            yield LogChunk(b"", present=present)

    def _close(self) -> None:
        self._files.close()
        self._close_file()

    def _close_file(self) -> None:
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
            if self._late:
                yield from self._skip()
            remembered = len(self._memory)
            piece = self._pace.size
            wanted = piece if self._length is None else max(0, min(piece, self._length - self._offset))
            # What is new and what was before it in one call, so that they belong to the same text.
            data = os.pread(self._descriptor, remembered + wanted, self._offset - remembered)
            if not data.startswith(self._memory):
                self._attentive_until_s = asyncio.get_running_loop().time() + _ATTENTIVE_S
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
        self._deadline_s = None
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
        missed, self._missed = self._missed, 0
        if self._present is None:
            self._present = True
        said = _MISSED % (missed, b"file was" if missed == 1 else b"files were") if missed else b""
        ahead = None if ahead is None else said + ahead
        return LogChunk(said + data, restarted, self._behind(), preexisting, ahead=ahead, missed=missed)

    def _behind(self) -> int:
        """Return how many bytes are in the file but not read yet."""
        if self._descriptor < 0:
            return 0
        length = os.fstat(self._descriptor).st_size
        return max(0, (length if self._length is None else min(length, self._length)) - self._offset)

    def _replaced(self, descriptor: int | None = None) -> bool:
        """Return whether another file has the name than the one that is read, or that `descriptor`."""
        try:
            named = os.stat(self._path)
        except FileNotFoundError:
            return False
        held = self._descriptor if descriptor is None else descriptor
        if held < 0:
            return True
        known = os.fstat(held)  # held open, so its number cannot be given to another file
        return (named.st_dev, named.st_ino) != (known.st_dev, known.st_ino)

    def _unreadable(self, error: OSError) -> Problem:
        what = f"The log {visible(self._path)} cannot be read: {error.strerror}."
        return Problem("log.unreadable", what, "Name a readable file that a program writes its output to.")


def _opened(path: str) -> int | None:
    """Open a file to be read; None if there is none. Raises OSError."""
    try:
        # A named pipe would block an ordinary open until a program writes to it.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        number = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
        raise OSError(number, os.strerror(number) if stat.S_ISDIR(mode) else "Not a regular file")
    return descriptor

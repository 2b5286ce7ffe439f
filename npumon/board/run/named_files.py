"""The files that have a name one after the other: each is opened as soon as somebody tells of it, so that one that is
renamed, replaced or deleted a moment later is still read."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from npumon.board.run.file_watcher import NameEvent

#: Files that are open but not taken yet, at most.
KEPT_OPEN = 64

#: What tells one open file from another: device and inode.
_Identity = tuple[int, int]


class NextFile(NamedTuple):
    """A file that got the name after the one before: its number, its descriptor, the loop's time when it was noticed.

    Files are numbered in the order in which they get the name.
    """

    number: int
    descriptor: int
    seen_s: float


class NamedFiles:
    """Notes which files get the name of `path`, and opens each.

    `open_file` makes a descriptor of a path, None for a file that is not there, and raises OSError. `events` returns
    what has happened to names in the folder since it was called last; they tell late, so that a name may long be that
    of a later file: a file has the largest number by which it was found. As long as a file is open, no other one can
    have its identity. `_at` tells under which names files are found that may still be there.
    """

    def __init__(
        self, path: str, open_file: Callable[[str], int | None], events: Callable[[], list[NameEvent]]
    ) -> None:
        self._folder, self._name = os.path.split(os.path.abspath(path))
        self._open_file = open_file
        self._events = events
        self._at: dict[str, int] = {}
        self._open: dict[_Identity, NextFile] = {}
        self._newest = self._taken = 0
        self._files = self._missed = 0
        self._held: _Identity | None = None
        self._untold: deque[int] = deque()
        self._first: _Identity | None = None
        self._full = False

    def close(self) -> None:
        """Close what was not taken."""
        for file in self._open.values():
            os.close(file.descriptor)
        self._open.clear()

    def look(self) -> None:
        """Open the files of which there is news."""
        for event in self._events():
            if event.kind == "deleted":
                self._at.pop(event.name, None)
            elif event.kind == "moved":
                self._has(event.to, self._at.pop(event.name, None))
            else:
                self._has(event.name, None)
        if self._full and len(self._open) < KEPT_OPEN:
            self._full = False
            for name, number in sorted(self._at.items(), key=lambda each: each[1]):
                self._find(number, name)

    def add(self, descriptor: int) -> None:
        """Take note of a file that has just been opened by the name, of which nothing may have told yet."""
        self.look()
        identity = _identity(descriptor)
        if identity in self._open or identity == self._held:
            os.close(descriptor)
        else:
            self._newest += 1
            self._at[self._name] = self._newest
            if self._newest == 1:  # it may have been there before anybody listened; then nothing tells of it
                self._first = identity
            else:
                self._untold.append(self._newest)
            self._open[identity] = NextFile(self._newest, descriptor, asyncio.get_running_loop().time())

    @property
    def next(self) -> NextFile | None:
        """The file that got the name after those that were taken; None if there is none."""
        self.look()
        return min(self._open.values(), key=_age, default=None)

    def take(self) -> tuple[int, int]:
        """Return the descriptor of that file, which is then the caller's to close, once another one is taken; and how
        many before it could not be opened."""
        file = min(self._open.values(), key=_age)
        before, self._held = self._held, _identity(file.descriptor)
        if self._first == before:
            self._first = None  # another file may get its identity
        del self._open[self._held]
        self._files += 1
        self._taken = max(self._taken, file.number)
        self._at = {name: number for name, number in self._at.items() if number >= self._taken}
        return file.descriptor, self._count_missed(self._taken)

    def take_missed(self) -> int:
        """Return how many could not be opened after those that could."""
        self.look()
        return self._count_missed(self._newest)

    def _count_missed(self, last: int) -> int:
        """Return how many files up to this number were not found, without those that were counted before."""
        found = self._files + sum(file.number <= last for file in self._open.values())
        missed = max(0, last - found - self._missed)
        self._missed += missed
        return missed

    def _has(self, name: str, number: int | None) -> None:
        """Note that a file has that name now; a number is one that it has had the name by.

        News come in the order of the files but late, so the next one may be that of a file that was found before it:
        files are counted once, though one that was missed in between may be taken for the found one.
        """
        if name == self._name and (number is None or number != self._newest):
            number = self._untold.popleft() if self._untold else self._newest + 1
        if number is not None:
            self._at[name] = number
            self._newest = max(self._newest, number)
            self._find(number, name)
        else:
            self._at.pop(name, None)

    def _find(self, number: int, name: str) -> None:
        """Open a file where it should be."""
        if number <= self._taken:
            return
        if len(self._open) >= KEPT_OPEN:
            self._full = True
            return
        try:
            descriptor = self._open_file(os.path.join(self._folder, name))
        except OSError:  # nothing to read; who follows the name finds that out
            return
        if descriptor is None:
            return
        identity = _identity(descriptor)
        known = self._open.get(identity)
        if known is None and identity != self._held:
            self._open[identity] = NextFile(number, descriptor, asyncio.get_running_loop().time())
            return
        os.close(descriptor)
        if identity == self._first and number == self._newest:  # the news of one that has a number
            self._first = None
            self._newest -= 1
            self._at[name] = self._newest
        elif known is not None:
            self._open[identity] = known._replace(number=max(known.number, number))
        else:
            self._taken = max(self._taken, number)


def _age(file: NextFile) -> tuple[int, int]:
    """Return by what files are sorted: by their last change, since numbers are guesses where news come late."""
    return os.fstat(file.descriptor).st_mtime_ns, file.number


def _identity(descriptor: int) -> _Identity:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino

"""Long files, which are there as a whole: they can be read anywhere."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from npumon.board.run.log_text import has_hole

_CHUNK = 1 << 18

#: Makes of an error what is raised in its place.
Told = Callable[[OSError], Exception]


class LongFile:
    """The text that is in an open file at this moment: read from beginning to end, or anywhere."""

    def __init__(self, fd: int, told: Told) -> None:
        self.position = 0
        self._fd = fd
        self._size = os.fstat(fd).st_size
        self._told = told

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self.read_at(self.position, _CHUNK):
            self.position += len(chunk)
            yield chunk

    def read_at(self, offset: int, size: int) -> bytes:
        """Return so many bytes from there on, or what there is of them."""
        try:
            return os.pread(self._fd, max(min(size, self._size - offset), 0), offset)
        except OSError as error:
            raise self._told(error) from error


@contextmanager
def opened_long(path: str, told: Told) -> Iterator[LongFile | None]:
    """Open a file; None if it is none any more, or has a hole, in place of which a note is read."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise told(error) from error
    try:
        yield LongFile(fd, told) if stat.S_ISREG(os.fstat(fd).st_mode) and not has_hole(fd) else None
    finally:
        os.close(fd)

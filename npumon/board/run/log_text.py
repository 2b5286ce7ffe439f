"""The text in a file that may have a hole: what a run's supervisor gave up of a log that reached its bound.

A hole reads as zeros, and it may come into being while the file is read.
"""

from __future__ import annotations

import errno
import os

from npumon.board.supervisor.run_log import CUT, LEFT_OUT

#: Bytes to read at once: not more than the smallest hole that a supervisor makes (a 16th of log.max_mib), so that none
#: begins and ends between two bytes that are there.
LARGEST_PIECE = 1 << 16


class LogText:
    """Reads a file from `offset` on; a note stands in place of a hole. Does not own the descriptor.

    `in_line` says whether the text so far stops inside a line.
    """

    def __init__(self, descriptor: int, offset: int = 0, *, in_line: bool = False) -> None:
        self.descriptor = descriptor
        self.offset = offset
        self.in_line = in_line

    def read(self, count: int = LARGEST_PIECE) -> bytes:
        """Return the text of the next `count` bytes that are there; nothing at the end. Raises OSError.

        The line in which a hole ends is left out with it, lest it be read as something else.
        """
        data, skipped = b"", 0
        while not data and (data := os.pread(self.descriptor, count, self.offset)):
            # Looked at after the reading, so that no hole is missed.
            begin, end = self._present(self.offset, self.offset + len(data))
            data = data[begin - self.offset : end - self.offset]
            skipped += begin - self.offset
            self.offset = end
        if skipped:
            rest = data.find(b"\n") + 1
            data = (CUT if self.in_line else b"") + LEFT_OUT % (skipped + rest) + data[rest:]
        if data:
            self.in_line = not data.endswith(b"\n")
        return data

    def skip_line(self) -> int:
        """Go behind the end of the line; return how many bytes that were."""
        rest = os.pread(self.descriptor, LARGEST_PIECE, self.offset).find(b"\n") + 1
        self.offset += rest
        return rest

    def _present(self, begin: int, end: int) -> tuple[int, int]:
        """Return the first part of this range that is no hole. It is empty and lies behind the range if all of that is
        one."""
        first = self._seek(begin, os.SEEK_DATA)
        if first >= end:
            return first, first
        if first == begin and self._seek(end - 1, os.SEEK_DATA) == end - 1:
            return begin, end
        return first, min(end, self._seek(first, os.SEEK_HOLE))

    def _seek(self, offset: int, what: int) -> int:
        """Return where data or a hole is next. A file system that does not tell has no holes."""
        try:
            return os.lseek(self.descriptor, offset, what)
        except OSError as error:
            if what == os.SEEK_DATA and error.errno != errno.ENXIO:
                return offset
            return os.fstat(self.descriptor).st_size


def has_hole(descriptor: int) -> bool:
    """Return whether there is a hole in a file. The descriptor's offset stays where it is."""
    try:
        at = os.lseek(descriptor, 0, os.SEEK_CUR)
        found = os.lseek(descriptor, 0, os.SEEK_HOLE) < os.fstat(descriptor).st_size
        os.lseek(descriptor, at, os.SEEK_SET)
    except OSError:  # an empty file, one without offsets, or a file system that does not tell
        return False
    return found

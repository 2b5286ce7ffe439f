"""Any part of a log, read from its file: an implementation of `ports.LogReader`."""

from __future__ import annotations

import os
import stat

from npumon.board.run.log_text import LARGEST_PIECE, LogText
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible
from npumon.ports import LogPiece


class FileLogReader:
    """Holds the file open, so that its text can be read even when it no longer has its name."""

    def __init__(self, path: str) -> None:
        """Open the file. Raises `ProblemError` if that is not possible."""
        self._path = path
        try:
            # A named pipe would block an ordinary open until a program writes to it.
            self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "no such name"
            raise _unreadable(path, why or "") from error
        if not stat.S_ISREG(os.fstat(self._descriptor).st_mode):
            self.close()
            raise _unreadable(path, "not a regular file")

    def length(self) -> int:
        """Return how many bytes the file has now."""
        return os.fstat(self._descriptor).st_size

    def read(self, offset: int, count: int, *, in_line: bool = False) -> LogPiece:
        """Return text from an offset on."""
        text = LogText(self._descriptor, offset, in_line=in_line)
        data = text.read(min(count, LARGEST_PIECE))
        return LogPiece(data, text.offset)

    def fate(self) -> str | None:
        """Say what became of the file's name."""
        try:
            named = os.stat(self._path)
        except FileNotFoundError:
            return "gone"
        held = os.fstat(self._descriptor)
        return None if (named.st_dev, named.st_ino) == (held.st_dev, held.st_ino) else "replaced"

    def close(self) -> None:
        """Close the file, once."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def _unreadable(path: str, why: str) -> ProblemError:
    what = f"The log {visible(path)} cannot be read: {why}."
    return ProblemError(Problem("log.whole", what, "Only its last lines are kept here."))

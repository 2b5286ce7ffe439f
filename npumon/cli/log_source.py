"""Finished logs as the command line names them: files, or standard input."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from npumon.cli.paths import shown
from npumon.core.problems import Problem, ProblemError

_CHUNK = 1 << 18
STDIN = "-"


def name_of(path: str) -> str:
    """What people call it."""
    return "standard input" if path == STDIN else shown(path)


@contextmanager
def opened(path: str) -> Iterator[Iterator[bytes]]:
    """The bytes of a file or of standard input. Raises `ProblemError` (usage) naming what cannot be read."""
    if path == STDIN:
        if sys.stdin is None:
            raise ProblemError(Problem("parse.stdin", "Standard input is closed.", "Name a file.", "usage"))
        yield _chunks(sys.stdin.fileno(), path)
        return
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    try:
        yield _chunks(fd, path)
    finally:
        os.close(fd)


def _chunks(fd: int, path: str) -> Iterator[bytes]:
    try:
        while chunk := os.read(fd, _CHUNK):
            yield chunk
    except OSError as error:
        raise _unreadable(path, error) from error


def refuse_early(path: str) -> None:
    """Refuse what plainly cannot be read, before anything of another file is printed. Nothing is opened: that
    would end a named pipe."""
    if path == STDIN:
        return
    try:
        if stat.S_ISDIR(os.stat(path).st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not os.access(path, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: str, error: Exception) -> ProblemError:
    if isinstance(error, IsADirectoryError):
        remedy = "Name the log file in it."
    elif isinstance(error, FileNotFoundError):
        remedy = "Check the path."
    else:
        remedy = "Check the path and its rights."
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return ProblemError(Problem("parse.unreadable", f"{name_of(path)} cannot be read: {reason}.", remedy, "usage"))

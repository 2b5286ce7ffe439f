"""Finished logs as the command line names them: files, or standard input."""

from __future__ import annotations

import errno
import math
import os
import select
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from npumon.board.run.log_text import LARGEST_PIECE, LogText, has_hole
from npumon.cli.paths import STDIN, shown, unreadable
from npumon.core.problems import Problem, ProblemError
from npumon.core.run.report import RunInfo
from npumon.core.text import visible

_CHUNK = 1 << 18
#: Seconds after which Python looks for signals again while nothing arrives. One that comes in the moment between its
#: last look and a read that blocks would be noticed only when the read returns, perhaps never.
_LOOK_S = 0.2


class TimeUpError(Exception):
    """The time limit for reading has passed."""


@contextmanager
def opened(path: str, length: int | None = None, limit_s: float | None = None) -> Iterator[Iterator[bytes]]:
    """Open a file or standard input and yield its bytes, `length` of them at most; raise `TimeUpError` after `limit_s`.

    Of a file only what is in it at this moment is read, so that one which grows has an end. A note stands in place of a
    hole, which a log gets that reaches its bound. Raises `ProblemError` (usage) naming what cannot be read.
    """
    if path == STDIN:
        if sys.stdin is None:
            raise ProblemError(Problem("parse.stdin", "Standard input is closed.", "Name a file.", "usage"))
        yield _chunks(sys.stdin.fileno(), path, length, limit_s)
        return
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise unreadable_log(path, error) from error
    try:
        yield _chunks(fd, path, length, limit_s)
    finally:
        os.close(fd)


def _chunks(fd: int, path: str, length: int | None, limit_s: float | None) -> Iterator[bytes]:
    end_s = math.inf if limit_s is None else time.monotonic() + limit_s
    try:
        found = os.fstat(fd)
        if has_hole(fd):
            yield from _pieces_between_holes(fd, length, end_s)
            return
        if length is None and stat.S_ISREG(found.st_mode) and found.st_size:  # some files in /proc have no size
            length = max(0, found.st_size - os.lseek(fd, 0, os.SEEK_CUR))
        while length is None or length > 0:
            while not select.select([fd], [], [], _LOOK_S)[0]:
                if time.monotonic() >= end_s:
                    raise TimeUpError
            if time.monotonic() >= end_s:
                raise TimeUpError
            chunk = os.read(fd, _CHUNK if length is None else min(_CHUNK, length))
            if not chunk:
                return
            yield chunk
            length = None if length is None else length - len(chunk)
    except OSError as error:
        raise unreadable_log(path, error) from error


def _pieces_between_holes(fd: int, length: int | None, end_s: float) -> Iterator[bytes]:
    """Yield the text of a file that has a hole: `length` bytes of it, or what is there at this moment."""
    end = os.fstat(fd).st_size
    text = LogText(fd, os.lseek(fd, 0, os.SEEK_CUR))
    left = end if length is None else length
    while left > 0 and text.offset < end:
        if time.monotonic() >= end_s:
            raise TimeUpError
        piece = text.read(min(LARGEST_PIECE, end - text.offset))[:left]
        os.lseek(fd, text.offset, os.SEEK_SET)  # standard input is left where it would be after any other reading
        left -= len(piece)
        yield piece


def is_file(path: str) -> bool:
    """Return whether this is an ordinary file, which can be read again; standard input may be one."""
    try:
        if path == STDIN:
            return sys.stdin is not None and stat.S_ISREG(os.fstat(sys.stdin.fileno()).st_mode)
        return stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


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
        raise unreadable_log(path, error) from error


def unreadable_log(path: str, error: Exception) -> ProblemError:
    """Return what is wrong with a log that cannot be read."""
    return unreadable(path, error, "parse.unreadable", "Name the log file in it.")


if TYPE_CHECKING:
    from npumon.board.run.run_record import RunRecord


def run_info(path: str, record: RunRecord | None) -> RunInfo:
    """Return what a report says of the run whose log this is."""
    if record is None:
        return RunInfo(log=shown(path))
    return RunInfo(
        id=record.id,
        model=record.model,
        command=tuple(map(visible, record.command)),
        cwd=visible(record.cwd),
        started_at=record.started_at or None,
        log=shown(path),
        log_complete=record.exit is None or record.exit.log_complete,
    )


def record_beside(path: str) -> RunRecord | None:
    """Return the record of the run that wrote this log; None for a log that npumon did not write."""
    stem, suffix = os.path.splitext(path)
    if suffix != ".log" or not os.path.isfile(stem + ".json"):
        return None
    from npumon.board.run.run_record import read_record

    record = read_record(Path(stem + ".json"))
    return record if record is not None and record.id == os.path.basename(stem) else None

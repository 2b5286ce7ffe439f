"""One file of sysfs or procfs: read up to a limit, None if it cannot be read for any reason.

A sensor that is missing, not permitted or out of order (ENOENT, EACCES, EIO, ENODEV, EAGAIN, a folder in the file's
place) is an ordinary state of a board, so these functions return None and never raise.
"""

from __future__ import annotations

import os
import re
import stat
from datetime import datetime, timezone
from pathlib import Path

from npumon.board.roots import Roots
from npumon.core.text import decode

#: The kernel's own bound for a sysfs attribute is one page; some procfs files are longer.
LIMIT = 64 * 1024

_INTEGER = re.compile(r"[+-]?(?:[0-9]{1,20}|0[xX][0-9a-fA-F]{1,16})")


def length_of(path: str) -> int:
    """Return the number of bytes in the file; 0 if it does not exist."""
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def changed_at(path: str) -> str | None:
    """Return when a file's content was last changed, as ISO 8601 in UTC, to the second; None if it does not exist."""
    try:
        changed_s = os.stat(path).st_mtime
    except (OSError, ValueError):
        return None
    try:
        return datetime.fromtimestamp(changed_s, timezone.utc).isoformat(timespec="seconds")
    except (OverflowError, ValueError, OSError):  # a file system can name any year
        return None


def read_bytes(path: Path, limit: int = LIMIT) -> bytes | None:
    """Return the first `limit` bytes of a regular file. Never waits: a FIFO or a device in its place counts as
    absent."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except (OSError, ValueError):
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        pieces = []
        left = limit
        while left > 0 and (piece := os.read(descriptor, left)):
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def read_text(path: Path, limit: int = LIMIT) -> str | None:
    """Return the file's text without surrounding white space and NULs, as visible characters."""
    data = read_bytes(path, limit)
    return None if data is None else decode(data.strip(b"\0 \t\r\n"))


def read_integer(path: Path) -> int | None:
    """Return the file's only number, decimal or 0x hexadecimal."""
    text = read_text(path, 64)
    return None if text is None else integer(text)


def integer(text: str) -> int | None:
    """Return the number that the text is, None if it is anything else."""
    if not _INTEGER.fullmatch(text):
        return None
    return int(text, 16 if "x" in text.lower() else 10)


def names(folder: Path) -> tuple[str, ...]:
    """Return the names in a folder, sorted, numbers by value (`zone2` before `zone10`); empty if it cannot be read."""
    try:
        found = os.listdir(folder)
    except (OSError, ValueError):
        return ()
    return tuple(sorted(found, key=_natural))


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    return tuple(
        (int(part), "") if part.isascii() and part.isdigit() else (-1, part)
        for part in re.split(r"([0-9]{1,18})", name)
        if part
    )


def read_kernel(roots: Roots) -> str | None:
    """Return the running kernel's release, as `uname -r` prints it."""
    text = read_text(roots.proc / "sys/kernel/osrelease", 256)
    return text or None

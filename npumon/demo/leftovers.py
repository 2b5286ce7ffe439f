"""Boards whose npumon was killed (-9) before it could remove them."""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: How the folders of temporary boards are called.
PREFIX = "npumon-demo-"
#: Seconds. Younger ones may belong to a npumon that has not come to lock them.
_YOUNG_S = 60.0


@contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """Keep a folder from being taken for a leftover: the kernel lets go of the lock however its holder ends."""
    descriptor = _locked(folder)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def remove_leftovers(parent: Path) -> None:
    """Remove this user's boards that nobody has any more. What cannot be removed stays."""
    try:
        names = [name for name in os.listdir(parent) if name.startswith(PREFIX)]
    except OSError:
        return
    for name in names:
        try:
            descriptor = _locked(parent / name) if _old(parent / name) else None
        except OSError:  # it went meanwhile
            continue
        if descriptor is not None:
            shutil.rmtree(parent / name, ignore_errors=True)
            os.close(descriptor)


def _old(folder: Path) -> bool:
    """Whether it is a folder of this user's that was made some time ago."""
    status = folder.lstat()
    own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    return own and abs(time.time() - status.st_mtime) >= _YOUNG_S


def _locked(folder: Path) -> int | None:
    """A descriptor that holds the folder's lock; None when somebody else does."""
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor

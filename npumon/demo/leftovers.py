"""Boards left behind by an npumon that was killed (-9) before it could remove them."""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: The names of the folders of temporary boards begin with this.
PREFIX = "npumon-demo-"
#: Seconds. A younger one may belong to an npumon that has not locked it yet.
_YOUNG_S = 60.0


@contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """Keep a folder from being taken for a leftover. The kernel releases the lock however its holder ends."""
    descriptor = _locked(folder)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def remove_leftovers(parent: Path) -> None:
    """Remove this user's boards that no npumon uses. What cannot be removed stays."""
    try:
        names = [name for name in os.listdir(parent) if name.startswith(PREFIX)]
    except OSError:
        return
    for name in names:
        try:
            descriptor = _locked(parent / name) if _old(parent / name) else None
        except OSError:  # removed meanwhile
            continue
        if descriptor is not None:
            shutil.rmtree(parent / name, ignore_errors=True)
            os.close(descriptor)


def _old(folder: Path) -> bool:
    """Return whether it is a folder of this user that was created some time ago."""
    status = folder.lstat()
    own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    return own and abs(time.time() - status.st_mtime) >= _YOUNG_S


def _locked(folder: Path) -> int | None:
    """Return a descriptor that holds the folder's lock, None if another process holds it."""
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor

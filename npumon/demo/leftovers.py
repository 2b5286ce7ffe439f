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
#: The name of a folder that is not locked yet ends with this.
_FRESH = ".new"
#: Seconds. A younger one with such a name may belong to an npumon that is about to lock it.
_YOUNG_S = 60.0


@contextmanager
def claimed_folder(folder: Path) -> Iterator[None]:
    """Create a folder that is not taken for a leftover. The kernel releases its lock however its holder ends.

    It is locked before it gets its name. Raises `OSError`. Whoever asked for it removes it, under either name.
    """
    fresh = fresh_name(folder)
    fresh.mkdir(mode=0o700)
    descriptor = _locked(fresh)
    try:
        os.rename(fresh, folder)
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def fresh_name(folder: Path) -> Path:
    """Return what a folder is called for the moment in which it is not locked yet."""
    return folder.with_name(folder.name + _FRESH)


def remove_leftovers(parent: Path) -> None:
    """Remove this user's boards that no npumon uses. What cannot be removed stays."""
    try:
        names = [name for name in os.listdir(parent) if name.startswith(PREFIX)]
    except OSError:
        return
    for name in names:
        try:
            descriptor = _locked(parent / name) if _may_go(parent / name) else None
        except OSError:  # removed meanwhile
            continue
        if descriptor is not None:
            shutil.rmtree(parent / name, ignore_errors=True)
            os.close(descriptor)


def _may_go(folder: Path) -> bool:
    """Return whether it is a folder of this user, and not one that is being created."""
    status = folder.lstat()
    own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    return own and (not folder.name.endswith(_FRESH) or abs(time.time() - status.st_mtime) >= _YOUNG_S)


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

"""Whether a file is root's alone: what root loads into the kernel must not be changeable by anybody else."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from npumon.core.text import visible

_MOST_LINKS = 40


def find_danger(path: Path, top: Path = Path("/"), owners: frozenset[int] = frozenset({0})) -> str | None:
    """Who else than the `owners` (user ids) could change the file, or put another one in its place; None: nobody.

    Looked at are the file, every folder above it, and the same for whatever a symbolic link on the way leads to.
    Folders above `top`, the root of the tree, are left out for paths below it. A part of a sentence (`X is writable
    by everybody`).
    """
    try:
        for parent in _places(path, top):
            danger = _danger(parent, owners)
            if danger is not None:
                return danger
    except OSError as error:
        return f"{visible(str(path))} cannot be examined: {error.strerror}"
    return None


def _places(path: Path, top: Path) -> Iterator[str]:
    """Every file, folder and link that the kernel passes on its way to the file, in that order."""
    waiting = list(reversed(Path(os.path.abspath(path)).parts))
    border = os.path.abspath(top)
    here, links = "", 0
    while waiting:
        name = waiting.pop()
        here = os.path.dirname(here) if name == ".." else os.path.join(here, name)
        if len(here) < len(border) and (border + "/").startswith(here.rstrip("/") + "/"):
            continue
        yield here
        if os.path.islink(here):
            links += 1
            if links > _MOST_LINKS:
                raise OSError(40, "too many links")
            target = os.readlink(here)
            waiting.extend(reversed(Path(target).parts))
            here = "" if target.startswith("/") else os.path.dirname(here)


def _danger(parent: str, owners: frozenset[int]) -> str | None:
    status = os.lstat(parent)
    name = visible(parent)
    if status.st_uid not in owners:
        return f"{name} belongs to {_user(status.st_uid)}"
    if stat.S_ISLNK(status.st_mode):  # a link has no mode of its own; the folder it lies in decides
        return None
    if status.st_mode & stat.S_IWOTH:
        return f"{name} is writable by everybody"
    if status.st_mode & stat.S_IWGRP:
        return f"{name} is writable by a group"
    return None


def _user(uid: int) -> str:
    import pwd

    try:
        return f"user {visible(pwd.getpwuid(uid).pw_name)}"
    except KeyError:
        return f"user {uid}"

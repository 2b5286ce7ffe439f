"""A bounded walk over folders: by depth and number, breadth first, never through links."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MOST_DEPTH = 5
MOST_FOLDERS = 20_000
MOST_NAMES = 500_000

#: Folders that hold no models but may be large; hidden ones are left out as well.
_SKIPPED = frozenset({"node_modules", "__pycache__", "lost+found"})
#: The kernel's own file systems, which hold no models.
_KERNEL = frozenset({"/proc", "/sys", "/dev", "/run"})


class Folder(NamedTuple):
    """One folder and the names in it. `files` is everything that is not a folder; links count as files."""

    path: Path
    folders: tuple[str, ...]
    files: tuple[str, ...]


def walk(top: Path, depth: int = MOST_DEPTH, folders: int = MOST_FOLDERS, names: int = MOST_NAMES) -> Iterator[Folder]:
    """Yield `top` and the folders below it, in name order, nearest first. Unreadable folders are skipped.

    `depth` counts levels below `top`. The walk ends silently after that many `folders` or `names`.
    """
    waiting = deque([(top, 0)])
    while waiting and folders > 0 and names > 0:
        path, level = waiting.popleft()
        found = _read(path, names)
        if found is None:
            continue
        folders -= 1
        names -= len(found.folders) + len(found.files)
        yield found
        if level < depth:
            waiting.extend((path / name, level + 1) for name in found.folders if _wanted(path, name))


def _read(path: Path, most: int) -> Folder | None:
    folders: list[str] = []
    files: list[str] = []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                (folders if _is_folder(entry) else files).append(entry.name)
                most -= 1
                if most <= 0:
                    break
    except (OSError, ValueError):
        return None
    return Folder(path, tuple(sorted(folders)), tuple(sorted(files)))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _wanted(path: Path, name: str) -> bool:
    return not name.startswith(".") and name not in _SKIPPED and str(path / name) not in _KERNEL

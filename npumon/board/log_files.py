"""Looking for logs: what a folder holds that may be the text of a run."""

from __future__ import annotations

import os
import stat
from itertools import islice
from pathlib import Path

from npumon.board.sysfs import read_bytes
from npumon.core.monitor.folder_view import FileChoice, FolderView, in_order
from npumon.core.text import visible

#: What only a profiler's log has, whatever other words stand in it.
LOG_WORDS = (b"_BANDWIDTH", b"Create Neural Network", b"#productname", b"VPC_ELAPSETIME", b"execution time:")
#: How logs are usually named. Other files are logs if their beginning says so.
_USUAL = ".log"
_HEAD_BYTES = 1 << 16
_MOST_NAMES = 20_000
#: So many files of other names are looked into, the newest first.
_MOST_LOOKED_INTO = 200


def read_folder(path: str, shown: str, typed: str) -> FolderView:
    """Return the logs and the folders in a folder, hidden ones left out; `shown` and `typed` are how people read and
    write its path. Never raises: what cannot be read is said in the result."""
    usual: list[FileChoice] = []
    others: list[FileChoice] = []
    try:
        with os.scandir(path) as entries:
            for entry in islice(entries, _MOST_NAMES):
                choice = _choice(entry)
                if choice is not None:
                    known = choice.kind == "folder" or entry.name.lower().endswith(_USUAL)
                    (usual if known else others).append(choice)
    except (OSError, ValueError) as error:
        return FolderView(path, shown, typed, trouble=visible(getattr(error, "strerror", None) or str(error)))
    logs = [choice for choice in in_order(others)[:_MOST_LOOKED_INTO] if _looks_like_a_log(choice.path)]
    return FolderView(path, shown, typed, in_order([*usual, *logs]), left_out=len(others) - len(logs))


def _choice(entry: os.DirEntry[str]) -> FileChoice | None:
    """Return a folder or a regular file that is not hidden and not empty."""
    if entry.name.startswith("."):
        return None
    try:
        status = entry.stat()
    except (OSError, ValueError):
        return None
    if stat.S_ISDIR(status.st_mode):
        return FileChoice(entry.path, visible(entry.name), "folder", None, status.st_mtime)
    if not stat.S_ISREG(status.st_mode) or not status.st_size:
        return None
    return FileChoice(entry.path, visible(entry.name), "log", status.st_size, status.st_mtime)


def _looks_like_a_log(path: str) -> bool:
    head = read_bytes(Path(path), _HEAD_BYTES) or b""
    return any(word in head for word in LOG_WORDS)

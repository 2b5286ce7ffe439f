"""The names of a model's classes: a text file, one label a line, counted from 0.

In the public demos' `imagenet_slim_labels.txt` line 0 is "dummy", so that class 2 is the goldfish.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from npumon.core.problems import Problem, ProblemError
from npumon.core.text import decode, visible

USUAL_NAME = "imagenet_slim_labels.txt"

_MOST_BYTES = 8 * 1024 * 1024
_MOST_LINES = 1_000_000
_LONGEST = 200
_MOST_NAMES = 10_000


def find_labels(folder: Path) -> Path | None:
    """Return the labels file beside a model or one folder up: the usual name, else the only `*labels*.txt`."""
    for parent in dict.fromkeys((folder, folder.parent)):
        names = _text_files(parent)
        if USUAL_NAME in names:
            return parent / USUAL_NAME
        if len(names) == 1:
            return parent / names[0]
    return None


def read_labels(path: Path) -> tuple[str, ...]:
    """Return the labels by class index, as visible text of at most 200 characters each.

    Raises `ProblemError` (kind usage) if the file is missing, unreadable, not a text file, too large or empty.
    """
    lines = _read(path).removeprefix(b"\xef\xbb\xbf").splitlines()
    if len(lines) > _MOST_LINES:
        raise _refusal(path, "labels.too_large", "has more than a million lines", "Give one label a line")
    # escape sequences shrink when decoded, so the bytes are cut later than the characters
    labels = tuple(decode(line[: _LONGEST * 8].strip())[:_LONGEST] for line in lines)
    if not any(labels):
        raise _refusal(path, "labels.empty", "is empty", "Give a file with one label a line, the first for class 0")
    return labels


def _text_files(folder: Path) -> list[str]:
    """Return the folder's files that are named like labels, sorted."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for seen, entry in enumerate(entries):
                name = entry.name.lower()
                if "labels" in name and name.endswith(".txt") and os.path.isfile(entry.path):
                    found.append(entry.name)
                if seen >= _MOST_NAMES:
                    break
    except (OSError, ValueError):
        return []
    return sorted(found)


def _read(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except FileNotFoundError:
        raise _refusal(path, "labels.missing", "does not exist", "Check the path given with --labels") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise _refusal(path, "labels.unreadable", f"cannot be read ({why})", "Check its path and rights") from None
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise _refusal(path, "labels.folder", "is a folder", "Give the labels file inside it")
        if not stat.S_ISREG(mode):
            raise _refusal(path, "labels.unreadable", "is not a regular file", "Save the labels to a file first")
        data = _drain(descriptor)
    except OSError as error:
        raise _refusal(path, "labels.unreadable", f"cannot be read ({error.strerror})", "Check its disk") from None
    finally:
        os.close(descriptor)
    if len(data) > _MOST_BYTES:
        raise _refusal(path, "labels.too_large", "is larger than 8 MiB", "Give one label a line")
    if b"\0" in data:
        raise _refusal(path, "labels.binary", "is not a text file", "Give a UTF-8 text file, one label a line")
    return data


def _drain(descriptor: int) -> bytes:
    """Read everything, up to one byte more than is allowed."""
    pieces = []
    left = _MOST_BYTES + 1
    while left > 0 and (piece := os.read(descriptor, left)):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _refusal(path: Path, problem: str, what: str, remedy: str) -> ProblemError:
    return ProblemError(Problem(problem, f"The labels file {visible(str(path))} {what}.", f"{remedy}.", "usage"))

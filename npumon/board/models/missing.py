"""What is missing of a model's files, each with what helps: a Git LFS pointer, an empty file, a program that may not be
executed."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from npumon.board.sysfs import read_bytes
from npumon.core.text import visible

_MOST_FILES = 100
#: A pointer of Git LFS is shorter.
_POINTER_BYTES = 1024


def missing_of(folder: Path, files: Iterable[str], program: str | None) -> tuple[str, ...]:
    """Return a remark for each of a model's files, relative to its folder, that is not what it should be, and for its
    program."""
    remarks = [*_of_program(folder, program)] if program is not None else []
    for name in [*files][:_MOST_FILES]:
        remarks += _of_file(folder, name)
    return tuple(dict.fromkeys(remarks))


def _of_file(folder: Path, name: str) -> Iterator[str]:
    try:
        found = os.stat(folder / name)
    except (OSError, ValueError):
        return  # its name is not as it is shown, or it went meanwhile
    shown = visible(name)
    if not stat.S_ISREG(found.st_mode):
        return
    if not found.st_size:
        yield f"{shown} is empty: copy it again"
    elif found.st_size <= _POINTER_BYTES:
        from npumon.core import units
        from npumon.modelfile.detect import lfs_size

        size = lfs_size(read_bytes(folder / name, _POINTER_BYTES + 1) or b"")
        if size is not None:
            yield f"{shown} is a Git LFS pointer to {units.size(size)}: git lfs pull"


def _of_program(folder: Path, program: str) -> Iterator[str]:
    """Look at a program that is named by a path."""
    path = folder / program
    shown = visible(program)
    if not os.path.lexists(path):
        yield f"{shown} is missing"
        return
    yield from _of_file(folder, program)
    if os.path.isfile(path) and not os.access(path, os.X_OK):
        yield f"{shown} is not executable: chmod +x {visible(shlex.quote(str(path)))}"

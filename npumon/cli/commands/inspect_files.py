"""The files that `npumon inspect` reads: named ones, those of a folder, standard input, and what lies beside them."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from npumon.cli.paths import STDIN, name_of, unreadable
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible

#: No model file is nearly as long; what is longer is refused instead of filling the memory.
LONGEST_BYTES = 256 << 20
_LONGEST = "256 MiB"
_LONGEST_META = 4 << 20
_META_NAME = "nbg_meta.json"
#: How the compilers and the GX8002's SDK name their files.
_MODEL_NAME = re.compile(r"(?i:.*\.nb|model(_xip)?\.h)", re.S)
_HEAD = 4096
_CHUNK = 1 << 20


class InputFile(NamedTuple):
    """A file to read. `named` says that it was named itself, and not found in a folder."""

    path: str
    named: bool = True

    @property
    def expected(self) -> bool:
        """Whether it should be a model: one that was named, or that bears the name of a model file in a folder."""
        return self.named or _MODEL_NAME.fullmatch(os.path.basename(self.path)) is not None

    @property
    def name(self) -> str:
        """The file for people."""
        return name_of(self.path)

    @property
    def stated(self) -> str:
        """The path for documents, as it was given."""
        return visible(self.path)


def sources(paths: Iterable[str]) -> tuple[InputFile, ...]:
    """Return the files that are named and, in their place, the plain files of a folder that is named, by name.

    Raises `ProblemError` (usage) for what plainly cannot be read, before anything is printed.
    """
    found: list[InputFile] = []
    for path in paths:
        if path == STDIN:
            if InputFile(STDIN) in found:
                raise ProblemError(Problem("inspect.stdin", "Standard input can be read only once.", "", "usage"))
            found.append(InputFile(STDIN))
            continue
        try:
            if stat.S_ISDIR(os.stat(path).st_mode):
                found += _inside(path)
                continue
            if not os.access(path, os.R_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except (OSError, ValueError) as error:
            raise _unreadable(InputFile(path), error) from error
        found.append(InputFile(path))
    return tuple(found)


def _inside(folder: str) -> Iterator[InputFile]:
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if entry.is_file())
    return (InputFile(os.path.join(folder, name), named=False) for name in names)


def read(source: InputFile) -> bytes | None:
    """Return the bytes of a file; None if it was found in a folder and plainly is not a model (then only its beginning
    is read).

    Raises `ProblemError` (usage) when it cannot be read, is empty or longer than `LONGEST_BYTES`.
    """
    if source.path == STDIN:
        if sys.stdin is None:
            raise ProblemError(Problem("inspect.stdin", "Standard input is closed.", "Name a file.", "usage"))
        return _read(sys.stdin.fileno(), source)
    fd = _opened(source)
    try:
        return _read(fd, source)
    finally:
        os.close(fd)


def _opened(source: InputFile) -> int:
    """Return a descriptor of a plain file, or of a pipe that was handed over as /dev/stdin or /dev/fd/3.

    Never waits: a FIFO in the file system, which may never get a writer, is refused as a device is.
    """
    try:
        fd = os.open(source.path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise _unreadable(source, error) from error
    mode = os.fstat(fd).st_mode
    if stat.S_ISFIFO(mode) and not os.path.exists(os.path.realpath(source.path)):
        os.set_blocking(fd, True)
    elif not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # reading a folder says what it is
        os.close(fd)
        what = f"{source.name} is not a plain file."
        raise ProblemError(Problem("inspect.kind", what, "Name a model file.", "usage"))
    return fd


def _read(fd: int, source: InputFile) -> bytes | None:
    pieces: list[bytes] = []
    length = 0
    try:
        known = os.fstat(fd).st_size  # 0 for pipes and devices, which are counted as they are read
        while piece := os.read(fd, _CHUNK if pieces else _HEAD):
            if not pieces and not source.expected and not _promising(piece):
                return None
            pieces.append(piece)
            length += len(piece)
            if max(length, known) > LONGEST_BYTES:
                what = f"{source.name} is longer than {_LONGEST}, too long for a model file."
                raise ProblemError(Problem("inspect.long", what, "Name the model file itself.", "usage"))
    except OSError as error:
        raise _unreadable(source, error) from error
    if not length:
        if not source.expected:
            return None
        what = f"{source.name} is empty."
        raise ProblemError(Problem("inspect.empty", what, "Compile or copy the model again.", "usage"))
    return b"".join(pieces)


def _promising(head: bytes) -> bool:
    from npumon.modelfile.detect import could_be

    return could_be(head)


def meta_beside(source: InputFile) -> bytes | None:
    """Return the bytes of `nbg_meta.json` beside a graph; None if there is none, or if it may belong to another graph
    in the folder."""
    if source.path == STDIN:
        return None
    folder = os.path.dirname(source.path) or "."
    path = os.path.join(folder, _META_NAME)
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return None
        if sum(name.endswith(".nb") for name in os.listdir(folder)) > 1:
            return None
        with open(path, "rb") as file:
            return file.read(_LONGEST_META)
    except OSError:
        return None


def graphs_beside(source: InputFile) -> list[str]:
    """Return the names of the graphs in a file's folder, of which it may be a companion; at most four."""
    if source.path == STDIN:
        return []
    try:
        names = sorted(name for name in os.listdir(os.path.dirname(source.path) or ".") if name.endswith(".nb"))
    except OSError:
        return []
    return [visible(name) for name in names[:4]]


def md5_of(path: str) -> str:
    """Return the MD5 of a file in hexadecimal, which is how a compiled model names its graph."""
    import hashlib

    digest = hashlib.md5(usedforsecurity=False)
    source = InputFile(path)
    fd = _opened(source)
    try:
        while piece := os.read(fd, _CHUNK):
            digest.update(piece)
    except OSError as error:
        raise _unreadable(source, error) from error
    finally:
        os.close(fd)
    return digest.hexdigest()


def _unreadable(source: InputFile, error: Exception) -> ProblemError:
    return unreadable(source.path, error, "inspect.unreadable", "Name a file in it.")

"""What a file is that stands alone on the command line, and which command reads it."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from npumon.board.log_files import LOG_WORDS
from npumon.cli.log_source import is_file
from npumon.cli.paths import name_of, unreadable
from npumon.core.problems import Problem, ProblemError

#: So much of a file is read to tell what it is.
_HEAD_BYTES = 1 << 20
_RESULT = re.compile(rb'\s*\{\s*"schema":\s*"(npumon\.\w{1,20}/\d{1,3})"')


class FileKind(NamedTuple):
    """The command that reads a file, and what the file is, in words."""

    command: str
    words: str


_LOG = FileKind("parse", "a profiler log")
_MODEL = FileKind("inspect", "a model file")


def kind_of(path: str) -> FileKind:
    """Tell by the file's beginning; whatever is no model is a log. A pipe is not read, for that would take from it.

    Raises `ProblemError` (usage) for a file that cannot be read, and for a stored result.
    """
    if not is_file(path):
        return _LOG
    try:
        with open(path, "rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise unreadable(path, error, "file.unreadable", "Name a file in it.") from error
    if stored := _RESULT.match(head):
        what = f"{name_of(path)} is a result of the schema {stored[1].decode()}, not a log."
        remedy = "Read it with jq, or with npumon.api.read_document from Python."
        raise ProblemError(Problem("file.result", what, remedy, "usage"))
    from npumon.modelfile.detect import detect, lfs_size

    if lfs_size(head) is not None:
        return _MODEL  # whose reader says where the model itself is
    kind = detect(head)
    if kind is None or (
        kind == "header" and os.path.splitext(path)[1] != ".h" and any(word in head for word in LOG_WORDS)
    ):
        return _LOG
    return _MODEL

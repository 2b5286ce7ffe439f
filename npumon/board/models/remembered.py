"""What is remembered of models from one session to the next: lines that the user entered, and how models are run.

A file of its own in the state folder, for this user's eyes only. It is bounded, and what is in it is data: a line is
split again when it is run, an entry that is not as it should be is left out. Two instances may write it: each reads it
before it changes it, and it is replaced as a whole.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from npumon.board.models.entry import LIBRARIES_AND_IMAGES, UNKNOWN_CONTENTS, ModelEntry
from npumon.board.models.missing import missing_of
from npumon.board.sysfs import read_bytes
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible

if TYPE_CHECKING:
    from npumon.core.own_line import OwnLine

NAME = "models.json"
_SCHEMA = "npumon.remembered/1"
_MOST = 200
_MOST_BYTES = 4 << 20
_MOST_RUNS = 100_000
#: Arguments that are files of a model.
_FILES = (".nb", *LIBRARIES_AND_IMAGES, *UNKNOWN_CONTENTS)
#: Characters of a word, as many as a line may have (`core.own_line`).
_LONGEST = 4_096


class RememberedModel(NamedTuple):
    """How a command is run in a folder. `line` is what the user entered, None for a model that was found.

    `environment` are variables as they are written, `labels` is the path of a file, `runs` and `warmup` are the last
    series'; None for what was never chosen.
    """

    folder: str
    command: tuple[str, ...]
    line: str | None = None
    environment: str = ""
    labels: str | None = None
    runs: int | None = None
    warmup: int | None = None

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        """What tells it from others."""
        return self.folder, self.command


class RememberedModels:
    """The file in `folder`, or in the one that `writable` makes sure of."""

    def __init__(self, folder: Path, writable: Callable[[], Path]) -> None:
        self._folder = folder
        self._writable = writable

    def all(self) -> tuple[RememberedModel, ...]:
        """Return what is remembered, the newest first. Never raises: a file that cannot be read holds nothing."""
        data = read_bytes(self._folder / NAME, _MOST_BYTES + 1) if self._is_ours() else None
        if data is None or len(data) > _MOST_BYTES:
            return ()
        import json  # most users have no such file

        try:
            document = json.loads(data)
        except (ValueError, RecursionError):
            return ()
        if not isinstance(document, dict) or document.get("schema") != _SCHEMA:
            return ()
        models = document.get("models")
        found = [_read(item) for item in models[:_MOST]] if isinstance(models, list) else []
        return tuple({model.key: model for model in reversed(found) if model is not None}.values())[::-1]

    def _is_ours(self) -> bool:
        """Return whether nobody but this user can have written the file: what is in it may be run."""
        try:
            found = os.lstat(self._folder / NAME)
        except OSError:
            return False
        return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)

    def of(self, folder: str, command: tuple[str, ...]) -> RememberedModel:
        """Return what is remembered of a command, or nothing but its name."""
        return next((model for model in self.all() if model.key == (folder, command)), RememberedModel(folder, command))

    def keep(self, model: RememberedModel, instead_of: RememberedModel | None = None) -> None:
        """Remember it, in the place of another one if that is named. The oldest are forgotten when there are too many.

        Raises `ProblemError` if the file cannot be written.
        """
        gone = {model.key, *(() if instead_of is None else (instead_of.key,))}
        self._write([model, *(other for other in self.all() if other.key not in gone)][:_MOST])

    def forget(self, model: RememberedModel) -> None:
        """Remember it no more. Raises `ProblemError` if the file cannot be written."""
        self._write([other for other in self.all() if other.key != model.key])

    def _write(self, models: list[RememberedModel]) -> None:
        import json
        import tempfile

        folder = self._writable()
        document = {"schema": _SCHEMA, "models": [model._asdict() for model in models]}
        temporary = None
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(prefix=f".{NAME}.", dir=folder)  # readable by its owner alone
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                json.dump(document, file, indent=1)
            os.replace(temporary, folder / NAME)
        except OSError as error:
            if temporary is not None:
                with suppress(OSError):
                    os.unlink(temporary)
            what = f"{visible(str(folder / NAME))} cannot be written: {error.strerror}."
            remedy = "Make room there, or name another folder with NPUMON_STATE_FOLDER."
            raise ProblemError(Problem("models.state", what, remedy)) from error
        self._folder = folder


def own_entry(model: RememberedModel) -> ModelEntry | None:
    """Return a line that the user entered as a model; None for what was found otherwise, or cannot be split."""
    if model.line is None:
        return None
    try:
        environment, command = line_read(model.line)
    except ProblemError:
        return None
    folder = Path(model.folder)
    files = tuple(word for word in command[1:] if word.lower().endswith(_FILES) and os.path.isfile(folder / word))
    program = command[0] if "/" in command[0] else None
    remarks = missing_of(folder, files, program) if os.path.isdir(folder) else (f"{visible(model.folder)} is gone",)
    return ModelEntry(
        name=visible(os.path.basename(command[0]) or command[0]),
        kind="own",
        folder=folder,
        command=command,
        found_under=folder,
        labels=model.labels,
        files=tuple(map(visible, files)),
        remarks=tuple(remarks),
        environment=environment,
        line=model.line,
    )


def line_read(line: str) -> OwnLine:
    """Split a line, and replace `~/` at the beginning of a word by the home folder, as a shell would. Raises
    `ProblemError` (usage), see `core.own_line`."""
    from npumon.core.own_line import OwnLine, split_line

    environment, command = split_line(line)
    return OwnLine(environment, tuple(os.path.expanduser(word) if word.startswith("~/") else word for word in command))


def _read(item: object) -> RememberedModel | None:
    """Return an entry of the file; None if it is not as it should be."""
    if not isinstance(item, dict):
        return None
    folder, command, line = item.get("folder"), item.get("command"), item.get("line")
    environment, labels = item.get("environment", ""), item.get("labels")
    if not (_is_text(folder) and isinstance(command, list) and command and all(map(_is_text, command))):
        return None
    if not (_is_text(environment) and (line is None or _is_text(line)) and (labels is None or _is_text(labels))):
        return None
    runs, warmup = (_number(item.get(name)) for name in ("runs", "warmup"))
    return RememberedModel(str(folder), tuple(command), line, str(environment), labels, runs or None, warmup)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST and "\0" not in value


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_RUNS else None

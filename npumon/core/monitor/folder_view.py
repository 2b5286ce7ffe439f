"""A folder as a user sees it who looks for a log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

FileKind = Literal["log", "folder"]


class FileChoice(NamedTuple):
    """A log or a folder. `path` is the real path, `name` visible text; `modified_s` is the time of its last change in
    seconds since 1970."""

    path: str
    name: str
    kind: FileKind
    size: int | None = None
    modified_s: float = 0.0


class FolderView(NamedTuple):
    """What a folder holds: logs first, then folders, each the newest first. `path` is the real path, `shown` visible
    text, `typed` what a user would type, empty if nothing that can be seen names it. `left_out` counts the files that
    are no logs, `trouble` says in words why the folder cannot be read."""

    path: str
    shown: str
    typed: str = ""
    entries: tuple[FileChoice, ...] = ()
    left_out: int = 0
    trouble: str | None = None


def in_order(entries: Sequence[FileChoice]) -> tuple[FileChoice, ...]:
    """Return the logs, then the folders, each the newest first; of the same age by name."""
    return tuple(sorted(entries, key=lambda entry: (entry.kind != "log", -entry.modified_s, entry.name)))


def completed(typed: str, view: FolderView) -> str:
    """Return what was typed with its last part completed, as far as the entries of its folder agree. A single folder is
    followed by a slash. Names that are not as they are shown cannot be typed."""
    head, slash, stem = typed.rpartition("/")
    fitting = [entry for entry in view.entries if entry.name.startswith(stem) and entry.path.endswith("/" + entry.name)]
    if not fitting:
        return typed
    first, last = min(entry.name for entry in fitting), max(entry.name for entry in fitting)
    length = next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first))
    ends = "/" if len(fitting) == 1 and fitting[0].kind == "folder" else ""
    return f"{head}{slash}{first[:length]}{ends}"

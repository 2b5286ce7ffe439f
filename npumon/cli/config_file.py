"""The settings file: read, decoded, parsed as TOML and taken apart into keys with their line numbers."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from npumon.cli.paths import shown
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible

#: More than anyone writes by hand; it keeps /dev/zero and a mistaken --config model.nb out of memory.
LONGEST_BYTES = 1 << 20

_HEADER = re.compile(r"\s*\[([^\[\]]+)\]")
_ASSIGNMENT = re.compile(r"""\s*([\w."'\- ]+?)\s*=""")


class Entry(NamedTuple):
    """One key of the file: `key` is dotted, `value` as TOML has it, `where` names file and line."""

    key: str
    value: Any
    where: str


def read_entries(path: str, groups: frozenset[str], *, required: bool) -> list[Entry] | None:
    """Return the keys of a settings file in their order, or None when it is missing and not `required`.

    Tables named in `groups` are taken apart; anything else at the top is an entry as it is, which the caller refuses.
    Raises `ProblemError` (usage) for a file that cannot be read, is not UTF-8 or not TOML.
    """
    text = _read(path, required)
    return None if text is None else list(_entries(path, text, _parse(path, text), groups))


def _read(path: str, required: bool) -> str | None:
    try:
        with open(path, "rb") as file:
            data = file.read(LONGEST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        if not required:
            return None
        raise _refused(path, "does not exist.", "Check the path, or leave out --config.") from None
    except IsADirectoryError:
        raise _refused(path, "is a folder, not a file.", "Name the TOML file in it.") from None
    except PermissionError:
        remedy = f"Make it readable: chmod u+r {shown(path)}"
        raise _refused(path, "cannot be read: permission denied.", remedy) from None
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror}.", "Use another one with --config.") from error
    if len(data) > LONGEST_BYTES:
        raise _refused(path, "is larger than 1 MiB, so it is not a settings file.", "Check the path.")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refused(path, f"is not UTF-8 text (line {line}).", "Save it as UTF-8.") from None


def _parse(path: str, text: str) -> Mapping[str, Any]:
    from importlib import import_module

    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        document: Mapping[str, Any] = toml.loads(text)
    except ValueError as error:  # TOMLDecodeError, and numbers too long for int()
        raise _refused(path, f"is not valid TOML: {visible(str(error))}.", "Correct that line.") from None
    except RecursionError:
        raise _refused(path, "is not valid TOML: it is nested too deeply.", "Correct it.") from None
    return document


def _entries(path: str, text: str, document: Mapping[str, Any], groups: frozenset[str]) -> Iterator[Entry]:
    for group, content in document.items():
        if group in groups and isinstance(content, dict):
            for name, value in content.items():
                key = f"{group}.{name}"
                yield Entry(key, value, _ctx(path, text, key))
        else:
            yield Entry(group, content, _ctx(path, text, group))


def _ctx(path: str, text: str, key: str) -> str:
    line = line_of(text, key)
    return shown(path) if line is None else f"{shown(path)}:{line}"


def line_of(text: str, key: str) -> int | None:
    """Return the line on which a TOML text most likely sets a dotted key, or begins the table that holds it.

    TOML parsers give no positions. This reads headers and assignments only, so a multi-line string that looks
    like one may mislead it; the value itself never depends on it.
    """
    table = ""
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            table = found = _bare(header[1])
            prefix = found == key or found.startswith(key + ".")
        elif assignment := _ASSIGNMENT.match(line):
            found = f"{table}.{_bare(assignment[1])}" if table else _bare(assignment[1])
            prefix = found == key or key.startswith(found + ".") or found.startswith(key + ".")
        else:
            continue
        if prefix:
            return number
    return None


def _bare(name: str) -> str:
    """Return a dotted name without quotes and spaces."""
    return ".".join(part.strip(" \t\"'") for part in name.split("."))


def _refused(path: str, what: str, remedy: str) -> ProblemError:
    return ProblemError(Problem("config.file", f"The settings file {shown(path)} {what}", remedy, "usage"))

"""The sentences that npumon says, kept in one file, `tests/golden.txt`, and compared with what it says.

A test names a sentence by its key: the problem's (or finding's, or verdict's) id, followed by what tells several
sentences of one id apart. The key stands in the test as one literal, so that it can be searched for:

    golden.problem(caught.value.problem, "board.busy")
    golden.problem(caught.value.problem, "board.busy another process", pid=holder.pid)
    golden.printed(done.stderr, "output.write", path=tmp_path)
    golden.text("help run", done.stdout)

`problem` also asserts the id. Keyword arguments are the parts that differ from run to run; the file has their names in
braces instead. `make golden` runs the tests that use this module with UPDATE_GOLDEN=1, which records each
sentence instead of comparing it, drops the entries whose key stands in no test, and shows the difference: read it
before you commit it. To record those of one file: UPDATE_GOLDEN=1 pytest tests/board/test_board_lock.py.
After a conflict in golden.txt take either side and run `make golden`.
"""

from __future__ import annotations

import difflib
import fcntl
import os
import re
from pathlib import Path
from typing import Protocol

import pytest

FILE = Path(__file__).with_name("golden.txt")
UPDATE = "UPDATE_GOLDEN" in os.environ

_INDENT = "    "


class Sentence(Protocol):
    """A Problem or a Finding."""

    @property
    def id(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def remedy(self) -> str | None: ...


def problem(actual: Sentence | None, key: str, **parts: object) -> None:
    """Compare the id, what is wrong and the remedy with the entry."""
    __tracebackhide__ = True
    assert actual is not None, f"there is no problem; expected {key}"
    assert actual.id == key.split()[0]
    text(key, f"{actual.what}\n{actual.remedy or ''}".rstrip(), **parts)


def text(key: str, actual: str, **parts: object) -> None:
    """Compare a whole text, of one line or of many, with the entry; blanks at the end of a line do not count."""
    __tracebackhide__ = True
    actual = "\n".join(line.rstrip() for line in actual.splitlines()).rstrip("\n")
    if UPDATE:
        _record(key, actual, parts)
    elif (expected := _filled(key, parts)) != actual:
        diff = "\n".join(difflib.ndiff(expected.splitlines(), actual.splitlines()))
        pytest.fail(f"{key} differs from its entry in golden.txt (`make golden` renews it):\n{diff}")


def printed(output: str, key: str, **parts: object) -> None:
    """Look for the entry in what a command printed, however its lines are broken. Recorded from a single line only;
    for a longer output another test has to record the sentence."""
    __tracebackhide__ = True
    known = key in read()
    if known and _words(_filled(key, parts)) in _words(output):
        return
    if UPDATE and output.count("\n") <= 1:
        _record(key, re.sub("^npumon: (warning: )?", "", output.strip()), parts)
    else:
        pytest.fail(f"{key}: {_filled(key, parts)!r} stands not in\n{output}\n(`make golden` renews the entry)")


def read() -> dict[str, str]:
    """All entries by key."""
    with FILE.open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        return _parsed(file.read())


def stale() -> list[str]:
    """The keys that stand in no test."""
    tests = "".join(path.read_text() for path in FILE.parent.rglob("*.py"))
    return sorted(key for key in read() if f'"{key}"' not in tests)


def _filled(key: str, parts: dict[str, object]) -> str:
    __tracebackhide__ = True
    entries = read()
    if key not in entries:
        pytest.fail(f"golden.txt has no entry {key!r}: `make golden` records it")
    expected = entries[key]
    for name, value in parts.items():
        expected = expected.replace(f"{{{name}}}", str(value))
    return expected


def _words(some: str) -> str:
    return " ".join(some.split())


def _record(key: str, actual: str, parts: dict[str, object]) -> None:
    assert actual.replace("\n", "").isprintable(), f"{key}: not to be printed: {actual!r}"
    for name, value in sorted(parts.items(), key=lambda part: -len(str(part[1]))):
        assert str(value), f"{key}: the part {name} is empty"
        actual = re.sub(rf"(?<!\w){re.escape(str(value))}(?!\w)", f"{{{name}}}", actual)
    assert "/pytest-of-" not in actual, f"{key}: name the path that differs from run to run as a part: {actual!r}"
    _write({key: actual})


def _write(changes: dict[str, str], dropped: tuple[str, ...] = ()) -> None:
    """Change the file; the workers of a parallel run take turns."""
    with FILE.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        entries = {key: entry for key, entry in {**_parsed(file.read()), **changes}.items() if key not in dropped}
        file.seek(0)
        file.truncate()
        for key, entry in sorted(entries.items()):
            lines = [f"{_INDENT}{line}".rstrip() for line in entry.splitlines()]
            file.write("\n".join([key, *lines]) + "\n\n")


def _parsed(content: str) -> dict[str, str]:
    entries: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in content.splitlines():
        if line and not line.startswith(" "):
            lines = entries[line] = []
        else:
            lines.append(line.removeprefix(_INDENT))
    return {key: "\n".join(entry).rstrip("\n") for key, entry in entries.items()}


if __name__ == "__main__":
    _write({}, tuple(stale()))

"""A command line that a user enters: variables, a program and its arguments, split as a shell would, but by none."""

from __future__ import annotations

import re
import shlex
from typing import NamedTuple

from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible

#: Characters of a line, and words in it.
LONGEST = 4_096
_MOST_WORDS = 1_000
_VARIABLE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
#: What only a shell understands, as a word of its own.
_OF_SHELL = frozenset({"|", "||", "&", "&&", ";", "<", "<<", ">", ">>", "2>", "2>&1", "&>"})


class OwnLine(NamedTuple):
    """The variables before the command, and the command with its arguments."""

    environment: tuple[tuple[str, str], ...]
    command: tuple[str, ...]


def split_line(line: str) -> OwnLine:
    """Split a line into words, as POSIX shells quote them. Nothing is replaced: no variables, no patterns.

    Raises `ProblemError` (usage) for a line without a command, with an open quote, or with what only a shell reads.
    """
    words = _words(line)
    environment = split_variables(words)
    command = tuple(words[len(environment) :])
    if not command or not command[0]:
        raise _wrong("The line has no command.", "Write a program and its arguments: ./net model.nb picture.jpg")
    return OwnLine(environment, command)


def split_environment(text: str) -> tuple[tuple[str, str], ...]:
    """Return the variables of a text that holds nothing else. Raises `ProblemError` (usage)."""
    words = _words(text) if text.strip() else []
    environment = split_variables(words)
    if len(environment) < len(words):
        what = f"'{visible(words[len(environment)])[:60]}' is no variable."
        raise _wrong(what, "Write NAME=value, with a blank between two: VNN_LOOP_TIME=10 VSI_NN_LOG_LEVEL=0")
    return environment


def split_variables(words: list[str]) -> tuple[tuple[str, str], ...]:
    """Return the variables at the beginning of some words."""
    found: list[tuple[str, str]] = []
    for word in words:
        match = _VARIABLE.fullmatch(word)
        if match is None:
            break
        found.append((match[1], match[2]))
    return tuple(found)


def _words(line: str) -> list[str]:
    if len(line) > LONGEST or "\0" in line:
        raise _wrong(
            f"A line has at most {LONGEST} characters, and none of them is NUL.", "Write a script and run that."
        )
    try:
        words = shlex.split(line)
    except ValueError:
        raise _wrong("A quote is open, or nothing follows a backslash.", "Close it.") from None
    strange = next((word for word in _with_quotes(line) if word in _OF_SHELL), None)
    if strange is not None:
        raise _wrong(f"No shell reads the line, so {strange} means nothing.", f"Write it as: sh -c {shlex.quote(line)}")
    if len(words) > _MOST_WORDS:
        raise _wrong(f"A line has at most {_MOST_WORDS} words.", "Write a script and run that.")
    return words


def _wrong(what: str, remedy: str) -> ProblemError:
    return ProblemError(Problem("line.wrong", what, visible(remedy)[:200], "usage"))


def _with_quotes(line: str) -> list[str]:
    """Return the words with their quotes; none if a backslash stands before one, which this way of reading takes for an
    open one."""
    try:
        return shlex.split(line, posix=False)
    except ValueError:
        return []

"""The messages among a run's lines: diagnostics and unrecognized lines, each on the line that it names."""

from __future__ import annotations

from collections.abc import Iterator

from npumon.core.profile import Diagnostic
from npumon.core.run.state import RunState

_LETTERS = {"error": "E", "warning": "W", "info": "I", "debug": "D"}
_FAILURES = {"the program's own limit: execution time too long": "Test Fail,Execution Time Too Long"}
_NOT_RUN = ": the graph could not be run"


def line_of(diagnostic: Diagnostic) -> str:
    """Return the line that a diagnostic was read from."""
    source, text = diagnostic.source, diagnostic.message
    if source in ("ovxlib", "detect"):
        return f"{_LETTERS[diagnostic.level]} {text}"
    if source == "model" and (text in _FAILURES or text.endswith(_NOT_RUN)):
        return failure_line(diagnostic)
    if source in ("shell", "model", "driver", "program"):
        return text
    raise ValueError(f"no text stands for a diagnostic of {source}")


def failure_line(diagnostic: Diagnostic) -> str:
    """Return the line that the failure of an iteration was read from."""
    if diagnostic.message in _FAILURES:
        return _FAILURES[diagnostic.message]
    if not diagnostic.message.endswith(_NOT_RUN):
        raise ValueError(f"no text stands for {diagnostic.message!r}")
    number = int(diagnostic.message.removeprefix("iteration ").removesuffix(_NOT_RUN))
    return f"Run graph the {number - 1} time fail"


def placed(state: RunState) -> list[tuple[int, str]]:
    """Return what stands on a line of its own number: diagnostics and unrecognized lines.

    Messages on the same line follow one another without anything in between. Of a message that was repeated only the
    first line is known; the others follow at the end of the text.
    """
    if state.diagnostics_dropped or state.unrecognized != len(state.unrecognized_lines):
        raise ValueError("lines that were counted but not kept cannot be written")
    lines: dict[int, str] = {}
    for each in state.diagnostics:
        if each.line is not None:
            lines[each.line] = lines.get(each.line, "") + line_of(each)
    return sorted((lines | {each.line: each.text for each in state.unrecognized_lines}).items())


def repeated(state: RunState) -> Iterator[str]:
    """Yield the lines of messages that were repeated, but for the first."""
    for each in state.diagnostics:
        for _ in range(each.count - 1):
            yield line_of(each)


def merged(own: list[str], foreign: list[tuple[int, str]], first: int = 1) -> Iterator[str]:
    """Yield the program's lines from line `first` on with the others in their places; beyond its end, empty lines lead
    up to them."""
    rest = iter(own)
    number = first
    for index, text in foreign:
        while number < index:
            yield next(rest, "")
            number += 1
        yield text
        number += 1
    yield from rest

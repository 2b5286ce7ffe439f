"""Text that goes on as it began: the pattern of operations with all counters, and of what stands between iterations.

Logs repeat. A program prints the same operations in each iteration, and the same lines around each run, apart from
figures. Here is what such text looks like; who reads it has read the same before, line by line, and knows what it says.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import NamedTuple

from npumon.core.log.line_rule import compiled
from npumon.core.log.profiler_lines import HEAD_LINES, bandwidth_line, cycles_line
from npumon.core.profile import BANDWIDTHS

#: A count and an amount as Python prints them again: no leading zero, no exponent, no zeros behind (but `0.0`).
_COUNT = r"(?!0\d)\d{1,12}"
_AMOUNT = r"0\.0(?=0{0,6}\n)|(?!0\d|0\.0000)\d{1,8}\.(?:\d{0,5}[1-9]|0)"
_NUMBER = r"(\d{1,9})"
_COUNTERS = "".join(bandwidth_line(_NUMBER, name, f"({_AMOUNT})0{{0,6}}") for name in BANDWIDTHS) + "".join(
    cycles_line(_NUMBER, name, f"({_COUNT})") for name in ("TOTAL", "IDLE")
)
_EXECUTION = rf"execution time: {{0,30}}({_COUNT}) us\n{_COUNTERS}"
_NINTH_COUNTER = cycles_line(_NUMBER, "", r"-?\d{1,15}")
_END_OF_OPERATION = rf"VPC_ELAPSETIME: ({_COUNT})\n\*{{4,20}}\n"
#: As many lines as a head has, whatever they say: much quicker to match where they are compared with a head anyway.
_ANY_HEAD = r"layer[^\n]*\n[^\n]*\n[^\n]*\n(?:s[^\n]*\n)?"
_ITERATION = rf"Run the ({_COUNT}) time: {{0,9}}\d{{1,9}}\.\d{{2}}ms or ((?!0\d)\d{{1,9}}\.\d)0us\n"

#: What `found_in` returns of each operation: its head, and its figures as they are to be printed; the numbers in
#: brackets, that of the ninth counter only where there is one; with the last operation the iteration's number and time,
#: and the lines behind it. Each text is empty where there is none. Of a line that is no part of an operation all are.
HEAD, EXECUTION = range(2)
NUMBERS = (2, 4, 6, 8, 10, 12, 14, 16)
AMOUNTS = (3, 5, 7, 9, 11, 13)
TOTAL, IDLE, NINTH, WINDOW, ITERATION, ELAPSED, BETWEEN = 15, 17, 18, 19, 20, 21, 22

Found = tuple[str, ...]
#: What was found of many operations, by place.
Columns = Sequence[Sequence[str]]

#: Where an operation or an iteration's end begins.
HEAD_LINE = re.compile(r"^layer[ _]id: ", re.MULTILINE)
_END = "Run the "
_END_LINE = re.compile(r"^Run the \d{1,9} time: .*us\n", re.MULTILINE)

#: Figures of whole lines; those of threads are not spelled as `_ADDRESS_FIGURES`, which mark a table.
_THREAD = r"[0-9a-f]{1,16}(?![0-9a-f])"
_TIME = r"\d{1,9}ms or \d{1,9}us"
_EXACT_TIME = r"\d{1,9}\.\d{2}ms or \d{1,9}\.\d{2}us"
_TOP_ENTRY = r" {0,2}\d{1,4}: \d{1,3}\.\d{6}"
#: Lines whose figures may change without changing what follows. So may the addresses in tables.
_FIGURES = tuple(
    (re.compile(f"({before}){figures}", re.ASCII), figures)
    for before, figures in (
        ("Created VX Thread: 0x", _THREAD),
        ("Exit VX Thread: 0x", _THREAD),
        ("Create Neural Network: ", _TIME),
        ("Verify Graph: ", _TIME),
        ("Total   ", _EXACT_TIME),
        ("Average ", _EXACT_TIME),
        ("", _TOP_ENTRY),
    )
)
_SHORT = 4_096
_ADDRESS_FIGURES = "[0-9a-f]{1,16}"
_ADDRESS = re.compile(r"(?<=0x0x)[0-9a-f]{1,16}", re.ASCII)


def end_of_iteration(text: str, at: int, end: int = sys.maxsize) -> int | None:
    """Return where the next iteration ends, behind its time; None if that is not in the text up to `end`."""
    while (at := text.find(_END, at, end)) >= 0:
        if (match := _END_LINE.match(text, at, end)) is not None:
            return match.end()
        at += len(_END)
    return None


def last_end_of_iteration(text: str, start: int, end: int) -> int | None:
    """Return where the last iteration ends, behind its time; None if none ends in this part of the text."""
    at = end
    while (at := text.rfind(_END, start, at)) >= 0:
        if (match := _END_LINE.match(text, at, end)) is not None:
            return match.end()
    return None


def ends_of_iterations(text: str, start: int, end: int) -> int:
    """Return how many iterations seem to end in this part of the text: a guess, which takes little time."""
    return text.count(f"\n{_END}", start, end)


class Likeness(NamedTuple):
    """What whole lines look like that say the same, but for figures that nothing hangs on.

    `parts` are texts, each with the pattern of the figures behind it.
    """

    parts: tuple[tuple[str, str], ...]

    @property
    def pattern(self) -> str:
        """The same as one pattern."""
        return "".join(re.escape(text) + figures for text, figures in self.parts)


def _end(parts: Sequence[tuple[str, str]], text: str, at: int) -> int | None:
    for part, figures in parts:
        if not text.startswith(part, at):
            return None
        match = compiled(figures).match(text, at + len(part))
        if match is None:
            return None
        at = match.end()
    return at


class _Lines:
    """Lines that look like some. A table is seldom another one than the last time, down to its addresses."""

    def __init__(self, like: Likeness) -> None:
        places = [place for place, (_, figures) in enumerate(like.parts) if figures == _ADDRESS_FIGURES]
        first, last = (places[0], places[-1] + 1) if places else (0, 0)
        self._before, self._table, self._behind = like.parts[:first], like.parts[first:last], like.parts[last:]
        self._known = ""

    def end(self, text: str, at: int) -> int | None:
        """Return where such lines end that begin here; None if they do not."""
        start = _end(self._before, text, at)
        if start is None:
            return None
        if self._known and text.startswith(self._known, start):
            return _end(self._behind, text, start + len(self._known))
        end = _end(self._table, text, start)
        if end is None:
            return None
        self._known = text[start:end]
        return _end(self._behind, text, end)


def likeness(lines: str) -> Likeness:
    """Return what these lines look like."""
    parts: list[tuple[str, str]] = []
    text = ""
    for line in lines.split("\n"):
        for part, figures in _parts_of(line):
            text += part
            if figures:
                parts.append((text, figures))
                text = ""
        text += "\n"
    return Likeness((*parts, (text[:-1], "")))


def _parts_of(line: str) -> Iterator[tuple[str, str]]:
    for rule, figures in _FIGURES:
        if (match := rule.fullmatch(line)) is not None:
            yield match[1], figures
            return
    *before, last = _ADDRESS.split(line)
    for part in before:
        yield part, _ADDRESS_FIGURES
    yield last, ""


class SteadyText:
    """Finds operations, the ends of iterations, and the lines that may stand behind those."""

    def __init__(
        self, between: Sequence[Likeness] = (), heads: Sequence[str] = (), *, ninth: bool | None = None
    ) -> None:
        """`between` is what those lines look like. `heads` are those that what is found is compared with: of
        operations with others only as much is told as their heads differ. Without them all operations are found.
        `ninth` tells whether all operations have the ninth counter, or none; None if some may.
        """
        self._between = tuple(map(_Lines, between))
        #: Of long lines, such as tables, it would take long to make a pattern.
        self._short = tuple(place for place, like in enumerate(between) if sum(map(len, chain(*like.parts))) < _SHORT)
        self._patterns = tuple(between[place].pattern for place in self._short)
        counter = "()" if ninth is False else _NINTH_COUNTER if ninth else f"(?:{_NINTH_COUNTER})?"
        self._operation = rf"({_head_pattern(heads)}){_EXECUTION}{counter}{_END_OF_OPERATION}"

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        lines = "|".join(self._patterns) or "(?!)"
        return re.compile(rf"{self._operation}(?:{_ITERATION}({lines})?)?|[^\n]*\n", re.ASCII)

    def found_in(self, text: str, start: int, end: int) -> Sequence[Found]:
        """Return what is found in a part of the text, which begins with a line: whole lines without gaps.

        The lines behind an iteration are among them if they are short.
        """
        return self._pattern.findall(text, start, end)

    def end_of(self, many: int, text: str, start: int, end: int) -> int:
        """Return where so many of what is found in that part end."""
        found = next(islice(self._pattern.finditer(text, start, end), many - 1, None), None) if many else None
        return start if found is None else found.end()

    def with_lines_behind(self, text: str, end: int) -> int:
        """Return where short lines end that stand between an iteration, which ends here, and the next operation."""
        return text.find("\nlayer", end - 1, end + 2 * _SHORT) + 1 or end if self._short else end

    def between_at(self, text: str, at: int) -> tuple[str, int] | None:
        """Return the lines between iterations that stand here, and which they are; None for others."""
        for place, like in enumerate(self._between):
            if (end := like.end(text, at)) is not None:
                return text[at:end], place
        return None

    @property
    def only(self) -> int | None:
        """Which lines those between iterations are that are found; None if they may be several, or none."""
        return self._short[0] if len(self._short) == 1 else None

    def which(self, lines: str) -> int:
        """Return which lines those between iterations are that were found."""
        if self.only is not None:
            return self.only
        return next(place for place in self._short if self._between[place].end(lines, 0) == len(lines))


def _head_pattern(heads: Sequence[str]) -> str:
    lengths = set(map(len, heads))
    if len(lengths) == 1:
        return f"(?s:.{{{lengths.pop()}}})"
    return _ANY_HEAD if lengths else HEAD_LINES

"""Lines one by one to what they mean: the tolerant way, which every text can go.

`grammar` knows what lines look like, `interpreter` what they mean. Here is what lies between: lines that hold two
things, half lines whose other half comes later, and those that break off.
"""

from __future__ import annotations

import re
from typing import NamedTuple, TypeVar

from npumon.core.log.collector import Inserted
from npumon.core.log.events import Event
from npumon.core.log.grammar import (
    COUNTED,
    MESSAGES,
    PRINT_COUNTER,
    SIX_DECIMALS,
    TIMES,
    WHOLE_HALVES,
    Grammar,
)
from npumon.core.log.interpreter import Interpreter
from npumon.core.log.line_rule import LineRule
from npumon.core.log.lines import Line
from npumon.core.text import decode

#: What editors of other systems put before a text.
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

#: Half a line of stdout and a message are at most this long together; longer lines are not searched for a splice.
_SPLICE_LIMIT = 2_000

#: `^C` as the terminal echoes it, perhaps behind output, and followed by what stood at the line's end anyway.
_ECHO = re.compile(r"(.*?)\^C(?:\^C)* *(.*)")


#: Lines that are remembered as they were spelled, of either kind, and the longest of them: at each start a program
#: prints most of its lines again.
_KEPT, _LONGEST = 1_024, 400


_ValueT = TypeVar("_ValueT")


class _KnownLine(NamedTuple):
    """What a line is: its rule, the match, and the number that the driver printed before it."""

    rule: LineRule
    match: re.Match[str]
    number: int | None


class LineReader:
    """Reads complete lines.

    Memory is bounded by the longest of them, one profiled block, one tiling table and the lines that are remembered:
    known ones, and notes in tables.
    """

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._interpreter = Interpreter(grammar)
        self._half: tuple[int, str] | None = None
        self._known: dict[bytes, _KnownLine] = {}
        self._notes: dict[bytes, str] = {}

    @property
    def between_lines(self) -> bool:
        """True when no half of a line waits for its other half, so that lines read by other means can be inserted."""
        return self._half is None

    @property
    def skips_foreign(self) -> bool:
        """True where a line of another program is just that: no half of a line waits, and no table is open."""
        return self._half is None and not self._interpreter.in_table

    def take(self) -> list[Event]:
        """Return the events since the last call."""
        return self._interpreter.take()

    def insert(self, events: list[Event], part: Inserted) -> bool:
        """Insert what was read by other means and is surely whole: its events behind those of what it ends.

        Only `between_lines`. Returns False if these lines mean something else here.
        """
        return self._interpreter.insert(events, part)

    def skip_foreign(self, line: int, data: bytes, count: int) -> None:
        """Take lines that are `foreign`, so many from this one on. Only where it `skips_foreign`."""
        texts = (decode(text).strip() for text in data.split(b"\r"))
        self._interpreter.foreign(next(filter(None, texts), ""), line, count)

    def foreign(self, data: bytes) -> int | None:
        """Return how many texts of other programs a line holds (more than one if redrawn), if it holds nothing else.

        None if it may mean something. The answer holds for all lines that differ from this one in their digits alone,
        if its own are zeros: no rule asks for a certain digit, apart from those for which the answer is None.
        """
        if b"\\" in data:  # a terminal's title, spelled out, has digits of its own
            return None
        count = 0
        for text in data.split(b"\r"):
            shown = decode(text).strip()
            if shown and not self._is_foreign(shown):
                return None
            count += bool(shown)
        return count

    def end(self) -> None:
        """Take the end of the text. A block without its end is marked as incomplete."""
        if self._half is not None:
            self._give_up(*self._half)
            self._half = None
        self._interpreter.end()

    def read_known(self, data: bytes, number: int) -> bool:
        """Interpret a whole line if it is one that is remembered; return False if it is to be `read`."""
        if self._half is not None:
            return False
        known = self._known.get(data)
        if known is not None and self._means(known, number):
            return True
        note = self._notes.get(data)
        if note is None or not self._interpreter.in_table or self._prompts_in(note):
            return False
        self._unknown(number, note)
        return True

    def read(self, line: Line) -> None:
        """Interpret one line."""
        shown = decode(line.data.removeprefix(_BYTE_ORDER_MARK) if line.number == 1 else line.data)
        text = shown.strip()
        if line.dropped:
            size = len(line.data) + line.dropped
            self._interpreter.remark(f"a line of {size} bytes was cut to {len(line.data)}", line.number)
        if not text:
            return
        if self._half is not None and not self._is_message(text):
            number, half = self._half
            self._half = None
            if self._understood(half + shown.rstrip(), line):
                return
            self._give_up(number, half)
        if not self._understood(text, line, line.data) and not self._taken_apart(text, line):
            if self._interpreter.in_table and self._half is None and not self._prompts_in(text):
                _remember(self._notes, line.data, text)
            self._unknown(line.number, text)

    def _understood(self, text: str, line: Line, whole: bytes | None = None) -> bool:
        """Interpret the text if it is a known line in this context. Remember it if it is the `whole` line."""
        known = self._classified(text)
        if known is None or (known.rule.open_ended and line.dropped):
            return False
        if whole is not None and line.number > 1:
            _remember(self._known, whole, known)
        if not line.ended and not _surely_whole(known.rule, known.match):
            self._interpreter.remark(f"the text breaks off in the middle of the line '{text}'", line.number)
            self._interpreter.broken(text, line.number)
            return True
        return self._means(known, line.number)

    def _means(self, known: _KnownLine, line: int) -> bool:
        return self._interpreter.understand(known.rule.kind, known.match, line, known.number)

    def _classified(self, text: str) -> _KnownLine | None:
        number: int | None = None
        found = None
        if (counter := _counter_of(text)) is not None:
            number = _printed(counter)
            found = self._grammar.classify(text[counter.end() :])
        if found is None or found[0].kind not in COUNTED:  # the whole line may be known, counter and all
            found = self._grammar.classify(text) or found
        return None if found is None else _KnownLine(*found, number)

    def _taken_apart(self, text: str, line: Line) -> bool:
        """Interpret a line with two things on it: half a line and a message, output and `^C`, output and a prompt."""
        if len(text) > _SPLICE_LIMIT:
            return False
        if "^C" in text and (echo := _ECHO.fullmatch(text)) and self._is_echo(echo):
            if echo[1].strip():
                self._unknown(line.number, echo[1])
            self._interpreter.interrupt()
            if echo[2]:
                self._rest(echo[2], line)
            return True
        prompt = self._interpreter.prompt
        if prompt is not None and (at := text.find(prompt)) > 0 and self._is_prompt(text[at:]):
            self._rest(text[:at].rstrip(), line)
            return self._understood(text[at:], line)
        splice = self._grammar.splice.fullmatch(text)
        if splice is None or self._half is not None:
            return False
        found = self._grammar.classify(splice[1].strip())
        if found is not None and found[0].kind in WHOLE_HALVES:
            self._understood(splice[1].strip(), line)
        else:
            self._half = (line.number, splice[1])
        self._understood(splice[2], line)
        return True

    def _rest(self, text: str, line: Line) -> None:
        if not self._understood(text, line):
            self._unknown(line.number, text)

    def _prompts_in(self, text: str) -> bool:
        return self._interpreter.prompt is not None and self._interpreter.prompt in text

    def _is_echo(self, echo: re.Match[str]) -> bool:
        """Return whether `^C` is the terminal's: it ends the output, or what comes behind it is no part of a word."""
        before, after = echo.groups()
        if not after or self._grammar.classify(after) is not None:
            return True
        return not before.strip() and after[0].islower()

    def _is_prompt(self, text: str) -> bool:
        found = self._grammar.classify(text)
        return found is not None and found[0].kind == "prompt"

    def _is_message(self, text: str) -> bool:
        """Return whether the text is a message of stderr, so that the half line before it may still be completed."""
        found = self._grammar.classify(text)
        return found is not None and found[0].kind in MESSAGES

    def _is_foreign(self, text: str) -> bool:
        """Return whether no rule matches, whole or in parts, and nothing looks like a keyword."""
        counter = _counter_of(text)
        return not (
            "^C" in text
            or "0<" in text  # of `8<`, where somebody cut
            or (any(sign in text for sign in "$#%") and ("@" in text or ":/" in text))  # a prompt may be in it
            or self._grammar.classify(text) is not None
            or (counter is not None and self._grammar.classify(text[counter.end() :]) is not None)
            or self._grammar.splice.fullmatch(text) is not None
            or self._interpreter.looks_known(text)
        )

    def _unknown(self, number: int, text: str) -> None:
        self._interpreter.unknown(text.strip(), number, _printed(_counter_of(text)))

    def _give_up(self, number: int, half: str) -> None:
        """Take half a line whose other half has not come; it may be whole, but for its line end."""
        if not self._understood(half.strip(), Line(number, b"", ended=False)):
            self._unknown(number, half)


def _remember(known: dict[bytes, _ValueT], line: bytes, value: _ValueT) -> None:
    if len(line) <= _LONGEST:
        if len(known) >= _KEPT:
            known.clear()
        known[line] = value


def _counter_of(text: str) -> re.Match[str] | None:
    """Return the print counter that a line begins with."""
    return PRINT_COUNTER.match(text) if text[:1] == "[" else None


def _printed(counter: re.Match[str] | None) -> int | None:
    """Return the number that a print counter shows; None if it is no plausible one."""
    digits = counter[0].strip("[] ") if counter else ""
    return int(digits) if digits.isdecimal() and len(digits) < 19 else None


def _surely_whole(rule: LineRule, match: re.Match[str]) -> bool:
    """Return whether a line without a line end cannot have lost digits."""
    if rule.kind in TIMES:
        return match[0].endswith("us")
    return not rule.open_ended or (rule.kind in SIX_DECIMALS and re.search(r"\.\d{6}$", match[0]) is not None)

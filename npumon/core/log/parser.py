"""The profiler's text to events: `feed(bytes)` and `close()`, without touching anything else.

However the bytes are split, the events are the same, and no bytes raise an exception. The dozen lines of a profiled
block become one event; every other line becomes an event of its own as soon as it is complete. This module cuts bytes
into lines, `grammar` knows what lines look like, and `interpreter` what they mean.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from npumon.core.log.collector import Inserted
from npumon.core.log.events import Event
from npumon.core.log.grammar import (
    COUNTED,
    MESSAGES,
    PRINT_COUNTER,
    SIX_DECIMALS,
    TIMES,
    VIVANTE,
    WHOLE_HALVES,
    Grammar,
)
from npumon.core.log.interpreter import Interpreter
from npumon.core.log.line_rule import LineRule
from npumon.core.text import decode

#: What is kept of one line. Profiler lines have under 300 characters.
LINE_LIMIT = 16_384


#: What editors of other systems put before a text.
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """One line, or one of the texts that carriage returns redrew on it.

    `number` is 1-based and counts line feeds only, as editors do. `data` has no line end. `dropped` is the number
    of bytes beyond `LINE_LIMIT` that were not kept. `ended` is False for a text at the very end without line end.
    """

    number: int
    data: bytes
    dropped: int = 0
    ended: bool = True


class LineSplitter:
    """Collects bytes and returns complete lines. Empty lines are counted but not returned."""

    def __init__(self) -> None:
        self._number = 1
        self._tail = b""
        self._dropped = 0

    def feed(self, data: bytes) -> list[Line]:
        """Return the lines that `data` completes."""
        lines: list[Line] = []
        pieces = data.split(b"\n")
        if len(pieces) > 2 and b"\r" not in data and max(map(len, pieces)) <= LINE_LIMIT:
            self._plain(lines, pieces)
            return lines
        last = len(pieces) - 1
        for position, piece in enumerate(pieces):
            if b"\r" in piece:
                *redrawn, piece = piece.split(b"\r")
                for text in redrawn:
                    self._keep(text)
                    self._emit(lines, ended=True)
            self._keep(piece)
            if position < last:
                self._emit(lines, ended=True)
                self._number += 1
        return lines

    def _plain(self, lines: list[Line], pieces: list[bytes]) -> None:
        """Do the same for the common case: complete lines of ordinary length without carriage returns."""
        self._keep(pieces[0])
        self._emit(lines, ended=True)
        number = self._number
        for piece in pieces[1:-1]:
            number += 1
            if piece:
                lines.append(Line(number, piece))
        self._number = number + 1
        self._keep(pieces[-1])

    def skip(self, count: int) -> None:
        """Count lines that were read by other means. Only between lines (`pending` is False)."""
        self._number += count

    @property
    def pending(self) -> bool:
        """True while a line is incomplete."""
        return bool(self._tail or self._dropped)

    def close(self) -> list[Line]:
        """Return the text after the last line end, if any."""
        lines: list[Line] = []
        self._emit(lines, ended=False)
        return lines

    def _keep(self, piece: bytes) -> None:
        room = LINE_LIMIT - len(self._tail)
        if len(piece) > room:
            self._dropped += len(piece) - room
            piece = piece[:room]
        self._tail = self._tail + piece if self._tail else piece

    def _emit(self, lines: list[Line], *, ended: bool) -> None:
        if self._tail or self._dropped:
            lines.append(Line(self._number, self._tail, self._dropped, ended))
            self._tail = b""
            self._dropped = 0


#: Half a line of stdout and a message are at most this long together; longer lines are not searched for a splice.
_SPLICE_LIMIT = 2_000

#: `^C` as the terminal echoes it, perhaps behind output, and followed by what stood at the line's end anyway.
_ECHO = re.compile(r"(.*?)\^C(?:\^C)* *(.*)")


class ProfileParser:
    """A parser for one log. Memory is bounded by the longest line kept, one profiled block and one tiling table."""

    def __init__(self, grammar: Grammar = VIVANTE) -> None:
        self._grammar = grammar
        self._splitter = LineSplitter()
        self._interpreter = Interpreter(grammar)
        self._half: tuple[int, str] | None = None

    def feed(self, data: bytes) -> list[Event]:
        """Return the events that these bytes complete."""
        for line in self._splitter.feed(data):
            self._read(line)
        return self._interpreter.take()

    def close(self) -> list[Event]:
        """Return the events that the end of the text completes. A block without its end is marked as incomplete."""
        for line in self._splitter.close():
            self._read(line)
        if self._half is not None:
            self._give_up(*self._half)
            self._half = None
        self._interpreter.end()
        return self._interpreter.take()

    @property
    def between_lines(self) -> bool:
        """True when no line and no half of one is incomplete, so that lines read by other means can be inserted."""
        return self._half is None and not self._splitter.pending

    def insert(self, events: list[Event], part: Inserted) -> list[Event] | None:
        """Insert what was read by other means and is surely whole: its events behind those of what it ends.

        Only `between_lines`. Returns None if these lines mean something else here.
        """
        if not self._interpreter.insert(events, part):
            return None
        self._splitter.skip(part.lines)
        return self._interpreter.take()

    def _read(self, line: Line) -> None:
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
        if not self._understood(text, line) and not self._taken_apart(text, line):
            self._unknown(line.number, text)

    def _understood(self, text: str, line: Line) -> bool:
        """Interpret the text if it is a known line in this context."""
        number: int | None = None
        found = None
        if text[:1] == "[" and (counter := PRINT_COUNTER.match(text)):
            number = _printed(counter)
            found = self._grammar.classify(text[counter.end() :])
        if found is None or found[0].kind not in COUNTED:  # the whole line may be known, counter and all
            found = self._grammar.classify(text) or found
        if found is None:
            return False
        rule, match = found
        if rule.open_ended and line.dropped:
            return False
        if not line.ended and not _surely_whole(rule, match):
            self._interpreter.remark(f"the text breaks off in the middle of the line '{text}'", line.number)
            self._interpreter.broken(text, line.number)
            return True
        return self._interpreter.understand(rule.kind, match, line.number, number)

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

    def _unknown(self, number: int, text: str) -> None:
        counter = PRINT_COUNTER.match(text) if text[:1] == "[" else None
        self._interpreter.unknown(text.strip(), number, _printed(counter))

    def _give_up(self, number: int, half: str) -> None:
        """Take half a line whose other half has not come; it may be whole, but for its line end."""
        if not self._understood(half.strip(), Line(number, b"", ended=False)):
            self._unknown(number, half)


def _printed(counter: re.Match[str] | None) -> int | None:
    """Return the number that a print counter shows; None if it is no plausible one."""
    digits = counter[0].strip("[] ") if counter else ""
    return int(digits) if digits.isdecimal() and len(digits) < 19 else None


def _surely_whole(rule: LineRule, match: re.Match[str]) -> bool:
    """Return whether a line without a line end cannot have lost digits."""
    if rule.kind in TIMES:
        return match[0].endswith("us")
    return not rule.open_ended or (rule.kind in SIX_DECIMALS and re.search(r"\.\d{6}$", match[0]) is not None)

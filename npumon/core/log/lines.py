"""Bytes to lines: the same however the bytes are split, in bounded memory."""

from __future__ import annotations

from typing import NamedTuple

#: What is kept of one line. Profiler lines have under 300 characters.
LINE_LIMIT = 16_384


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

    def __init__(self, first: int = 1) -> None:
        """`first` is the number of the first line."""
        self._number = first
        self._tail = b""
        self._dropped = 0

    def feed(self, data: bytes) -> list[Line]:
        """Return the lines that `data` completes."""
        lines: list[Line] = []
        pieces = data.split(b"\n")
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

    @property
    def number(self) -> int:
        """The number of the line that comes next, or is incomplete."""
        return self._number

    def skip(self, count: int) -> None:
        """Count lines that were read by other means. Only while no line is incomplete."""
        self._number += count

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


def lines_of(number: int, data: bytes) -> list[Line]:
    """Return a whole line without its line end, or the texts that were redrawn on it; nothing for an empty one."""
    if b"\r" in data or len(data) > LINE_LIMIT:
        return LineSplitter(number).feed(data + b"\n")
    return [Line(number, data)] if data else []

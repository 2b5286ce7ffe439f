"""Bytes to lines, in bounded memory, the same for any split of the bytes."""

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
    """Collects bytes and gives back the lines that are whole. Empty lines are counted, not given back."""

    def __init__(self) -> None:
        self._number = 1
        self._tail = b""
        self._dropped = 0

    def feed(self, data: bytes) -> list[Line]:
        """The lines that `data` completes."""
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
        """The same for what most logs consist of: whole lines of ordinary length, without carriage returns."""
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
        """Count `count` lines that somebody else has read. Only between lines (`pending` is False)."""
        self._number += count

    @property
    def pending(self) -> bool:
        """True while a line has begun and not ended."""
        return bool(self._tail or self._dropped)

    def close(self) -> list[Line]:
        """The text after the last line end, if there is any."""
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

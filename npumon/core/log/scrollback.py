"""The end of a log as raw lines: bounded, and cheap to keep, for a line becomes text only when somebody looks."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import NamedTuple

from npumon.core.text import decode

#: Lines kept of a log that may have millions.
KEPT_LINES = 10_000
#: Bytes kept of one line. A line without end must not grow for ever.
KEPT_BYTES = 4_000
#: Bytes kept of all lines, for a log of nothing but long ones.
KEPT_TEXT = 4_000_000


class ScrollbackView(NamedTuple):
    """The last lines of a log, the newest last. `ever` is the 1-based number of the last one.

    `open_line` is a line whose end has not come; it is not counted.
    """

    lines: tuple[bytes, ...] = ()
    ever: int = 0
    open_line: bytes = b""

    @property
    def first(self) -> int:
        """The number of the first line that is kept; 1 for an empty log."""
        return self.ever - len(self.lines) + 1


def line_text(line: bytes) -> str:
    """A line as visible text, the last of its redrawings where a progress bar was drawn with carriage returns."""
    return decode(line.rstrip(b"\r").rpartition(b"\r")[2])


def last_lines(log: ScrollbackView, most: int) -> tuple[str, ...]:
    """The last lines that say something, as visible text, at most so many."""
    texts = (line_text(line) for line in reversed((*log.lines, log.open_line)))
    return tuple(islice(filter(str.strip, texts), most))[::-1]


class Scrollback:
    """Takes the log's bytes as they come. Any split of the same bytes gives the same page."""

    def __init__(self, kept: int = KEPT_LINES) -> None:
        self._kept = kept
        self._lines: deque[bytes] = deque()
        self._bytes = 0
        self._ever = 0
        self._open = b""
        self._page = ScrollbackView()

    def feed(self, data: bytes) -> None:
        """More bytes, cut anywhere."""
        *ended, rest = data.split(b"\n")
        if ended:
            ended[0] = self._open + ended[0]
            self._open = b""
            if b"\r" in data or b"\r" in ended[0] or max(map(len, ended)) > KEPT_BYTES:
                ended = [_cut(line) for line in ended]
            self._lines.extend(ended)
            self._bytes += sum(map(len, ended))
            self._ever += len(ended)
            while len(self._lines) > self._kept or self._bytes > KEPT_TEXT:
                self._bytes -= len(self._lines.popleft())
        self._open = _cut(self._open + rest)

    @property
    def page(self) -> ScrollbackView:
        """What is kept now; the same object as long as nothing came."""
        if self._page.ever != self._ever or self._page.open_line != self._open:
            self._page = ScrollbackView(tuple(self._lines), self._ever, self._open)
        return self._page


def _cut(line: bytes) -> bytes:
    """What is kept of a line: of one that carriage returns redrew the last drawing, and the return at its end."""
    if b"\r" in line:
        drawn = line.rstrip(b"\r")
        return drawn.rpartition(b"\r")[2][:KEPT_BYTES] + line[len(drawn) : len(drawn) + 1]
    return line[:KEPT_BYTES]

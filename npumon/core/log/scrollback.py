"""The last lines of a log, raw: bounded, and cheap to keep because a line is decoded only when it is shown."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import NamedTuple

from npumon.core.text import decode

#: Lines kept of a log that may have millions.
KEPT_LINES = 10_000
#: Bytes kept of one line. An endless line must not grow forever.
KEPT_BYTES = 4_000
#: Bytes kept of all lines, in case all of them are long.
KEPT_TEXT = 4_000_000
#: Of more bytes than this, only those are cut into lines that may be kept; the lines before them are only counted.
_AT_ONCE = 32 << 10


class ScrollbackView(NamedTuple):
    """The last lines of a log, newest last. `ever` is the 1-based number of the last one.

    `open_line` is a line that is still incomplete; it is not counted.
    """

    lines: tuple[bytes, ...] = ()
    ever: int = 0
    open_line: bytes = b""

    @property
    def first(self) -> int:
        """The number of the first line kept; 1 for an empty log."""
        return self.ever - len(self.lines) + 1


def line_text(line: bytes) -> str:
    """Decode a line; of a progress bar redrawn with carriage returns, only the last drawing."""
    return decode(line.rstrip(b"\r").rpartition(b"\r")[2])


def last_lines(log: ScrollbackView, most: int) -> tuple[str, ...]:
    """Return the last non-blank lines as visible text, at most `most`."""
    texts = (line_text(line) for line in reversed((*log.lines, log.open_line)))
    return tuple(islice(filter(str.strip, texts), most))[::-1]


class Scrollback:
    """Takes a log's bytes as they come. However they are split, the view of them is the same."""

    def __init__(self, kept: int = KEPT_LINES) -> None:
        self._kept = kept
        self._lines: deque[bytes] = deque()
        self._bytes = 0
        self._ever = 0
        self._open = b""
        self._page = ScrollbackView()

    def feed(self, data: bytes) -> None:
        """Add bytes, cut anywhere."""
        if len(data) > _AT_ONCE:
            data = self._newest_of(data)
        *ended, rest = data.split(b"\n")
        if ended:
            ended[0] = self._open + ended[0]
            self._open = b""
            if b"\r" in data or b"\r" in ended[0] or max(map(len, ended)) > KEPT_BYTES:
                ended = [cut_line(line) for line in ended]
            self._lines.extend(ended)
            self._bytes += sum(map(len, ended))
            self._ever += len(ended)
            while len(self._lines) > self._kept or self._bytes > KEPT_TEXT:
                self._bytes -= len(self._lines.popleft())
        self._open = cut_line(self._open + rest)

    def _newest_of(self, data: bytes) -> bytes:
        """Return the end of the data, if that alone fills what is kept; the lines before it are then counted."""
        size = _AT_ONCE
        while size < len(data):
            if data.count(b"\n", len(data) - size) > self._kept:
                start = data.index(b"\n", len(data) - size) + 1
                self._lines.clear()
                self._bytes = 0
                self._ever += data.count(b"\n", 0, start)
                self._open = b""
                return data[start:]
            size *= 4
        return data

    @property
    def page(self) -> ScrollbackView:
        """What is kept now; the same object until something is added."""
        if self._page.ever != self._ever or self._page.open_line != self._open:
            self._page = ScrollbackView(tuple(self._lines), self._ever, self._open)
        return self._page


def cut_line(line: bytes) -> bytes:
    """Shorten a line; of one redrawn with carriage returns, keep the last drawing and the return at its end."""
    if b"\r" in line:
        drawn = line.rstrip(b"\r")
        return drawn.rpartition(b"\r")[2][:KEPT_BYTES] + line[len(drawn) : len(drawn) + 1]
    return line[:KEPT_BYTES]

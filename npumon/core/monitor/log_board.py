"""What a log tells of the board that wrote it, which is not the machine that reads the log."""

from __future__ import annotations

import re
from typing import NamedTuple

from npumon.core.log.scrollback import line_text

#: Bytes at the beginning of a log that are searched: sessions that people paste begin with what the machine is.
SEARCHED = 256 << 10
#: A longer line is not looked at: none of these is so long.
_LONGEST_LINE = 2_000

#: khadas@Khadas:~/net$ ./run.sh and [root@khadas tengine-lite]# ./run.sh, also behind a terminal's title or the name of
#: an environment.
_PROMPT = re.compile(
    r"(?:^|\\x07|\) )\[?[\w.-]{1,40}@([\w.-]{1,60})(?::[^$#]{0,300}| [^\]]{1,200}\])[$#](?: |$)", re.ASCII
)
#: Linux version 4.9.241 (gcc …) #15 SMP …, at the start of the kernel's log.
_BOOTED = re.compile(r"\bLinux version (\d[\w.+-]{2,80})", re.ASCII)
#: Linux Khadas 4.9.241 #15 SMP PREEMPT …, as uname -a prints it.
_UNAME = re.compile(r"^Linux ([\w.-]{1,60}) (\d[\w.+-]{2,80}) #", re.ASCII)
#: Machine model: Khadas VIM3, as the kernel prints it, and Hardware : Khadas VIM3, as /proc/cpuinfo has it.
_MODEL = re.compile(r"(?:\bMachine model|^Hardware\s{0,8}): (\S.{0,60})")
#: One of these is in each line that is of interest.
_HINTS = (b"@", b"Linux", b"Machine model", b"Hardware")


class LogBoard(NamedTuple):
    """What is known of the board that wrote a log; None means that the log does not say.

    `host` is its name in the network and `kernel` the version of its Linux. `written_at` is when the log was begun or
    last written, ISO 8601 in UTC; None while it is being written.
    """

    model: str | None = None
    host: str | None = None
    kernel: str | None = None
    written_at: str | None = None

    @property
    def complete(self) -> bool:
        """Whether the text can tell nothing more."""
        return None not in (self.model, self.host, self.kernel)


class BoardFinder:
    """Looks for the board in a log's beginning, as it comes. However the bytes are split, the result is the same."""

    def __init__(self, written_at: str | None = None) -> None:
        self.found = LogBoard(written_at=written_at)
        self._left = SEARCHED
        self._open = b""

    def feed(self, data: bytes) -> None:
        """Look at more of the text."""
        if self._left <= 0 or self.found.complete:
            return
        data = data[: self._left]
        self._left -= len(data)
        *lines, rest = (self._open + data).split(b"\n")
        self._open = rest[: _LONGEST_LINE + 1]
        for line in lines:
            if len(line) <= _LONGEST_LINE and any(hint in line for hint in _HINTS):
                self._look_at(line_text(line))

    def _look_at(self, text: str) -> None:
        found = self.found
        if prompt := _PROMPT.search(text):
            found = found._replace(host=found.host or prompt[1])
        if uname := _UNAME.search(text):
            found = found._replace(host=found.host or uname[1], kernel=found.kernel or uname[2])
        elif booted := _BOOTED.search(text):
            found = found._replace(kernel=found.kernel or booted[1])
        if model := _MODEL.search(text):
            found = found._replace(model=found.model or model[1].strip())
        self.found = found


def board_in(text: bytes, written_at: str | None = None) -> LogBoard:
    """Return what a whole text tells; only its beginning is looked at."""
    finder = BoardFinder(written_at)
    finder.feed(text[:SEARCHED] + b"\n")
    return finder.found

"""All that a run's program has printed: what is in the run's log and, behind that, what only memory has."""

from __future__ import annotations

import os

from npumon.board.run.log_text import LARGEST_PIECE, LogText
from npumon.board.supervisor.run_log import CUT, OVERFLOW_HEAD, OVERFLOW_NUMBER


class RunText:
    """Reads the log and the overflow of a run (`board.supervisor.run_log`) as one text, whose offsets are those of the
    log and go on in the overflow.

    `offset` is where reading is, `end` where the text ended when it was looked at last. Does not own the descriptors;
    `overflow` is None if there is none. All methods raise OSError.
    """

    def __init__(self, log: int, overflow: int | None) -> None:
        self._log = log
        self._overflow = overflow
        self._begin: int | None = None
        self._text = LogText(log)
        self.end = 0
        self.look()

    @property
    def offset(self) -> int:
        """The offset of what is read next."""
        return self._text.offset if self._text.descriptor == self._log else self._text.offset - self._shift

    @property
    def length(self) -> int:
        """Where the text ends now."""
        log = os.fstat(self._log).st_size
        if self._begin is None or self._begin > log or self._overflow is None:
            return log
        return max(self._begin, os.fstat(self._overflow).st_size - self._shift)

    def look(self) -> None:
        """Look how far the text goes, and whether a part of it is in the overflow."""
        if self._begin is None and self._overflow is not None:
            header = int.from_bytes(os.pread(self._overflow, OVERFLOW_NUMBER, 0), "little")
            self._begin = header - 1 if header else None
        self.end = self.length

    def read(self, count: int) -> bytes:
        """Return the next bytes, `count` at most apart from notes, and none from behind `end`."""
        self._turn_to_overflow()
        text, offset, in_line = self._text, self._text.offset, self._text.in_line
        data = _gathered(text, min(count, self._rest(self.offset)))
        if self._begin is None:
            # Looked for after the reading: the log is written further only after that is told.
            end = self.end
            self.look()
            self.end = min(end, self.end)
            if self._begin is not None and self._begin < text.offset:
                text.offset, text.in_line = offset, in_line
                return self.read(count) if self.offset < self.end else b""
        return data

    def read_ahead(self, offset: int, count: int) -> tuple[bytes, int]:
        """Return bytes from a later offset on, and the offset behind them; reading stays where it is."""
        text = self._text_at(offset)
        shift = text.offset - offset
        data = _gathered(text, min(count, self._rest(offset)))
        return data, text.offset - shift

    def skip_to(self, offset: int) -> bytes:
        """Go on behind the end of the line at a later offset. Return the end for the line that is broken off."""
        cut = CUT if self._text.in_line else b""
        self._text = self._text_at(offset)
        self._text.skip_line()
        return cut

    @property
    def _shift(self) -> int:
        """What an offset in the overflow is more than that of the text."""
        return OVERFLOW_HEAD - (self._begin or 0)

    def _rest(self, offset: int) -> int:
        """Return how many bytes there are from an offset on in the same file."""
        end = self.end
        if self._begin is not None and offset < self._begin:
            end = min(end, self._begin)
        return max(0, end - offset)

    def _turn_to_overflow(self) -> None:
        if self._begin is not None and self._text.descriptor == self._log and self._text.offset >= self._begin:
            in_line = self._text.in_line
            self._text = self._text_at(self._begin)
            self._text.in_line = in_line

    def _text_at(self, offset: int) -> LogText:
        if self._begin is None or offset < self._begin or self._overflow is None:
            return LogText(self._log, offset)
        return LogText(self._overflow, offset + self._shift)


def _gathered(text: LogText, count: int) -> bytes:
    """Return so many bytes of a file, and notes."""
    end = text.offset + count
    pieces = []
    while text.offset < end and (piece := text.read(min(LARGEST_PIECE, end - text.offset))):
        pieces.append(piece)
    return b"".join(pieces)

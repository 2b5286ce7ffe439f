"""Looking for words in a log, a slice of it at a time, so that keys stay quick however long the log is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from npumon.core.log.scrollback import LogPage, line_text
from npumon.tui.stand_ins import to_ascii
from npumon.tui.widgets.log_rows import lines_of, raw_line

#: Bytes that a search looks through before others have their turn.
SLICE_BYTES = 200_000
#: What looking at a line costs besides its bytes, as bytes.
_LINE_BYTES = 100


def pattern_of(words: str) -> re.Pattern[str] | None:
    """What finds these words: plain text, in any case unless they have capitals. None for no words."""
    if not words:
        return None
    return re.compile(re.escape(words), re.IGNORECASE if words == words.lower() else 0)


def hunt(page: LogPage, start: int, step: int, sought: re.Pattern[str], *, ascii_only: bool) -> Iterator[int | None]:
    """Look for the next line that matches, from `start` on in steps of +1 or -1, then on from the other end.

    Gives None after each slice of work without a match, at last the number of the line, or ends without one.
    """
    first, last = page.first, lines_of(page)
    done = 0
    for distance in range(last - first + 1):
        number = first + (start - first + distance * step) % (last - first + 1)
        raw = raw_line(page, number)
        text = line_text(raw)
        if sought.search(to_ascii(text) if ascii_only else text):
            yield number
            return
        done += len(raw) + _LINE_BYTES
        if done > SLICE_BYTES:
            done = 0
            yield None

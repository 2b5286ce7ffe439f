"""Text laid out in terminal cells: its width, word wrap, bars, and which columns of a table have room.

`measure` tells how many cells a text takes. The default asks Unicode; a program that draws with a toolkit passes the
toolkit's own measure, since terminals and toolkits disagree about some characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import accumulate, takewhile

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_WORD = re.compile(r"(\s*)(\S+)")

Measure = Callable[[str], int]


def cell_width(text: str) -> int:
    """Return how many cells a terminal gives the text: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def _cells(char: str) -> int:
    return 0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1


def head(text: str, width: int, measure: Measure = cell_width) -> str:
    """Return as much of the text as `width` cells hold."""
    return text[: sum(1 for _ in takewhile(width.__ge__, accumulate(map(measure, text))))]


def wrapped(
    text: str, width: int, measure: Measure = cell_width, *, keep_blanks: bool = False, break_words: bool = True
) -> list[str]:
    """Break the text between words into lines of at most `width` cells; no line for no text.

    A word longer than a line is broken anywhere, or stands out with `break_words` off. Words are one blank apart;
    `keep_blanks` keeps the blanks between them, and those at the beginning, as they are.
    """
    lines: list[str] = []
    line, used = "", 0
    for blanks, word in _WORD.findall(text):
        gap = blanks if keep_blanks else " " if line else ""
        need = measure(word)
        if used + len(gap) + need <= width:
            line, used = line + gap + word, used + len(gap) + need
            continue
        if line:
            lines.append(line)
        while break_words and need > width:
            part = head(word, width, measure) or word[0]
            if part == word:
                break
            lines.append(part)
            word = word[len(part) :]
            need = measure(word)
        line, used = word, need
    return [*lines, line] if line else lines


def bar(share: float, width: int, *, ascii: bool) -> str:  # noqa: A002  # as everywhere
    """Draw the filled part of a bar of `width` cells, filled by a share from 0 to 1; anything above 0 shows."""
    share = min(max(share, 0.0), 1.0) if width > 0 else 0.0
    if ascii:
        return "#" * (round(share * width) or (1 if share > 0 else 0))
    eighths = round(share * width * 8) or (1 if share > 0 else 0)
    whole, part = divmod(eighths, 8)
    return "█" * whole + (_EIGHTHS[part] if part else "")


def fitting(ranks: Sequence[int], widths: Sequence[int], room: int, gap: int = 1) -> list[int]:
    """Return the indices of the columns that have room, `gap` cells apart, in `room` cells.

    The column of the highest rank gives way first, of equal ones the last; those of rank 0 always stay.
    """
    kept = list(range(len(widths)))
    left = room - sum(widths) - gap * (len(widths) - 1)
    for index in sorted(kept, key=lambda index: (ranks[index], index), reverse=True):
        if left >= 0 or not ranks[index]:
            break
        kept.remove(index)
        left += widths[index] + gap
    return kept

"""Lines of a log that are looked for: by words, or by what they are. Most of a log is passed over undecoded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from npumon.core.log.scrollback import KEPT_BYTES, cut_line, line_text

#: Plain text: what it shows is what stands there.
_PLAIN = bytes(range(32, 127)) + b"\n"
#: What stands for a line that is no longer in the file.
GONE = b"[npumon: this line is no longer in the log]"


class LineTest(NamedTuple):
    """Which lines are meant: those whose visible text `accepts`. `name` says in the singular what is found, `beyond`
    how many bytes behind a block `find` needs.

    A line of plain text that has none of the `hints`, in lower case, is none of them. Without hints all are asked.
    """

    name: str
    accepts: Callable[[str], object]
    hints: tuple[bytes, ...] = ()
    beyond: int = 0

    def find(self, data: bytes, first: int, count: int) -> list[int]:
        """Return the numbers of the lines that are meant, of a block's text with `count` lines from `first` on."""
        return matching_lines(data, first, count, self)


def with_words(words: str, shown_as: Callable[[str], str] | None = None) -> LineTest:
    """Return the test for plain words, which ignores case unless they contain capitals.

    `shown_as` is what a text is made before it is shown, where that is not itself.
    """
    pattern = pattern_of(words)
    search = pattern.search
    accepts: Callable[[str], object] = search if shown_as is None else lambda text: search(shown_as(text))
    hints = (words.lower().encode(),) if words.isascii() else ()
    return LineTest("match", accepts, hints)


def pattern_of(words: str) -> re.Pattern[str]:
    """Compile plain words to a pattern, ignoring case unless they contain capitals."""
    return re.compile(re.escape(words), re.IGNORECASE if words == words.lower() else 0)


def lines_in(data: bytes, count: int) -> list[bytes]:
    """Cut a block's text into its lines, each as it is shown: shortened, or the last drawing.

    If there are fewer than `count`, others are said to be gone; if there are more, they are left out.
    """
    lines = data.split(b"\n")[:count]
    if b"\r" in data or max(map(len, lines), default=0) > KEPT_BYTES:
        lines = [cut_line(line) for line in lines]
    lines += [GONE] * (count - len(lines))
    return lines


def matching_lines(data: bytes, first: int, count: int, test: LineTest) -> list[int]:
    """Return the numbers of the lines that are meant, of a block's text whose first line has the number `first`."""
    text = data.replace(b"\r\n", b"\n") if b"\r" in data else data
    text = text.replace(b"\t", b" ") if b"\t" in text else text
    if not test.hints or text.translate(None, _PLAIN):
        lines = lines_in(data, count)
        return [number for number, line in enumerate(lines, first) if test.accepts(line_text(line))]
    lowered = text.lower()
    if not any(hint in lowered for hint in test.hints):
        return []
    return list(_hinted(text, lowered, first, first + count - 1, test))


def _hinted(text: bytes, lowered: bytes, number: int, last: int, test: LineTest) -> Iterator[int]:
    """Ask those lines of a plain text that have a hint."""
    find = re.compile(b"|".join(map(re.escape, test.hints))).search
    counted = 0
    at = 0
    while (hit := find(lowered, at)) is not None:
        begin = text.rfind(b"\n", 0, hit.start()) + 1
        number += text.count(b"\n", counted, begin)
        counted = begin
        at = text.find(b"\n", hit.start()) + 1
        if number > last:
            return
        if test.accepts(line_text(text[begin : at - 1 if at else None][:KEPT_BYTES])):
            yield number
        if not at:
            return

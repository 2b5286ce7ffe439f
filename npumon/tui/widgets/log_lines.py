"""The lines that a log view can show: those of the scrollback, and before them those of the log's file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from npumon.core.log.scrollback import ScrollbackView

if TYPE_CHECKING:
    from npumon.engine.whole_log import WholeLog

#: Stands for a line that is still to be read.
_LATER = b"..."


class LogLines:
    """Lines by their numbers, from `first` to `last`.

    The newest ones are those of `page`, which come at once; others are those of the file, as far as it is known.
    `moved` is how many lines fewer the file has before those of the page than were printed: it has lost them.
    """

    def __init__(self, page: ScrollbackView, whole: WholeLog | None = None, moved: int = 0) -> None:
        self.page = page
        self.whole = whole
        self.moved = moved
        kept = page.ever + bool(page.open_line) - moved
        in_file = 0 if whole is None else whole.map.lines
        self.first = page.first if whole is None else 1
        self.last = kept if page.lines or page.open_line else max(kept, in_file)

    @property
    def count(self) -> int:
        """How many lines there are."""
        return self.last - self.first + 1

    def raw(self, number: int) -> bytes:
        """Return the bytes of a line."""
        printed = number + self.moved
        page = self.page
        if printed > page.ever and page.open_line:
            return page.open_line
        if printed >= page.first and printed <= page.ever:
            return page.lines[printed - page.first]
        if self.whole is not None and number <= self.whole.map.lines:
            return self.whole.line(number)
        return _LATER

    def label(self, number: int) -> int:
        """Return the number that stands beside a line: the how-manyth line that was printed."""
        gap = None if self.whole is None else self.whole.map.gap
        return number if gap is None or number <= gap else number + self.moved

    def number_of(self, label: int) -> int:
        """Return the line that is labelled so, or the note in its place."""
        gap = None if self.whole is None else self.whole.map.gap
        if gap is None:
            return label
        return min(label, gap) if label - self.moved <= gap else label - self.moved

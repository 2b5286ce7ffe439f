"""A log view that looks for lines: words, lines of a kind, or a line by its number."""

from __future__ import annotations

from textual.message import Message

from npumon.core.log.whole.line_search import LineTest, pattern_of, with_words
from npumon.engine.log_search import Test
from npumon.tui.terminal.ascii_fallback import to_ascii
from npumon.tui.widgets.log_finder import Quest
from npumon.tui.widgets.log_rows import RowPosition, cells_before, row_starts
from npumon.tui.widgets.scrolled_log import ScrolledLog

#: A line behind any other.
_LAST = 1 << 60


class LogView(ScrolledLog):
    """The log, in which words are marked and lines are found."""

    DEFAULT_CSS = "LogView { height: 1fr; }"

    class Searched(Message):
        """A search goes on or has ended; `text` describes the result."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__(ascii_only=ascii_only)
        self._test: LineTest | None = None

    def go_to_line(self, label: int) -> None:
        """Go to the line that is the `label`-th of all that were printed, and mark it."""
        number = self._lines.number_of(label)
        self.found, self._said = number, ""
        if number >= self._lines.first or not self._in_file:
            self._reveal(number)
        else:
            self._goal = number
            self._finder.read(self._page)

    def search(self, words: str) -> None:
        """Mark these words and go to the first matching line at or below the top."""
        self.found, self._said = None, ""
        self._sought = pattern_of(words) if words else None
        self._test = with_words(words, to_ascii if self.ascii_only else None) if words else None
        if self._test is not None:
            self._seek(self._test, self._top().number, 1)
        else:
            self._finder.stop()
            self._tell("")
        self.redraw()

    def search_on(self, step: int) -> None:
        """Go to the next line that matches, or with -1 to the previous one."""
        if self._test is None:
            self._tell("nothing is searched for")
        else:
            self._seek(self._test, self._next_from(step), step)

    def jump(self, test: LineTest, step: int) -> None:
        """Go to the next line of a kind, or with -1 to the previous one."""
        self._seek(test, self._next_from(step), step, around=False)

    def go_to_last(self, test: Test) -> None:
        """Go to the last line of a kind."""
        self.found, self._said = None, ""
        self._seek(test, _LAST, -1, around=False)

    def _next_from(self, step: int) -> int:
        if self.found is not None:
            return self.found + step
        return self._top().number

    def _seek(self, test: Test, start: int, step: int, *, around: bool = True) -> None:
        self._finder.seek(self._page, Quest(test, start, step, around, self._reach, self._tell), in_file=self._in_file)

    def _tell(self, text: str) -> None:
        if self._test is None and text != self._said:
            self._said = text
            self.redraw()
        self.post_message(self.Searched(text))

    def _reach(self, number: int) -> None:
        """Show the line that was found."""
        self._lines = self._lines_of(self._page)
        self.found = number
        self._reveal(number)

    def _reveal(self, number: int) -> None:
        if number < self._lines.first:
            return  # it was dropped meanwhile
        line, row = self._line(number), 0
        match = None if self._sought is None else self._sought.search(line.text)
        start = match.start() if match is not None else 0
        if self.wrap:
            row = sum(begin <= start for begin in row_starts(line, self._width)) - 1
        else:
            cell = cells_before(line, start)
            if not self._left <= cell <= self._left + self._width - 8:
                self._left = max(cell - self._width // 3, 0) if cell > self._width - 8 else 0
        top, position = self._top(), RowPosition(number, row)
        if top <= position < self._stepped(top, self._height):
            self.redraw()
        else:
            self._go(self._stepped(position, -(self._height // 3)))

    # -- what it shows -----------------------------------------------------------------------------------------------

    def lines_in_view(self, before: int) -> tuple[list[bytes], int, int]:
        """Return the raw lines that are shown, and `before` lines above them; where the first line shown stands among
        them, and the marked one if it is shown, else the same."""
        top = self._top().number
        first, last = max(self._lines.first, top - before), min(self._lines.last, top + self._height - 1)
        lines = [self._lines.raw(number) for number in range(first, last + 1)]
        marked = self.found if self.found is not None and top <= self.found <= last else top
        return lines, top - first, marked - first

"""The raw text of a log: numbered, highlighted, searchable, following its end until the user looks back.

Only visible lines are decoded and drawn, whatever the log's length. The position is a line's number, so the text being
read stays in place while older lines are dropped and new ones arrive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from textual import events
from textual.message import Message

from npumon.core import units
from npumon.core.log.scrollback import ScrollbackView
from npumon.core.monitor.live import Live
from npumon.tui.paint import Area, Line, Span, width_of
from npumon.tui.textual_workarounds import after
from npumon.tui.widgets.canvas import Canvas
from npumon.tui.widgets.log_rows import (
    Frame,
    LogLine,
    RowPosition,
    bottom_of,
    cells_before,
    continues,
    hunt,
    lines_kept,
    lines_of,
    log_line,
    pattern_of,
    raw_line,
    row_of,
    row_starts,
    scroll_bar,
    stepped,
)
from npumon.tui.widgets.log_status import LogPosition, empty_line, status_line

#: Seconds between two updates for new lines: each one changes most of the screen.
PAUSE_S = 0.25
#: Lines that the wheel scrolls by.
WHEEL = 3


class LogView(Canvas):
    """The log and, below it, a line that shows the position."""

    DEFAULT_CSS = "LogView { height: 1fr; }"

    class Searched(Message):
        """A search has ended; `text` describes the result."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Turned(Message):
        """Following the end has started or stopped."""

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__(ascii_only=ascii_only)
        self.following = True
        self.wrap = False
        #: The line found last.
        self.found: int | None = None
        self._position = RowPosition()
        self._left = 0
        self._seen = 0
        self._sought: re.Pattern[str] | None = None
        self._hunt: Iterator[int | None] | None = None
        self._kept: dict[int, LogLine] = {}
        self._next: Live | None = None
        self._resting = False
        self._dragged = False

    # -- new text --------------------------------------------------------------------------------------------------

    def show(self, live: Live) -> None:
        """Show a value, or delay it if another one was shown just now."""
        if self._live is not None and live.log is self._page and self._next is None:
            super().show(live)
        elif self._resting:
            self._next = live
        else:
            if self._live is not None and not continues(live.log, self._page):
                self._start_over()
            super().show(live)
            if lines_of(live.log):
                self._resting = True
                after(PAUSE_S, self, self._rested)

    def _rested(self) -> None:
        self._resting = False
        if self._next is not None:
            live, self._next = self._next, None
            self.show(live)

    def _start_over(self) -> None:
        """Start with another text."""
        self.following, self.found, self._hunt = True, None, None
        self._position, self._left, self._seen = RowPosition(), 0, 0

    @property
    def _page(self) -> ScrollbackView:
        return ScrollbackView() if self._live is None else self._live.log

    # -- moving ----------------------------------------------------------------------------------------------------

    def move(self, rows: int) -> None:
        """Scroll down by so many rows, or up."""
        self._go(self._stepped(self._top(), rows))

    def turn(self, pages: int) -> None:
        """Scroll down by so many screens, or up, keeping one row."""
        self.move(pages * max(self._height - 1, 1))

    def go_to_start(self) -> None:
        """Go to the oldest line kept."""
        self._left = 0
        self._go(RowPosition(self._page.first))

    def go_to_end(self) -> None:
        """Go to the end and follow it."""
        self._go(self._bottom())

    def go_to_line(self, label: int) -> None:
        """Go to the line that is the `label`-th of all that were printed, and mark it."""
        self.found = label
        self._reveal(label)

    def slide(self, screens: float) -> None:
        """Scroll right by so many screens, or left, if lines are longer than the screen is wide."""
        longest = max((line.cells for line in self._kept.values()), default=0)
        most = 0 if self.wrap else max(longest - self._width, 0)
        self._left = min(max(self._left + round(screens * self._width), 0), most)
        self.redraw()

    def toggle_wrap(self) -> None:
        """Wrap long lines, or cut them."""
        top = self._top()
        self.wrap = not self.wrap
        self._left = 0
        self._go(self._bottom() if self.following else RowPosition(top.number))

    def _go(self, position: RowPosition) -> None:
        bottom = self._bottom()
        if self.following != (position >= bottom):
            self.following = not self.following
            self.post_message(self.Turned())
        self._position = min(position, bottom)
        self.redraw()

    def _top(self) -> RowPosition:
        """Return the top row of the screen, always within the lines kept and without empty space below the end."""
        bottom = self._bottom()
        if self.following:
            return bottom
        return min(max(self._position, RowPosition(self._page.first)), bottom)

    def _bottom(self) -> RowPosition:
        return bottom_of(self._page, self._height, self._rows)

    def _stepped(self, position: RowPosition, rows: int) -> RowPosition:
        return stepped(self._page, position, rows, self._rows)

    def _rows(self, number: int) -> int:
        return len(row_starts(self._line(number), self._width)) if self.wrap else 1

    # -- searching -------------------------------------------------------------------------------------------------

    def search(self, words: str) -> None:
        """Mark these words and go to the first matching line at or below the top."""
        self._sought = pattern_of(words)
        self.found = self._hunt = None
        if self._sought is not None:
            self._seek(self._top().number, 1)
        else:
            self.post_message(self.Searched(""))
        self.redraw()

    def search_on(self, step: int) -> None:
        """Go to the next line that matches, or with -1 to the previous one."""
        if self._sought is None:
            self.post_message(self.Searched("nothing is searched for"))
        elif self.found is None:
            self._seek(self._top().number, step)
        else:
            self._seek(self.found + step, step)

    def _seek(self, start: int, step: int) -> None:
        if self._sought is not None:
            self._hunt = hunt(self._page, start, step, self._sought, ascii_only=self.ascii_only)
            self._hunt_on(self._hunt)

    def _hunt_on(self, going: Iterator[int | None]) -> None:
        """Do one slice of the search. Keys are handled between two slices, and may start another search."""
        if going is not self._hunt:
            return
        try:
            number = next(going)
        except StopIteration:
            self._hunt = None
            self.post_message(self.Searched("not found"))
            return
        if number is None:
            self.call_later(self._hunt_on, going)
        else:
            self._hunt = None
            self.found = number
            self.post_message(self.Searched(f"line {units.grouped(number)}"))
            self._reveal(number)

    def _reveal(self, number: int) -> None:
        if number < self._page.first:
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

    # -- drawing ---------------------------------------------------------------------------------------------------

    @property
    def _height(self) -> int:
        return max(self.content_size.height - 1, 1)

    @property
    def _digits(self) -> int:
        return max(len(str(lines_of(self._page))), 4)

    @property
    def _width(self) -> int:
        """Cells for the text, beside the number, two marks, the cut mark and the scroll bar."""
        return max(self.content_size.width - self._digits - 4, 2)

    def _line(self, number: int) -> LogLine:
        raw = raw_line(self._page, number)
        known = self._kept.get(number)
        if known is None or (known.raw is not raw and known.raw != raw):
            known = self._kept[number] = log_line(raw, ascii_only=self.ascii_only)
        return known

    def draw(self, live: Live, area: Area) -> Sequence[Line]:
        if not lines_of(live.log):
            return [empty_line(live, area)]
        top = self._top()
        self._position, last = top, top.number
        self._kept = {number: line for number, line in self._kept.items() if 0 <= number - top.number <= area.height}
        frame = Frame(self._digits, self._width, self._left, self.wrap, self._sought, self.found)
        rows: list[Line] = []
        number, row = top
        while len(rows) < self._height and number <= lines_of(live.log):
            line = self._line(number)
            until = min(self._rows(number), row + self._height - len(rows))
            rows.extend(row_of(line, number, at, frame, area) for at in range(row, until))
            last, number, row = number, number + 1, 0
        self._seen = live.log.ever if self.following else max(self._seen, min(last, live.log.ever))
        rows += [()] * (self._height - len(rows))
        if not self.following or top != RowPosition(live.log.first):
            bar = scroll_bar(live.log.first, lines_kept(live.log), top.number, last, area._replace(height=len(rows)))
            rows = [
                (*line, Span(" " * (area.width - 1 - width_of(line))), mark)
                for line, mark in zip(rows, bar, strict=True)
            ]
        standing = LogPosition(top.number, last, self.following, live.log.ever - self._seen, frame)
        return [*rows, status_line(live, standing, area)]

    # -- the mouse -------------------------------------------------------------------------------------------------

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll three lines down; with Shift to the right."""
        event.stop()
        self.slide(0.1) if event.shift else self.move(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll three lines up; with Shift to the left."""
        event.stop()
        self.slide(-0.1) if event.shift else self.move(-WHEEL)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Go to the pressed position of the scroll bar."""
        if event.x == self.content_size.width - 1:
            self._dragged = True
            self.capture_mouse()
            self._drag(event.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the dragged scroll bar."""
        if self._dragged:
            self._drag(event.y)

    def on_mouse_up(self) -> None:
        """Release the scroll bar."""
        if self._dragged:
            self._dragged = False
            self.release_mouse()

    def _drag(self, y: int) -> None:
        if y >= self._height - 1:
            self.go_to_end()
        else:
            self._go(RowPosition(self._page.first + max(y, 0) * lines_kept(self._page) // self._height))

    # -- what it shows -----------------------------------------------------------------------------------------------

    def lines_in_view(self, before: int) -> tuple[list[bytes], int, int]:
        """Return the raw lines that are shown, and `before` lines above them; where the first line shown stands among
        them, and the marked one if it is shown, else the same."""
        top = self._top().number
        first, last = max(self._page.first, top - before), min(lines_of(self._page), top + self._height - 1)
        lines = [raw_line(self._page, number) for number in range(first, last + 1)]
        marked = self.found if self.found is not None and top <= self.found <= last else top
        return lines, top - first, marked - first

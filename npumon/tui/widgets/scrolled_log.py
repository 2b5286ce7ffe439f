"""The raw text of a log: numbered, highlighted, following its end until the user looks back.

Only visible lines are decoded and drawn, whatever the log's length. The newest ones are in memory; when the user looks
further back, they are read from the log's file. The position is a line's number, so the text being read stays in place
while new lines arrive.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message

from npumon.core import units
from npumon.core.log.scrollback import ScrollbackView
from npumon.core.monitor.live import Live
from npumon.tui.paint import Area, Line, Span, width_of
from npumon.tui.textual_workarounds import after
from npumon.tui.widgets.canvas import Canvas
from npumon.tui.widgets.log_finder import LogFinder, whole_percent
from npumon.tui.widgets.log_lines import LogLines
from npumon.tui.widgets.log_rows import (
    Frame,
    LogLine,
    RowPosition,
    bottom_of,
    continues,
    log_line,
    row_of,
    row_starts,
    scroll_bar,
    stepped,
)
from npumon.tui.widgets.log_status import LogPosition, empty_line, status_line

if TYPE_CHECKING:
    from npumon.ports import LogReader

#: Seconds between two updates for new lines, each of which changes most of the screen. Values seldom come as quickly.
PAUSE_S = 0.05
#: Lines that the wheel scrolls by.
WHEEL = 3


class ScrolledLog(Canvas):
    """The log and, below it, a line that shows the position."""

    class Turned(Message):
        """Following the end has started or stopped."""

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__(ascii_only=ascii_only)
        self.following = True
        self.wrap = False
        #: The line found last, or that the view was sent to.
        self.found: int | None = None
        #: What opens the log's file, given the value that is shown. It blocks.
        self.open_reader: Callable[[Live], LogReader] | None = None
        #: The log of the older run whose text this is; memory has a few of its lines only. None for the newest text.
        self.older: str | None = None
        self._shown_older: str | None = None
        self._position = RowPosition()
        self._left = 0
        self._seen = 0
        self._sought: re.Pattern[str] | None = None
        #: The line to go to once it is known.
        self._goal: int | None = None
        #: What is said of the line that was gone to.
        self._said = ""
        self._finder = LogFinder(self, self._more_is_known)
        self._lines = LogLines(ScrollbackView())
        self._kept: dict[int, LogLine] = {}
        self._next: Live | None = None
        self._resting = False
        self._dragged = False

    # -- new text --------------------------------------------------------------------------------------------------

    def show(self, live: Live) -> None:
        """Show a value, or delay it if another one was shown just now."""
        if self._live is not None and live.log is self._page and self._next is None and self.older == self._shown_older:
            super().show(live)
        elif self._resting:
            self._next = live
        else:
            if self._live is None or self.older != self._shown_older or not continues(live.log, self._page):
                self._start_over(live)
            self._lines = self._lines_of(live.log)
            super().show(live)
            self._read_on()
            if self._lines.last:
                self._resting = True
                after(PAUSE_S, self, self._rested)

    def _rested(self) -> None:
        self._resting = False
        if self._next is not None:
            live, self._next = self._next, None
            self.show(live)

    def _start_over(self, live: Live) -> None:
        """Start with another text."""
        if not self.following:
            self.following = True
            self.post_message(self.Turned())
        self.found, self._goal, self._said, self._shown_older = None, None, "", self.older
        self._position, self._left, self._seen = RowPosition(), 0, 0
        open_reader = self.open_reader
        self._finder.begin(None if open_reader is None else lambda: open_reader(live))
        if self.older is not None:
            self._finder.read(live.log)

    @property
    def _page(self) -> ScrollbackView:
        return ScrollbackView() if self._live is None else self._live.log

    def _lines_of(self, page: ScrollbackView) -> LogLines:
        finder = self._finder
        if self.older is not None and finder.whole is not None and finder.whole.map.lines:
            return LogLines(ScrollbackView(), finder.whole)
        return LogLines(page, finder.whole, finder.moved)

    def _more_is_known(self) -> None:
        """Show more of the file: it has been read further."""
        before = self._lines
        self._lines = lines = self._lines_of(self._page)
        if lines.moved != before.moved:  # what is on the screen has other numbers in a file that has lost lines
            self._position = self._position._replace(number=self._position.number + before.moved - lines.moved)
            self.found = None if self.found is None else self.found + before.moved - lines.moved
        whole = self._finder.whole
        goal, known = self._goal, 0 if whole is None else whole.map.lines
        if goal is not None and (known >= goal or self._finder.reading is None):
            self._goal = None
            self._go(RowPosition(max(goal, self._lines.first)))
        self.redraw()

    def on_unmount(self) -> None:
        """Close the file."""
        self._finder.begin(None)

    # -- moving ----------------------------------------------------------------------------------------------------

    def move(self, rows: int) -> None:
        """Scroll down by so many rows, or up."""
        self._said = ""
        self._go(self._stepped(self._top(), rows))

    def turn(self, pages: int) -> None:
        """Scroll down by so many screens, or up, keeping one row."""
        self.move(pages * max(self._height - 1, 1))

    def go_to_start(self) -> None:
        """Go to the first line of the log, or to the oldest one kept if the log cannot be read."""
        self._left = 0
        if self._lines.first > 1 and self._in_file:
            self._goal = 1
            self._finder.read(self._page)
        else:
            self._go(RowPosition(self._lines.first))

    def go_to_end(self) -> None:
        """Go to the end and follow it."""
        self._go(self._bottom())

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
        self._read_on()
        self.redraw()

    def _read_on(self) -> None:
        """Read the file if the user looks back, and lines before those in memory are not known."""
        whole = self._finder.whole
        known = 0 if whole is None else whole.map.lines
        if (
            not self.following
            and self._in_file
            and (self.older is not None or known < self._page.first - self._lines.moved - 1)
        ):
            self._finder.read(self._page)

    @property
    def _in_file(self) -> bool:
        """Whether the file has lines that memory does not have."""
        return (
            self.open_reader is not None
            and self._finder.problem is None
            and (self.older is not None or self._page.first > 1)
        )

    def _top(self) -> RowPosition:
        """Return the top row of the screen, always within the lines there are and without empty space below the end."""
        bottom = self._bottom()
        if self.following:
            return bottom
        return min(max(self._position, RowPosition(self._lines.first)), bottom)

    def _bottom(self) -> RowPosition:
        return bottom_of(self._lines, self._height, self._rows)

    def _stepped(self, position: RowPosition, rows: int) -> RowPosition:
        return stepped(self._lines, position, rows, self._rows)

    def _rows(self, number: int) -> int:
        return len(row_starts(self._line(number), self._width)) if self.wrap else 1

    # -- drawing ---------------------------------------------------------------------------------------------------

    @property
    def _height(self) -> int:
        return max(self.content_size.height - 1, 1)

    @property
    def _digits(self) -> int:
        return max(len(str(self._lines.label(self._lines.last))), 4)

    @property
    def _width(self) -> int:
        """Cells for the text, beside the number, two marks, the cut mark and the scroll bar."""
        return max(self.content_size.width - self._digits - 4, 2)

    def _line(self, number: int) -> LogLine:
        raw = self._lines.raw(number)
        known = self._kept.get(number)
        if known is None or (known.raw is not raw and known.raw != raw):
            known = self._kept[number] = log_line(raw, ascii_only=self.ascii_only)
        return known

    def draw(self, live: Live, area: Area) -> Sequence[Line]:
        lines = self._lines
        if not lines.last:
            return [empty_line(live, area)]
        top, height = self._top(), self._height
        self._position, last = top, top.number
        self._kept = {number: line for number, line in self._kept.items() if 0 <= number - top.number <= area.height}
        frame = Frame(self._digits, self._width, self._left, self.wrap, self._sought, self.found)
        rows: list[Line] = []
        number, row = top
        while len(rows) < height and number <= lines.last:
            line = self._line(number)
            until = min(self._rows(number), row + height - len(rows))
            shown = frame if number == lines.label(number) else frame._replace(moved=lines.label(number) - number)
            rows.extend(row_of(line, number, at, shown, area) for at in range(row, until))
            last, number, row = number, number + 1, 0
        ever = live.log.ever
        self._seen = ever if self.following else max(self._seen, min(lines.label(last), ever))
        rows += [()] * (height - len(rows))
        if not self.following or top != RowPosition(lines.first):
            bar = scroll_bar(lines.first, lines.count, top.number, last, area._replace(height=len(rows)))
            rows = [
                (*line, Span(" " * (area.width - 1 - width_of(line))), mark)
                for line, mark in zip(rows, bar, strict=True)
            ]
        standing = LogPosition(
            lines.label(top.number),
            lines.label(last),
            lines.label(lines.last),
            self.following,
            0 if self.older is not None else ever - self._seen,
            frame,
            self._said,
            self._what_is_missing(),
        )
        return [*rows, status_line(live, standing, area)]

    def _what_is_missing(self) -> str | None:
        """Return why not all of the log can be seen, or how far its reading is."""
        finder = self._finder
        if finder.problem is not None:
            kept = units.grouped(len(self._page.lines))
            return f"only the last {kept} lines are kept: {finder.problem.rstrip('.')}"
        if finder.reading is not None:
            return f"reading {whole_percent(finder.reading)}"
        if finder.fate is not None:
            return f"the file is {finder.fate}"
        if finder.whole is not None and finder.whole.rewritten:
            return "the file was rewritten"
        return None

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
            self._go(RowPosition(self._lines.first + max(y, 0) * self._lines.count // self._height))

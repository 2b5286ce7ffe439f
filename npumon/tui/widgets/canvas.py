"""A widget that is drawn line by line and repaints only the cells that changed.

Textual repaints a whole widget when its content changes. Over a slow line that is too much for a figure that
changes in its last digit, so a canvas compares what it shows with what it showed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, repeat
from operator import itemgetter

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from npumon.core.monitor.live import Live
from npumon.tui.paint import Area, Line, Span, spelled
from npumon.tui.terminal.sgr import CellStyle
from npumon.tui.textual_workarounds import DirectPaint, direct_paint

Cell = tuple[str, str]
_role = itemgetter(1)

#: Text of ASCII and of the characters that lines, bars and graphs are made of: no need to ask for each one's width.
_ONE_CELL_EACH = re.compile("[ -~\u2500-\u259f]*").fullmatch


class CanvasRow:
    """One line as it was drawn, its cells, and, once it was rendered, its strip."""

    __slots__ = ("cells", "line", "strip")

    def __init__(self, line: Line, cells: tuple[Cell, ...]) -> None:
        self.line = line
        self.cells = cells
        self.strip: Strip | None = None


class Canvas(Widget):
    """Base of all panes: override `draw` to provide their lines. Panes never take the focus."""

    can_focus = False
    ALLOW_SELECT = False

    def __init__(self, *, ascii_only: bool = False, title: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        if title:
            self.border_title = Text(title)  # as a string it would be markup
        self.ascii_only = ascii_only
        self._live: Live | None = None
        self._painted: tuple[CanvasRow, ...] = ()
        self._last: Sequence[Line] | None = None
        self._inks: dict[str, Style] = {}
        self._looks: dict[str, CellStyle] = {}

    def draw(self, live: Live, area: Area) -> Sequence[Line]:
        """Return the pane's lines. At most `area.height` of them are shown, each cut at `area.width`.

        The same object as before has the same lines.
        """
        raise NotImplementedError

    def show(self, live: Live) -> None:
        """Show a live value; repaint what differs."""
        self._live = live
        self.redraw()

    def redraw(self) -> None:
        """Draw again because something other than the live value has changed; repaint what differs."""
        area = Area(*self.content_size, ascii=self.ascii_only)
        if self._live is None or not area.width or not area.height:
            return
        drawn, before = self.draw(self._live, area), self._painted
        fits = len(before) == area.height and len(before[0].cells) == area.width
        if fits and drawn is self._last:
            return
        self._last = drawn
        lines = [spelled(line, ascii_only=area.ascii) for line in drawn[: area.height]]
        lines += [()] * (area.height - len(lines))
        if not fits:
            self._painted = tuple(CanvasRow(line, _cells(line, area.width)) for line in lines)
            self.refresh()
            return
        known = {row.line: row for row in before}  # a text that scrolls has the same lines at other places
        self._painted = tuple(known.get(line) or CanvasRow(line, _cells(line, area.width)) for line in lines)
        changed = [
            _difference(old.cells, new.cells, y)
            for y, (old, new) in enumerate(zip(before, self._painted, strict=True))
            if old is not new and old.cells != new.cells
        ]
        if changed:
            way = direct_paint(self)
            if way is None:
                self.refresh(*changed)
            else:
                self._paint(way, changed)

    def _paint(self, way: DirectPaint, regions: Sequence[Region]) -> None:
        """Send parts of lines to the terminal."""
        for left, y, width, _ in regions:
            x = left
            for text, role in _stretches(self._painted[y].cells[left : left + width]):
                if role not in self._looks:
                    self._looks[role] = way.look(self._ink(role))
                x = way.terminal.place(way.x + x, way.y + y, text, self._looks[role]) - way.x
        way.painted(*regions)

    def on_resize(self) -> None:
        self._painted = ()
        self.redraw()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._inks.clear()
        self._looks.clear()
        for row in self._painted:
            row.strip = None

    def render_line(self, y: int) -> Strip:
        """Return one line of cells as segments."""
        if y >= len(self._painted):
            return Strip.blank(self.content_size.width, self.rich_style)
        row = self._painted[y]
        if row.strip is None:
            row.strip = self._strip(row.cells)
        return row.strip

    def _strip(self, cells: tuple[Cell, ...]) -> Strip:
        return Strip([Segment(text, self._ink(role)) for text, role in _stretches(cells)], len(cells))

    def _ink(self, role: str) -> Style:
        if role not in self._inks:
            base = self.rich_style
            self._inks[role] = (
                base + self.screen.get_component_rich_style(f"ink--{role}", partial=True) if role else base
            )
        return self._inks[role]


def _cells(line: Line, width: int) -> tuple[Cell, ...]:
    """Return a line as exactly `width` cells. The second cell of a wide character is empty and differs with it."""
    cells: list[Cell] = []
    for part in line:
        if _ONE_CELL_EACH(part.text):
            cells.extend(zip(part.text, repeat(part.role), strict=False))
        else:
            _spread(part, cells)
    if len(cells) > width:
        del cells[width:]
        if cells and cell_len(cells[-1][0]) > 1:
            cells[-1] = (" ", cells[-1][1])
    else:
        cells.extend(((" ", ""),) * (width - len(cells)))
    return tuple(cells)


def _stretches(cells: Sequence[Cell]) -> Iterator[Cell]:
    """Join neighbouring cells of one role."""
    for role, some in groupby(cells, _role):
        yield "".join([char for char, _ in some]), role


def _spread(part: Span, cells: list[Cell]) -> None:
    for char in part.text:
        size = cell_len(char)
        if size == 0:
            if cells:
                last = -2 if not cells[-1][0] else -1
                cells[last] = (cells[last][0] + char, cells[last][1])
            continue
        cells.append((char, part.role))
        if size == 2:
            cells.append(("", part.role))


def _difference(old: tuple[Cell, ...], new: tuple[Cell, ...], y: int) -> Region:
    """Return the part of line `y` that differs."""
    width = len(new)
    left = 0
    while old[left] == new[left]:
        left += 1
    right = width
    while old[right - 1] == new[right - 1]:
        right -= 1
    while left and not new[left][0]:
        left -= 1  # never begin in the middle of a wide character, old or new
    while right < width and not (new[right][0] and old[right][0]):
        right += 1
    while left and not old[left][0]:
        left -= 1
    return Region(left, y, right - left, 1)


class Pane(Canvas):
    """A canvas that draws again only when what it depends on is another value.

    `sees` returns what it depends on, `lines` what it draws.
    """

    _seen: tuple[object, ...] = ()
    _room: Area | None = None
    _drawn: tuple[Line, ...] = ()

    def sees(self, live: Live) -> tuple[object, ...]:
        """Return the parts of the value that the pane shows; mostly the same objects, so comparing is cheap."""
        raise NotImplementedError

    def lines(self, live: Live, area: Area) -> Sequence[Line]:
        """Return the pane's lines, as `Canvas.draw` does."""
        raise NotImplementedError

    def draw(self, live: Live, area: Area) -> Sequence[Line]:
        seen = self.sees(live)
        if area != self._room or seen != self._seen:
            self._room, self._seen = area, seen
            self._drawn = tuple(self.lines(live, area))
        return self._drawn

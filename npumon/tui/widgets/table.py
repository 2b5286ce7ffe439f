"""A table of thousands of rows of which only the visible ones are ever drawn.

Textual's DataTable creates and measures a text for every cell; here the work is one screenful of what changed.
ARCHITECTURE.md has the figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from npumon.tui.page_keys import TABLE_KEYS
from npumon.tui.paint import Area, Line, Span, spelled
from npumon.tui.widgets.columns import Column, TableRow, side_by_side, title, views, visible_columns

__all__ = ["Column", "Table", "TableRow"]


RowT = TypeVar("RowT", bound=TableRow)

_HEAD, _BODY, _CURSOR, _FOOT = "head", "", "cursor", "foot"


class Table(ScrollView, Generic[RowT], can_focus=True):
    """Base of tables: override `cell` to provide their contents. Rows are given in the order in which they are shown.

    The row under the cursor, the order and the position in the list stay while rows change around them. In another
    order the cursor is on the first row.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"table--head", "table--cursor", "table--foot"}
    DEFAULT_CSS = """
    Table {
        height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-gutter: stable; scrollbar-size-vertical: 1;
        background: $background;
    }
    Table > .table--head { text-style: bold; }
    Table > .table--foot { text-style: bold; }
    Table > .table--cursor { text-style: bold; }
    Table:focus > .table--cursor { text-style: reverse; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding(key.keys, key.action, key.word, show=False) for key in TABLE_KEYS]

    class Moved(Message):
        """The cursor is on another row, or the row has other figures."""

    class Chosen(Message):
        """Enter was pressed on a row."""

    class Resized(Message):
        """Another number of columns fits."""

    class Reordered(Message):
        """The user chose another order, `table.order` and `table.descending`; the owner sorts and fills."""

    def __init__(
        self,
        columns: Sequence[Column],
        order: str = "",
        *,
        ascii_only: bool = False,
        id: str | None = None,  # noqa: A002 - as everywhere in Textual
    ) -> None:
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.order = order
        self.descending = any(column.key == order and column.descending for column in columns)
        self.ascii_only = ascii_only
        self._rows: Sequence[RowT] = ()
        self._footer: RowT | None = None
        self._cursor = 0
        self._anew = False
        self._view = 0
        self._columns: list[tuple[Column, int]] = []
        self._lines: list[tuple[str, Line]] = []
        #: The cells of the visible rows by key, each drawn once.
        self._drawn: dict[str, tuple[RowT, Line]] = {}
        self._inks: dict[tuple[str, str, bool], Style] = {}

    def cell(self, row: RowT, column: Column, area: Area) -> Line:
        """Return the contents of a cell. Long text is cut with a mark; use `figure` for what must not be cut."""
        raise NotImplementedError

    @property
    def current(self) -> RowT | None:
        """The row under the cursor."""
        return self._rows[self._cursor] if self._rows else None

    @property
    def rows(self) -> Sequence[RowT]:
        """All rows, in order."""
        return self._rows

    def fill(self, rows: Sequence[RowT], footer: RowT | None = None) -> None:
        """Replace the rows, and the last one, which is always visible. Draws only what differs."""
        before = self.current
        in_view = 0 <= self._cursor - self._first < self._body
        self._rows, self._footer = rows, footer
        if self._anew:
            self._cursor, self._anew, in_view = 0, False, True
        elif before is not None:
            kept = next((index for index, row in enumerate(rows) if row.key == before.key), self._cursor)
            self._cursor = max(0, min(kept, len(rows) - 1))
        size = Size(0, len(rows) + 1 + (footer is not None))
        if size != self.virtual_size:
            self.virtual_size = size
        if in_view:
            self._bring_into_view()
        self._draw()
        if self.current != before:
            self.post_message(self.Moved())

    def draw_again(self) -> None:
        """Draw the rows again because their cells show something else."""
        self._drawn = {}
        self._draw()

    def go(self, index: int) -> None:
        """Move the cursor to a row, at most to the last one."""
        index = max(0, min(index, len(self._rows) - 1))
        if index != self._cursor:
            self._cursor = index
            self.post_message(self.Moved())
        self._bring_into_view()
        self._draw()

    def next(self, step: int) -> None:
        """Move the cursor to another row, wrapping around."""
        if self._rows:
            self.go((self._cursor + step) % len(self._rows))

    @property
    def _first(self) -> int:
        return round(self.scroll_y)

    @property
    def _body(self) -> int:
        """How many rows are visible at once."""
        return max(0, self.scrollable_content_region.height - 1 - self._has_foot)

    @property
    def _has_foot(self) -> bool:
        """Whether the last row is shown: it makes way for the row under the cursor."""
        return self._footer is not None and self.scrollable_content_region.height > 2

    @property
    def views(self) -> int:
        """How many views it takes to show all columns."""
        return views(self.columns, self.scrollable_content_region.width)

    def _bring_into_view(self) -> None:
        if self._body:
            first = min(max(self._first, self._cursor - self._body + 1), self._cursor)
            self.scroll_to(y=first, animate=False)

    # -- drawing -----------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        """Draw the visible rows; repaint the lines that differ."""
        region = self.scrollable_content_region
        if not region.width or not region.height:
            return
        before, drawn = self._lines, self._drawn
        columns = visible_columns(self.columns, region.width, self._view and self._view % self.views)
        if columns != self._columns:
            self._columns, drawn = columns, {}
        self._drawn = {}
        body = self._body  # asked for once: the region is computed anew each time
        self._lines = [self._line(y, drawn, body) for y in range(region.height)]
        if len(before) != len(self._lines):
            self.refresh()
        elif changed := [y for y, line in enumerate(self._lines) if line != before[y]]:
            self.refresh(*(Region(0, y, region.width, 1) for y in changed))

    def _line(self, y: int, drawn: Mapping[str, tuple[RowT, Line]], body: int) -> tuple[str, Line]:
        if y == 0:
            return _HEAD, (Span(" "), *self._head())
        if self._footer is not None and y == min(len(self._rows), body) + 1 and self._has_foot:
            return _FOOT, (Span(" "), *self._cells(self._footer))
        index = self._first + y - 1
        if index >= len(self._rows) or y > body:
            return _BODY, ()
        row = self._rows[index]
        kept = drawn.get(row.key)
        line = kept[1] if kept is not None and kept[0] is row else self._cells(row)
        self._drawn[row.key] = (row, line)
        if index != self._cursor:
            return _BODY, (Span(" "), *line)
        return _CURSOR, (Span(">" if self.ascii_only else "▸"), *line)

    def _head(self) -> Line:
        look = {"descending": self.descending, "ascii_only": self.ascii_only}
        cells = ((column, width, title(column, self.order, **look)) for column, width in self._columns)
        return side_by_side(cells, ascii_only=self.ascii_only)

    def _cells(self, row: RowT) -> Line:
        areas = ((column, width, Area(width, 1, self.ascii_only)) for column, width in self._columns)
        cells = ((column, width, self.cell(row, column, area)) for column, width, area in areas)
        return spelled(side_by_side(cells, ascii_only=self.ascii_only), ascii_only=self.ascii_only)

    def render_line(self, y: int) -> Strip:
        """Return one line as a strip."""
        kind, line = self._lines[y] if y < len(self._lines) else (_BODY, ())
        strip = Strip([Segment(text, self._ink(kind, role)) for text, role in line if text])
        return strip.adjust_cell_length(self.scrollable_content_region.width, self._ink(kind, ""))

    def _ink(self, kind: str, role: str) -> Style:
        focused = kind == _CURSOR and self.has_focus
        if (kind, role, focused) not in self._inks:
            style = self.rich_style
            if role and not focused:  # reversed, each colour would be a patch of its own
                style += self.screen.get_component_rich_style(f"ink--{role}", partial=True)
            if kind:
                style += self.get_component_rich_style(f"table--{kind}", partial=True)
            self._inks[kind, role, focused] = style
        return self._inks[kind, role, focused]

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._inks.clear()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._draw()

    def on_resize(self) -> None:
        self._lines = []
        self._bring_into_view()
        self._draw()
        self.post_message(self.Resized())

    # -- keys and pointer --------------------------------------------------------------------------------------------

    def action_step(self, step: int) -> None:
        """Move by a row."""
        self.go(self._cursor + step)

    def action_screenful(self, step: int) -> None:
        """Move by a screenful."""
        self.go(self._cursor + step * max(1, self._body))

    def action_top(self) -> None:
        """Go to the first row."""
        self.go(0)

    def action_bottom(self) -> None:
        """Go to the last row."""
        self.go(len(self._rows) - 1)

    def action_sort(self, step: int) -> None:
        """Sort by the next visible column that can be sorted by."""
        orders = [column for column, _ in self._columns if column.descending is not None]
        indexes = [index for index, column in enumerate(orders) if column.key == self.order]
        if orders:
            self._sort(orders[(indexes[0] + step) % len(orders) if indexes else 0])

    def sort_by(self, key: str) -> bool:
        """Sort by a column, or turn the order round if it is by this one; return whether there is such a column."""
        column = next((each for each in self.columns if each.key == key and each.descending is not None), None)
        if column is None:
            return False
        if key == self.order:
            self.action_reverse()
        else:
            self._sort(column)
        return True

    def action_reverse(self) -> None:
        """Reverse the order."""
        if self.order:
            self.descending = not self.descending
            self._reordered()

    def action_columns(self, step: int) -> None:
        """Show the next columns, if not all fit."""
        self._view = (self._view + step) % self.views
        self._draw()

    def action_choose(self) -> None:
        """Choose the row."""
        if self._rows:
            self.post_message(self.Chosen())

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to a clicked row, twice to choose it; sort by a clicked heading, or reverse the order."""
        if event.y:
            if event.y <= self._body and self._first + event.y - 1 < len(self._rows):
                self.go(self._first + event.y - 1)
                if event.chain == 2:
                    self.action_choose()
            return
        left = 1
        for column, width in self._columns:
            if left <= event.x < left + width:
                self.sort_by(column.key)
            left += width + 1

    def _sort(self, column: Column) -> None:
        self.order, self.descending = column.key, bool(column.descending)
        self._reordered()

    def _reordered(self) -> None:
        self._anew = True
        self._draw()
        self.post_message(self.Reordered())

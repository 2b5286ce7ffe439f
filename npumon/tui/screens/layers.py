"""The Layers page: every layer and operation of the iteration that is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget

from npumon.core import units
from npumon.core.monitor.layer_source import LayerSource, source_of, why_no_layers
from npumon.core.monitor.live import Live
from npumon.core.monitor.log_places import line_of, row_of
from npumon.core.profile import Operation
from npumon.core.run.analysis import OperationProfile, profile_of
from npumon.core.run.layers.rows import matching_layers, ordered_layers, total_row
from npumon.tui.keys import Hint
from npumon.tui.page_keys import LAYERS_KEYS, LAYERS_ORDERS
from npumon.tui.paint import Area, Line, Span, clipped, joined, span, width_of
from npumon.tui.panes.empty_state import NoticePane
from npumon.tui.panes.layer_details import LayerDetailsPane
from npumon.tui.screens.page import Page
from npumon.tui.widgets.canvas import Pane
from npumon.tui.widgets.columns import Column
from npumon.tui.widgets.filter import FILTER_BINDINGS, FilterLine
from npumon.tui.widgets.layer_table import COLUMNS, LayerTable, told_columns, with_order
from npumon.tui.widgets.table import Table

#: Lines around the table and the details; the fewest lines of the details with their border; heading and row alone.
_AROUND, _LEAST_DETAILS, _ROW_ALONE = 3, 10, 2
#: The widths from which on the key bar has room for most keys of the page, and for all, beside those of the others.
_ALL_HINTS, _SPARE_HINTS = 110, 140
#: Of an iteration under way so large a part of the rows comes at once.
_FEW = 50


class LayersCaptionPane(Pane):
    """Which run and iteration the table shows, and how much of it."""

    DEFAULT_CSS = "LayersCaptionPane { height: 1; }"
    source: LayerSource | None = None
    rows: Sequence[OperationProfile] = ()
    of = 0
    order = ""

    def sees(self, live: Live) -> tuple[object, ...]:
        source = self.source
        if source is not None and source.progress is not None:
            newest = source.report is live.snapshot.run
            return (newest, source.report.info, source.iteration.number, source.progress.words, self.rows, self.order)
        shown = (live.snapshot.run, live.shown, self.rows, self.order)
        return (source and source.report, source and source.iteration, *shown)

    def lines(self, live: Live, area: Area) -> Sequence[Line]:
        source = self.source
        if source is None:
            return []
        parts, between = list(self._parts(source, live)), " - " if area.ascii else " · "
        while len(parts) > 2 and width_of(joined(parts, between)) > area.width:
            del parts[-1]
        return [clipped(joined(parts, between), area)]

    def _parts(self, source: LayerSource, live: Live) -> Iterable[Line]:
        yield (Span("Layers", "accent"),)
        if source.report.info.model:
            yield span(source.report.info.model, "value")
        place = live.shown
        if not place.newest:
            yield span(f"run {place.run} of {place.runs}", "warn")
        if place.note:
            yield span(place.note, "warn")
        number, state = source.iteration.number, source.report.state
        of = f" of {state.loops}" if state.loops else ""
        if source.progress is not None:
            yield span(f"iteration {number}{of}")
            yield span(source.progress.words, "value")
        elif not source.iteration.complete:
            yield span(f"iteration {number} broke off: {_outcome(source)}", "warn")
        elif source.report.info.outcome == "running" and source.report is live.snapshot.run and place.newest:
            yield span(f"iteration {number}{of}, running")
        else:
            of = f" of {place.iterations}" if place.iterations > 1 else ""
            yield span(f"iteration {number}{of}, {_outcome(source)}")
        if source.report is not live.snapshot.run:
            yield span("the run before", "warn")
        shown = len(self.rows)
        if source.progress is None or shown != self.of:
            yield span(units.counted(shown, "operation") if shown == self.of else f"{shown} of {self.of} operations")
        if any(row.operation.bandwidth.total is not None for row in self.rows):
            yield span("bandwidth in MByte", "label")
        if bound := sum(row.limit == "ddr" for row in self.rows):
            yield span(f"{bound} DDR-bound", "warn")
        doubtful = sum(row.doubt is not None for row in self.rows)
        if doubtful:
            yield span(f"{doubtful} doubtful", "warn")
        yield span(f"sorted by {self.order}", "label")


def _outcome(source: LayerSource) -> str:
    return source.report.info.words


def _judged_anew(source: LayerSource, before: LayerSource) -> bool:
    """Return whether the rows differ: it is another iteration, or its operations have got names.

    Of one under way, judging all operations for each new one would take longer and longer: a few come together.
    """
    if source.progress is not None and before.progress is not None:
        done, known = len(source.iteration.operations), len(before.iteration.operations)
        another = (source.report.number, source.iteration.number) != (before.report.number, before.iteration.number)
        return another or done < known or done >= known + max(1, known // _FEW)
    nodes, nodes_before = (each.report.metrics.facts.nodes for each in (source, before))
    return source.iteration is not before.iteration or nodes is not nodes_before


class LayersPage(Page):
    """A table, the row under its cursor in detail, and the sums of the rows shown."""

    NAME = "Layers"
    CSS_PATH: ClassVar[str] = "../styles/layers.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *FILTER_BINDINGS,
        Binding("enter", "details", show=False),
        *(Binding(key.keys, key.action, key.word, show=False) for key in LAYERS_KEYS),
    ]

    def body(self) -> Iterable[Widget]:
        self.caption = LayersCaptionPane(ascii_only=self.ascii_only)
        self.table = LayerTable(COLUMNS, "order", ascii_only=self.ascii_only)
        self.details = LayerDetailsPane(ascii_only=self.ascii_only, title="Selected")
        self.notice = NoticePane(why_no_layers, ascii_only=self.ascii_only)
        self.filter_line = FilterLine()
        self._source: LayerSource | None = None
        self._all: tuple[OperationProfile, ...] = ()
        self._columns: Sequence[Column] = COLUMNS
        yield self.caption
        with Container(id="layers"):
            yield self.table
            yield self.details
        yield self.notice
        yield self.filter_line

    def hints(self, live: Live) -> Sequence[Hint]:
        if not self._all:
            return ()
        more, wide = self.table.views > 1, self.size.width >= _ALL_HINTS
        return (
            Hint("Enter", "back" if self.has_class("-details") else "details", "details"),
            Hint("<>", "sort", "sort(1)", wide),
            Hint("L", "columns", "columns(1)", more),
            Hint("/", "filter", "filter", wide or not more),
            Hint("v", "in the log", "view_in_log", self.size.width >= _SPARE_HINTS),
        )

    @property
    def _folded(self) -> bool:
        """Whether the details have no room below the table."""
        return self.size.height < 24 or self.size.width < 60

    def show(self, live: Live) -> None:
        source = self.caption.source = source_of(live)
        self.set_class(source is None, "-none")
        if source is None:
            self._source, self._all = None, ()
        elif self._source is None or _judged_anew(source, self._source):
            self._source = source
            profile = profile_of(source.iteration, source.facts)
            self._all = profile.operations
            self.details.judge(profile, source.facts)
            self._columns = told_columns(self._all)
            self._fill()
        if self.host.sought_operation is not None:
            self._go_to_sought(self.host.sought_operation)
        super().show(live)

    def _go_to_sought(self, operation: Operation) -> None:
        """Move to the operation for which the Log page has sent the user here."""
        self.host.sought_operation = None
        row = row_of(self._all, operation)
        if row is not None and row not in self.table.rows:
            self.filter_line.clear()
            self._fill()
        if row is None:
            self.host.notifier.info("The iteration that is shown has no such operation.")
        else:
            self.table.go(next(place for place, each in enumerate(self.table.rows) if each.key == row.key))

    def _fill(self) -> None:
        rows = matching_layers(self._all, self.filter_line.text)
        self.filter_line.tell(f"{len(rows)} of {len(self._all)}")
        self.caption.rows, self.caption.of = rows, len(self._all)
        table = self.table
        table.columns = with_order(self._columns, table.order)
        ordered_by = (column.title for column in table.columns if column.key == table.order)
        self.caption.order = next(ordered_by, "order")  # of what no operation has there is no order
        self.caption.redraw()
        table.fill(ordered_layers(rows, table.order, descending=table.descending), total_row(rows))
        self._arrange()

    def _arrange(self) -> None:
        """Give the table as many lines as it has, and the details what it leaves; they have two fifths at least."""
        if self.has_class("-details"):
            most = _ROW_ALONE
        elif self._folded:
            most = self.size.height
        else:
            room = self.size.height - _AROUND
            most = min(len(self.table.rows) + 2, room - max(_LEAST_DETAILS, room * 2 // 5))
        styles = self.table.styles
        if styles.max_height is None or styles.max_height.value != most:
            styles.max_height = most

    # -- messages and keys -------------------------------------------------------------------------------------------

    def on_table_moved(self, message: Table.Moved) -> None:
        """Show the details of another row, or the new figures of the same one."""
        self.details.tell(self.table.current)

    def on_table_resized(self, message: Table.Resized) -> None:
        """Offer the key for more columns if not all fit now."""
        self.offer_keys()

    def on_resize(self, event: events.Resize) -> None:
        """Share the new room; the handler that the page inherits is called, too."""
        self._arrange()

    def on_table_reordered(self, message: Table.Reordered) -> None:
        """Sort the rows."""
        self._fill()

    def on_table_chosen(self, message: Table.Chosen) -> None:
        """Show the details."""
        self.action_details()

    def on_filter_line_changed(self, message: FilterLine.Changed) -> None:
        """Filter the rows."""
        self._fill()

    def action_details(self) -> None:
        """Show the details in place of all rows but one, or go back."""
        self.toggle_class("-details")
        self._arrange()
        self.offer_keys()

    def action_filter(self) -> None:
        """Open the filter line."""
        self.filter_line.open()

    def action_clear_filter(self) -> None:
        """Show all rows again, and the table if the details had taken its place."""
        self.remove_class("-details")
        self._arrange()
        self.offer_keys()
        self.filter_line.clear()

    def action_next_match(self, step: int) -> None:
        """Move to the next matching row."""
        self.table.next(step)

    def action_sort(self, step: int) -> None:
        """Sort by the next column."""
        self.table.action_sort(step)

    def action_sort_by(self, key: str) -> None:
        """Sort by a column that has something to tell."""
        if self._all and not self.table.sort_by(key):
            name = next(name for _, column, name in LAYERS_ORDERS if column == key)
            self.host.notifier.info(f"No operation has a figure to sort by {name}.")

    def action_slowest(self) -> None:
        """Put those first that take longest: by the NPU's busy time where no other time is told."""
        if self.table.order in ("time", "busy"):
            if not self.table.descending:
                self.table.action_reverse()
        elif self._all and not self.table.sort_by("time"):
            self.table.sort_by("busy")
        self.table.action_top()

    def action_view_in_log(self) -> None:
        """Go to the lines of the selected operation in the log."""
        row = self.table.current
        if row is None:
            return
        shown = self.host.shown.log
        # Of an older run memory has a few lines only, whose numbers in its log are not known.
        line = line_of(shown, row.operation) if shown is self.host.live.log else None
        if not shown.lines:
            self.host.notifier.info("The log's lines of this operation are no longer in memory.")
            return
        self.host.sought_line = row.operation if line is None else line
        self.host.action_page("log")

    def action_columns(self, step: int) -> None:
        """Show the next columns."""
        self.table.action_columns(step)

"""The Runs page: this session's runs, and the marked one compared with another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget

from npumon.core.monitor.live import Live
from npumon.core.monitor.run_rows import (
    RunRow,
    grouped_rows,
    matching_runs,
    no_runs,
    ordered_runs,
    run_rows,
    with_members,
)
from npumon.core.monitor.selection import NEWEST, Selection, numbered_runs
from npumon.core.run.comparison import Comparison, compare
from npumon.core.run.report import RunReport
from npumon.tui.keys import Hint
from npumon.tui.page_keys import RUNS_KEYS
from npumon.tui.panes.comparison_head import ComparisonHeadPane
from npumon.tui.panes.empty_state import NoticePane
from npumon.tui.screens.page import Page
from npumon.tui.widgets.filter import FILTER_BINDINGS, FilterLine
from npumon.tui.widgets.run_table import FIGURE_COLUMNS, RUN_COLUMNS, FigureTable, RunTable, told_run_columns
from npumon.tui.widgets.table import Table

if TYPE_CHECKING:
    from npumon.tui.panes.distribution import RowDistributionPane

_MARK = "m marks the selected run; other runs are then compared with it."
_CHOOSE = "This is the marked run: j and k choose another one, r makes one."


class RunsPage(Page):
    """A table of runs above the distribution of the selected one's times, or a table of differences if one is marked.

    A cursor on the newest run follows the newest one, so that a marked run is compared with each new run.
    """

    NAME = "Runs"
    CSS_PATH: ClassVar[str] = "../styles/runs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *FILTER_BINDINGS,
        *(Binding(key.keys, key.action, key.word, show=False) for key in RUNS_KEYS),
    ]
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012  # as Textual declares it
        *(Page.HORIZONTAL_BREAKPOINTS or ()),
        (190, "-beside"),
    ]

    def body(self) -> Iterable[Widget]:
        plain = self.ascii_only
        self.table = RunTable(RUN_COLUMNS, "number", ascii_only=plain, id="runs-table")
        self.head = ComparisonHeadPane(ascii_only=plain)
        self.figures = FigureTable(FIGURE_COLUMNS, ascii_only=plain, id="figures")
        self.filter_line = FilterLine()
        self._all: tuple[RunRow, ...] = ()
        self._runs: tuple[RunReport, ...] | None = None
        self._groups: tuple[tuple[int, ...], ...] = ()
        self._unfolded: set[str] = set()
        self.distribution: RowDistributionPane | None = None
        self._compared: Comparison | None = None
        with Container(id="runs"):
            yield self.table
            with Container(id="comparison"):
                yield self.head
                yield self.figures
        yield NoticePane(no_runs, ascii_only=plain)
        yield self.filter_line

    def hints(self, live: Live) -> Sequence[Hint]:
        if not self._all:
            return ()
        row, reading = self.table.current, self.focused is self.figures
        series = row is not None and bool(row.members)
        return (
            Hint("Enter", "runs" if reading else "open", "turn" if reading else "open"),
            Hint("z", "fold" if row is not None and row.unfolded else "unfold", "unfold", series and not reading),
            Hint("f", "runs" if reading else "figures", "turn", self._compared is not None),
            Hint("<>", "sort", "sort(1)"),
            Hint("/", "filter", "filter"),
        )

    def show(self, live: Live) -> None:
        groups = tuple(group.runs for group in live.groups)
        if live.runs is not self._runs or groups != self._groups:
            self._runs, self._groups = live.runs, groups
            newest = bool(self._all) and self._is_newest(self.table.current)
            known = {row.number: row for row in self._all}
            # An ended run never changes: its row stays the same object, so that it is not drawn again.
            self._all = tuple(
                old if (old := known.get(row.number)) is not None and old.report is row.report else row
                for row in run_rows(live)
            )
            self.set_class(not self._all, "-none")
            self._fill(newest=newest)
        self._compare()
        super().show(live)

    def _is_newest(self, row: RunRow | None) -> bool:
        return row is not None and row.last == self._all[0].number

    def _fill(self, *, newest: bool = False) -> None:
        table = self.table
        known = {row.key: row for row in table.rows}
        joined = [
            old if (old := known.get(row.key)) == row else row
            for row in grouped_rows(self._all, self.host.live, self._unfolded)
        ]
        rows = with_members(
            ordered_runs(matching_runs(joined, self.filter_line.text), table.order, descending=table.descending)
        )
        shown = sum(len(row.members) or 1 for row in rows if not row.part)
        self.filter_line.tell(f"{shown} of {len(self._all)}")
        table.columns = told_run_columns(rows, table.order)
        if table.styles.max_height is None or table.styles.max_height.value != len(rows) + 2:
            table.styles.max_height = len(rows) + 2  # the comparison takes the rest
        table.fill(rows)
        if newest and self._all:
            place = next((place for place, row in enumerate(rows) if self._is_newest(row)), None)
            if place is not None:
                table.go(place)

    def _compare(self) -> None:
        """Compare the marked run with the selected one, or with the newest if the selected one is marked."""
        marked = self.host.marked
        opened = self.host.selection.run
        if marked is not self.table.marked or opened != self.table.opened:  # the star or the dot moves
            self.table.marked, self.table.opened = marked, opened
            self.table.draw_again()
        other = self._other(marked)
        before = self._compared
        if marked is None or other is None:
            self._compared = None
            self.head.advice = _MARK if marked is None else _CHOOSE
        elif before is None or before.before is not marked or before.after is not other.report:
            self._compared = compare(marked, other.report)
        if self._compared is not before:
            self.figures.fill(() if self._compared is None else self._compared.rows)
        self.set_class(self._compared is None, "-single")
        self.head.compared = self._compared
        self.head.numbers = (self._number(marked), None if other is None else other.number)
        self.head.series = None if other is None or not other.members else (other.first, other.last)
        self.head.reason = _why(self.table.current)
        self.head.redraw()
        self._show_distribution()

    def _show_distribution(self) -> None:
        """Show how the times of the selected row are distributed, unless runs are compared or there is nothing."""
        row, live = self.table.current, self.host.live
        wanted = self._compared is None and row is not None and row.iterations > 1
        if self.distribution is None:
            if not wanted or not self.is_attached:  # nothing can be mounted while the monitor is being left
                return
            from npumon.tui.panes.distribution import RowDistributionPane

            self.distribution = RowDistributionPane(ascii_only=self.ascii_only, id="row-distribution")
            self.query_one("#comparison").mount(self.distribution)
        if row is not None:
            self.distribution.number, self.distribution.several = row.last, bool(row.members)
        self.set_class(wanted, "-distribution")
        self.distribution.show(live)

    def _other(self, marked: RunReport | None) -> RunRow | None:
        row = self.table.current
        if row is not None and row.report is marked and not row.members:
            row = self._all[0]
        return None if row is None or row.report is marked else row

    def _number(self, report: RunReport | None) -> int | None:
        return next((row.number for row in self._all if row.report is report), None)

    # -- messages and keys -------------------------------------------------------------------------------------------

    def on_table_moved(self, message: Table.Moved) -> None:
        """Compare with another run."""
        self._compare()

    def on_table_reordered(self, message: Table.Reordered) -> None:
        """Sort the runs."""
        self._fill()

    def on_table_chosen(self, message: Table.Chosen) -> None:
        """Open the run, or go back to the runs."""
        if self.focused is self.figures:
            self.action_turn()
        else:
            self.action_open()

    def on_descendant_focus(self) -> None:
        """Update the keys: Enter has another meaning now."""
        self.offer_keys()

    def on_filter_line_changed(self, message: FilterLine.Changed) -> None:
        """Filter the runs."""
        self._fill()
        self._compare()

    def action_open(self) -> None:
        """Show the selected run on all pages; of a series, its last one."""
        row = self.table.current
        if row is not None:
            newest = numbered_runs(self.host.live)[-1].number
            self.host.select(NEWEST if row.last == newest else Selection(row.last))
            self.host.action_page("live")

    def action_unfold(self) -> None:
        """See the runs of the selected series, or fold them again, from one of them, too."""
        row = self.table.current
        if row is None:
            return
        own = next((each for each in self.table.rows if row in each.members), row)
        if own.members:
            self._unfolded ^= {own.key}
            self.table.go(self.table.rows.index(own))
            self._fill()
            self.offer_keys()

    def action_turn(self) -> None:
        """Move from the runs to the figures, or back."""
        if self.focused is self.figures or self._compared is None:
            self.remove_class("-figures")
            self.table.focus()
        else:
            self.add_class("-figures")
            self.figures.focus()

    def action_mark_selected(self) -> None:
        """Mark the selected run, or unmark it."""
        row = self.table.current
        if row is None:
            return
        host = self.host
        host.marked = None if row.report is host.marked else row.report
        host.show_live()

    def action_compare_newest(self) -> None:
        """Move the cursor to the newest run."""
        place = next((place for place, row in enumerate(self.table.rows) if self._is_newest(row)), None)
        if place is not None:
            self.table.go(place)
        if self.host.marked is None:
            self.host.notifier.info(_MARK)

    def action_filter(self) -> None:
        """Open the filter line."""
        self.filter_line.open()

    def action_clear_filter(self) -> None:
        """Go back to the runs, or show all of them again."""
        if self.focused is self.figures:
            self.action_turn()
        else:
            self.filter_line.clear()

    def action_next_match(self, step: int) -> None:
        """Move to the next matching run."""
        self.table.next(step)

    def action_sort(self, step: int) -> None:
        """Sort by the next column."""
        self.table.action_sort(step)


def _why(row: RunRow | None) -> str:
    """Say why the row's run ended badly; of several, one that did. Empty if it did not, or nothing is known."""
    bad = next((each for each in (row.members or (row,)) if each.reason), None) if row is not None else None
    if bad is None:
        return ""
    info = bad.report.info
    return f"run {bad.number} {info.words}: {bad.reason}"

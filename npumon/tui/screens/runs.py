"""The Runs page: this session's runs, and the marked one compared with another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget

from npumon.core.monitor.live import Live
from npumon.core.monitor.run_rows import RunRow, matching_runs, no_runs, ordered_runs, run_rows
from npumon.core.run.comparison import Comparison, compare
from npumon.core.run.report import RunReport
from npumon.tui.keys import RUNS_KEYS, Hint
from npumon.tui.panes.comparison_head import ComparisonHeadPane
from npumon.tui.panes.empty_state import NoticePane
from npumon.tui.screens.page import Page
from npumon.tui.widgets.filter import FILTER_BINDINGS, FilterLine
from npumon.tui.widgets.run_table import FIGURE_COLUMNS, RUN_COLUMNS, FigureTable, RunTable
from npumon.tui.widgets.table import Table

_MARK = "m marks the selected run; other runs are then compared with it."
_CHOOSE = "This is the marked run: j and k choose another one, r makes one."


class RunsPage(Page):
    """A table of runs above a table of differences. Enter moves from one to the other, Esc back.

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
        reading = self.focused is self.figures
        return (
            Hint("Enter", "runs" if reading else "figures", "turn", self._compared is not None),
            Hint("<>", "sort", "sort(1)"),
            Hint("/", "filter", "filter"),
        )

    def show(self, live: Live) -> None:
        if live.runs is not self._runs:
            self._runs = live.runs
            newest = bool(self._all) and self.table.current is self._all[0]
            known = {row.key: row for row in self._all}
            # An ended run never changes: its row stays the same object, so that it is not drawn again.
            self._all = tuple(
                old if (old := known.get(row.key)) is not None and old.report is row.report else row
                for row in run_rows(live)
            )
            self.set_class(not self._all, "-none")
            self._fill(newest=newest)
        self._compare()
        super().show(live)

    def _fill(self, *, newest: bool = False) -> None:
        table = self.table
        rows = ordered_runs(matching_runs(self._all, self.filter_line.text), table.order, descending=table.descending)
        self.filter_line.tell(f"{len(rows)} of {len(self._all)}")
        if table.styles.max_height is None or table.styles.max_height.value != len(rows) + 2:
            table.styles.max_height = len(rows) + 2  # the comparison takes the rest
        table.fill(rows)
        if newest and self._all[0] in rows:
            table.go(rows.index(self._all[0]))

    def _compare(self) -> None:
        """Compare the marked run with the selected one, or with the newest if the selected one is marked."""
        marked = self.host.marked
        if marked is not self.table.marked:  # the star moves
            self.table.marked = marked
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
        self.head.redraw()

    def _other(self, marked: RunReport | None) -> RunRow | None:
        row = self.table.current
        if row is not None and row.report is marked:
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
        """Move between the runs and the figures."""
        self.action_turn()

    def on_descendant_focus(self) -> None:
        """Update the keys: Enter has another meaning now."""
        self.offer_keys()

    def on_filter_line_changed(self, message: FilterLine.Changed) -> None:
        """Filter the runs."""
        self._fill()
        self._compare()

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
        if self._all and self._all[0] in self.table.rows:
            self.table.go(self.table.rows.index(self._all[0]))
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

"""Where the time goes: groups of operations with their shares, and the slowest operations with their reasons."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from npumon.core.monitor.live import Live, run_with_figures
from npumon.core.monitor.time_table import TimeTable, time_table
from npumon.core.run.analysis import IterationProfile
from npumon.core.run.breakdown import Grouping, groupings_of
from npumon.core.run.metrics import Metrics
from npumon.tui.paint import Area, Line
from npumon.tui.panes.operation_lines import filled_lines, table_lines
from npumon.tui.widgets.growing_pane import GrowingPane

_TITLE = "Where the time goes"


class OperationsPane(GrowingPane):
    """The pane. `choices` are what its operations can be grouped by."""

    def __init__(self, *, ascii_only: bool = False, title: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(ascii_only=ascii_only, title=title, id=id)
        self._wish: Grouping | None = None
        self._profile: IterationProfile | None = None
        self._made: tuple[Metrics, Grouping | None, TimeTable | None] | None = None
        self.choices: tuple[Grouping, ...] = ()

    @property
    def by(self) -> Grouping | None:
        """By what is grouped: what was asked for, if the text tells it."""
        return self._wish if self._wish in self.choices else self.choices[0] if self.choices else None

    def regroup(self) -> None:
        """Group by the next thing that tells the operations apart."""
        if self.choices:
            self.group_by(self.choices[((self.choices.index(self.by) if self.by else -1) + 1) % len(self.choices)])

    def group_by(self, by: Grouping) -> None:
        """Group by this as soon as the text tells it."""
        self._wish = by
        if self._live is not None:
            self.show(self._live)

    def show(self, live: Live) -> None:
        run = run_with_figures(live).run
        profile = None if run is None else run.metrics.profile
        if profile is not self._profile:
            self._profile = profile
            self.choices = () if profile is None else groupings_of(profile)
        if str(self.border_title or "") != (title := operations_title(self.by, self.choices)):
            self.border_title = Text(title)  # as a string it would be markup
        super().show(live)

    def sees(self, live: Live) -> tuple[object, ...]:
        return (run_with_figures(live).run, self.by)

    def lines(self, live: Live, area: Area) -> Sequence[Line]:
        table = self._table(live)
        return [] if table is None else table_lines(table, self.by or "", area)

    def filled(self, live: Live, area: Area) -> int:
        table = self._table(live)
        return 0 if table is None else filled_lines(table)

    def _table(self, live: Live) -> TimeTable | None:
        """Return what is to be drawn; made once for each run and grouping."""
        run = run_with_figures(live).run
        if run is None:
            return None
        if self._made is None or self._made[0] is not run.metrics or self._made[1] != self.by:
            self._made = (run.metrics, self.by, time_table(run.metrics, self.by))
        return self._made[2]


def operations_title(by: Grouping | None, choices: Sequence[Grouping]) -> str:
    """Return the pane's title, which says by what is grouped and by what else could be."""
    others = ", ".join(other for other in choices if other != by)
    return _TITLE + (f", by {by}" if by else "") + (f" (b: {others})" if others else "")

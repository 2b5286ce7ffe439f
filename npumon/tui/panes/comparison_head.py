"""Which runs are compared, and the result, in a line or two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from npumon.core import units
from npumon.core.monitor.live import Live
from npumon.core.run.comparison import Comparison
from npumon.tui.paint import Area, Line, Span, clipped, joined, span
from npumon.tui.widgets.canvas import Pane


class ComparisonHeadPane(Pane):
    """The heading of the figures; without any, it explains how to get them."""

    compared: Comparison | None = None
    #: The numbers of the two runs.
    numbers: tuple[int | None, int | None] = (None, None)
    #: The numbers of the first and the last run of the series whose median run is compared with the marked one.
    series: tuple[int, int] | None = None
    #: What to do while there is nothing to compare.
    advice = ""
    #: Why the selected run ended badly, if it did.
    reason = ""

    def sees(self, live: Live) -> tuple[object, ...]:
        return (self.compared, self.advice, self.reason, self.numbers, self.series)

    def lines(self, live: Live, area: Area) -> Sequence[Line]:
        between = " - " if area.ascii else " · "
        if self.compared is None:
            return [clipped(span(self.reason, "bad") if self.reason else span(self.advice, "label"), area)]
        return [
            clipped(joined(parts, between), area)
            for parts in (self._runs(self.compared, area), self._result(self.compared))
        ]

    def _runs(self, compared: Comparison, area: Area) -> Iterable[Line]:
        before, after = self.numbers
        yield (
            Span(f"run {after}", "accent"),
            Span("" if self.series is None else f", the median of {self.series[0]}-{self.series[1]},", "label"),
            Span(" against "),
            Span("an older run that is marked" if before is None else f"the marked run {before}", "accent"),
        )
        if not compared.same_model:
            yield span(f"another model ({compared.before.info.model or 'unknown'})", "warn")
        old, new = compared.top
        if old is not None and old == new:
            yield span(f"top-1 the same: {old}", "label")
        elif old is not None and new is not None:
            yield span(f"top-1 {new}, was {old}", "warn")

    def _result(self, compared: Comparison) -> Iterable[Line]:
        changes = Counter(difference.verdict for difference in compared.figures)
        if compared.same_model:
            yield span(f"{changes['better']} better", "good")
            yield span(f"{changes['worse']} worse", "bad" if changes["worse"] else "label")
        else:
            yield span(f"{changes['other']} different", "label")
        yield span(f"{changes['same']} the same", "label")
        if many := len(compared.layers):
            order = ", worst first" if many > 1 and compared.same_model else ""
            yield span(f"{units.counted(many, 'layer')}{order}", "label")
        for count, where in ((compared.only_before, "the marked run"), (compared.only_after, "this run")):
            if count:
                yield span(f"{count} only in {where}", "warn")

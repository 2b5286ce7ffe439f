"""One operation with every figure that the text and the formulas give."""

from __future__ import annotations

from collections.abc import Sequence

from npumon.core import units
from npumon.core.monitor.live import Live
from npumon.core.profile import Bandwidth
from npumon.core.run.analysis import OperationProfile
from npumon.core.run.breakdown import name_of
from npumon.core.run.operation_figures import per_second
from npumon.tui.paint import Area, Line, Span, bar, clipped, span, width_of
from npumon.tui.widgets.canvas import Pane

_LABEL = 10
#: From this width on two columns stand side by side.
_TWO_COLUMNS = 76
#: Lines of the bandwidths at length and in short, and the cells that they need at length.
_TALL, _FLAT, _LEAST_BAND = 9, 4, 38
#: If not all lines fit, these are dropped in order: ids, target, operation, cycles, name, DDR.
_DISPENSABLE = (3, 2, 1, 6, 0, 7)
_MEMORIES = (("total", "total"), ("axi", "AXI-SRAM"), ("ddr", "DDR"))


class LayerDetailsPane(Pane):
    """The row under the table's cursor."""

    row: OperationProfile | None = None

    def tell(self, row: OperationProfile | None) -> None:
        """Show this row."""
        if row != self.row:
            self.row = row
            self.redraw()

    def sees(self, live: Live) -> tuple[object, ...]:
        return (self.row,)

    def lines(self, live: Live, area: Area) -> Sequence[Line]:
        if self.row is None:
            return []
        if area.width >= _TWO_COLUMNS:
            left = area._replace(width=area.width // 2)
            right = area._replace(width=area.width - left.width)
            return _beside([*_identity(self.row), *_figures(self.row, left)], _bandwidths(self.row, right), left)
        facts = [*_identity(self.row), *_figures(self.row, area)]
        if area.height >= len(facts) + _TALL and area.width >= _LEAST_BAND:
            return [*facts, (), *_bandwidths(self.row, area)]
        for index in _DISPENSABLE[: max(0, len(facts) + _FLAT - area.height)]:
            facts[index] = ()
        return [*filter(None, facts), *_traffic(self.row, area)]


def _identity(row: OperationProfile) -> list[Line]:
    operation = row.operation
    ids = (
        ("layer", operation.layer_id),
        ("op", operation.operation_index),
        ("uid", operation.uid),
        ("abs", operation.op_abs_id),
    )
    indexes = ", ".join(f"{name} {units.ABSENT if number is None else number}" for name, number in ids)
    return [
        _fact("layer", name_of(row), "value"),
        _fact("operation", operation.operation or units.ABSENT),
        _fact("target", operation.target or units.ABSENT),
        _fact("ids", indexes),
    ]


def _figures(row: OperationProfile, area: Area) -> list[Line]:
    operation = row.operation
    time = units.microseconds(operation.execution_us)
    time += "" if row.share is None else f", {units.percent(row.share)} of all"
    busy = units.percent(row.utilization) + ("" if row.busy_us is None else f", busy {units.microseconds(row.busy_us)}")
    width = max(0, min(20, area.width - _LABEL - len(busy) - 3))
    total, idle = (
        units.ABSENT if cycles is None else units.grouped(cycles)
        for cycles in (operation.cycles.total, operation.cycles.idle)
    )
    return [
        _fact("time", time, "value"),
        (*_fact("utilized", f"{busy}  ", "value"), *bar(row.utilization, width, area)),
        _fact("cycles", f"{total}, {idle} idle"),
        (Span(f"{'bound':<{_LABEL}}", "label"), _bound(row)),
    ]


def _bound(row: OperationProfile) -> Span:
    """Say what is doubtful, or else what bounds the operation."""
    if row.doubt is not None:
        return Span(row.doubt, "warn")
    return Span(row.why, "warn" if row.limit == "ddr" else "") if row.why else Span("by nothing that is known", "label")


def _bandwidths(row: OperationProfile, area: Area) -> list[Line]:
    """Draw a line for each of the six bandwidths, with rate and bar, under a heading."""
    moved, speeds = row.operation.bandwidth, _rates(row)
    most = max((amount for amount in moved if amount is not None), default=0.0) or 1.0
    lines = [span(f"{'':<16}{'MByte':>11}{'MByte/s':>10}", "label")]
    for memory, title in _MEMORIES:
        for direction in ("read", "write"):
            amount = getattr(moved, f"{memory}_{direction}")
            head = Span(f"{title if direction == 'read' else '':<9}{direction:<7}", "label")
            text = units.ABSENT if amount is None else f"{amount:.4f}"
            speed = units.rate(getattr(speeds, f"{memory}_{direction}"))
            line: Line = (head, Span(f"{text:>11}", "value"), Span(f"{speed:>10} "))
            left = area.width - width_of(line)
            lines.append((*line, *bar((amount or 0) / most, left, area, direction)) if left > 3 else line)
    lines.append((Span(f"{'DDR together':<16}", "label"), Span(f"{units.rate(row.ddr_mbyte_per_s):>21}")))
    return lines


def _traffic(row: OperationProfile, area: Area) -> list[Line]:
    """Draw a line for each memory, for narrow areas; the rates only if they fit."""
    moved, speeds = row.operation.bandwidth, _rates(row)
    rates = area.width >= 10 + 2 * (10 + 8)
    head = "".join(
        f"{direction:>10}{'MByte/s' if rates else '':>{8 if rates else 0}}" for direction in ("read", "write")
    )
    lines = [span(f"{'MByte':<10}{head}", "label")]
    for memory, title in _MEMORIES:
        line: list[Span] = [Span(f"{title:<10}", "label")]
        for direction in ("read", "write"):
            name = f"{memory}_{direction}"
            line.append(Span(f"{units.mbyte(getattr(moved, name)):>10}", "value"))
            if rates:
                line.append(Span(f"{units.rate(getattr(speeds, name)):>8}"))
        lines.append(tuple(line))
    return lines


def _rates(row: OperationProfile) -> Bandwidth:
    """Compute MByte/s; those of a dump's file writing and those of a doubtful operation say nothing."""
    if row.limit == "dump" or not row.trusted:
        return Bandwidth()
    return per_second(row.operation.bandwidth, row.operation.execution_us)


def _fact(label: str, text: str, role: str = "") -> Line:
    return (Span(f"{label:<{_LABEL}}", "label"), Span(text, role))


def _beside(left: Sequence[Line], right: Sequence[Line], area: Area) -> list[Line]:
    lines: list[Line] = []
    for index in range(max(len(left), len(right))):
        first = clipped(left[index], area._replace(width=area.width - 1)) if index < len(left) else ()
        second = right[index] if index < len(right) else ()
        lines.append((*first, Span(" " * (area.width - width_of(first))), *second))
    return lines

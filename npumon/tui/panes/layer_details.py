"""One operation with every figure that the text and the formulas give, and its place under the roofs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from npumon.core import units
from npumon.core.layout import fitting
from npumon.core.monitor.live import Live
from npumon.core.profile import Bandwidth, Cycles
from npumon.core.run.analysis import NO_FACTS, IterationProfile, OperationProfile, RunFacts
from npumon.core.run.breakdown import name_of
from npumon.core.run.layers.reasons import intensity, reason_of
from npumon.core.run.layers.roofline import Roofline, place_sentence, roofline_of
from npumon.core.run.operation_figures import per_second
from npumon.tui.paint import Area, Line, Span, bar, clipped, span, width_of, wrapped
from npumon.tui.widgets.canvas import Pane
from npumon.tui.widgets.layer_table import shape_text

_LABEL = 10
#: From these widths on facts and bandwidths stand side by side, and the picture beside them.
_TWO_COLUMNS, _BESIDE = 76, 108
#: Lines of the bandwidths at length and in short, and the cells that they need at length.
_TALL, _FLAT, _LEAST_BAND = 9, 4, 38
#: Lines of facts with the picture below at most; lines of one fact at most.
_FACTS, _MOST_LINES = 8, 4
#: The least lines and cells of the picture here, where a small one would only take room.
_PICTURE, _PICTURE_WIDTH = 9, 44
_MEMORIES = (("total", "total"), ("axi", "AXI-SRAM"), ("ddr", "DDR"))


class _Fact(NamedTuple):
    """A line, and its rank: if not all fit, those of the highest rank go first; 0 stays."""

    line: Line
    rank: int


class LayerDetailsPane(Pane):
    """The row under the table's cursor."""

    row: OperationProfile | None = None
    profile: IterationProfile | None = None
    facts: RunFacts = NO_FACTS
    _roofline: tuple[IterationProfile, Roofline | None] | None = None

    def judge(self, profile: IterationProfile, facts: RunFacts) -> None:
        """Take the iteration whose rows come."""
        self.profile, self.facts = profile, facts

    def tell(self, row: OperationProfile | None) -> None:
        """Show this row."""
        if row != self.row:
            self.row = row
            self.redraw()

    def sees(self, live: Live) -> tuple[object, ...]:
        return (self.row, self.profile)

    @property
    def roofline(self) -> Roofline | None:
        """The points of the iteration under their roofs, computed when first asked for."""
        profile = self.profile
        if profile is None:
            return None
        if self._roofline is None or self._roofline[0] is not profile:
            self._roofline = (profile, roofline_of(profile, self.facts))
        return self._roofline[1]

    def lines(self, live: Live, area: Area) -> Sequence[Line]:
        row = self.row
        if row is None:
            return []
        if area.width >= _BESIDE and area.height >= _PICTURE and self.roofline is not None:
            left = area._replace(width=area.width // 2 - 1)
            told = self._told(row, left._replace(width=left.width - 1))
            return _beside(told, self._picture(row, area, area.width - left.width, area.height), left)
        if area.height >= _FACTS + _PICTURE and area.width >= _PICTURE_WIDTH and self.roofline is not None:
            told = self._told(row, area._replace(height=max(_FACTS, area.height // 2)))
            return [*told, *self._picture(row, area, area.width, area.height - len(told))]
        return self._told(row, area)

    def _picture(self, row: OperationProfile, area: Area, width: int, height: int) -> Sequence[Line]:
        from npumon.tui.panes.roofline import roofline_lines  # only who looks at one pays for it

        roofline = self.roofline
        return [] if roofline is None else roofline_lines(roofline, row.key, Area(width, height, area.ascii))

    def _told(self, row: OperationProfile, area: Area) -> list[Line]:
        """Tell facts and bandwidths, side by side where there is room."""
        moved = any(amount is not None for amount in row.operation.bandwidth)
        if not moved:
            return self._facts(row, area, area.height)
        facts = self._facts(row, area, area.height)
        if area.height > len(facts) + _TALL and area.width >= _LEAST_BAND:
            return [*facts, (), *_bandwidths(row, area)]
        if area.width >= _TWO_COLUMNS:
            right = area._replace(width=max(_LEAST_BAND, area.width * 9 // 20))
            left = area._replace(width=area.width - right.width)
            return _beside(
                self._facts(row, left._replace(width=left.width - 1), area.height), _bandwidths(row, right), left
            )
        return [*self._facts(row, area, area.height - _FLAT), *_traffic(row, area)]

    def _facts(self, row: OperationProfile, area: Area, height: int) -> list[Line]:
        facts = [*_identity(row, area), *_figures(row, area), *self._why(row, area)]
        kept = fitting([fact.rank for fact in facts], [1] * len(facts), height, 0)
        return [facts[index].line for index in kept]

    def _why(self, row: OperationProfile, area: Area) -> Iterator[_Fact]:
        """Tell its place under the roofs and the reason for its time."""
        place = None if self.roofline is None else place_sentence(row, self.roofline)
        if place is not None:
            yield from _sentence("roof", place, 2, area)
        reason = reason_of(row, self.facts.roofs)
        role = "warn" if reason.word in ("DDR", "doubt") else "" if reason.word else "label"
        yield from _sentence("why", reason.sentence, 0, area, role)


def _identity(row: OperationProfile, area: Area) -> Iterator[_Fact]:
    operation = row.operation
    yield _fact("name", name_of(row), 3, "value")
    if row.node is not None and operation.name:
        yield _fact("layer", operation.name, 6)
    if operation.operation:
        yield _fact("operation", operation.operation, 4)
    if operation.target or row.target_kind:
        yield _fact("target", operation.target or row.target_kind or "", 5)
    if operation.shader:
        yield _fact("shader", operation.shader, 7)
    into, out, kernel = (shape_text(row, which, ascii_only=area.ascii) for which in ("input", "output", "kernel"))
    if into or out:
        arrow = " -> " if area.ascii else " → "
        yield from _sentence("shape", arrow.join((into, out)) + (f", kernel {kernel}" if kernel else ""), 4, area)
    ids = (
        ("layer", operation.layer_id),
        ("op", operation.operation_index),
        ("uid", operation.uid),
        ("abs", operation.op_abs_id),
    )
    if any(number is not None for _, number in ids):
        yield _fact("ids", ", ".join(f"{name} {number}" for name, number in ids if number is not None), 8)


def _figures(row: OperationProfile, area: Area) -> Iterator[_Fact]:
    operation = row.operation
    if operation.execution_us is not None:
        share = "" if row.share is None else f", {units.percent(row.share)} of all"
        yield from _sentence("time", units.microseconds(operation.execution_us) + share, 0, area, "value")
    busy = "" if row.busy_us is None else f"{units.microseconds(row.busy_us)} busy"
    if row.utilization is not None:
        text = ", ".join(filter(None, (units.percent(row.utilization), busy)))
        width = max(0, min(20, area.width - _LABEL - len(text) - 3))
        line = (*_fact("utilized", f"{text}  ", 0, "value").line, *bar(row.utilization, width, area))
        yield _Fact(line, 1)
    elif busy:
        yield _fact("utilized", busy, 1)
    cycles = operation.cycles
    if cycles.total is not None:
        told = _cycles(cycles, units.grouped)
        if len(told) > area.width - _LABEL:  # a second line might not fit, and half a figure is a wrong one
            told = _cycles(cycles, units.quantity)
        yield from _sentence("cycles", told, 7, area)
    macs = [] if row.macs is None else [f"{units.quantity(row.macs)} MAC"]
    if row.mac_per_cycle is not None:
        macs.append(f"{units.rate(row.mac_per_cycle)} a busy cycle")
    if (each := intensity(row)) is not None:
        macs.append(f"{units.rate(each)} a byte of DDR")
    if macs:
        yield from _sentence("computes", ", ".join(macs), 1, area)
    kernel_bytes = None if row.tiling is None else row.tiling.kernel_bytes
    if kernel_bytes:
        yield _fact("weights", units.size(kernel_bytes), 9)


def _cycles(cycles: Cycles, told: Callable[[int], str]) -> str:
    idle = "" if cycles.idle is None else f", {told(cycles.idle)} idle"
    return ("" if cycles.total is None else told(cycles.total)) + idle


def _bandwidths(row: OperationProfile, area: Area) -> list[Line]:
    """Draw a line for each of the six bandwidths, with rate and bar, under a heading."""
    moved, speeds = row.operation.bandwidth, _rates(row)
    most = max((amount for amount in moved if amount is not None), default=0.0) or 1.0
    rated = area.width >= _LEAST_BAND and any(speed is not None for speed in speeds)
    lines = [span(f"{'':<16}{'MByte':>11}{'MByte/s' if rated else '':>{10 if rated else 0}}", "label")]
    for memory, title in _MEMORIES:
        for direction in ("read", "write"):
            amount = getattr(moved, f"{memory}_{direction}")
            head = Span(f"{title if direction == 'read' else '':<9}{direction:<7}", "label")
            text = units.ABSENT if amount is None else units.fitted(f"{amount:.4f}", amount, 10)
            speed: float | None = getattr(speeds, f"{memory}_{direction}")
            rate = f"{units.fitted(units.rate(speed), speed, 9):>10} " if rated else " "
            line: Line = (head, Span(f"{text:>11}", "value"), Span(rate))
            left = area.width - width_of(line)
            lines.append((*line, *bar((amount or 0) / most, left, area, direction)) if left > 3 else line)
    if rated and row.ddr_mbyte_per_s is not None:
        together = units.fitted(units.rate(row.ddr_mbyte_per_s), row.ddr_mbyte_per_s, 20)
        lines.append((Span(f"{'DDR together':<16}", "label"), Span(f"{together:>21}")))
    return lines


def _traffic(row: OperationProfile, area: Area) -> list[Line]:
    """Draw a line for each memory, for narrow areas; the rates only if they fit."""
    moved, speeds = row.operation.bandwidth, _rates(row)
    rates = area.width >= 10 + 2 * (10 + 8) and any(speed is not None for speed in speeds)
    head = "".join(
        f"{direction:>10}{'MByte/s' if rates else '':>{8 if rates else 0}}" for direction in ("read", "write")
    )
    lines = [span(f"{'MByte':<10}{head}", "label")]
    for memory, title in _MEMORIES:
        line: list[Span] = [Span(f"{title:<10}", "label")]
        for direction in ("read", "write"):
            name = f"{memory}_{direction}"
            amount: float | None = getattr(moved, name)
            line.append(Span(f"{units.fitted(units.mbyte(amount), amount, 9):>10}", "value"))
            if rates:
                speed: float | None = getattr(speeds, name)
                line.append(Span(f"{units.fitted(units.rate(speed), speed, 7):>8}"))
        lines.append(tuple(line))
    return lines


def _rates(row: OperationProfile) -> Bandwidth:
    """Compute MByte/s; those of a dump's file writing and those of a doubtful operation say nothing."""
    if row.limit == "dump" or not row.trusted:
        return Bandwidth()
    return per_second(row.operation.bandwidth, row.operation.execution_us)


def _fact(label: str, text: str, rank: int, role: str = "") -> _Fact:
    return _Fact((Span(f"{label:<{_LABEL}}", "label"), Span(text, role)), rank)


def _sentence(label: str, text: str, rank: int, area: Area, role: str = "") -> Iterator[_Fact]:
    """Break a text into lines, of which the first are the last to go."""
    for number, line in enumerate(wrapped(text, area.width - _LABEL)[:_MOST_LINES]):
        yield _fact("" if number else label, line, rank + number, role)


def _beside(left: Sequence[Line], right: Sequence[Line], area: Area) -> list[Line]:
    lines: list[Line] = []
    for index in range(max(len(left), len(right))):
        first = clipped(left[index], area._replace(width=area.width - 1)) if index < len(left) else ()
        second = right[index] if index < len(right) else ()
        lines.append((*first, Span(" " * (area.width - width_of(first))), *second))
    return lines

"""A roofline picture drawn in cells: the operations of an iteration under the roofs of their chip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor

from npumon.core import units
from npumon.core.profile import MBYTE_BYTES
from npumon.core.run.layers.roofline import AxisRange, Roofline
from npumon.tui.paint import Area, Line, Span, joined, span, width_of

#: The fewest cells that a picture takes, legend and axes included.
LEAST_WIDTH, LEAST_HEIGHT = 36, 9
#: Cells of the numbers at the left axis, lines of the lower axis, and the least height with a legend of two lines.
_LEFT, _BELOW, _TWO_LEGENDS = 7, 2, 12
#: What is counted from left to right, at length and in short.
_UNITS = ("MAC per byte of DDR", "MAC/B")
#: Braille: the dots of a cell by column and row from the top, as bits above U+2800.
_BRAILLE = 0x2800
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
#: Marks of points: filled, hollow; and those of the selected one. The more important overwrites.
_MARKS = ("●", "○", "◆", "◇")
_ASCII_MARKS = ("*", "o", "@", "O")

Grid = list[list[tuple[str, str]]]


def roofline_lines(roofline: Roofline, selected: str | None, area: Area) -> list[Line]:
    """Draw the picture; no line if the area is too small for one."""
    if area.width < LEAST_WIDTH or area.height < LEAST_HEIGHT:
        return []
    legend = _legend(roofline, selected, area)
    width, height = area.width - _LEFT - 1, area.height - len(legend) - _BELOW
    grid: Grid = [[(" ", "")] * width for _ in range(height)]
    _draw_roofs(grid, roofline, ascii_only=area.ascii)
    marks = _ASCII_MARKS if area.ascii else _MARKS
    for point in sorted(roofline.points, key=lambda point: (point.key == selected, not point.hollow)):
        chosen = point.key == selected
        x = _cell(roofline.across.place(point.intensity), width)
        y = height - 1 - _cell(roofline.up.place(point.mac_per_cycle), height)
        grid[y][x] = (marks[2 * chosen + point.hollow], "accent" if chosen else "label" if point.hollow else "value")
    axis = "|" if area.ascii else "┤"
    rows = [_axis_number(roofline.up, height, height - 1 - y) for y in range(height)]
    lines = legend
    for row, number in zip(grid, rows, strict=True):
        bar = axis if number else "|" if area.ascii else "│"
        lines.append((Span(f"{number:>{_LEFT}}{bar}", "label"), *_joined(row)))
    return [*lines, *_lower_axis(roofline, width, area)]


def _draw_roofs(grid: Grid, roofline: Roofline, *, ascii_only: bool) -> None:
    """Draw the roof in each column: the lower of both, as far as it is in the picture."""
    width, height = len(grid[0]), len(grid)
    columns, rows = (1, 1) if ascii_only else (2, 4)
    dots: dict[tuple[int, int], int] = {}
    before: int | None = None
    for dot in range(width * columns):
        most = roofline.roof_at(roofline.across.value((dot + 0.5) / (width * columns)))
        if most is None:
            return
        place = roofline.up.place(most)
        level = floor(place * height * rows)
        if not 0 <= level < height * rows:
            before = None
            continue
        for each in range(level if before is None else min(before + 1, level), level + 1):
            x, y = dot // columns, height - 1 - each // rows
            dots[x, y] = dots.get((x, y), 0) | _DOTS[dot % columns][rows - 1 - each % rows]
        flat = before == level
        if ascii_only:
            grid[height - 1 - level][dot] = ("-" if flat else "/", "graph")
        before = level
    if not ascii_only:
        for (x, y), bits in dots.items():
            grid[y][x] = (chr(_BRAILLE + bits), "graph")


def _legend(roofline: Roofline, selected: str | None, area: Area) -> list[Line]:
    """Name the roofs and the marks, as far as there is room."""
    marks = _ASCII_MARKS if area.ascii else _MARKS
    parts: list[Line] = [span("MAC/cycle", "label")]
    if roofline.compute is not None:
        text = f" {units.rate(roofline.compute.value)} ({roofline.compute.origin})"
        parts.append((Span("-" if area.ascii else "─", "graph"), Span(text, "label")))
    if roofline.ddr is not None and roofline.ddr_bytes_per_cycle is not None:
        text = f" DDR {units.rate(roofline.ddr.value * MBYTE_BYTES / 1e9)} GB/s ({roofline.ddr.origin})"
        parts.append((Span("/" if area.ascii else "╱", "graph"), Span(text, "label")))
    chosen = next((point for point in roofline.points if point.key == selected), None)
    if chosen is not None:
        parts.append((Span(marks[2 + chosen.hollow], "accent"), Span(" selected", "label")))
    if any(point.hollow for point in roofline.points):
        parts.append((Span(marks[1], "label"), Span(" doubtful", "label")))
    if roofline.unplaced:
        parts.append(span(f"{roofline.unplaced} without MAC or DDR traffic", "label"))
    return _packed(parts, area, 2 if area.height >= _TWO_LEGENDS else 1)


def _packed(parts: Sequence[Line], area: Area, most: int) -> list[Line]:
    """Put the parts side by side on lines, as many as there may be; those without room are left out."""
    lines: list[Line] = [parts[0]]
    for part in parts[1:]:
        longer = joined((lines[-1], part), "  ")
        if width_of(longer) <= area.width:
            lines[-1] = longer
        elif len(lines) < most and width_of(part) <= area.width:
            lines.append(part)
    return lines


def _axis_number(axis: AxisRange, cells: int, cell: int) -> str:
    """Return the power of ten that stands in this cell of an axis; empty if none does."""
    for power in range(ceil(axis.low), floor(axis.high) + 1):
        if _cell(axis.place(10.0**power), cells) == cell:
            return _number(power)
    return ""


def _number(power: int) -> str:
    return units.quantity(10**power) if power >= 0 else f"{10.0**power:.{-power}f}"


def _lower_axis(roofline: Roofline, width: int, area: Area) -> list[Line]:
    """Draw the axis with a tick at each power of ten, and the numbers below, with what is counted."""
    axis = roofline.across
    powers = range(ceil(axis.low), floor(axis.high) + 1)
    ticks = {_cell(axis.place(10.0**power), width): _number(power) for power in powers}
    line, tick, corner = ("-", "+", "+") if area.ascii else ("─", "┴", "└")
    drawn = "".join(tick if x in ticks else line for x in range(width))
    starts = {max(0, x - len(number) // 2): number for x, number in ticks.items()}
    ends = max((start + len(number) for start, number in starts.items()), default=0)
    unit = next((unit for unit in _UNITS if ends + 2 + len(unit) <= width), _UNITS[-1])
    numbers = ""
    for start, number in sorted(starts.items()):
        if start >= len(numbers) + bool(numbers) and start + len(number) + 2 + len(unit) <= width:
            numbers += " " * (start - len(numbers)) + number
    numbers += f"{unit:>{width - len(numbers)}}"
    blank = " " * _LEFT
    return [span(f"{blank}{corner}{drawn}", "label"), span(f"{blank} {numbers}", "label")]


def _cell(place: float, cells: int) -> int:
    return min(cells - 1, max(0, int(place * cells)))


def _joined(row: Sequence[tuple[str, str]]) -> Iterator[Span]:
    """Join neighbouring cells of one role."""
    text, role = "", ""
    for char, of in row:
        if of != role and text:
            yield Span(text, role)
            text = ""
        role = of
        text += char
    yield Span(text, role)

"""Lines of a log as rows of a screen: which part of a line a row shows, and where matches stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from npumon.core.log.scrollback import ScrollbackView, line_text
from npumon.core.log.severity import LineLevel, level_of
from npumon.tui.paint import SEVERE, Area, Line, Span, width_of
from npumon.tui.terminal.ascii_fallback import to_ascii
from npumon.tui.widgets.log_lines import LogLines

#: How the levels look, and the letter beside the number of a severe line.
ROLES: dict[LineLevel, str] = {**SEVERE, "debug": "label", "figure": "value"}
MARKS: dict[LineLevel, str] = {"error": "E", "warning": "W"}


class LogLine(NamedTuple):
    """A decoded line: its bytes, its visible text, its level, and the cells it takes."""

    raw: bytes
    text: str
    level: LineLevel
    cells: int


def log_line(raw: bytes, *, ascii_only: bool) -> LogLine:
    """Decode a line."""
    text = line_text(raw)
    level = level_of(text)
    if ascii_only:
        text = to_ascii(text)
    return LogLine(raw, text, level, len(text) if text.isascii() else sum(map(cell_len, text)))


def continues(page: ScrollbackView, before: ScrollbackView) -> bool:
    """Return whether a page is a later state of the same text, not the beginning of another one."""
    if page is before or not before.lines:
        return True
    if page.ever < before.ever:
        return False
    return page.first > before.ever or page.lines[before.ever - page.first] == before.lines[-1]


def index_at(line: LogLine, cell: int) -> tuple[int, int]:
    """Return the index of the first character at or behind this cell, and how many cells behind it begins."""
    if len(line.text) == line.cells and line.text.isascii():
        return min(cell, len(line.text)), 0
    at = 0
    for index, char in enumerate(line.text):
        size = cell_len(char)
        if at >= cell and size:
            return index, at - cell
        at += size
    return len(line.text), max(0, at - cell)


def cells_before(line: LogLine, index: int) -> int:
    """Return the cells of the text before a character."""
    return index if line.text.isascii() else sum(map(cell_len, line.text[:index]))


def row_starts(line: LogLine, width: int) -> Sequence[int]:
    """Return the indices at which the rows of a wrapped line begin, each row as long as fits."""
    if line.cells <= width:
        return (0,)
    if line.text.isascii():
        return range(0, len(line.text), width)
    starts, at = [0], 0
    for index, char in enumerate(line.text):
        size = cell_len(char)
        if at + size > width:
            starts.append(index)
            at = 0
        at += size
    return starts


class Frame(NamedTuple):
    """What all rows have in common: digits of the numbers, cells for the text, the first cell that is shown.

    `wrap` breaks long lines into several rows. Matches of `sought` are marked; `found` is the line found. `moved` is
    added to the numbers that are shown.
    """

    digits: int
    width: int
    left: int = 0
    wrap: bool = False
    sought: re.Pattern[str] | None = None
    found: int | None = None
    moved: int = 0


def row_of(line: LogLine, number: int, row: int, frame: Frame, area: Area) -> Line:
    """Draw a row: the line's number, its marks, the text, and a mark if more text follows to the right."""
    role = ROLES.get(line.level, "")
    numbered = number + frame.moved if row == 0 else ""
    mark = MARKS.get(line.level, " ") if row == 0 else " "
    gutter = (Span(f"{numbered:>{frame.digits}}", "label"), Span(mark, role), _pointer(line, number, row, frame, area))
    if frame.wrap:
        starts = (*row_starts(line, frame.width), len(line.text))
        return (*gutter, *painted(line, starts[row], starts[row + 1], frame.sought))
    right = frame.left + frame.width
    start, pad = index_at(line, frame.left)
    end, beyond = index_at(line, right)
    if beyond:  # a wide character, with its combining marks, does not fit
        while not cell_len(line.text[end - 1]):
            end -= 1
        end -= 1
    text = (Span(" " * pad), *painted(line, start, end, frame.sought))
    if line.cells <= right:
        return (*gutter, *text)
    return (*gutter, *text, Span(" " * (frame.width - width_of(text))), Span(">" if area.ascii else "›", "label"))


def _pointer(line: LogLine, number: int, row: int, frame: Frame, area: Area) -> Span:
    """Return the mark before the text: of the line found, or of text further to the left."""
    if number == frame.found and row == 0:
        return Span(">" if area.ascii else "▸", "accent")
    return Span(("<" if area.ascii else "‹") if frame.left and line.cells else " ", "label")


def scroll_bar(first: int, kept: int, top: int, last: int, area: Area) -> Sequence[Span]:
    """Draw a scroll bar of the area's height for the lines from `top` to `last` among those kept."""
    length = max((last - top + 1) * area.height // kept, 1)
    start = min(-(-(top - first) * area.height // kept), area.height - length)
    thumb, track = ("#", "|") if area.ascii else ("┃", "│")
    return [Span(thumb, "accent") if start <= y < start + length else Span(track, "track") for y in range(area.height)]


def painted(line: LogLine, start: int, end: int, sought: re.Pattern[str] | None) -> Line:
    """Return the characters from `start` to `end` in the role of the line's level, matches in their own."""
    role = ROLES.get(line.level, "")
    if sought is None:
        return (Span(line.text[start:end], role),)
    spans: list[Span] = []
    at = start
    for match in sought.finditer(line.text):
        left, right = max(match.start(), start), min(match.end(), end)
        if match.start() >= end:
            break
        if left < right:
            spans += (Span(line.text[at:left], role), Span(line.text[left:right], "match"))
            at = right
    spans.append(Span(line.text[at:end], role))
    return tuple(spans)


class RowPosition(NamedTuple):
    """A row of the log: a line's number, and the row within a wrapped line."""

    number: int = 1
    row: int = 0


def bottom_of(lines: LogLines, height: int, rows_of: Callable[[int], int]) -> RowPosition:
    """Return the top row of a screen that shows the end. `rows_of` counts the rows of a line."""
    number, left = lines.last, height
    while number >= lines.first:
        rows = rows_of(number)
        if rows >= left:
            return RowPosition(number, rows - left)
        left -= rows
        number -= 1
    return RowPosition(lines.first)


def stepped(lines: LogLines, position: RowPosition, rows: int, rows_of: Callable[[int], int]) -> RowPosition:
    """Return the position so many rows below, or above, within the lines there are."""
    number, row = position
    row += rows
    while row < 0 and number > lines.first:
        number -= 1
        row += rows_of(number)
    while number < lines.last and row >= rows_of(number):
        row -= rows_of(number)
        number += 1
    return RowPosition(number, max(row, 0))

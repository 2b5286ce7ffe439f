"""Places in a log whose lines take one row or several: counted in rows, named by the lines' numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from npumon.core.log.scrollback import LogPage
from npumon.tui.widgets.log_rows import lines_of


class Place(NamedTuple):
    """A row of the log: the number of a line, and which row of it where lines are wrapped."""

    number: int = 1
    row: int = 0


def bottom_of(page: LogPage, height: int, rows_of: Callable[[int], int]) -> Place:
    """The row at the top of a screen that shows the end. `rows_of` counts the rows of the line of a number."""
    number, left = lines_of(page), height
    while number >= page.first:
        rows = rows_of(number)
        if rows >= left:
            return Place(number, rows - left)
        left -= rows
        number -= 1
    return Place(page.first)


def stepped(page: LogPage, place: Place, rows: int, rows_of: Callable[[int], int]) -> Place:
    """The place so many rows below, or above, but not beyond what is kept."""
    number, row = place
    row += rows
    while row < 0 and number > page.first:
        number -= 1
        row += rows_of(number)
    while number < lines_of(page) and row >= rows_of(number):
        row -= rows_of(number)
        number += 1
    return Place(number, max(row, 0))

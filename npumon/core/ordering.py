"""Sorting and filtering of table rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

RowT = TypeVar("RowT")
#: The value by which a row is sorted; None if the row has no such figure.
Value = Callable[[RowT], int | float | str | None]


def ordered(rows: Iterable[RowT], value: Value[RowT], *, descending: bool) -> tuple[RowT, ...]:
    """Sort the rows by their value. Those without one come last either way; equal ones keep their order.

    Text is sorted case-insensitively.
    """
    known: list[tuple[int | float | str, RowT]] = []
    absent: list[RowT] = []
    for row in rows:
        figure = value(row)
        if figure is None:
            absent.append(row)
        else:
            known.append((figure.casefold() if isinstance(figure, str) else figure, row))
    known.sort(key=lambda pair: pair[0], reverse=descending)
    return (*(row for _, row in known), *absent)


def matching(rows: Iterable[RowT], words: str, text: Callable[[RowT], str]) -> tuple[RowT, ...]:
    """Return the rows whose text contains each of the words, case-insensitively; without words, all rows."""
    wanted = words.casefold().split()
    if not wanted:
        return tuple(rows)
    return tuple(row for row in rows if _contains(text(row).casefold(), wanted))


def _contains(text: str, wanted: list[str]) -> bool:
    return all(word in text for word in wanted)

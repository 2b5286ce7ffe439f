"""Cells of CSV that a spreadsheet may open: text from a model is never a formula."""

from __future__ import annotations

from typing import TypeVar

#: What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@")

_Cell = TypeVar("_Cell")


def cell(value: _Cell) -> _Cell | str:
    """The value; text that would start a formula gets an apostrophe before it, which makes it plain text.

    Truth values are spelled as in JSON.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value

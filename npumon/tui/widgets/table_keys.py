"""The keys of every table."""

from __future__ import annotations

from npumon.tui.keys import Key


def table_keys(scope: str) -> tuple[Key, ...]:
    """The rows for the help of a page with a table."""
    left = "sort by the column to the left; also h and the arrow"
    right = "sort by the column to the right; also l and the arrow"
    return (
        Key("up,k", "k", "up", "a row up; also the arrow", "step(-1)", scope),
        Key("down,j", "j", "down", "a row down; also the arrow", "step(1)", scope),
        Key("pageup,ctrl+b", "PgUp", "page up", "a screenful up", "leaf(-1)", scope),
        Key("pagedown,ctrl+f", "PgDn", "page down", "a screenful down", "leaf(1)", scope),
        Key("home", "Home", "top", "the first row", "top", scope),
        Key("end,G,upper_g", "G", "end", "the last row; also End", "bottom", scope),
        Key(
            "less_than_sign,left,h",
            "<",
            "sort by",
            left,
            "sort(-1)",
            scope,
        ),
        Key(
            "greater_than_sign,right,l",
            ">",
            "sort by",
            right,
            "sort(1)",
            scope,
        ),
        Key("I,upper_i", "I", "reverse", "sort the other way round", "reverse", scope),
        Key("L,upper_l", "L", "columns", "the next columns, where there is no room for all", "columns(1)", scope),
        Key("H,upper_h", "H", "columns", "the columns before", "columns(-1)", scope),
        Key("enter", "Enter", "details", "the row's details, or back", "choose", scope),
    )

"""How text for people may look where it is going."""

from __future__ import annotations

from typing import NamedTuple


class Style(NamedTuple):
    """The destination's limits: `ascii` asks for plain ASCII only, `color` allows colour, `width` is in columns."""

    ascii: bool = False
    color: bool = False
    width: int = 80


#: What a file or a pipe gets.
PLAIN = Style()

"""How a character looks: bold, colours and so on, as SGR sequences (`ESC [ ... m`, ECMA-48) carry it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple


class CellStyle(NamedTuple):
    """The look of a cell in SGR parameters: attributes that are on, ordered, and the colours ("" is the default)."""

    attributes: tuple[str, ...] = ()
    foreground: str = ""
    background: str = ""


PLAIN = CellStyle()

#: Which attributes a parameter turns off.
_OFF = {
    "22": ("1", "2"),
    "23": ("3",),
    "24": ("4", "21"),
    "25": ("5", "6"),
    "27": ("7",),
    "28": ("8",),
    "29": ("9",),
    "54": ("51", "52"),
    "55": ("53",),
}
_ON = frozenset(attribute for attributes in _OFF.values() for attribute in attributes)

#: Background colours that only shade a pane: none, and the black of each palette.
_SHADES = frozenset(("", "49", "40", "48;5;0", "48;5;16"))

#: A background in RGB whose channels lie closer together than this is a shade of grey.
_GREY = 48


#: Attributes that are visible on a blank.
_ON_BLANKS = frozenset(("4", "7", "9", "21", "51", "52", "53"))


@lru_cache(4096)
def visible_on_blank(style: CellStyle) -> CellStyle:
    """Reduce a look to what is visible on a blank."""
    attributes = tuple(attribute for attribute in style.attributes if attribute in _ON_BLANKS)
    return CellStyle(attributes, style.foreground if attributes else "", style.background)


@lru_cache(4096)
def apply(before: CellStyle, parameters: str, color: bool) -> CellStyle:
    """Return the look after an SGR sequence with these parameters.

    Without `color`, a background that marks something (the row of a cursor, a selected tab) becomes reverse video
    and colours go. Shades of grey and black mark nothing: themes use them to tell panes apart.
    """
    attributes = set(before.attributes)
    _, foreground, background = before
    for parameter in _parameters(parameters):
        if parameter in ("", "0"):
            attributes.clear()
            foreground = background = ""
        elif parameter in _ON:
            attributes.add(parameter)
        elif parameter in _OFF:
            attributes.difference_update(_OFF[parameter])
        elif parameter.startswith(("38;", "38:")) or (len(parameter) == 2 and parameter[0] in "39"):
            foreground = "" if parameter == "39" else parameter
        elif parameter.startswith(("48;", "48:", "10")) or (len(parameter) == 2 and parameter[0] == "4"):
            background = "" if parameter == "49" else parameter
    if not color:
        if _marks(background):
            attributes.add("7")
        foreground = background = ""
    return CellStyle(tuple(sorted(attributes)), foreground, background)


@lru_cache(4096)
def diff(before: CellStyle, after: CellStyle) -> str:
    """Return the shortest SGR sequence from one look to the other."""
    if before == after:
        return ""
    if after == PLAIN:
        return "\x1b[m"
    colors = [color for color in after[1:] if color]
    from_scratch = ";".join(("0", *after.attributes, *colors))
    if not set(before.attributes) <= set(after.attributes):
        return f"\x1b[{from_scratch}m"
    added = [attribute for attribute in after.attributes if attribute not in before.attributes]
    if before.foreground != after.foreground:
        added.append(after.foreground or "39")
    if before.background != after.background:
        added.append(after.background or "49")
    return f"\x1b[{min(from_scratch, ';'.join(added), key=len)}m"


def _parameters(text: str) -> Iterator[str]:
    """Yield one parameter after the other, extended colours (38, 48, 58) together with what belongs to them."""
    parts = text.split(";")
    index = 0
    while index < len(parts):
        length = 1
        if parts[index] in ("38", "48", "58"):
            length = {"5": 3, "2": 5}.get(parts[index + 1] if index + 1 < len(parts) else "", 2)
        yield ";".join(parts[index : index + length])
        index += length


def _marks(background: str) -> bool:
    if background in _SHADES:
        return False
    numbers = background.replace(":", ";").split(";")
    if numbers[1:2] != ["2"]:
        return True
    channels = [int(number) for number in numbers[-3:] if number.isdecimal()]
    return len(channels) < 3 or max(channels) - min(channels) >= _GREY

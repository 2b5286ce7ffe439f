"""What kind of terminal it is, and how it is taken and given back, without Textual, whose import takes long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

#: Terminals, and programs acting as one, that support little more than text, cursor positions and a few attributes.
_VINTAGE = ("vt", "ansi", "cons25", "dumb", "unknown")
#: Those that support (or ignore) the alternate screen and the mouse, but lack newer protocols.
_PLAIN = ("linux", "screen", "Eterm", "rxvt", "cygwin", "putty", "fbterm", "jfbterm", "kon", "bterm")


class TerminalTraits(NamedTuple):
    """What the terminal supports. `plain` ones lack newer protocols (kitty's keyboard, synchronized updates);
    `vintage` ones also lack the alternate screen, mouse, pasting and hidden cursor."""

    ascii: bool
    color: bool
    plain: bool
    vintage: bool = False


def traits_for(environ: Mapping[str, str], *, ascii: bool, color: bool) -> TerminalTraits:  # noqa: A002 - as above
    """Return the traits of $TERM, with the given choice of characters and colours. A VT100 has no colours."""
    kind = environ.get("TERM", "") or "unknown"
    vintage = kind.startswith(_VINTAGE) and not kind.startswith("vte")
    monochrome = (vintage and not kind.startswith(("ansi", "cons25"))) or kind.endswith(("-m", "-mono"))
    return TerminalTraits(ascii, color and not monochrome, vintage or kind.startswith(_PLAIN), vintage)


def entering(traits: TerminalTraits) -> str:
    """Return what takes the screen: an empty one."""
    return (
        ("" if traits.vintage else "\x1b[?1049h\x1b[?25l")  # alternate screen, cursor hidden
        + "\x1b[?7l"  # the last column does not wrap
        + "\x1b[m\x1b[H\x1b[2J"
    )


def leaving(traits: TerminalTraits) -> str:
    """Return what gives the screen back."""
    return (
        "\x1b[?7h\x1b[m\x1b[H\x1b[2J"  # the terminal may have no other screen to go back to
        + ("" if traits.vintage else "\x1b[?1049l\x1b[?25h")
    )

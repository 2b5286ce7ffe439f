"""The themes. The default takes the terminal's own sixteen colours and background, light or dark."""

from __future__ import annotations

from dataclasses import replace

from textual.theme import BUILTIN_THEMES, Theme

#: What `auto` means.
DEFAULT = "terminal"

#: `ink-faint` is for what stands beside the figures.
DEFAULT_VARIABLES = {"ink-faint": "ansi_bright_black"}

#: Blue, orange and bluish green of Okabe and Ito, which people with any colour vision tell apart.
_BLUE, _ORANGE, _GREEN, _VERMILION, _YELLOW = "#56B4E9", "#E69F00", "#009E73", "#D55E00", "#F0E442"

THEMES: tuple[Theme, ...] = (
    replace(
        BUILTIN_THEMES["ansi-dark"],
        name=DEFAULT,
        primary="ansi_cyan",
        secondary="ansi_magenta",
        accent="ansi_blue",
        variables={**BUILTIN_THEMES["ansi-dark"].variables, **DEFAULT_VARIABLES},
    ),
    Theme(
        name="dark",
        primary="#5fafd7",
        secondary="#d787af",
        warning="#ffaf5f",
        error="#ff5f5f",
        success="#87d787",
        accent="#5fd7ff",
        foreground="#e4e4e4",
        background="#121212",
        surface="#1c1c1c",
        panel="#262626",
        variables={"ink-faint": "#8a8a8a"},
    ),
    Theme(
        name="light",
        dark=False,
        primary="#005f87",
        secondary="#87005f",
        warning="#875f00",
        error="#af0000",
        success="#005f00",
        accent="#005faf",
        foreground="#121212",
        background="#ffffff",
        surface="#f5f5f5",
        panel="#e4e4e4",
        variables={"ink-faint": "#5f5f5f"},
    ),
    Theme(
        name="colorblind",
        primary=_BLUE,
        secondary=_ORANGE,
        warning=_YELLOW,
        error=_VERMILION,
        success=_GREEN,
        accent=_BLUE,
        foreground="#e4e4e4",
        background="#121212",
        surface="#1c1c1c",
        panel="#262626",
        variables={"ink-faint": "#8a8a8a"},
    ),
)

NAMES = tuple(theme.name for theme in THEMES)


def named(name: str) -> str:
    """Return the theme that a setting means: its own name, or the default for `auto` and for an unknown name."""
    return name if name in NAMES else DEFAULT


def after(name: str) -> str:
    """Return the theme that the key `t` switches to."""
    return NAMES[(NAMES.index(name) + 1) % len(NAMES)] if name in NAMES else DEFAULT

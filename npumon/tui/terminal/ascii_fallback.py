"""ASCII in place of other characters, column for column, for terminals and locales that know no more."""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len

_SOLID = "█▀▄▌▐▉▊▋▇▆▅▓▙▛▜▟■◼●⬤"
_FAINT = "░▒▁▂▃▏▎▍▖▗▘▝▚▞▔▕□◻"
_LINES = "─━┄┅┈┉╌╍═╴╶╸╺╼╾‐‑‒–—―−⎯"
_POSTS = "│┃┆┇┊┋╎╏║╵╷╹╻╽╿❘⏐⎮"
_CHOSEN = {
    "·": ".", "•": "*", "…": "~", "×": "x", "÷": "/", "±": "~", "°": "o", "µ": "u", "μ": "u", "Δ": "d", "σ": "s",
    "→": ">", "←": "<", "↑": "^", "↓": "v", "▶": ">", "◀": "<", "▲": "^", "▼": "v", "►": ">", "◄": "<", "▸": ">",
    "◂": "<", "▴": "^", "▾": "v", "⏵": ">", "⏷": "v", "⏶": "^", "⏴": "<", "↵": "<", "⏎": "<", "⇥": ">", "↔": "-",
    "↕": "|", "≤": "<", "≥": ">", "≠": "#", "≈": "~", "∞": "8", "✓": "+", "✔": "+", "✗": "x", "✘": "x", "✕": "x",
    "◆": "*", "◇": "*", "○": "o", "◯": "o", "★": "*", "☆": "*", "⚠": "!", "‘": "'", "’": "'", "“": '"', "”": '"',
    "«": "<", "»": ">", "‹": "<", "›": ">", "\u00a0": " ", "⠀": " ", "╱": "/", "╲": "\\", "╳": "X", "⁄": "/",
}  # fmt: skip
_KNOWN = {
    **dict.fromkeys(_SOLID, "#"),
    **dict.fromkeys(_FAINT, ":"),
    **dict.fromkeys(_LINES, "-"),
    **dict.fromkeys(_POSTS, "|"),
    **_CHOSEN,
}


class _StandIns(dict[int, str]):
    """A table for `str.translate` that works out a character's stand-in when it first meets it."""

    def __missing__(self, code: int) -> str:
        stand_in = _stand_in(chr(code))
        if len(self) < 4_096:  # hostile text must not make the table grow for ever
            self[code] = stand_in
        return stand_in


def _stand_in(char: str) -> str:
    if char.isascii():
        return char
    columns = cell_len(char)
    if char in _KNOWN:
        return _KNOWN[char].ljust(columns)
    if "\u2500" <= char <= "\u257f":  # the corners and crossings; the lines are known
        return "+"
    if "\u2800" <= char <= "\u28ff":  # braille: as dense as it has dots
        return ".:#"[min((ord(char) - 0x2800).bit_count() // 3, 2)]
    if "\U0001fb00" <= char <= "\U0001fbff":  # block mosaics
        return "#" * columns
    letter = unicodedata.normalize("NFKD", char)[0]
    if letter.isascii() and letter.isprintable() and columns > 0:
        return letter.ljust(columns)
    return "?" * columns


_TABLE = _StandIns()


def to_ascii(text: str) -> str:
    """Return the text with a stand-in of the same width for each character that is not ASCII.

    A character that takes no column (a combining mark) goes; a wide one becomes two.
    """
    return text if text.isascii() else text.translate(_TABLE)

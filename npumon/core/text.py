"""Foreign text made safe: what a model, a file or the kernel prints becomes plain visible characters.

Everything from outside passes through `decode` or `visible` once, as it enters. After that, no view or exporter can be
made to send an escape sequence to a terminal.
"""

from __future__ import annotations

import re

#: Colour, cursor movement, erasing: `ESC [ parameters final byte` (ECMA-48 control sequences), also in its 8-bit
#: form. They carry no text, so they are removed. Other sequences (OSC, DCS) carry text and are spelled out instead.
_CONTROL_SEQUENCE = re.compile("(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]")

#: Spaces other than the plain one, which labels use; otherwise they would be spelled out.
_SPACES = frozenset("\t\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))))


def visible(text: str) -> str:
    r"""Spell out every character that is not plainly visible (`\x1b`, `\u202e`).

    Control characters (C0, C1), bidirectional and zero-width format characters, lone surrogates and unassigned
    code points are spelled out; any kind of space becomes a plain space. Printable text is returned unchanged.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " if char in _SPACES else spelled_out(ord(char)) for char in text)


def spelled_out(code: int) -> str:
    r"""Return a code point as an escape: `\x1b`, `\u202e`, `\U000e0001`."""
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def without_control_sequences(text: str) -> str:
    """Remove ECMA-48 control sequences (colour and cursor movement)."""
    return _CONTROL_SEQUENCE.sub("", text) if "\x1b" in text or "\x9b" in text else text


def decode(data: bytes) -> str:
    r"""Decode bytes to visible text: UTF-8, invalid bytes as `\xff`, control sequences removed."""
    text = data.decode("utf-8", "backslashreplace")
    return text if text.isprintable() else visible(without_control_sequences(text))

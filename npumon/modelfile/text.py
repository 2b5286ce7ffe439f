"""Turns foreign bytes into text that may be shown: limited in length, every invisible character spelled out."""

from __future__ import annotations

from npumon.core.text import spelled_out

#: No name, version or comment of a model file needs more; what is longer is cut and marked.
LONGEST_BYTES = 512


def shown(data: bytes) -> str:
    r"""Make visible text of some bytes: UTF-8 as it is, anything else as `\xff`, cut after `LONGEST_BYTES`."""
    text = data[:LONGEST_BYTES].decode("utf-8", "backslashreplace")
    if not text.isprintable():
        text = "".join(char if char.isprintable() else spelled_out(ord(char)) for char in text)
    return f"{text}…" if len(data) > LONGEST_BYTES else text

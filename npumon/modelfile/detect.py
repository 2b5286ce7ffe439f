"""The kind of a file, by its content. The suffix says nothing: `.nb` is also the suffix of another vendor's format."""

from __future__ import annotations

from typing import Literal

from npumon.modelfile import nbg_layout, npub

Kind = Literal["header", "npub", "nbg"]

#: One of these is in every header of the compiler, and in the public note on the format.
_HEADER_WORDS = (b"total_size", b"_content", b"npu_data_t")
#: A text has no NUL; an object file built from a header has one early.
_TEXT_BYTES = 4096


def detect(data: bytes) -> Kind | None:
    """Return the kind of a model file, None if it is unknown. A header may still turn out to hold no model."""
    if data[:4] == nbg_layout.MAGIC:
        return "nbg"
    if data[:4] == npub.MAGIC:
        return "npub"
    if b"\0" not in data[:_TEXT_BYTES] and any(word in data for word in _HEADER_WORDS):
        return "header"
    return None


def could_be(head: bytes) -> bool:
    """Return whether a file that begins with these bytes (a few thousand suffice) is worth reading completely."""
    return head[:4] in (nbg_layout.MAGIC, npub.MAGIC) or (bool(head) and b"\0" not in head[:_TEXT_BYTES])

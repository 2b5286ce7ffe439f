"""The kind of a file, by its content. The suffix says nothing: `.nb` is also the suffix of another vendor's format."""

from __future__ import annotations

import re
from typing import Literal

from npumon.modelfile import nbg_layout, npub

Kind = Literal["header", "npub", "nbg", "companion"]

#: One of these is in every header of the compiler, and in the public note on the format.
_HEADER_WORDS = (b"total_size", b"_content", b"npu_data_t")
#: One of these is in each of the JSON files that are written beside a graph.
_COMPANION_WORDS = (b'"Inputs"', b'"op"')
#: A text has no NUL; an object file built from a header has one early.
_TEXT_BYTES = 4096
_LFS_HEAD, _LFS_SIZE = b"version https://git-lfs.github.com/spec/", re.compile(rb"^size (\d{1,18})\r?$", re.M)
_LFS_BYTES = 1024


def detect(data: bytes) -> Kind | None:
    """Return the kind of a model file, None if it is unknown. A header may still turn out to hold no model."""
    if data[:4] == nbg_layout.MAGIC:
        return "nbg"
    if data[:4] == npub.MAGIC:
        return "npub"
    if data[:_TEXT_BYTES].lstrip()[:1] == b"{" and any(word in data for word in _COMPANION_WORDS):
        return "companion"
    if b"\0" not in data[:_TEXT_BYTES] and any(word in data for word in _HEADER_WORDS):
        return "header"
    return None


def could_be(head: bytes) -> bool:
    """Return whether a file that begins with these bytes (a few thousand suffice) is worth reading completely."""
    return head[:4] in (nbg_layout.MAGIC, npub.MAGIC) or (bool(head) and b"\0" not in head[:_TEXT_BYTES])


def lfs_size(data: bytes) -> int | None:
    """Return the bytes of the file that a Git LFS pointer stands for; None if the text is not a pointer.

    Source: the specification of Git LFS, `version`, `oid` and `size` on a line each.
    """
    if not data.startswith(_LFS_HEAD) or len(data) > _LFS_BYTES:
        return None
    match = _LFS_SIZE.search(data)
    return int(match.group(1)) if match else None

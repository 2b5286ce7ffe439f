"""The directory of a network binary graph, and the names that follow its tables. See `nbg_layout` for the source."""

from __future__ import annotations

import re
from typing import NamedTuple

from npumon.modelfile import nbg_layout as layout
from npumon.modelfile.text import shown

_LONGEST_TRAILER = 1 << 16
_MOST_NAMES = 2048
#: A table starts where the one before it ends, or at the next multiple of this.
_ALIGNMENT = 64
_TRAILER_MARK = b"tensorname:"
#: `NAME,IDX:`; a name may itself hold colons and commas.
_NAMED = re.compile(rb"([^\x00]{1,256}?),(\d{1,6}):")
_CUSTOMER = re.compile(rb"customer:(?:(?:input|output),\d{1,6},\d{1,6}:)*[\s\x00]*\Z")


class TableEntry(NamedTuple):
    """A table as the directory states it. `number` is its place there, `known` says that the format names it.

    `place` says whether its bytes are in the file, reach beyond its end, or whether the entry is `odd`: it does not
    point to a table at all, so that its meaning is unknown.
    """

    number: int
    name: str
    offset: int
    size_bytes: int
    place: str
    known: bool


def read_directory(data: bytes, start: int, version: int) -> tuple[TableEntry, ...]:
    """Return the entries of the directory that begins at `start`, as many as there are before the first table."""
    names = [name for name, since in layout.TABLES if version >= since]
    stated = _pairs(data, start, len(names))
    fixed_end = start + layout.ENTRY_BYTES * len(names)
    tables = [offset for offset, size in stated if size and fixed_end <= offset <= len(data)]
    if tables and len(stated) == len(names):
        count = min((min(tables) - start) // layout.ENTRY_BYTES, layout.MOST_ENTRIES)
        stated = _pairs(data, start, count)
    ends = {offset + size for offset, size in stated}
    first = start + layout.ENTRY_BYTES * len(stated)
    entries = []
    for number, (offset, size) in enumerate(stated):
        known = number < len(names)
        place = "inside" if offset + size <= len(data) or not size else "beyond"
        follows = offset <= len(data) or any(0 <= offset - end < _ALIGNMENT for end in ends)
        if not known and size and (offset < first or (place == "beyond" and not follows)):
            place = "odd"
        entries.append(TableEntry(number, names[number] if known else f"table {number}", offset, size, place, known))
    return tuple(entries)


def _pairs(data: bytes, start: int, count: int) -> list[tuple[int, int]]:
    """Return (offset, bytes) of so many entries, or of those that the file still has."""
    stop = min(start + count * layout.ENTRY_BYTES, start + max(0, len(data) - start) // 8 * 8)
    return [
        (int.from_bytes(data[at : at + 4], "little"), int.from_bytes(data[at + 4 : at + 8], "little"))
        for at in range(start, stop, layout.ENTRY_BYTES)
    ]


def read_trailer(data: bytes, end: int) -> bytes:
    """Return what follows the last table, which ends at `end`: text with the names of the original graph.

    If something else comes first (padding, a table that the directory does not list), the text at the end of the file.
    """
    trailer = data[end : end + _LONGEST_TRAILER]
    if trailer.startswith(_TRAILER_MARK) or not trailer.strip(b"\0"):
        return trailer.strip(b"\0")
    last = data.rfind(_TRAILER_MARK, max(end, len(data) - _LONGEST_TRAILER))
    return data[last:] if last >= 0 and _CUSTOMER.search(data, last) else trailer


def tensor_names(trailer: bytes) -> dict[int, str]:
    """Return the names of the tensors by their place in the graph: its outputs in order, then its inputs.

    Form: `tensorname:NAME,IDX:NAME,IDX:…customer:input,SLOT,IDX:output,SLOT,IDX:`. The part behind `customer:` is the
    order in which the application numbers them, which is not that of the file's tables. An index with two names has
    none.
    """
    if not trailer.startswith(_TRAILER_MARK):
        return {}
    listed = trailer[len(_TRAILER_MARK) :].rpartition(b"customer:")
    text = listed[0] if listed[1] else listed[2]
    names: dict[int, str] = {}
    twice = set()
    for match, _ in zip(_NAMED.finditer(text), range(_MOST_NAMES), strict=False):
        place = int(match.group(2))
        if place in names:
            twice.add(place)
        names[place] = shown(match.group(1))
    return {place: name for place, name in sorted(names.items()) if place not in twice}

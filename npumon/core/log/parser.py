"""The profiler's text to events: `feed(bytes)` and `close()`, without touching anything else.

However the bytes are split, the events are the same, and no bytes raise an exception. The dozen lines of a profiled
block become one event; every other line becomes an event of its own as soon as it is complete, but lines of other
programs are counted together. This module cuts bytes into lines and takes those that are regular or foreign in bulk;
`line_reader` reads all others.
"""

from __future__ import annotations

import re
from functools import cached_property

from npumon.core.log.events import Event
from npumon.core.log.foreign_lines import ForeignShapes
from npumon.core.log.grammar import VIVANTE, Grammar
from npumon.core.log.line_reader import LineReader
from npumon.core.log.lines import LineSplitter, lines_of
from npumon.core.log.regular_blocks import HeaderCache, RegularBlocks
from npumon.core.log.regular_columns import RegularColumns

#: So many regular texts in a row are read one by one, before it is tried to read many at once.
_FEW = 4


class ProfileParser:
    """A parser for one log.

    Memory is bounded by the longest line kept, one profiled block, one tiling table, and what is remembered of lines.
    """

    def __init__(self, grammar: Grammar = VIVANTE) -> None:
        self._splitter = LineSplitter()
        self._reader = LineReader(grammar)
        self._grammar, self._heads = grammar, HeaderCache(grammar)
        self._regular = RegularBlocks(grammar, self._heads)
        self._foreign = ForeignShapes(self._reader.foreign)

    def feed(self, data: bytes) -> list[Event]:
        """Return the events that these bytes complete."""
        first, last = data.find(b"\n") + 1, data.rfind(b"\n") + 1
        if first < last:
            self._piece(data[:first])
            self._whole_lines(data[first:last])
            self._piece(data[last:])
        else:
            self._piece(data)
        return self._reader.take()

    def close(self) -> list[Event]:
        """Return the events that the end of the text completes. A block without its end is marked as incomplete."""
        for line in self._splitter.close():
            self._reader.read(line)
        self._reader.end()
        return self._reader.take()

    def _piece(self, data: bytes) -> None:
        """Read the lines that these bytes complete, one by one."""
        for line in self._splitter.feed(data):
            self._reader.read(line)

    def _whole_lines(self, text: bytes) -> None:
        """Read regular blocks by their pattern, many in a row at once, and what stands between them by lines."""
        at = in_a_row = 0
        match = self._regular.search(text, at) if self._regular.may_be_in(text) else None
        while match is not None:
            start, end = match.span()
            if start > at:
                self._lines(text[at:start])
                in_a_row = 0
            in_a_row += 1
            if in_a_row <= _FEW or (at := self._many(text, start)) == start:
                self._one(match)
                at = end
            match = self._regular.search(text, at)
        if at < len(text):
            self._lines(text[at:])

    @cached_property
    def _columns(self) -> RegularColumns:
        """Made for the first long run: most logs have none, and its pattern takes milliseconds to make."""
        return RegularColumns(self._grammar, self._heads)

    def _one(self, match: re.Match[bytes]) -> None:
        found = self._regular.read(match) if self._reader.between_lines else None
        if found is not None and self._reader.insert(*found):
            self._splitter.skip(found[1].lines)
        else:
            self._lines(match[0])

    def _many(self, text: bytes, at: int) -> int:
        """Read what is regular from there on; return where it ends, which is there if it must be read one by one."""
        found = self._columns.read(text, at) if self._reader.between_lines else None
        if found is None or not self._reader.insert(found[0], found[1]):
            return at
        self._splitter.skip(found[1].lines)
        return found[2]

    def _lines(self, text: bytes) -> None:
        """Read lines; those of other programs are told by their shapes, and counted."""
        reader, first = self._reader, self._splitter.number
        lines, foreign = text.split(b"\n"), self._foreign.lines_of(text)
        many, at = len(foreign), 0
        self._splitter.skip(many)
        while at < many:
            if reader.read_known(lines[at], first + at):
                at += 1
            elif reader.skips_foreign and (end := foreign.end(at)) > at:
                if (begun := foreign.first(at, end)) < end:
                    reader.skip_foreign(first + begun, lines[begun], foreign.count(at, end))
                at = end
            else:
                for line in lines_of(first + at, lines[at]):
                    reader.read(line)
                at += 1

"""Many regular operations in a row by columns: the figures of one kind are made of all their texts at once.

What is read is what `regular_blocks` reads one by one, at a fraction of the cost.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import repeat
from typing import TypeVar

from npumon.core.log import events as ev
from npumon.core.log.blocks import lost_between
from npumon.core.log.collector import Inserted
from npumon.core.log.grammar import Grammar
from npumon.core.log.regular_blocks import HeaderCache
from npumon.core.profile import BANDWIDTHS, Bandwidth, Cycles, Operation

#: Bytes that are matched at once: those of some operations, and what stays in the processor's cache.
_LEAST, _MOST = 4 << 10, 64 << 10
#: The numbers in brackets before the counters that all operations have, and before the ninth one.
_NUMBERS, _NINTH = tuple(f"n{number}" for number in range(8)), "n8"

_ValueT = TypeVar("_ValueT")
#: What is found of one operation, or of the end of an iteration.
_Row = tuple[bytes, ...]


def _made_of(kind: type[_ValueT]) -> Callable[[Iterable[object]], _ValueT]:
    """Return what makes a named tuple of all its fields: quicker than by their names."""
    return partial(tuple.__new__, kind)  # type: ignore[type-var]


_bandwidth, _cycles, _operation = _made_of(Bandwidth), _made_of(Cycles), _made_of(Operation)
_profiled: Callable[[Iterable[object]], ev.Event] = _made_of(ev.OperationProfiled)
_ended: Callable[[Iterable[object]], ev.Event] = _made_of(ev.IterationEnded)


@functools.cache
def _pattern(regular: str) -> re.Pattern[bytes]:
    return re.compile(rb"^(?:(" + regular.encode("ascii") + rb")|[^\n]*\n)", re.MULTILINE)


class RegularColumns:
    """Reads operations that have a head and counters, and ends of iterations."""

    def __init__(self, grammar: Grammar, heads: HeaderCache) -> None:
        self._heads = heads
        self._pattern = _pattern(grammar.regular)
        self._place = {name: number - 1 for name, number in self._pattern.groupindex.items()}
        self._iteration, self._head, self._counters = (self._place[name] for name in ("iteration", "head", "counters"))

    def read(self, text: bytes, at: int) -> tuple[list[ev.Event], Inserted, int] | None:
        """Return the events of what stands at that place of whole lines, which lines they are, and where they end.

        None if there is none, or if anything about them is unusual.
        """
        rows, end = self._rows(text, at)
        if not rows:
            return None
        part = Inserted(text.count(b"\n", at, end))
        operations: Sequence[Operation] = ()
        found = [row for row in rows if row[self._head]]
        if found:
            columns = list(zip(*found, strict=True))
            heads = [self._heads.operation(head) for head in columns[self._head]]
            known = [head for head in heads if head is not None]
            numbers = self._numbers(columns)
            if len(known) < len(heads) or numbers is None or _lost(*numbers, known):
                return None
            first, last = numbers
            part = part._replace(
                headed=True, first=first[0], last=last[-1], op_abs_id=known[0].op_abs_id, measured=known[-1].op_abs_id
            )
            operations = self._operations(columns, known)
        profiled = map(_profiled, zip(operations, repeat(True)))
        elapsed = self._place["elapsed"]
        ended = (_ended((int(row[self._iteration]), float(row[elapsed]))) for row in rows if row[self._iteration])
        return [next(ended if row[self._iteration] else profiled) for row in rows], part, end

    def _rows(self, text: bytes, at: int) -> tuple[list[_Row], int]:
        """Find what follows without a gap; return where it ends, too."""
        rows: list[_Row] = []
        size, iteration, head, counters = _LEAST, self._iteration, self._head, self._counters
        while True:
            found = self._pattern.findall(text, at, at + size)
            many = next(
                (place for place, row in enumerate(found) if not (row[iteration] or (row[head] and row[counters]))),
                len(found),
            )
            rows += found[:many]
            length = sum(len(row[0]) for row in found[:many])
            at += length
            if length < size // 2:
                return rows, at
            size = min(2 * size, _MOST)

    def _column(self, columns: Sequence[_Row], name: str) -> _Row:
        return columns[self._place[name]]

    def _numbers(self, columns: Sequence[_Row]) -> tuple[list[int], list[int]] | None:
        """Return the first and the last number in brackets of each; None if one has others between these."""
        names = _NUMBERS
        if any(ninth := self._column(columns, _NINTH)):
            if not all(ninth):
                return None
            names = (*names, _NINTH)
        first = last = list(map(int, self._column(columns, names[0])))
        for name in names[1:]:
            expected = [number + 1 for number in last]
            last = list(map(int, self._column(columns, name)))
            if last != expected:
                return None
        return first, last

    def _operations(self, columns: Sequence[_Row], known: Sequence[Operation]) -> list[Operation]:
        amounts = (map(float, self._column(columns, name)) for name in BANDWIDTHS)
        cycles = zip(map(int, self._column(columns, "total")), map(int, self._column(columns, "idle")), repeat(0))
        windows = [int(window) if window else None for window in self._column(columns, "window")]
        figures = zip(
            known,
            map(int, self._column(columns, "time")),
            map(_bandwidth, zip(*amounts, strict=True)),
            map(_cycles, cycles),
            windows,
            strict=True,
        )
        return [
            _operation((*head[:7], time, bandwidth, counted, window, head.shader))
            for head, time, bandwidth, counted, window in figures
        ]


def _lost(first: Sequence[int], last: Sequence[int], heads: Sequence[Operation]) -> bool:
    """Return whether lines between a head and its counters may be missing."""
    pairs = zip(last, first[1:], heads, heads[1:], strict=False)
    return any(
        number > before + 1 and lost_between(before, number, one.op_abs_id, other.op_abs_id)
        for before, number, one, other in pairs
    )

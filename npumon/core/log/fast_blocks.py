"""A fast path for long logs: regular operations by a single pattern, everything else by the tolerant parser.

A block is regular if its lines come in the order in which the driver prints them and every figure is spelled as
`printf` does (`Grammar.regular`). The events are the same as the tolerant parser's but come later, so this is for
finished logs, not live ones.
"""

from __future__ import annotations

import functools
import re
from operator import itemgetter

from npumon.core.log import events as ev
from npumon.core.log.collector import Inserted
from npumon.core.log.grammar import VIVANTE, Grammar
from npumon.core.log.parser import ProfileParser
from npumon.core.profile import BANDWIDTHS, Bandwidth, Cycles, Operation

#: Heads (layer, uid, op_abs_id, shader) that are remembered; a model has one for each of its operations.
_HEADS_KEPT = 4_096
#: A block has some 700 bytes. Text that may still become one is held back up to this length.
_HELD_BACK = 4_096
#: Longer text without a line end goes to the tolerant parser, which bounds it.
_LINE_HELD = 65_536

_NUMBERS = tuple(f"n{number}" for number in range(9))


class HeaderCache:
    """The meaning of a block's head, read by the tolerant parser once for each spelling."""

    def __init__(self, grammar: Grammar = VIVANTE) -> None:
        self._grammar = grammar
        self._parser = ProfileParser(grammar)
        self._known: dict[bytes, Operation | None] = {}

    def operation(self, head: bytes) -> Operation | None:
        """Return the operation without its figures; None if the tolerant parser reads no head there."""
        try:
            return self._known[head]
        except KeyError:
            pass
        events = self._parser.feed(head + b"execution time: 1 us\n*********\n")
        known: Operation | None = None
        match events:
            case [ev.OperationProfiled(operation=Operation(layer_id=int(), execution_us=1) as operation)]:
                known = operation
            case _:  # whatever it means, nothing of it may be left for the next one
                self._parser = ProfileParser(self._grammar)
        if len(self._known) >= _HEADS_KEPT:
            self._known.clear()
        self._known[head] = known
        return known


class ChunkSplitter:
    """Cuts a stream of bytes at the beginnings of blocks, so that few blocks are split."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """Return a piece that ends with a line end or is part of one overlong line; hold back the rest."""
        data = self._held + data
        cut = data.rfind(b"\nlayer", max(0, len(data) - _HELD_BACK)) + 1 or data.rfind(b"\n") + 1
        if not cut and len(data) > _LINE_HELD:
            cut = len(data)
        self._held = data[cut:]
        return data[:cut]

    def close(self) -> bytes:
        """Return what is left."""
        held, self._held = self._held, b""
        return held


@functools.cache
def _pattern(regular: str) -> re.Pattern[bytes]:
    return re.compile(rb"^(?:" + regular.encode("ascii") + rb")", re.MULTILINE)


class BlockReader:
    """Reads the events of a finished log, by the fast path if possible."""

    def __init__(self, grammar: Grammar = VIVANTE) -> None:
        self._parser = ProfileParser(grammar)
        self._heads = HeaderCache(grammar)
        self._pattern = _pattern(grammar.regular)
        index = {name: number - 1 for name, number in self._pattern.groupindex.items()}
        self._iteration = itemgetter(index["iteration"], index["elapsed"])
        self._totals = itemgetter(index["total_us"], index["average_us"])
        self._block = itemgetter(*(index[name] for name in ("head", "time", "counters", "window", "total", "idle")))
        self._bandwidth = itemgetter(*(index[name] for name in BANDWIDTHS))
        self._numbers = itemgetter(*(index[name] for name in _NUMBERS))

    def read(self, piece: bytes) -> list[ev.Event]:
        """Return the events that a piece of the log completes; pieces are as `ChunkSplitter` cuts them."""
        parser = self._parser
        events: list[ev.Event] = []
        at = 0
        for match in self._pattern.finditer(piece):
            start, end = match.span()
            if start > at:
                events += parser.feed(piece[at:start])
            inserted = self._inserted(match) if parser.between_lines else None
            events += parser.feed(match[0]) if inserted is None else inserted
            at = end
        if at < len(piece):
            events += parser.feed(piece[at:])
        return events

    def close(self) -> list[ev.Event]:
        """Return the events that the end of the log completes."""
        return self._parser.close()

    def _inserted(self, match: re.Match[bytes]) -> list[ev.Event] | None:
        """Return the events of regular text; None if the tolerant parser must read it."""
        groups = match.groups()
        iteration, elapsed = self._iteration(groups)
        if iteration is not None:
            return self._parser.insert([ev.IterationEnded(int(iteration), float(elapsed))], Inserted(1))
        head, time, counters, window, total, idle = self._block(groups)
        if head is None and counters is None:
            total, average = self._totals(groups)
            events: list[ev.Event] = [ev.TotalAnnounced(), ev.TotalTimed(float(total)), ev.AverageTimed(float(average))]
            return self._parser.insert(events, Inserted(3))
        known = self._heads.operation(head) if head is not None else Operation()
        if known is None:
            return None
        first: int | None = None
        last: int | None = None
        bandwidth, cycles = known.bandwidth, known.cycles
        if counters is not None:
            numbers = [int(number) for number in self._numbers(groups) if number is not None]
            first, last = numbers[0], numbers[-1]
            if numbers != list(range(first, first + len(numbers))):
                return None
            bandwidth = Bandwidth._make(map(float, self._bandwidth(groups)))
            cycles = Cycles(int(total), int(idle))
        operation = Operation(
            *known[:7],
            int(time) if time is not None else None,
            bandwidth,
            cycles,
            int(window) if window is not None else None,
            known.shader,
        )
        part = Inserted(match[0].count(b"\n"), head is not None, first, last, known.op_abs_id)
        return self._parser.insert([ev.OperationProfiled(operation)], part)

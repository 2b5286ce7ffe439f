"""Regular operations by a single pattern, which is many times as fast as line by line.

A block is regular if its lines come in the order in which the driver prints them and every figure is spelled as
`printf` does (`Grammar.regular`). The events are the same as those of its lines.
"""

from __future__ import annotations

import functools
import re
from operator import itemgetter

from npumon.core.log import events as ev
from npumon.core.log.collector import Inserted
from npumon.core.log.grammar import Grammar
from npumon.core.log.line_reader import LineReader
from npumon.core.log.lines import LineSplitter
from npumon.core.profile import BANDWIDTHS, Bandwidth, Cycles, Operation

#: Heads (layer, uid, op_abs_id, shader) that are remembered; a model has one for each of its operations.
_HEADS_KEPT = 4_096

#: One of these is in the text of drivers; what has none is not searched for blocks.
_SIGNS = (b" time: ", b" time:\n", b"_BANDWIDTH")

_NUMBERS = tuple(f"n{number}" for number in range(9))


class HeaderCache:
    """The meaning of a block's head, read line by line once for each spelling."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._reader = LineReader(grammar)
        self._known: dict[bytes, Operation | None] = {}

    def operation(self, head: bytes) -> Operation | None:
        """Return the operation without its figures; None if no head is read there."""
        try:
            return self._known[head]
        except KeyError:
            pass
        for line in LineSplitter().feed(head + b"execution time: 1 us\n*********\n"):
            self._reader.read(line)
        known: Operation | None = None
        match self._reader.take():
            case [ev.OperationProfiled(operation=Operation(layer_id=int(), execution_us=1) as operation)]:
                known = operation
            case _:  # whatever it means, nothing of it may be left for the next one
                self._reader = LineReader(self._grammar)
        if len(self._known) >= _HEADS_KEPT:
            self._known.clear()
        self._known[head] = known
        return known


@functools.cache
def _pattern(regular: str) -> re.Pattern[bytes]:
    return re.compile(rb"^(?:" + regular.encode("ascii") + rb")", re.MULTILINE)


class RegularBlocks:
    """Finds regular blocks, ends of iterations and totals in whole lines, and reads them."""

    def __init__(self, grammar: Grammar, heads: HeaderCache) -> None:
        self._heads = heads
        self._pattern = _pattern(grammar.regular)
        index = {name: number - 1 for name, number in self._pattern.groupindex.items()}
        self._iteration = itemgetter(index["iteration"], index["elapsed"])
        self._totals = itemgetter(index["total_us"], index["average_us"])
        self._block = itemgetter(*(index[name] for name in ("head", "time", "counters", "window", "total", "idle")))
        self._bandwidth = itemgetter(*(index[name] for name in BANDWIDTHS))
        self._numbers = itemgetter(*(index[name] for name in _NUMBERS))

    def search(self, text: bytes, at: int) -> re.Match[bytes] | None:
        """Return the next match of what is regular, from that place of whole lines on."""
        return self._pattern.search(text, at)

    @staticmethod
    def may_be_in(text: bytes) -> bool:
        """Return whether there can be any: looking for signs is faster than the pattern where there are none."""
        return any(sign in text for sign in _SIGNS)

    def read(self, match: re.Match[bytes]) -> tuple[list[ev.Event], Inserted] | None:
        """Return what is matched as events, and which lines they are; None if they must be read one by one."""
        groups = match.groups()
        iteration, elapsed = self._iteration(groups)
        if iteration is not None:
            return [ev.IterationEnded(int(iteration), float(elapsed))], Inserted(1)
        head, time, counters, window, total, idle = self._block(groups)
        if head is None and counters is None:
            total, average = self._totals(groups)
            events: list[ev.Event] = [ev.TotalAnnounced(), ev.TotalTimed(float(total)), ev.AverageTimed(float(average))]
            return events, Inserted(3)
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
        part = Inserted(match[0].count(b"\n"), head is not None, first, last, known.op_abs_id, known.op_abs_id)
        return [ev.OperationProfiled(operation)], part

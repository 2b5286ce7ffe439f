"""A search over all of a log: the next line that is meant, and how many there are, a slice of the file at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple, Protocol

from npumon.core.log.whole.line_index import LineBlock, LineMap
from npumon.engine.whole_log import WholeLog

#: Bytes that one call of a thread searches. Lines that have to be decoded take some fifty times as long as others.
SLICE = 1 << 20


class Test(Protocol):
    """Which lines are meant: see `LineTest`, and `OperationTest`."""

    @property
    def name(self) -> str: ...

    @property
    def beyond(self) -> int: ...

    def find(self, data: bytes, first: int, count: int) -> list[int]:
        """Return the numbers of the lines that are meant, of a text whose first line has the number `first`."""
        ...


class Place(NamedTuple):
    """A line that was found, as the `rank`-th of `total`."""

    rank: int
    total: int


class LogSearch:
    """Looks for the lines of the `whole` log that a test accepts.

    `found` is the line that the last `seek` found, None without one.
    """

    def __init__(self, whole: WholeLog, test: Test) -> None:
        self.whole = whole
        self.test = test
        self.found: int | None = None
        #: How many lines of a block are meant, and the numbers in the block that was read last.
        self._counts: dict[LineBlock, int] = {}
        self._last: tuple[LineBlock, list[int]] | None = None
        #: How much of the log has been searched, from 0 to 1.
        self.share = 0.0

    async def seek(self, start: int, step: int, *, around: bool = True) -> AsyncIterator[None]:
        """Look for the next line from `start` on, in steps of +1 or -1, if need be from the other end on; set `found`.

        Yields after each slice. Raises OSError.
        """
        lines = self.whole.map
        self.found = None
        if not lines.blocks:
            return
        here = lines.place_of(min(max(start, 1), lines.lines))
        places = [(here + distance * step) % lines.blocks for distance in range(lines.blocks + 1)]
        if not around:
            places = list(range(here, lines.blocks) if step > 0 else range(here, -1, -1))
        blocks = [lines.block(place) for place in places]
        at = 0
        while at < len(blocks):
            at, numbers = await self.whole.in_thread(self._next_of, blocks, at, start, step)
            self.share = self._known(lines)
            if numbers:
                self.found = numbers[0] if step > 0 else numbers[-1]
                return
            yield

    def _next_of(self, blocks: Sequence[LineBlock], at: int, start: int, step: int) -> tuple[int, list[int]]:
        """Search blocks until some lines are found or a slice is done. Return where to go on, and the lines.

        The first block is searched from `start` on; it may come again at the end, and is then searched up to there.
        """
        searched = 0
        while at < len(blocks) and searched < SLICE:
            block = blocks[at]
            if self._counts.get(block, 1):
                searched += block.end - block.begin
                numbers = self._numbers_in(block)
                if at == 0:
                    numbers = [number for number in numbers if (number - start) * step >= 0]
                if numbers:
                    return at, numbers
            at += 1
        return at, []

    async def count(self) -> AsyncIterator[None]:
        """Count the lines in what has not been searched yet; yield after each slice. Raises OSError."""
        lines = self.whole.map
        blocks = [lines.block(place) for place in range(lines.blocks)]
        current = set(blocks)
        self._counts = {block: count for block, count in self._counts.items() if block in current}
        left = [block for block in blocks if block not in self._counts]
        while left:
            done = await self.whole.in_thread(self._count_some, left)
            left = left[done:]
            self.share = self._known(lines)
            yield
        self.share = 1.0

    def _count_some(self, blocks: Sequence[LineBlock]) -> int:
        searched = 0
        for done, block in enumerate(blocks):
            if searched >= SLICE:
                return done
            self._numbers_in(block)
            searched += block.end - block.begin
        return len(blocks)

    def _numbers_in(self, block: LineBlock) -> list[int]:
        if self._last is None or self._last[0] != block:
            text = self.whole.text_of(block, self.test.beyond)
            numbers = self.test.find(text, block.first, block.lines)
            self._last = (block, numbers)
            self._counts[block] = len(numbers)
        return self._last[1]

    def _known(self, lines: LineMap) -> float:
        return min(len(self._counts) / lines.blocks, 1.0) if lines.blocks else 1.0

    @property
    def counted(self) -> bool:
        """Whether all of what is on the map has been searched."""
        lines = self.whole.map
        return all(lines.block(place) in self._counts for place in range(lines.blocks))

    @property
    def total(self) -> int:
        """How many lines are known to be meant."""
        return sum(self._counts.values())

    def place_of(self, number: int) -> Place:
        """Return which of all lines a found line is; everything has to be counted. Reads one block."""
        lines = self.whole.map
        here = lines.block(lines.place_of(number))
        before = sum(self._counts[lines.block(place)] for place in range(lines.place_of(number)))
        numbers = self._numbers_in(here)
        return Place(before + sum(other <= number for other in numbers), self.total)

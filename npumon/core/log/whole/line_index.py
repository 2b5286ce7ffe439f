"""Where the lines of a long log begin: a mark every so many bytes, coarser in a longer log, so that it is bounded."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import NamedTuple

#: Bytes between two marks at first. What stands between two marks is read to find a line.
SPACING = 64 << 10
#: Marks kept. With more of them the spacing doubles, and about every second one is dropped: 64 KiB up to 1 GiB of log.
MOST_MARKS = 16_384


class LineBlock(NamedTuple):
    """The lines from one mark to the next: `lines` of them, the first with the number `first`, at the offsets from
    `begin` to `end`.

    Its last line may be of any length.
    """

    first: int
    lines: int
    begin: int
    end: int


class LineMap(NamedTuple):
    """The index at one moment. `lines` is the number of the last line, which may still be open, `end` the offset behind
    it. `numbers` and `offsets` are those of the marked lines. `gap` is the number of the line that stands in place of
    text which is not in the file, None without one. No line of a block begins more than `reach` bytes
    behind the first one.
    """

    numbers: array[int] = array("Q", (1,))
    offsets: array[int] = array("Q", (0,))
    lines: int = 0
    end: int = 0
    gap: int | None = None
    reach: int = SPACING + SPACING // 2

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return len(self.numbers) if self.lines else 0

    def block(self, index: int) -> LineBlock:
        """Return a block by its place, 0-based."""
        last = index + 1 == len(self.numbers)
        first = self.numbers[index]
        behind = self.lines + 1 if last else self.numbers[index + 1]
        return LineBlock(first, behind - first, self.offsets[index], self.end if last else self.offsets[index + 1])

    def place_of(self, number: int) -> int:
        """Return the place of the block that has the line with this number, 1-based."""
        return max(bisect_right(self.numbers, number) - 1, 0)


class LineIndex:
    """Makes the map of a text that is fed in pieces, none larger than `SPACING`. However it is cut, lines are found."""

    def __init__(self, spacing: int = SPACING, most: int = MOST_MARKS) -> None:
        self._spacing = spacing
        self._most = most
        self._numbers = array("Q", (1,))
        self._offsets = array("Q", (0,))
        self._ended = 0
        self._gap: int | None = None
        #: The offset behind what was fed.
        self.end = 0
        #: Whether that is within a line.
        self.in_line = False

    def feed(self, data: bytes, end: int) -> None:
        """Add the text up to the offset `end`. It is longer or shorter than that where a note stands in place of a gap;
        such a piece begins with the note, or with the end of a line that is broken off."""
        if not data:
            return
        begin, self.end = self.end, end
        if len(data) != end - begin:
            self._gap = self._ended + 1 + self.in_line
            if not self.in_line and begin > self._offsets[-1]:
                self._mark(self._ended + 1, begin)
            self._ended += data.count(b"\n")
        else:
            self._mark_within(data, begin)
        self.in_line = not data.endswith(b"\n")

    def _mark_within(self, data: bytes, begin: int) -> None:
        counted = 0
        while True:
            due = max(self._offsets[-1] + self._spacing - begin - 1, 0)
            start = data.find(b"\n", due) + 1
            if not start:
                break
            self._ended += data.count(b"\n", counted, start)
            counted = start
            self._mark(self._ended + 1, begin + start)
        self._ended += data.count(b"\n", counted)

    def _mark(self, number: int, offset: int) -> None:
        self._numbers.append(number)
        self._offsets.append(offset)
        while len(self._numbers) > self._most:
            self._coarsen()

    def _coarsen(self) -> None:
        """Double the spacing, and drop marks. One behind a long line stays: what follows it would be out of reach."""
        numbers, offsets = self._numbers[:1], self._offsets[:1]
        for number, offset in zip(self._numbers[1:], self._offsets[1:], strict=True):
            if offset - offsets[-1] > self._spacing + self._spacing // 2:
                numbers.append(number)
                offsets.append(offset)
        self._numbers, self._offsets = numbers, offsets
        self._spacing *= 2

    @property
    def map(self) -> LineMap:
        """The map of what was fed; a copy, so that it can be read while more is fed."""
        numbers, offsets, lines = self._numbers[:], self._offsets[:], self._ended + self.in_line
        if len(numbers) > 1 and numbers[-1] > lines:  # the mark of a line that has not begun
            numbers.pop()
            offsets.pop()
        return LineMap(numbers, offsets, lines, self.end, self._gap, self._spacing + self._spacing // 2)

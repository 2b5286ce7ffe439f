"""Which whole lines are another program's wherever they stand, remembered by their shapes: digits are all alike.

Programs that print much print lines that differ in their figures. A shape is judged once, so millions of such lines
cost a look into a table each.
"""

from __future__ import annotations

from collections.abc import Callable

#: Shapes that are remembered, and the longest of them.
_KEPT = 4_096
_LONGEST = 400

_ZEROS = bytes.maketrans(b"123456789", b"000000000")


class ForeignShapes:
    """Remembers how many texts of other programs a line of a shape holds; None for lines that have to be read.

    `judge` tells it of a line whose digits are zeros.
    """

    def __init__(self, judge: Callable[[bytes], int | None]) -> None:
        self._judge = judge
        self._known: dict[bytes, int | None] = {}

    def judged(self, shape: bytes) -> int | None:
        """Judge a shape, unless it is remembered."""
        if shape in self._known:
            return self._known[shape]
        if len(shape) > _LONGEST:
            return None
        if len(self._known) >= _KEPT:
            self._known.clear()
        self._known[shape] = count = self._judge(shape)
        return count

    def lines_of(self, text: bytes) -> ForeignLines:
        """Look at the lines of a text, each of which has its line end."""
        shapes = text.translate(_ZEROS).split(b"\n")
        shapes.pop()
        return ForeignLines(self, shapes, list(map(self._known.get, shapes)))


class ForeignLines:
    """The lines of a text, of which some are other programs'."""

    def __init__(self, shapes: ForeignShapes, lines: list[bytes], counts: list[int | None]) -> None:
        """`lines` are the lines' shapes, `counts` what is remembered of them."""
        self._shapes = shapes
        self._lines = lines
        self._counts = counts

    def __len__(self) -> int:
        return len(self._lines)

    def end(self, at: int) -> int:
        """Return where the foreign lines end that begin here; the same place if there are none. Blank ones are such."""
        counts, lines = self._counts, self._lines
        while True:
            try:
                at = counts.index(None, at)
            except ValueError:
                return len(lines)
            count = self._shapes.judged(lines[at])
            if count is None:
                return at
            counts[at] = count

    def count(self, start: int, end: int) -> int:
        """Return how many texts there are in these foreign lines: blank ones have none, redrawn ones several."""
        return sum(filter(None, self._counts[start:end]))

    def first(self, start: int, end: int) -> int:
        """Return the first of these lines that is not blank; the end if all are."""
        return next((place for place in range(start, end) if self._counts[place]), end)

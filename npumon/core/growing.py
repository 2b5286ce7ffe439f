"""An immutable sequence that grows in amortised constant time, for states that are replaced at each event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar, overload

Item = TypeVar("Item")


class Growing(Sequence[Item]):
    """What was appended so far. Equal to a tuple of the same items.

    Sequences that grew from one another share one list, of which each sees its own part: appending to a tuple would
    copy it each time. Only the longest can append to that list; a shorter one copies its part first.
    """

    __slots__ = ("_items", "_start", "_stop")

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self._items = list(items)
        self._start, self._stop = 0, len(self._items)

    @classmethod
    def of(cls, items: Sequence[Item]) -> Growing[Item]:
        """Return the items as such a sequence; itself if they are one."""
        return items if isinstance(items, Growing) else cls(items)

    def plus(self, item: Item) -> Growing[Item]:
        """Return this sequence with one more item."""
        items, start = self._items, self._start
        if len(items) != self._stop:
            items, start = items[start : self._stop], 0
        items.append(item)
        return self._part(items, start, len(items))

    def plus_all(self, more: Iterable[Item]) -> Growing[Item]:
        """Return this sequence with these items behind it."""
        items, start = self._items, self._start
        if len(items) != self._stop:
            items, start = items[start : self._stop], 0
        items.extend(more)
        return self._part(items, start, len(items))

    def without_first(self, many: int) -> Growing[Item]:
        """Return this sequence without so many items at its beginning. Their memory is freed in time."""
        start = min(self._start + many, self._stop)
        if 2 * start >= len(self._items):
            return Growing(self._items[start : self._stop])
        return self._part(self._items, start, self._stop)

    @classmethod
    def _part(cls, items: list[Item], start: int, stop: int) -> Growing[Item]:
        part: Growing[Item] = cls.__new__(cls)
        part._items, part._start, part._stop = items, start, stop
        return part

    @overload
    def __getitem__(self, place: int) -> Item: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Item, ...]: ...
    def __getitem__(self, place: int | slice) -> Item | tuple[Item, ...]:
        if isinstance(place, slice):
            start, stop, step = place.indices(len(self))
            if step == 1:
                return tuple(self._items[self._start + start : self._start + max(start, stop)])
            return tuple(self._items[self._start : self._stop])[place]
        place += len(self) if place < 0 else 0
        if not 0 <= place < len(self):
            raise IndexError(place)
        return self._items[self._start + place]

    def __len__(self) -> int:
        return self._stop - self._start

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items[self._start : self._stop])

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Growing | tuple):
            return len(self) == len(other) and tuple(self) == tuple(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

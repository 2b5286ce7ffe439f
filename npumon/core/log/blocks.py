"""One profiled block as its lines arrive: what belongs to it, and which line must belong to another one."""

from __future__ import annotations

from npumon.core.log import events as ev
from npumon.core.profile import BANDWIDTHS, Bandwidth, Cycles, Operation

#: The counters in the order in which they are printed; the ninth one follows from two others.
COUNTERS = (*BANDWIDTHS, "total", "idle", "busy")
_ALL = frozenset(COUNTERS[:8])
_IDENTITY = frozenset({"layer_id", "uid", "op_abs_id", "shader"})
#: How many counters blocks have: numbers that jump by whole blocks show that lines in between are missing.
_SIZES = (8, 9)


class OpenBlock:
    """A block under construction. Fields are those of `Operation`; counters are named as in `COUNTERS`."""

    def __init__(self) -> None:
        self._fields: dict[str, int | str] = {}
        self._counters: dict[str, float | int | None] = {}
        self._position = 0

    def takes(self, field: str) -> bool:
        """Return whether a line of this field can belong to the block: none comes twice, and who it is comes first."""
        if field in self._fields:
            return False
        figures = bool(self._counters) or "execution_us" in self._fields or "window_us" in self._fields
        return not figures or not (field in _IDENTITY or (field == "execution_us" and self._has_measured))

    @property
    def _has_measured(self) -> bool:
        return bool(self._counters) or "window_us" in self._fields

    def takes_counter(self, name: str, number: int | None, last: int | None, measured: int | None) -> bool:
        """Return whether this counter can belong to the block.

        `number` is what stands before it in brackets, `last` the one before that in the text: it counts through the
        whole process. `measured` is the operation that the last counters belong to (`lost_between`).
        """
        if name in self._counters:
            return False
        if number is None or last is None:
            return True
        if not self._counters:
            return not lost_between(last, number, measured, self.op_abs_id)
        return last < number < last + COUNTERS.index(name) - self._position + _SIZES[0]

    def add(self, **fields: int | str) -> None:
        """Add what a line says."""
        self._fields.update(fields)

    def add_counter(self, name: str, value: float | int | None) -> None:
        """Add a counter; None if it is no finite number."""
        self._counters[name] = value
        self._position = COUNTERS.index(name)

    @property
    def op_abs_id(self) -> int | None:
        """The number of the operation, if its line was there."""
        number = self._fields.get("op_abs_id")
        return number if isinstance(number, int) else None

    @property
    def has_counters(self) -> bool:
        """True once it has any counter."""
        return bool(self._counters)

    @property
    def counts(self) -> bool:
        """True once it has the first counter."""
        return COUNTERS[0] in self._counters

    def event(self, *, starred: bool, followed: bool, counted: bool) -> ev.OperationProfiled | ev.OperationAnnounced:
        """Return what the block says.

        `starred` if its own end was there, `followed` if the next part of a run follows it immediately (and not a cut,
        a prompt or the end of the text). `counted` if the program prints counters, so that they are missing here.
        """
        counters = self._counters
        operation = Operation(
            **self._fields,  # type: ignore[arg-type]  # the handlers give each field its type
            bandwidth=Bandwidth(*(counters.get(name) for name in BANDWIDTHS)),
            cycles=Cycles(*(counters.get(name) for name in ("total", "idle"))),  # type: ignore[arg-type]  # integers
        )
        if not counters and operation.execution_us is None and operation.window_us is None:
            return ev.OperationAnnounced(operation)
        whole = counters.keys() >= _ALL
        headed = not _IDENTITY.isdisjoint(self._fields)
        timed = operation.execution_us is not None
        if headed and timed and not counters and operation.window_us is None:
            complete = not counted
        elif not headed and not timed:
            complete = whole
        else:
            complete = whole and timed and followed
        return ev.OperationProfiled(operation, starred or complete)


def lost_between(last: int | None, number: int, measured: int | None, head: int | None) -> bool:
    """Return whether the lines between a head and these counters are missing, so that they are another operation's.

    That is so if the numbers in brackets jump from `last` to `number` over whole blocks, although `head` is the next
    operation after the `measured` one. Elsewhere such a jump means that whole operations before the head are missing.
    """
    missing = 0 if last is None else number - last - 1
    if missing <= 0 or measured is None or head != measured + 1:
        return False
    return any(missing % size == 0 for size in _SIZES)

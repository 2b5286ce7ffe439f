"""What lines say, collected: events that are ready, and groups of lines that are still open.

Lines that belong together (a profiled block, an object and its box, a top-k list, the VerifyTiling table) are collected
here. Whatever interrupts such a group first emits what has been collected of it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from npumon.core.log import events as ev
from npumon.core.log.blocks import OpenBlock, lost_between
from npumon.core.log.tiling import TilingTable
from npumon.core.profile import Detection, Diagnostic, Level, Reported

#: Events that may occur inside a profiled block without ending it.
_ASIDE = frozenset({ev.Diagnosed, ev.Unrecognized, ev.ForeignText, ev.DriverVersioned, ev.TilingNote, ev.HangNoticed})
#: Events after which nothing of the block before them can follow, though it may lack lines.
_BREAKS = (ev.Prompted, ev.InterruptEchoed, ev.TextCut)

#: The largest plausible figure: 10^15 microseconds are thirty years.
_LARGEST = 1e15


class Inserted(NamedTuple):
    """Lines read by other means: how many, whether a head is among them, and the counters' first and last number.

    `first` and `last` are None without counters. Counters without a head are followed by those of another operation.
    `op_abs_id` is the first operation's, `measured` that of the last one with counters.
    """

    lines: int
    headed: bool = False
    first: int | None = None
    last: int | None = None
    op_abs_id: int | None = None
    measured: int | None = None


class EventCollector:
    """Holds events until they are taken, and what the lines so far have opened.

    `line` is the number of the current line, `number` the one in brackets before it (`[     7] `), by which the driver
    counts its prints, and `printed` the last one of those before. `counted` tells that the running program prints
    counters, `measured` is the operation that the last ones belong to. `timed` names the line whose figures follow on
    the next one, `traceback` is the line where a Python traceback began that lacks its last line, and `prompt` what the
    shell's prompts begin with.
    """

    def __init__(self) -> None:
        self._events: list[ev.Event] = []
        self._block: OpenBlock | None = None
        self.line = 0
        self.number: int | None = None
        self.printed: int | None = None
        self.measured: int | None = None
        self.counted = False
        self.object: Detection | None = None
        self.tiling = False
        self.table: TilingTable | None = None
        self.timed: str | None = None
        self.top_left = 0
        self.rank = 0
        self.reported: Reported | None = None
        self.scores = False
        self.traceback: int | None = None
        self.prompt: str | None = None

    def take(self) -> list[ev.Event]:
        """Return the events since the last call."""
        events, self._events = self._events, []
        return events

    # -- emitting --------------------------------------------------------------------------------------------------

    def emit(self, event: ev.Event) -> None:
        """Add an event; it ends an open block or object, unless it may stand inside of one."""
        if (self._block is not None or self.object is not None) and type(event) not in _ASIDE:
            self.end_block(followed=not isinstance(event, _BREAKS))
            self.end_object()
        self._events.append(event)

    def emit_structural(self, event: ev.Event) -> None:
        """Emit an event that also closes a VerifyTiling table or top-k list that lacks its own end."""
        self.leave_contexts()
        self.emit(event)

    def diagnose(self, level: Level, source: str, message: str, line: int | None = None) -> None:
        """Add a diagnostic of the current line, or of `line`."""
        self.emit(ev.Diagnosed(Diagnostic(line or self.line, level, source, message)))

    def foreign(self, text: str, line: int, count: int = 1) -> None:
        """Add lines of another program, so many from this one on; they join those that the last event tells of."""
        last = self._events[-1] if self._events else None
        if isinstance(last, ev.ForeignText):
            self._events[-1] = last._replace(lines=last.lines + count)
        else:
            self._events.append(ev.ForeignText(line, text, count))

    def figure(self, text: str, what: str, limit: float = _LARGEST) -> float | None:
        """Return the number; if it is not finite, or not below the limit, None with a diagnostic."""
        value = float(text.partition("(")[0])
        if abs(value) < limit:
            return value
        why = "too large to be true" if math.isfinite(value) else "not a finite number"
        self.diagnose("warning", "npumon", f"{what} is {text}, which is {why}")
        return None

    # -- what is open ----------------------------------------------------------------------------------------------

    def leave_contexts(self) -> None:
        """Close a VerifyTiling table, a list or a traceback that lacks its own end."""
        self.tiling = False
        self.top_left = 0
        self.timed = None
        self.scores = False
        if self.table is not None:
            rows, self.table = self.table.rows(), None
            self.emit(ev.TilingTabulated(rows))
        if self.traceback is not None:
            line, self.traceback = self.traceback, None
            self.diagnose("error", "program", "a Python traceback without its last line", line)

    def leave_program(self) -> None:
        """Forget what belongs to one program's start: another one begins."""
        self.printed = None
        self.measured = None
        self.counted = False
        self.reported = None

    def end(self) -> None:
        """Emit what is incomplete: no more lines will come."""
        self.leave_contexts()
        self.end_block(followed=False)
        self.end_object()

    def end_object(self) -> None:
        """Emit an object whose box has not come."""
        if self.object is not None:
            detection, self.object = self.object, None
            self._events.append(ev.ObjectDetected(detection))

    def end_block(self, *, starred: bool = False, followed: bool = False) -> None:
        """Emit what has been collected of a block (`OpenBlock.event`)."""
        if self._block is not None:
            block, self._block = self._block, None
            if block.has_counters:
                self.measured = block.op_abs_id
            self._events.append(block.event(starred=starred, followed=followed, counted=self.counted))

    def field(self, **fields: int | str) -> None:
        """Add a line's fields to the open block; if it cannot belong to that one, to a new one."""
        if self._block is not None and not all(map(self._block.takes, fields)):
            self.end_block(followed=True)
        self._open().add(**fields)

    def counter(self, name: str, value: float | int | None) -> None:
        """Add a counter to the open block; if it cannot belong to that one, to a new one."""
        if self._block is not None and not self._block.takes_counter(name, self.number, self.printed, self.measured):
            self.counted = True
            self.end_block()
        self.counted = True
        self._open().add_counter(name, value)

    def insert(self, events: list[ev.Event], part: Inserted) -> bool:
        """Add the events of a whole block, or of lines outside of any, unless the lines would mean something else here.

        That is so if the numbers of the counters jump, if other blocks of the program have counters and this one has
        none, or if counters without a head may belong to the open block.
        """
        if part.first is None:
            if part.headed and self.counted:
                return False
        elif part.headed:
            # The head ends the open block, whose counters are then the last ones.
            open_one = self._block if self._block is not None and self._block.has_counters else None
            measured = self.measured if open_one is None else open_one.op_abs_id
            if lost_between(self.printed, part.first, measured, part.op_abs_id):
                return False
        elif self._block is not None:
            if not self._block.counts:
                return False
            self.end_block()
        self.leave_contexts()
        self.end_block(followed=True)
        self.end_object()
        if part.last is not None:
            self.counted = True
            self.printed = part.last
            self.measured = part.measured
        self._events += events
        return True

    def _open(self) -> OpenBlock:
        if self._block is None:
            self.leave_contexts()
            self.end_object()
            self._block = OpenBlock()
        return self._block

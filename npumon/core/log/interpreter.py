"""The meaning of a known line in its context: matches of the grammar to events.

Lines that belong together (a profiled block, an object and its box, a top-k list, the VerifyTiling table) are
collected here. Whatever interrupts such a group first emits what has been collected of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from npumon.core.log import events as ev
from npumon.core.log.grammar import LEVELS
from npumon.core.profile import Bandwidth, Cycles, Detection, Diagnostic, Level, Operation, TopEntry

#: Events that may occur inside a profiled block without ending it.
_ASIDE = (ev.Diagnosed, ev.Unrecognized, ev.DriverVersioned, ev.TilingNote)

#: The largest plausible figure: 10^15 microseconds are thirty years.
_LARGEST = 1e15

_Match = re.Match[str]


class Interpreter:
    """Takes lines one by one and holds their events until they are taken."""

    def __init__(self) -> None:
        self._events: list[ev.Event] = []
        self._line = 0
        self._block: dict[str, Any] | None = None
        self._object: Detection | None = None
        self._tiling = False
        self._total_name: str | None = None
        self._top_left = 0
        self._rank = 0

    def understand(self, kind: str, match: _Match, line: int) -> bool:
        """Interpret a line of this kind (`grammar.LineRule.kind`). Return False if it means nothing in this context."""
        self._line = line
        return _HANDLERS[kind](self, match) is not False

    def unknown(self, text: str, line: int) -> None:
        """Take a line that matches no rule, which is normal inside the VerifyTiling table."""
        self._emit(ev.TilingNote(text) if self._tiling else ev.Unrecognized(line, text))

    def remark(self, message: str, line: int) -> None:
        """Add a diagnostic of the parser's own."""
        self._line = line
        self._diagnose("warning", "npumon", message)

    @property
    def pending(self) -> bool:
        """True while a profiled block or an object is incomplete."""
        return self._block is not None or self._object is not None

    def leave_contexts(self) -> None:
        """Close a VerifyTiling table or top-k list that lacks its own end."""
        self._tiling = False
        self._top_left = 0
        self._total_name = None

    def end(self) -> None:
        """Emit what is incomplete: no more lines will come."""
        self._end_block(complete=False)
        self._end_object()

    def take(self) -> list[ev.Event]:
        """Return the events since the last call."""
        events, self._events = self._events, []
        return events

    # -- what is pending -----------------------------------------------------------------------------------------

    def _emit(self, event: ev.Event) -> None:
        if not isinstance(event, _ASIDE):
            self._end_block(complete=False)
            self._end_object()
        self._events.append(event)

    def _emit_structural(self, event: ev.Event) -> None:
        """Emit an event that also closes a VerifyTiling table or top-k list that lacks its own end."""
        self.leave_contexts()
        self._emit(event)

    def _diagnose(self, level: Level, source: str, message: str) -> None:
        self._emit(ev.Diagnosed(Diagnostic(self._line, level, source, message)))

    def _end_block(self, *, complete: bool) -> None:
        if self._block is not None:
            block, self._block = self._block, None
            operation = Operation(
                bandwidth=Bandwidth(**block.pop("bandwidth", {})),
                cycles=Cycles(**block.pop("cycles", {})),
                **block,
            )
            self._events.append(ev.OperationProfiled(operation, complete))

    def _end_object(self) -> None:
        if self._object is not None:
            detection, self._object = self._object, None
            self._events.append(ev.ObjectDetected(detection))

    def _figure(self, text: str, what: str) -> float | None:
        """Return the number; if it is not finite or implausibly large, None with a diagnostic."""
        value = float(text.partition("(")[0])
        if abs(value) < _LARGEST:
            return value
        why = "too large to be true" if math.isfinite(value) else "not a finite number"
        self._diagnose("warning", "npumon", f"{what} is {text}, which is {why}")
        return None

    # -- profiled blocks -----------------------------------------------------------------------------------------

    def _in_block(self) -> dict[str, Any]:
        if self._block is None:
            self._end_object()
            self._block = {}
        return self._block

    def _on_layer(self, match: _Match) -> None:
        self.leave_contexts()
        self._end_block(complete=False)
        target = match[5]
        self._in_block().update(
            layer_id=int(match[1]),
            name=match[2].strip(),
            operation_index=int(match[3]),
            operation=match[4].strip(),
            target=(target[:-1] if target.endswith(".") else target).strip(),
        )

    def _on_uid(self, match: _Match) -> None:
        self._in_block()["uid"] = int(match[1])

    def _on_op_abs_id(self, match: _Match) -> None:
        self._in_block()["op_abs_id"] = int(match[1])

    def _on_execution(self, match: _Match) -> None:
        self._in_block()["execution_us"] = int(match[1])

    def _on_bandwidth(self, match: _Match) -> None:
        value = self._figure(match[3], f"{match[1]}_{match[2]}_BANDWIDTH")
        self._in_block().setdefault("bandwidth", {})[f"{match[1]}_{match[2]}".lower()] = value

    def _on_cycles(self, match: _Match) -> None:
        self._in_block().setdefault("cycles", {})[match[1].lower()] = int(match[2])

    def _on_vpc(self, match: _Match) -> None:
        self._in_block()["window_us"] = int(match[1])

    def _on_block_end(self, match: _Match) -> None:
        self._end_block(complete=True)

    # -- iterations and totals -----------------------------------------------------------------------------------

    def _on_iteration(self, match: _Match) -> None:
        elapsed_us = self._figure(match[2], f"the time of iteration {match[1]}")
        self._emit_structural(ev.IterationEnded(int(match[1]), elapsed_us))

    def _on_iteration_failed(self, match: _Match) -> None:
        self._emit_structural(ev.IterationFailed(int(match[1]) + 1, "the graph could not be run", self._line))

    def _on_too_long(self, match: _Match) -> None:
        reason = "the program's own limit: execution time too long"
        self._emit_structural(ev.IterationFailed(None, reason, self._line))

    def _on_inference(self, match: _Match) -> None:
        seconds = self._figure(match[1], "the inference time")
        self._emit_structural(ev.InferenceTimed(None if seconds is None else round(seconds * 1e6, 3)))

    def _on_total(self, match: _Match) -> None:
        self._emit_structural(ev.TotalTimed(self._figure(match[1], "the total time")))

    def _on_average(self, match: _Match) -> None:
        self._emit_structural(ev.AverageTimed(self._figure(match[1], "the average time")))

    def _on_total_average(self, match: _Match) -> None:
        total, average = self._figure(match[1], "the total time"), self._figure(match[2], "the average time")
        self._emit_structural(ev.TotalTimed(None if total is None else round(total * 1e3, 3)))
        self._emit_structural(ev.AverageTimed(None if average is None else round(average * 1e3, 3)))

    def _on_total_name(self, match: _Match) -> None:
        self._emit_structural(ev.TotalAnnounced())
        self._total_name = match[1]

    def _on_total_figures(self, match: _Match) -> bool:
        name = self._total_name
        if name is None:
            return False
        (self._on_total if name == "Total" else self._on_average)(match)
        return True

    # -- results ---------------------------------------------------------------------------------------------------

    def _on_top(self, match: _Match) -> None:
        self._emit_structural(ev.TopStarted(int(match[1])))
        self._top_left, self._rank = int(match[1]), 0

    def _on_top_entry(self, match: _Match) -> bool:
        if not self._top_left:
            return False
        self._top_left -= 1
        self._rank += 1
        self._emit(ev.TopListed(TopEntry(self._rank, int(match[1]), self._figure(match[2], "a score"))))
        return True

    def _on_top_failed(self, match: _Match) -> None:
        self._diagnose("error", "model", match[0])

    def _on_detections(self, match: _Match) -> None:
        self._emit_structural(ev.DetectionsCounted(int(match[1])))

    def _on_box(self, match: _Match) -> None:
        left, right, top, bottom = (self._figure(text, "a box coordinate") for text in match.groups()[1:])
        self._emit(ev.ObjectDetected(Detection(int(match[1]), None, None, left, top, right, bottom)))

    def _on_object(self, match: _Match) -> None:
        self._end_block(complete=False)
        self._end_object()
        self._object = Detection(label=match[1], score=self._figure(match[2], "a score"))

    def _on_object_box(self, match: _Match) -> None:
        left, top, right, bottom = (self._figure(text, "a box coordinate") for text in match.groups())
        known, self._object = self._object or Detection(), None
        self._emit(ev.ObjectDetected(Detection(None, known.label, known.score, left, top, right, bottom)))

    # -- messages --------------------------------------------------------------------------------------------------

    def _on_ovxlib(self, match: _Match) -> None:
        self._diagnose(LEVELS[match[1]], "ovxlib", match[2])

    def _on_detect_log(self, match: _Match) -> None:
        self._diagnose(LEVELS[match[1]], "detect", match[2])

    def _on_driver_message(self, match: _Match) -> None:
        self._diagnose("warning", "driver", match[1])

    def _on_death(self, match: _Match) -> None:
        self._diagnose("error", "shell", match[0])

    def _on_lost(self, match: _Match) -> None:
        self._diagnose("error", "npumon", match[1])

    def _on_usage(self, match: _Match) -> None:
        self._diagnose("error", "model", match[1])

    # -- the VerifyTiling table --------------------------------------------------------------------------------------

    def _on_tiling_begin(self, match: _Match) -> None:
        self._emit_structural(ev.TilingStarted())
        self._tiling = True


def _structural(build: Callable[[_Match], ev.Event]) -> Callable[[Interpreter, _Match], None]:
    """Make a handler for lines that are exactly one event."""
    return lambda parser, match: parser._emit_structural(build(match))


_HANDLERS: dict[str, Callable[[Interpreter, _Match], bool | None]] = {
    "product": _structural(lambda m: ev.ProductNamed(m[1], m[2])),
    "thread_created": _structural(lambda m: ev.ThreadCreated(m[1])),
    "thread_exited": _structural(lambda m: ev.ThreadExited(m[1])),
    "created": _structural(lambda m: ev.NetworkCreated(int(m[1]))),
    "verify": _structural(lambda m: ev.VerifyStarted()),
    "verified": _structural(lambda m: ev.GraphVerified(int(m[1]))),
    "command_buffer": _structural(lambda m: ev.CommandBufferGenerated(int(m[1]), int(m[2]))),
    "axi_base": _structural(lambda m: ev.AxiSramLocated(int(m[1]), m[2])),
    "tiling_begin": Interpreter._on_tiling_begin,
    "tiling_end": _structural(lambda m: ev.TilingEnded()),
    "memory": lambda parser, m: parser._emit(ev.MemorySized(int(m[1]), int(m[2]))),
    "graph": _structural(lambda m: ev.GraphStarted(int(m[1]))),
    "layer": Interpreter._on_layer,
    "uid": Interpreter._on_uid,
    "op_abs_id": Interpreter._on_op_abs_id,
    "execution": Interpreter._on_execution,
    "bandwidth": Interpreter._on_bandwidth,
    "cycles": Interpreter._on_cycles,
    "vpc": Interpreter._on_vpc,
    "block_end": Interpreter._on_block_end,
    "iteration": Interpreter._on_iteration,
    "iteration_failed": Interpreter._on_iteration_failed,
    "too_long": Interpreter._on_too_long,
    "totals": _structural(lambda m: ev.TotalAnnounced()),
    "total": Interpreter._on_total,
    "average": Interpreter._on_average,
    "total_average": Interpreter._on_total_average,
    "total_name": Interpreter._on_total_name,
    "total_figures": Interpreter._on_total_figures,
    "top": Interpreter._on_top,
    "top_entry": Interpreter._on_top_entry,
    "top_failed": Interpreter._on_top_failed,
    "ksnn": _structural(lambda m: ev.KsnnAnnounced(m[1])),
    "inference": Interpreter._on_inference,
    "stage": _structural(lambda m: ev.StageReached(m[0])),
    "detections": Interpreter._on_detections,
    "box": Interpreter._on_box,
    "object": Interpreter._on_object,
    "object_box": Interpreter._on_object_box,
    "driver_version": lambda parser, m: parser._emit(ev.DriverVersioned(m[1])),
    "driver_message": Interpreter._on_driver_message,
    "ovxlib": Interpreter._on_ovxlib,
    "detect_log": Interpreter._on_detect_log,
    "death": Interpreter._on_death,
    "usage": Interpreter._on_usage,
    "lost": Interpreter._on_lost,
}

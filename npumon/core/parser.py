"""The profiler's text to events: `feed(bytes)` and `close()`, nothing else of the world.

Any split of the same bytes gives the same events, and any bytes at all give events, never an exception. What one
profiled block says in a dozen lines is collected and given back as one event; every other line is an event of
its own, given back as soon as the line is whole.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from npumon.core import events as ev
from npumon.core.lines import Line, LineSplitter
from npumon.core.patterns import PRINT_COUNTER, SPLICE, Rule, classify
from npumon.core.profile import Bandwidth, Cycles, Detection, Diagnostic, Operation, TopEntry
from npumon.core.text import decode

#: Events that may stand inside a profiled block without ending it.
_ASIDE = (ev.Diagnosed, ev.Unrecognised, ev.DriverVersioned, ev.VpcElapsed, ev.TilingNote)

_LEVELS = {"E": "error", "W": "warning", "I": "info", "D": "debug"}

#: Lines that end in a figure with six decimals (`%f`); with all of them there it cannot be cut off.
_SIX_DECIMALS = ("bandwidth", "top_entry", "box")

#: The largest figure that is believed: 10^15 microseconds are thirty years.
_LARGEST = 1e15

#: Half a line of stdout and a message are at most this long together; longer lines are not searched for a splice.
_SPLICE_LIMIT = 2_000

_Match = re.Match[str]


class ProfileParser:
    """A parser for one log. Memory is bounded by the longest line kept and one profiled block."""

    def __init__(self) -> None:
        self._splitter = LineSplitter()
        self._events: list[ev.Event] = []
        self._line = 0
        self._block: dict[str, Any] | None = None
        self._half: tuple[int, str] | None = None
        self._object: Detection | None = None
        self._tiling = False
        self._total_name: str | None = None
        self._top_left = 0
        self._rank = 0

    def feed(self, data: bytes) -> list[ev.Event]:
        """The events that these bytes complete."""
        for line in self._splitter.feed(data):
            self._read(line)
        return self._taken()

    def close(self) -> list[ev.Event]:
        """The events that only the end of the text completes. A block without its end comes as incomplete."""
        for line in self._splitter.close():
            self._read(line)
        self._drop_half()
        self._end_block(complete=False)
        self._end_object()
        return self._taken()

    @property
    def between_blocks(self) -> bool:
        """True when nothing is pending, so that a block read by other means may be inserted here."""
        return self._block is None and self._half is None and self._object is None and not self._splitter.pending

    def skip(self, lines: int) -> None:
        """Lines that somebody else has read: they count, and they end what a profiled block would end."""
        self._splitter.skip(lines)
        self._leave_contexts()

    def _taken(self) -> list[ev.Event]:
        events, self._events = self._events, []
        return events

    # -- one line ------------------------------------------------------------------------------------------------

    def _read(self, line: Line) -> None:
        self._line = line.number
        shown = decode(line.data)
        text = shown.strip()
        if line.dropped:
            size = len(line.data) + line.dropped
            self._diagnose("warning", "npumon", f"a line of {size} bytes was cut to {len(line.data)}")
        if not text:
            return
        if self._half is not None and not _is_message(text):
            number, half = self._half
            self._half = None
            if self._understood(half + shown.rstrip(), line):
                return
            self._unknown(number, half)
        if self._understood(text, line):
            return
        if len(text) <= _SPLICE_LIMIT and (splice := SPLICE.fullmatch(text)) and self._half is None:
            self._half = (line.number, splice[1])
            self._understood(splice[2], line)
            return
        self._unknown(line.number, text)

    def _drop_half(self) -> None:
        if self._half is not None:
            self._unknown(*self._half)
            self._half = None

    def _unknown(self, number: int, text: str) -> None:
        text = text.strip()
        self._emit(ev.TilingNote(text) if self._tiling else ev.Unrecognised(number, text))

    def _understood(self, text: str, line: Line) -> bool:
        """Handle the text if it is a known line in this place."""
        found = classify(text)
        if found is None and (counter := PRINT_COUNTER.match(text)):
            found = classify(text[counter.end() :])
        if found is None:
            return False
        rule, match = found
        if rule.open_ended and line.dropped:
            return False
        if rule.open_ended and not line.ended and not _surely_whole(rule, match):
            self._diagnose("warning", "npumon", f"the text breaks off in the middle of the line '{text}'")
            return False
        handler = _HANDLERS[rule.kind]
        return handler(self, match) is not False

    # -- what is pending -----------------------------------------------------------------------------------------

    def _emit(self, event: ev.Event) -> None:
        if not isinstance(event, _ASIDE):
            self._end_block(complete=False)
            self._end_object()
        self._events.append(event)

    def _emit_structural(self, event: ev.Event) -> None:
        """An event that also ends a VerifyTiling table and a top-k list whose own end is missing."""
        self._leave_contexts()
        self._emit(event)

    def _leave_contexts(self) -> None:
        self._tiling = False
        self._top_left = 0
        self._total_name = None

    def _diagnose(self, level: str, source: str, message: str) -> None:
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
        """The number, or None with a diagnostic where it is not a finite one, or beyond belief."""
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
        self._leave_contexts()
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
        self._emit(ev.VpcElapsed(int(match[1])))

    def _on_block_end(self, match: _Match) -> None:
        self._end_block(complete=True)

    # -- iterations and totals -----------------------------------------------------------------------------------

    def _on_iteration(self, match: _Match) -> None:
        elapsed_us = self._figure(match[2], f"the time of iteration {match[1]}")
        self._emit_structural(ev.IterationEnded(int(match[1]), elapsed_us))

    def _on_iteration_failed(self, match: _Match) -> None:
        self._emit_structural(ev.IterationFailed(int(match[1]) + 1, "the graph could not be run"))

    def _on_too_long(self, match: _Match) -> None:
        self._emit_structural(ev.IterationFailed(None, "the program's own limit: execution time too long"))

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
        self._diagnose(_LEVELS[match[1]], "ovxlib", match[2])

    def _on_detect_log(self, match: _Match) -> None:
        self._diagnose(_LEVELS[match[1]], "detect", match[2])

    def _on_driver_message(self, match: _Match) -> None:
        self._diagnose("warning", "driver", match[1])

    def _on_death(self, match: _Match) -> None:
        self._diagnose("error", "shell", match[0])

    def _on_usage(self, match: _Match) -> None:
        self._diagnose("error", "model", match[1])

    # -- the VerifyTiling table --------------------------------------------------------------------------------------

    def _on_tiling_begin(self, match: _Match) -> None:
        self._emit_structural(ev.TilingStarted())
        self._tiling = True


def _is_message(text: str) -> bool:
    """Whether the text is a message of stderr, so that half a line before it may still find its other half."""
    found = classify(text)
    return found is not None and found[0].kind in ("ovxlib", "detect_log", "death")


def _surely_whole(rule: Rule, match: _Match) -> bool:
    """Whether a line without line end cannot have lost digits."""
    return rule.kind in _SIX_DECIMALS and re.search(r"\.\d{6}$", match[0]) is not None


def _structural(build: Callable[[_Match], ev.Event]) -> Callable[[ProfileParser, _Match], None]:
    """A handler for lines that are one event and nothing else."""
    return lambda parser, match: parser._emit_structural(build(match))


_HANDLERS: dict[str, Callable[[ProfileParser, _Match], bool | None]] = {
    "product": _structural(lambda m: ev.ProductNamed(m[1], m[2])),
    "thread_created": _structural(lambda m: ev.ThreadCreated(m[1])),
    "thread_exited": _structural(lambda m: ev.ThreadExited(m[1])),
    "created": _structural(lambda m: ev.NetworkCreated(int(m[1]))),
    "verify": _structural(lambda m: ev.VerifyStarted()),
    "verified": _structural(lambda m: ev.GraphVerified(int(m[1]))),
    "command_buffer": _structural(lambda m: ev.CommandBufferGenerated(int(m[1]), int(m[2]))),
    "axi_base": _structural(lambda m: ev.AxiSramLocated(int(m[1]), m[2])),
    "tiling_begin": ProfileParser._on_tiling_begin,
    "tiling_end": _structural(lambda m: ev.TilingEnded()),
    "memory": lambda parser, m: parser._emit(ev.MemorySized(int(m[1]), int(m[2]))),
    "graph": _structural(lambda m: ev.GraphStarted(int(m[1]))),
    "layer": ProfileParser._on_layer,
    "uid": ProfileParser._on_uid,
    "op_abs_id": ProfileParser._on_op_abs_id,
    "execution": ProfileParser._on_execution,
    "bandwidth": ProfileParser._on_bandwidth,
    "cycles": ProfileParser._on_cycles,
    "vpc": ProfileParser._on_vpc,
    "block_end": ProfileParser._on_block_end,
    "iteration": ProfileParser._on_iteration,
    "iteration_failed": ProfileParser._on_iteration_failed,
    "too_long": ProfileParser._on_too_long,
    "totals": _structural(lambda m: ev.TotalAnnounced()),
    "total": ProfileParser._on_total,
    "average": ProfileParser._on_average,
    "total_average": ProfileParser._on_total_average,
    "total_name": ProfileParser._on_total_name,
    "total_figures": ProfileParser._on_total_figures,
    "top": ProfileParser._on_top,
    "top_entry": ProfileParser._on_top_entry,
    "top_failed": ProfileParser._on_top_failed,
    "ksnn": _structural(lambda m: ev.KsnnAnnounced(m[1])),
    "inference": ProfileParser._on_inference,
    "stage": _structural(lambda m: ev.StageReached(m[0])),
    "detections": ProfileParser._on_detections,
    "box": ProfileParser._on_box,
    "object": ProfileParser._on_object,
    "object_box": ProfileParser._on_object_box,
    "driver_version": lambda parser, m: parser._emit(ev.DriverVersioned(m[1])),
    "driver_message": ProfileParser._on_driver_message,
    "ovxlib": ProfileParser._on_ovxlib,
    "detect_log": ProfileParser._on_detect_log,
    "death": ProfileParser._on_death,
    "usage": ProfileParser._on_usage,
}

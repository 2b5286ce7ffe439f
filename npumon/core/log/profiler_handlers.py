"""What the profiler's lines mean, by their kind in the grammar (`profiler_lines`)."""

from __future__ import annotations

import re
from collections.abc import Callable

from npumon.core.log import events as ev
from npumon.core.log.collector import EventCollector
from npumon.core.log.tiling import TilingTable

_Match = re.Match[str]
#: A handler returns False if the line means nothing where it stands.
Handler = Callable[[EventCollector, _Match], bool | None]


def structural(build: Callable[[_Match], ev.Event]) -> Handler:
    """Make a handler for lines that are exactly one event."""
    return lambda collector, match: collector.emit_structural(build(match))


def starts(build: Callable[[_Match], ev.Event]) -> Handler:
    """Make a handler for lines that stand at the start of a program."""

    def handler(collector: EventCollector, match: _Match) -> None:
        collector.emit_structural(build(match))
        collector.leave_program()

    return handler


def microseconds(collector: EventCollector, ms: str, us: str | None, what: str) -> float | None:
    """Return the time of `21.00ms or 21609.00us`.

    The microseconds are exact; where a build prints milliseconds alone, they are the figure.
    """
    value = collector.figure(ms if us is None else us, what)
    if value is not None and value < 0:
        collector.diagnose("warning", "npumon", f"{what} is {ms if us is None else us}, which is less than nothing")
        return None
    return round(value * 1e3, 3) if us is None and value is not None else value


def _phase(kind: type[ev.NetworkCreated] | type[ev.GraphVerified], what: str) -> Handler:
    def handler(collector: EventCollector, match: _Match) -> None:
        collector.leave_contexts()
        value = microseconds(collector, match[1], match[2], what)
        if value is not None:
            collector.emit(kind(round(value)))

    return handler


def _on_tiling_begin(collector: EventCollector, match: _Match) -> None:
    collector.emit_structural(ev.TilingStarted())
    collector.tiling = True


def _table(collector: EventCollector) -> TilingTable:
    if collector.table is None:
        collector.table = TilingTable()
    return collector.table


def _on_memory(collector: EventCollector, match: _Match) -> None:
    collector.emit(ev.MemorySized(int(match[1]), int(match[2])))


def _on_graph(collector: EventCollector, match: _Match) -> None:
    collector.emit_structural(ev.GraphStarted(int(match[1])))
    collector.counted = False


def _on_layer(collector: EventCollector, match: _Match) -> None:
    collector.leave_contexts()
    collector.end_block(followed=True)
    target = match[5]
    collector.field(
        layer_id=int(match[1]),
        name=match[2].strip(),
        operation_index=int(match[3]),
        operation=match[4].strip(),
        target=(target[:-1] if target.endswith(".") else target).strip(),
    )


def _on_bandwidth(collector: EventCollector, match: _Match) -> None:
    collector.counter(match[1].lower(), collector.figure(match[2], f"{match[1]}_BANDWIDTH"))


def _on_block_end(collector: EventCollector, match: _Match) -> None:
    collector.end_block(starred=True)


def _on_iteration(collector: EventCollector, match: _Match) -> None:
    _end_iteration(collector, match[1], match[2], match[3])


def _end_iteration(collector: EventCollector, number: str, ms: str, us: str | None) -> None:
    elapsed_us = microseconds(collector, ms, us, f"the time of iteration {number}")
    collector.emit_structural(ev.IterationEnded(int(number), elapsed_us))


def _on_iteration_name(collector: EventCollector, match: _Match) -> None:
    collector.leave_contexts()
    collector.end_block(followed=True)
    collector.timed = match[1]


def _on_iteration_failed(collector: EventCollector, match: _Match) -> None:
    collector.emit_structural(ev.IterationFailed(int(match[1]) + 1, "the graph could not be run", collector.line))


def _on_too_long(collector: EventCollector, match: _Match) -> None:
    reason = "the program's own limit: execution time too long"
    collector.emit_structural(ev.IterationFailed(None, reason, collector.line))


def _total(collector: EventCollector, ms: str, us: str | None) -> None:
    collector.emit_structural(ev.TotalTimed(microseconds(collector, ms, us, "the total time")))


def _average(collector: EventCollector, ms: str, us: str | None) -> None:
    collector.emit_structural(ev.AverageTimed(microseconds(collector, ms, us, "the average time")))


def _on_total_average(collector: EventCollector, match: _Match) -> None:
    _total(collector, match[1], None)
    _average(collector, match[2], None)


def _on_total_name(collector: EventCollector, match: _Match) -> None:
    collector.emit_structural(ev.TotalAnnounced())
    collector.timed = match[1]


def _on_total_figures(collector: EventCollector, match: _Match) -> bool:
    match collector.timed:
        case None:
            return False
        case "Total":
            _total(collector, match[1], match[2])
        case "Average":
            _average(collector, match[1], match[2])
        case number:
            _end_iteration(collector, number, match[1], match[2])
    return True


def _nothing(collector: EventCollector, match: _Match) -> None:
    """Take a line that is known and says nothing that anybody asks for."""


PROFILER_HANDLERS: dict[str, Handler] = {
    "product": starts(lambda m: ev.ProductNamed(m[1], m[2])),
    "thread_created": structural(lambda m: ev.ThreadCreated(m[1])),
    "thread_exited": structural(lambda m: ev.ThreadExited(m[1])),
    "created": _phase(ev.NetworkCreated, "the time to create the network"),
    "verify": structural(lambda m: ev.VerifyStarted()),
    "verified": _phase(ev.GraphVerified, "the time to verify the graph"),
    "command_buffer": structural(lambda m: ev.CommandBufferGenerated(int(m[1]), int(m[2]))),
    "axi_base": structural(lambda m: ev.AxiSramLocated(int(m[1]), m[2])),
    "tiling_begin": _on_tiling_begin,
    "tiling_end": structural(lambda m: ev.TilingEnded()),
    "tiling_row": lambda collector, m: _table(collector).add_operation(m),
    "tiling_caches": lambda collector, m: _table(collector).add_caches(m),
    "memory": _on_memory,
    "graph": _on_graph,
    "segments": structural(lambda m: ev.StageReached(m[0])),
    "segment_run": structural(lambda m: ev.SegmentRun(int(m[1]))),
    "segment_end": _nothing,
    "layer_dump": structural(lambda m: ev.LayerDumped()),
    "command_dump": structural(lambda m: ev.CommandsDumped()),
    "ruler": _nothing,
    "command_info": _nothing,
    "layer_note": _nothing,
    "power": structural(lambda m: ev.PowerManagementSet(m[1] == "on")),
    "layer": _on_layer,
    "uid": lambda collector, m: collector.field(uid=int(m[1])),
    "op_abs_id": lambda collector, m: collector.field(op_abs_id=int(m[1])),
    "shader": lambda collector, m: collector.field(shader=m[1].strip()),
    "execution": lambda collector, m: collector.field(execution_us=int(m[1])),
    "bandwidth": _on_bandwidth,
    "cycles": lambda collector, m: collector.counter(m[1].lower(), int(m[2])),
    "busy_cycles": lambda collector, m: collector.counter("busy", int(m[1])),
    "vpc": lambda collector, m: collector.field(window_us=int(m[1])),
    "block_end": _on_block_end,
    "iteration": _on_iteration,
    "iteration_name": _on_iteration_name,
    "iteration_failed": _on_iteration_failed,
    "too_long": _on_too_long,
    "totals": structural(lambda m: ev.TotalAnnounced()),
    "total": lambda collector, m: _total(collector, m[1], m[2]),
    "average": lambda collector, m: _average(collector, m[1], m[2]),
    "total_average": _on_total_average,
    "total_name": _on_total_name,
    "total_figures": _on_total_figures,
}

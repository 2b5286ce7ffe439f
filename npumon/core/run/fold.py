"""The fold of a run: `reduce(state, event)` returns the next state.

`starts_new_run(state, event)` says whether the event belongs to the next run, `finish` ends a run's text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from npumon.core.growing import Growing
from npumon.core.log import events as ev
from npumon.core.profile import Diagnostic
from npumon.core.run import iterations as told
from npumon.core.run.iterations import close_iteration, with_diagnostic
from npumon.core.run.outcome import died
from npumon.core.run.state import KEPT_DETECTIONS, KEPT_TOP, KEPT_UNRECOGNIZED, End, RunState, has_figures


def _on_product(state: RunState, event: ev.ProductNamed) -> RunState:
    return _creating(state._replace(product=event.product, pid=event.pid))


def _creating(state: RunState) -> RunState:
    return state._replace(phase="creating") if state.phase == "waiting" else state


def _on_iteration_ended(state: RunState, event: ev.IterationEnded) -> RunState:
    return close_iteration(state, event.number, event.elapsed_us)


def _on_inference(state: RunState, event: ev.InferenceTimed) -> RunState:
    """End an iteration, unless a `Run the` line has just done so: then this is the wall time of the same one.

    KSNN prints an inference's time before the objects that it found, so earlier objects belong to an older frame.
    """
    last = state.iterations[-1] if state.iterations and not state.operations else None
    if last is not None and last.elapsed_us is not None and last.inference_us is None:
        timed = last._replace(inference_us=event.elapsed_us)
        iterations = Growing((*state.iterations[:-1], timed))
        return state._replace(iterations=iterations, phase="done", detections=(), objects=None)
    closed = close_iteration(state, state.iterations_ended + 1, event.elapsed_us, event.elapsed_us)
    return closed._replace(phase="done", detections=(), objects=None)


def _on_operation(state: RunState, event: ev.OperationProfiled) -> RunState:
    """Add an operation. The first one's `op_abs_id` again, or one before it, begins an iteration without a line."""
    if state.failing:
        state = state._replace(operations=(), failing=False, segments=0, forgotten=0)
    opened, number = state.operations, event.operation.op_abs_id
    if opened and number is not None:
        first, before = opened[0].op_abs_id, opened[-1].op_abs_id
        if first is not None and number <= first:
            state = close_iteration(state, state.iterations_ended + 1, None)
        elif before is not None and number <= before:
            state = told.remark_mixed(state)
    return told.with_operation(state, event.operation, complete=event.complete)


def _on_iteration_failed(state: RunState, event: ev.IterationFailed) -> RunState:
    """Count a failure. One without a number is the program's summary of iterations that have already failed, if any."""
    where = "" if event.number is None else f"iteration {event.number}: "
    many = max(state.iterations_failed, 1) if event.number is None else state.iterations_failed + 1
    failed = state._replace(iterations_failed=many, phase="running", failing=bool(state.operations), torn=False)
    return with_diagnostic(failed, Diagnostic(event.line, "error", "model", where + event.reason))


def _on_unrecognized(state: RunState, event: ev.Unrecognized) -> RunState:
    """Count an unknown line. A progress line redrawn with carriage returns is one line."""
    seen = state.unrecognized_lines
    if seen and seen[-1].line == event.line:
        return state._replace(unrecognized_lines=(*seen[:-1], event))
    kept = (*seen[-KEPT_UNRECOGNIZED + 1 :], event)
    return state._replace(unrecognized=state.unrecognized + 1, unrecognized_lines=kept)


def _on_graph_started(state: RunState, event: ev.GraphStarted) -> RunState:
    """Take the number of iterations. KSNN restarts the graph for each inference, so its number is meaningless."""
    if state.ksnn_version is not None:
        return state._replace(loops=None, phase="running", graph_started=True, announced=None)
    if state.graph_started:
        state = told.remark_mixed(state)
    return state._replace(loops=event.loops, phase="running", graph_started=True, announced=None)


def _on_total(state: RunState, event: ev.TotalTimed) -> RunState:
    if state.total_us is not None:
        state = told.remark_mixed(state)
    return state._replace(total_us=event.elapsed_us, phase="finishing")


def _on_average(state: RunState, event: ev.AverageTimed) -> RunState:
    return state._replace(average_us=event.elapsed_us, phase="done")


def _on_top_started(state: RunState, event: ev.TopStarted) -> RunState:
    return state._replace(top_size=event.size, top=(), phase="finishing" if event.size else "done")


def _on_top_listed(state: RunState, event: ev.TopListed) -> RunState:
    """Add a class. The first ones are kept because programs list the best first."""
    last = event.entry.rank == state.top_size
    top = (*state.top, event.entry) if len(state.top) < KEPT_TOP else state.top
    return state._replace(top=top, phase="done" if last else state.phase)


def _on_detections_counted(state: RunState, event: ev.DetectionsCounted) -> RunState:
    """Begin a frame. It ends the iteration profiled for the previous one: detection demos print no times."""
    if state.operations:
        state = close_iteration(state, state.iterations_ended + 1, None)
    frames, before = state.frames + 1, state.lines_not_understood
    return state._replace(frames=frames, objects=event.objects, frame_from=before, detections=(), phase="running")


def _on_detection(state: RunState, event: ev.ObjectDetected) -> RunState:
    return state._replace(detections=(*state.detections[-KEPT_DETECTIONS + 1 :], event.detection))


def _on_power_management(state: RunState, event: ev.PowerManagementSet) -> RunState:
    """Note what held during the run: it is turned off before and on again afterwards."""
    on = event.on if state.power_management is None else state.power_management and event.on
    return state._replace(cnn_perf=True, power_management=on)


def _on_hang(state: RunState, event: ev.HangNoticed) -> RunState:
    """Note a hang with the kernel's first notice of it; a later one tells whether it is over."""
    first = event.hang if state.hung is None else state.hung
    return state._replace(hung=first._replace(recovered=event.hang.recovered))


def _on_cut(state: RunState, event: ev.TextCut) -> RunState:
    """Note the gap. Where whole iterations may be lost, the operations before it are of another one than those behind
    it."""
    inside = bool(state.operations) or state.phase == "running"
    state = state._replace(cut=True, gap=inside)
    return told.forget_open(state) if event.lost and inside else state


def _unchanged(state: RunState, event: ev.Event) -> RunState:
    return state


_REDUCERS: dict[type, Callable[[RunState, Any], RunState]] = {
    ev.ProductNamed: _on_product,
    ev.ThreadCreated: lambda s, e: _creating(s),
    ev.ThreadExited: lambda s, e: s._replace(phase="done") if s.has_result else s,
    ev.NetworkCreated: lambda s, e: s._replace(create_us=e.elapsed_us, phase="verifying"),
    ev.VerifyStarted: lambda s, e: s._replace(phase="verifying"),
    ev.GraphVerified: lambda s, e: s._replace(verify_us=e.elapsed_us, phase="running", announced=None),
    ev.CommandBufferGenerated: _unchanged,
    ev.AxiSramLocated: _unchanged,
    ev.TilingStarted: _unchanged,
    ev.TilingNote: _unchanged,
    ev.TilingTabulated: lambda s, e: s._replace(tiling=e.rows),
    ev.TilingEnded: _unchanged,
    ev.MemorySized: lambda s, e: s._replace(axi_sram_bytes=e.axi_sram_bytes, vip_sram_bytes=e.vip_sram_bytes),
    ev.GraphStarted: _on_graph_started,
    ev.OperationAnnounced: lambda s, e: s._replace(announced=e.operation),
    ev.OperationProfiled: _on_operation,
    ev.SegmentRun: lambda s, e: s._replace(segments=s.segments + 1),
    ev.LayerDumped: lambda s, e: s._replace(layer_dump=True),
    ev.CommandsDumped: lambda s, e: s._replace(command_dump=True),
    ev.PowerManagementSet: _on_power_management,
    ev.IterationEnded: _on_iteration_ended,
    ev.IterationFailed: _on_iteration_failed,
    ev.InferenceTimed: _on_inference,
    ev.TotalAnnounced: _unchanged,
    ev.TotalTimed: _on_total,
    ev.AverageTimed: _on_average,
    ev.TopStarted: _on_top_started,
    ev.TopListed: _on_top_listed,
    ev.KsnnAnnounced: lambda s, e: s._replace(ksnn_version=e.version, phase="creating"),
    ev.StageReached: told.on_stage,
    ev.DetectionsCounted: _on_detections_counted,
    ev.ObjectDetected: _on_detection,
    ev.ProgramReported: told.on_reported,
    ev.HangNoticed: _on_hang,
    ev.Prompted: _unchanged,
    ev.InterruptEchoed: lambda s, e: s._replace(cancelled=True),
    ev.TextCut: _on_cut,
    ev.DriverVersioned: lambda s, e: s._replace(driver_version=e.version),
    ev.Diagnosed: lambda s, e: with_diagnostic(s, e.diagnostic),
    ev.Unrecognized: _on_unrecognized,
    ev.ForeignText: lambda s, e: s._replace(other_lines=s.other_lines + e.lines),
}


def reduce(state: RunState, event: ev.Event) -> RunState:
    """Return the state after the event. Pure; never raises, whatever the order of events."""
    return _REDUCERS[type(event)](state, event)


def finish(state: RunState, how: End) -> RunState:
    """Return the state of a run whose text has ended: what it tells is then told."""
    return state if state.ended is not None else told.close_last(state, how)._replace(ended=how)


#: By the event: whether it cannot belong to the run of that state.
_BEGINNINGS: dict[type, Callable[[RunState, Any], bool]] = {
    ev.ProductNamed: lambda s, e: s.has_result or s.product is not None or _over(s),
    ev.NetworkCreated: lambda s, e: s.has_result or s.create_us is not None or _over(s),
    ev.KsnnAnnounced: lambda s, e: s.has_result or s.ksnn_version is not None or _over(s),
    ev.ThreadCreated: lambda s, e: s.has_result or died(s) or s.cancelled,
    ev.GraphStarted: lambda s, e: (s.has_result and s.ksnn_version is None) or died(s) or s.cancelled,
    ev.OperationProfiled: lambda s, e: _has_totals(s) or told.has_last_report(s),
    ev.IterationEnded: lambda s, e: _has_totals(s) or told.has_last_report(s),
    ev.StageReached: lambda s, e: told.begins_benchmark(e) and told.has_last_report(s),
    ev.PowerManagementSet: lambda s, e: not e.on and _has_totals(s),
    ev.ProgramReported: lambda s, e: has_figures(e.reported) and told.is_reported_anew(s, e.reported),
}


def starts_new_run(state: RunState, event: ev.Event) -> bool:
    """Return whether `event` cannot belong to the run that `state` describes, so that the log holds one more run.

    A header line begins a run if there are results already, or if the same header line was seen before, or if the
    program has died. Profiled operations after the totals belong to a run whose beginning is missing.
    """
    begins = _BEGINNINGS.get(type(event))
    return begins is not None and begins(state, event)


def _has_totals(state: RunState) -> bool:
    return state.total_us is not None or state.average_us is not None


def _over(state: RunState) -> bool:
    return bool(state.operations) or state.announced is not None or died(state) or state.cancelled

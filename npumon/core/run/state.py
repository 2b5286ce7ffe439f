"""What is known about one run: a fold of events.

`reduce(state, event)` returns the next state; `starts_new_run(state, event)` says whether the event belongs to the next
run. The live view, the exports and the replay of a log all use this fold.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from npumon.core.log import events as ev
from npumon.core.profile import Detection, Diagnostic, Hang, Iteration, Operation, Reported, TilingRow, TopEntry

#: An endless run must not grow forever: this many of the last iterations are kept, and all are counted.
KEPT_ITERATIONS = 10_000
#: The same for operations of one iteration, diagnostics, top-k entries and detections of one frame.
KEPT_OPERATIONS = 10_000
KEPT_DIAGNOSTICS = 200
KEPT_UNRECOGNIZED = 20
KEPT_TOP = 1_000
KEPT_DETECTIONS = 1_000

#: How far the text of a run has come; `waiting` is before its first line.
Phase = Literal["waiting", "creating", "verifying", "running", "finishing", "done"]


class RunState(NamedTuple):
    """One run as far as its text has come. None means that the text does not say; times are in microseconds.

    `iterations` holds the completed ones (the last `KEPT_ITERATIONS`), `iterations_ended` counts them all.
    `operations` and `segments` belong to the iteration that is still open. `broken` is True if the
    newest operation lacks its end.
    """

    product: str | None = None
    pid: str | None = None
    axi_sram_bytes: int | None = None
    vip_sram_bytes: int | None = None
    driver_version: str | None = None
    ksnn_version: str | None = None
    create_us: int | None = None
    verify_us: int | None = None
    loops: int | None = None
    phase: Phase = "waiting"
    stage: str | None = None
    iterations: tuple[Iteration, ...] = ()
    iterations_ended: int = 0
    iterations_failed: int = 0
    operations: tuple[Operation, ...] = ()
    broken: bool = False
    segments: int = 0
    total_us: float | None = None
    average_us: float | None = None
    top_size: int | None = None
    top: tuple[TopEntry, ...] = ()
    frames: int = 0
    detections: tuple[Detection, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    diagnostics_dropped: int = 0
    unrecognized: int = 0
    unrecognized_lines: tuple[ev.Unrecognized, ...] = ()
    other_lines: int = 0
    tiling: tuple[TilingRow, ...] = ()
    announced: Operation | None = None
    layer_dump: bool = False
    command_dump: bool = False
    cnn_perf: bool = False
    power_management: bool | None = None
    reported: Reported | None = None
    hung: Hang | None = None
    command: str | None = None
    cancelled: bool = False
    cut: bool = False

    @property
    def has_result(self) -> bool:
        """True once the run has produced a figure: an iteration, a total, a top-k list or a detection."""
        return bool(
            self.iterations_ended
            or self.total_us is not None
            or self.average_us is not None
            or self.top
            or self.frames
            or self.detections
        )

    @property
    def has_profiler_text(self) -> bool:
        """True once a line of the run was profiler text."""
        return (
            self.has_result
            or self.phase != "waiting"
            or self.product is not None
            or self.axi_sram_bytes is not None
            or bool(self.operations)
        )

    @property
    def interrupted(self) -> bool:
        """True if the text so far stops inside a run.

        C demos end with their totals, KSNN examples with the time of an inference, and both with the last class if they
        list classes; detection demos may end at any object.
        """
        if self.phase in ("creating", "verifying", "running"):
            return bool(self.operations) or not (self.frames or self.detections)
        return self.phase == "finishing" or (self.has_profiler_text and not self.has_result)

    @property
    def open_iteration(self) -> Iteration | None:
        """The incomplete iteration with its operations so far; None if there is none."""
        if not self.operations:
            return None
        previous = self.iterations[-1].number if self.iterations else 0
        first = not self.iterations_ended
        return Iteration(previous + 1, None, self.operations, complete=False, first=first, segments=self.segments)

    @property
    def measured(self) -> Iteration | None:
        """The iteration that the metrics describe: the last completed one with a profile, or else the last one.

        A program may profile only some of its passes.
        """
        profiled = (iteration for iteration in reversed(self.iterations) if iteration.operations)
        return next(profiled, self.iterations[-1] if self.iterations else None)


EMPTY = RunState()


def _append(items: tuple[Any, ...], item: object, limit: int) -> tuple[Any, ...]:
    """Append an item; drop the oldest one if that would be more than `limit`."""
    return (*items[-limit + 1 :], item) if len(items) >= limit else (*items, item)


def _close_iteration(
    state: RunState, number: int, elapsed_us: float | None, inference_us: float | None = None
) -> RunState:
    iteration = Iteration(
        number,
        elapsed_us,
        state.operations,
        inference_us=inference_us,
        first=not state.iterations_ended,
        segments=state.segments,
    )
    ended = state.iterations_ended + 1
    return state._replace(
        iterations=_append(state.iterations, iteration, KEPT_ITERATIONS),
        iterations_ended=ended,
        operations=(),
        broken=False,
        segments=0,
        phase="finishing" if state.loops is not None and ended >= state.loops else "running",
    )


def _on_iteration_ended(state: RunState, event: ev.IterationEnded) -> RunState:
    return _close_iteration(state, event.number, event.elapsed_us)


def _on_inference(state: RunState, event: ev.InferenceTimed) -> RunState:
    """End an iteration, unless a `Run the` line has just done so: then this is the wall time of the same one.

    KSNN prints an inference's time before the objects that it found, so earlier objects belong to an older frame.
    """
    last = state.iterations[-1] if state.iterations and state.open_iteration is None else None
    if last is not None and last.elapsed_us is not None and last.inference_us is None:
        timed = last._replace(inference_us=event.elapsed_us)
        return state._replace(iterations=(*state.iterations[:-1], timed), phase="done", detections=())
    closed = _close_iteration(state, state.iterations_ended + 1, event.elapsed_us, event.elapsed_us)
    return closed._replace(phase="done", detections=())


def _on_operation(state: RunState, event: ev.OperationProfiled) -> RunState:
    return state._replace(
        operations=_append(state.operations, event.operation, KEPT_OPERATIONS),
        broken=not event.complete,
        phase="running",
    )


def _on_iteration_failed(state: RunState, event: ev.IterationFailed) -> RunState:
    """Count a failure. One without a number is the program's summary of iterations that have already failed, if any."""
    where = "" if event.number is None else f"iteration {event.number}: "
    many = max(state.iterations_failed, 1) if event.number is None else state.iterations_failed + 1
    failed = state._replace(iterations_failed=many, phase="running")
    return _with_diagnostic(failed, Diagnostic(event.line, "error", "model", where + event.reason))


def _with_diagnostic(state: RunState, diagnostic: Diagnostic) -> RunState:
    """Add a diagnostic. The first ones are kept because the first error is usually the cause."""
    if len(state.diagnostics) >= KEPT_DIAGNOSTICS:
        return state._replace(diagnostics_dropped=state.diagnostics_dropped + 1)
    return state._replace(diagnostics=(*state.diagnostics, diagnostic))


def _on_unrecognized(state: RunState, event: ev.Unrecognized) -> RunState:
    """Count an unknown line. A progress line redrawn with carriage returns is one line."""
    seen = state.unrecognized_lines
    if seen and seen[-1].line == event.line:
        return state._replace(unrecognized_lines=(*seen[:-1], event))
    return state._replace(
        unrecognized=state.unrecognized + 1,
        unrecognized_lines=_append(seen, event, KEPT_UNRECOGNIZED),
    )


def _on_graph_started(state: RunState, event: ev.GraphStarted) -> RunState:
    """Take the number of iterations. KSNN restarts the graph for each inference, so its number is meaningless."""
    return state._replace(loops=None if state.ksnn_version else event.loops, phase="running")


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
    if state.open_iteration is not None:
        state = _close_iteration(state, state.iterations_ended + 1, None)
    return state._replace(frames=state.frames + 1, detections=(), phase="running")


def _on_detection(state: RunState, event: ev.ObjectDetected) -> RunState:
    return state._replace(detections=_append(state.detections, event.detection, KEPT_DETECTIONS))


def _unchanged(state: RunState, event: ev.Event) -> RunState:
    return state


_REDUCERS: dict[type, Callable[[RunState, Any], RunState]] = {
    ev.ProductNamed: lambda s, e: s._replace(product=e.product, pid=e.pid),
    ev.ThreadCreated: lambda s, e: s._replace(phase="creating") if s.phase == "waiting" else s,
    ev.ThreadExited: lambda s, e: s._replace(phase="done") if s.has_result else s,
    ev.NetworkCreated: lambda s, e: s._replace(create_us=e.elapsed_us, phase="verifying"),
    ev.VerifyStarted: lambda s, e: s._replace(phase="verifying"),
    ev.GraphVerified: lambda s, e: s._replace(verify_us=e.elapsed_us, phase="running"),
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
    ev.PowerManagementSet: lambda s, e: s._replace(cnn_perf=True, power_management=e.on),
    ev.IterationEnded: _on_iteration_ended,
    ev.IterationFailed: _on_iteration_failed,
    ev.InferenceTimed: _on_inference,
    ev.TotalAnnounced: _unchanged,
    ev.TotalTimed: lambda s, e: s._replace(total_us=e.elapsed_us, phase="finishing"),
    ev.AverageTimed: _on_average,
    ev.TopStarted: _on_top_started,
    ev.TopListed: _on_top_listed,
    ev.KsnnAnnounced: lambda s, e: s._replace(ksnn_version=e.version, phase="creating"),
    ev.StageReached: lambda s, e: s._replace(stage=e.text),
    ev.DetectionsCounted: _on_detections_counted,
    ev.ObjectDetected: _on_detection,
    ev.ProgramReported: lambda s, e: s._replace(reported=e.reported),
    ev.HangNoticed: lambda s, e: s._replace(hung=e.hang),
    ev.Prompted: _unchanged,
    ev.Interrupted: _unchanged,
    ev.TextCut: _unchanged,
    ev.DriverVersioned: lambda s, e: s._replace(driver_version=e.version),
    ev.Diagnosed: lambda s, e: _with_diagnostic(s, e.diagnostic),
    ev.Unrecognized: _on_unrecognized,
    ev.ForeignText: lambda s, e: s._replace(other_lines=s.other_lines + 1),
}


def reduce(state: RunState, event: ev.Event) -> RunState:
    """Return the state after the event. Pure; never raises, whatever the order of events."""
    return _REDUCERS[type(event)](state, event)


def starts_new_run(state: RunState, event: ev.Event) -> bool:
    """Return whether `event` cannot belong to the run that `state` describes, so that the log holds one more run.

    A header line begins a run if there are results already, or if the same header line was seen before. Profiled
    operations after the totals belong to a run whose beginning is missing.
    """
    match event:
        case ev.ProductNamed():
            return state.has_result or state.product is not None or bool(state.operations)
        case ev.NetworkCreated():
            return state.has_result or state.create_us is not None or bool(state.operations)
        case ev.KsnnAnnounced():
            return state.has_result or state.ksnn_version is not None or bool(state.operations)
        case ev.ThreadCreated():
            return state.has_result
        case ev.GraphStarted():
            return state.has_result and state.ksnn_version is None
        case ev.OperationProfiled() | ev.IterationEnded():
            return state.total_us is not None or state.average_us is not None
        case _:
            return False

"""How operations become iterations: by the program's own lines, by what it reports, or by the end of its text."""

from __future__ import annotations

from collections.abc import Sequence

from npumon.core.growing import Growing
from npumon.core.log import events as ev
from npumon.core.profile import Diagnostic, Iteration, Operation, Reported
from npumon.core.run.state import (
    KEPT_DIAGNOSTICS,
    KEPT_ITERATIONS,
    KEPT_OPEN_OPERATIONS,
    KEPT_OPERATIONS,
    End,
    Phase,
    RunState,
    has_figures,
)

#: benchmark_model of TensorFlow Lite prints figures of its warm-up, then of the inferences, then a summary. It says
#: before the first two that it begins.
_BENCHMARK = "benchmark_model"
_BENCHMARK_BEGINS = "Running benchmark"
#: The share of operations that write what the same operation of the iteration before wrote.
_REPEATED = 0.9
#: How it is said that operations without heads were made iterations.
COUNTERS_ALONE = "told by their counters alone"
#: Said where a text contradicts the order in which one program prints.
MIXED = "the lines are not in the order of one program: those of two may be mixed, or some were cut out"


def with_diagnostic(state: RunState, diagnostic: Diagnostic) -> RunState:
    """Add a diagnostic; one that says the same as an earlier one is counted there.

    The first ones are kept because the first error is usually the cause. An error takes the place of something less.
    """
    known, same = state.diagnostics, diagnostic[1:4]
    for place in range(len(known) - 1, -1, -1):
        said = known[place]
        if said[1:4] == same:
            again = said._replace(count=said.count + diagnostic.count)
            return state._replace(diagnostics=(*known[:place], again, *known[place + 1 :]))
    if len(known) < KEPT_DIAGNOSTICS:
        return state._replace(diagnostics=(*known, diagnostic))
    dropped = state._replace(diagnostics_dropped=state.diagnostics_dropped + 1)
    less = [place for place, said in enumerate(known) if said.level != "error"]
    if diagnostic.level != "error" or not less:
        return dropped
    return dropped._replace(diagnostics=(*known[: less[-1]], *known[less[-1] + 1 :], diagnostic))


def remark(state: RunState, message: str) -> RunState:
    """Note how the text was understood."""
    return with_diagnostic(state, Diagnostic(None, "info", "npumon", message))


def remark_mixed(state: RunState) -> RunState:
    """Note that lines of two programs may be mixed."""
    return with_diagnostic(state, Diagnostic(None, "warning", "npumon", MIXED))


def is_mixed(state: RunState) -> bool:
    """Return whether that was noted."""
    return any(said.message == MIXED for said in state.diagnostics)


def close_iteration(
    state: RunState, number: int, elapsed_us: float | None, inference_us: float | None = None
) -> RunState:
    """Return the state after the end of the open iteration, with all its operations."""
    operations = () if state.failing else tuple(state.operations)
    iteration = Iteration(
        number,
        elapsed_us,
        operations,
        complete=not (state.forgotten or state.torn),
        inference_us=inference_us,
        first=not state.iterations_ended,
        segments=0 if state.failing else state.segments,
        gap=state.gap and not _is_as_long_as_before(state, operations),
    )
    if state.forgotten and not state.failing:
        many = len(operations) + state.forgotten
        state = remark(state, f"of an iteration's {many} operations only the last {len(operations)} are kept")
    return _with_iteration(state, iteration, ())


def forget_open(state: RunState) -> RunState:
    """Return the state without what is open: its end is lost, and what ends next has lost its beginning."""
    return state._replace(operations=(), torn=True, broken=False, failing=False, segments=0, announced=None)


def _is_as_long_as_before(state: RunState, operations: Sequence[Operation]) -> bool:
    return bool(state.iterations) and len(state.iterations[-1].operations) == len(operations)


def _with_iteration(state: RunState, iteration: Iteration, rest: Sequence[Operation]) -> RunState:
    """Add an ended iteration; `rest` are the operations of the next one."""
    ended = state.iterations_ended + 1
    return state._replace(
        iterations=forget(Growing.of(state.iterations).plus(iteration), KEPT_OPERATIONS),
        iterations_ended=ended,
        times=state.times.plus(iteration.latency_us),
        operations=rest,
        forgotten=0,
        torn=False,
        broken=False,
        failing=False,
        segments=0,
        gap=False,
        announced=None,
        phase=phase_after(state, ended),
    )


def phase_after(state: RunState, ended: int) -> Phase:
    """Return how far a run is when so many iterations have ended."""
    return "finishing" if state.loops is not None and ended >= state.loops else "running"


def with_iterations(state: RunState, ended: int) -> RunState:
    """Return the state when so many iterations have ended, of which only the newest are known."""
    return state._replace(iterations_ended=ended, phase=phase_after(state, ended))


def forget(iterations: Growing[Iteration], operations: int) -> Growing[Iteration]:
    """Return the newest iterations: as many as have so many operations together, at least one.

    Iterations of one run are alike, so the newest one tells how many that is.
    """
    kept = kept_of(iterations[-1], operations)
    return iterations.without_first(len(iterations) - kept) if len(iterations) > kept else iterations


def kept_of(newest: Iteration, operations: int) -> int:
    """Return how many iterations are kept when this one has ended (`forget`)."""
    return max(1, min(operations // max(1, len(newest.operations)), KEPT_ITERATIONS))


def with_operation(state: RunState, operation: Operation, *, complete: bool) -> RunState:
    """Add an operation to the open iteration.

    Where nothing but counters is told, a program's figures say afterwards how many of them are an iteration. Those that
    are too many to wait for that are taken as iterations as long as the program's former ones.
    """
    operations, forgotten = Growing.of(state.operations).plus(operation), state.forgotten
    if len(operations) > KEPT_OPEN_OPERATIONS:
        if state.period is not None and not forgotten:
            state = _take_iteration(state._replace(operations=operations, taken=state.taken + 1), state.period)
            operations = Growing.of(state.operations)
        else:
            operations, forgotten = operations.without_first(1), forgotten + 1
    return state._replace(
        operations=operations,
        forgotten=forgotten,
        broken=not complete,
        phase="running",
        announced=None,
        gap=state.gap and operation.op_abs_id is None,  # others tell by their numbers what is missing
    )


def _take_iteration(state: RunState, many: int) -> RunState:
    """Make an iteration of the first `many` of the open operations."""
    rest = Growing.of(state.operations).without_first(many)
    operations, first = tuple(state.operations[:many]), not state.iterations_ended
    iteration = Iteration(state.iterations_ended + 1, None, operations, first=first)
    return _with_iteration(state, iteration, rest)


def on_reported(state: RunState, event: ev.ProgramReported) -> RunState:
    """Take another program's own figures, and make iterations of the operations that they are about."""
    if event.splits and state.operations:
        state = _split(state, event.splits, event.reported.program)
    reported = _joined(state.reported, event.reported)
    state = state._replace(reported=reported)
    if reported.program != _BENCHMARK:
        over = has_figures(reported) and state.phase == "waiting"
        return state._replace(phase="done") if over else state
    return state._replace(phase="done" if reported.warmup is not None or _summed_up(reported) else "running")


def on_stage(state: RunState, event: ev.StageReached) -> RunState:
    """Note a step that the program announces."""
    return state._replace(stage=event.text, phase="running" if begins_benchmark(event) else state.phase)


def benchmark_runs(state: RunState) -> bool:
    """Return whether benchmark_model has not told its figures yet."""
    begun = state.stage is not None and state.stage.startswith(_BENCHMARK_BEGINS)
    told = state.reported is not None and state.reported.program == _BENCHMARK
    return state.phase == "running" and (begun or told)


def _split(state: RunState, parts: int, program: str) -> RunState:
    """Split the open operations into so many iterations of equal length, and say so.

    Operations that tell their `op_abs_id` have told their iterations, apart from the last one.
    """
    rest, left = len(state.operations), parts - state.taken
    if state.operations[0].op_abs_id is not None:
        return close_iteration(state, state.iterations_ended + 1, None)
    period = rest // left if left > 0 else 0
    known = period == state.period
    fits = rest == period * left and not state.forgotten and (known or not (state.taken or state.gap))
    whole = f"{program} counted {parts} inferences"
    if not fits:
        many = rest + state.forgotten
        state = close_iteration(state._replace(taken=0, gap=True), state.iterations_ended + 1, None)
        return remark(state, f"{many} operations {COUNTERS_ALONE} are taken as one iteration: {whole}")
    many = rest + state.taken * period
    for _ in range(left):
        state = _take_iteration(state, period)
    state = state._replace(period=period, taken=0)
    return remark(state, f"{many} operations {COUNTERS_ALONE} are {parts} x {period}: {whole}")


def _joined(known: Reported | None, told: Reported) -> Reported:
    """Return all figures of the program. The first that it counts are those of its warm-up if others follow."""
    if known is None or known.program != told.program:
        return told
    if told.count is not None and known.count is not None:
        if told.init_us is not None and known.init_us is None:
            return told._replace(warmup=told.warmup or known.warmup)
        return told._replace(warmup=told.warmup or known.warmup or known)
    if told.count is not None:
        known, told = told, known
    missing = {name: value for name, value in told._asdict().items() if getattr(known, name) is None}
    return known._replace(**missing)


def _summed_up(reported: Reported | None) -> bool:
    return reported is not None and reported.init_us is not None


def has_last_report(state: RunState) -> bool:
    """Return whether the program has printed the figures that it ends with."""
    return state.reported is not None and (state.reported.warmup is not None or _summed_up(state.reported))


def begins_benchmark(event: ev.StageReached) -> bool:
    """Return whether benchmark_model begins its warm-up, or its inferences."""
    return event.text.startswith(_BENCHMARK_BEGINS)


def is_reported_anew(state: RunState, told: Reported) -> bool:
    """Return whether these figures are those of another start of a program."""
    known = state.reported
    if known is None or not has_figures(known):
        return False
    if known.program != told.program:
        return True
    return told.count is not None and known.count is not None and (told.program != _BENCHMARK or _summed_up(known))


def close_last(state: RunState, how: End) -> RunState:
    """Return the state with the open operations as an iteration, where the program has no line that would say so.

    Programs that print the steps of the C demos, or KSNN's, do have such lines; but before a prompt nothing more will
    come.
    """
    says_more = state.ksnn_version is not None or state.frames or (how == "text" and _has_steps(state))
    if not state.operations or state.graph_started or says_more or state.broken or state.failing or state.cancelled:
        return state
    if len(state.operations) < _expected(state):
        return state
    under_way = benchmark_runs(state)
    operations = state.operations
    closed = close_iteration(state, state.iterations_ended + 1, None)
    if operations[0].op_abs_id is None and len(operations) > 1:
        closed = _remark_one(closed, operations)
    return closed._replace(phase="running" if under_way else "done")


def _remark_one(state: RunState, operations: Sequence[Operation]) -> RunState:
    """Note that nothing told the iterations apart, with a hint of how many there may be."""
    many, period = len(operations), _period_of(operations)
    hint = "" if period is None else f"; their writes repeat, so they may be {many // period} x {period}"
    return remark(state, f"{many} operations {COUNTERS_ALONE} are taken as one iteration{hint}")


def _period_of(operations: Sequence[Operation]) -> int | None:
    """Return after how many operations they seem to begin anew; None if they do not.

    What an operation writes is the same in each iteration, for nine operations of ten (50 iterations of an i.MX log).
    """
    writes, many = [operation.bandwidth.total_write for operation in operations], len(operations)
    for period in range(2, many // 2 + 1):
        if many % period == 0 and len(set(writes[:period])) > 1:
            same = sum(one == other for one, other in zip(writes, writes[period:], strict=False))
            if same >= _REPEATED * (many - period):
                return period
    return None


def _has_steps(state: RunState) -> bool:
    return state.create_us is not None or state.verify_us is not None


def _expected(state: RunState) -> int:
    """Return how many operations an iteration should have at least, by earlier ones or by the VerifyTiling table.

    The table's last row may have no operation.
    """
    before = len(state.iterations[-1].operations) if state.iterations else 0
    return before or len(state.tiling) - 1

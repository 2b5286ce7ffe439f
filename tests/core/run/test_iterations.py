"""Operations to iterations, where the program's own lines do not tell them apart."""

from __future__ import annotations

import pytest

from npumon.core.log import events as ev
from npumon.core.profile import Bandwidth, Diagnostic, Iteration, Operation, Reported, TilingRow
from npumon.core.run import state as bounds
from npumon.core.run.fold import finish, reduce
from npumon.core.run.iterations import MIXED, with_iterations
from npumon.core.run.state import EMPTY, RunState

WARMUP = ev.ProgramReported(Reported("benchmark_model", count=1), splits=1)
FIGURES = ev.ProgramReported(Reported("benchmark_model", count=3, average_us=5.0), splits=3)
SUMMARY = ev.ProgramReported(Reported("benchmark_model", init_us=7.0, average_us=6.0))


def folded(*events: ev.Event, state: RunState = EMPTY) -> RunState:
    for event in events:
        state = reduce(state, event)
    return state


def told(number: int | None) -> ev.OperationProfiled:
    """An operation with this `op_abs_id`."""
    return ev.OperationProfiled(Operation(op_abs_id=number, window_us=10))


def lengths(state: RunState) -> list[int]:
    return [len(iteration.operations) for iteration in state.iterations]


def remarks(state: RunState) -> list[tuple[str, str]]:
    return [(said.level, said.message) for said in state.diagnostics]


def test_the_first_operation_again_begins_an_iteration() -> None:
    state = folded(*map(told, (3, 4, 7, 3, 4, 7, 3)))
    assert lengths(state) == [3, 3]
    assert [(each.number, each.first, each.elapsed_us) for each in state.iterations] == [
        (1, True, None),
        (2, False, None),
    ]
    assert len(state.operations) == 1
    assert state.diagnostics == ()


def test_an_operation_before_the_first_one_begins_an_iteration() -> None:
    """The beginning of the first iteration was cut out."""
    state = folded(*map(told, (3, 4, 0, 1, 2, 3, 4, 0)))
    assert (lengths(state), remarks(state)) == ([2, 5], [])


@pytest.mark.parametrize("numbers", [(0, 1, 1), (0, 2, 1), (0, 5, 3, 4)])
def test_operations_out_of_order_are_those_of_two_programs(numbers: tuple[int, ...]) -> None:
    assert remarks(folded(*map(told, numbers))) == [("warning", MIXED)]


@pytest.mark.parametrize("numbers", [(0, 1, 3), (0, None, 0), (None, 0, 1), (2, None, 1)])
def test_operations_that_may_be_in_order_are_not(numbers: tuple[int | None, ...]) -> None:
    assert remarks(folded(*map(told, numbers))) == []


@pytest.mark.parametrize(
    "events",
    [
        (ev.GraphStarted(1), ev.GraphStarted(1)),
        (ev.TotalTimed(1.0), ev.TotalTimed(1.0)),
    ],
)
def test_steps_that_no_program_prints_twice(events: tuple[ev.Event, ...]) -> None:
    assert remarks(folded(*events)) == [("warning", MIXED)]


def test_figures_split_the_operations_before_them() -> None:
    state = folded(told(None), told(None), WARMUP, *[told(None)] * 6, FIGURES)
    assert lengths(state) == [2, 2, 2, 2]
    assert [iteration.first for iteration in state.iterations] == [True, False, False, False]
    assert (state.period, state.phase, state.operations) == (2, "done", ())
    assert [level for level, _ in remarks(state)] == ["info", "info"]
    assert "6 operations" in remarks(state)[1][1]
    assert "3 x 2" in remarks(state)[1][1]


def test_what_does_not_divide_is_one_iteration() -> None:
    state = folded(*[told(None)] * 7, FIGURES)
    assert lengths(state) == [7]
    ((level, message),) = remarks(state)
    assert level == "info"
    assert "one iteration" in message
    assert state.period is None
    assert state.iterations[0].gap, "some were lost"


CUT = ev.TextCut()


def test_of_operations_without_numbers_a_cut_leaves_unknown_how_many_there_are() -> None:
    whole: list[ev.Event] = [told(None), told(None), WARMUP]
    state = folded(*whole, *[told(None)] * 3, CUT, told(None), FIGURES)
    assert [(len(each.operations), each.gap) for each in state.iterations] == [(2, False), (4, True)]
    divides = folded(*whole, *[told(None)] * 2, CUT, told(None), FIGURES)
    assert [(len(each.operations), each.gap) for each in divides.iterations] == [(2, False), (3, True)]
    between = folded(*whole, *[told(None)] * 3, CUT, *[told(None)] * 3, FIGURES)
    assert [(len(each.operations), each.gap) for each in between.iterations] == [(2, False)] * 4


LOST = ev.TextCut(lost=True)


def test_operations_before_and_behind_a_loss_are_not_of_one_iteration() -> None:
    begun = (ev.GraphStarted(9), told(0), told(1), ev.IterationEnded(1, 1.0))
    state = folded(
        *begun, told(0), LOST, told(1), ev.IterationEnded(7, 1.0), told(0), told(1), ev.IterationEnded(8, 1.0)
    )
    assert [(each.number, len(each.operations), each.complete) for each in state.iterations] == [
        (1, 2, True),
        (7, 1, False),
        (8, 2, True),
    ]
    failed = folded(*begun, told(0), LOST, ev.IterationFailed(8, "fail"), told(0), told(1), ev.IterationEnded(9, 1.0))
    assert [each.complete for each in failed.iterations] == [True, True], "what ends next has begun behind the loss"


def test_a_loss_before_the_first_iteration_cuts_none() -> None:
    state = folded(ev.ProductNamed("VIPNano-QI", "0x88"), LOST, ev.GraphStarted(1), told(0), ev.IterationEnded(1, 1.0))
    assert [each.complete for each in state.iterations] == [True]


def test_behind_a_cut_operations_tell_by_their_numbers_what_is_missing() -> None:
    begun = (ev.GraphStarted(2), told(0))
    run_ = ev.IterationEnded(1, 5.0)
    assert [each.gap for each in folded(*begun, CUT, run_).iterations] == [True]
    assert [each.gap for each in folded(*begun, CUT, told(4), run_).iterations] == [False]
    assert [each.gap for each in folded(*begun, CUT, told(4), run_, told(0), told(4), run_).iterations] == [False] * 2
    assert [each.gap for each in folded(CUT, *begun, run_).iterations] == [False]
    as_before = folded(*begun, run_, told(0), CUT, run_)
    assert [each.gap for each in as_before.iterations] == [False, False]


def test_operations_with_numbers_have_told_their_iterations() -> None:
    state = folded(*map(told, (0, 1, 0, 1, 0, 1)), FIGURES)
    assert lengths(state) == [2, 2, 2]
    assert remarks(state) == []


def test_figures_without_operations_make_no_iterations() -> None:
    state = folded(FIGURES)
    assert (state.iterations, state.has_result) == ((), True)


def test_the_first_count_is_that_of_the_warm_up_and_a_summary_adds_what_is_missing() -> None:
    state = folded(WARMUP)
    assert (state.phase, state.interrupted) == ("running", True)
    state = folded(FIGURES, state=state)
    assert state.reported == Reported("benchmark_model", 3, average_us=5.0, warmup=WARMUP.reported)
    assert (state.phase, state.interrupted) == ("done", False)
    state = folded(SUMMARY, state=state)
    assert state.reported == Reported("benchmark_model", 3, average_us=5.0, init_us=7.0, warmup=WARMUP.reported)


def test_a_summary_that_repeats_all_makes_no_warm_up_of_them() -> None:
    again = FIGURES.reported._replace(init_us=7.0)
    state = folded(FIGURES, ev.ProgramReported(again))
    assert (state.reported, state.phase) == (again, "done")
    assert folded(WARMUP, FIGURES, ev.ProgramReported(again)).reported == again._replace(warmup=WARMUP.reported)


def test_figures_after_what_has_no_count_go_before_it() -> None:
    begun = ev.ProgramReported(Reported("benchmark_model"))
    assert folded(begun).phase == "running"
    assert folded(SUMMARY, FIGURES).reported == Reported("benchmark_model", 3, average_us=5.0, init_us=7.0)
    assert folded(FIGURES, SUMMARY).phase == "done"


def test_a_pipeline_s_name_changes_nothing_of_its_run() -> None:
    pipeline = ev.ProgramReported(Reported("nnstreamer"))
    state = folded(ev.NetworkCreated(1), pipeline)
    assert (state.phase, state.has_result) == ("verifying", False)
    assert folded(pipeline).phase == "waiting"
    assert folded(pipeline).has_profiler_text
    tengine = ev.ProgramReported(Reported("tengine", 12, average_us=3.0), splits=12)
    assert folded(pipeline, tengine).reported == tengine.reported
    assert folded(tengine).phase == "done"


def test_too_many_operations_to_wait_for_are_taken_by_the_former_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("npumon.core.run.iterations.KEPT_OPEN_OPERATIONS", 5)
    waiting = folded(told(None), told(None), WARMUP, *[told(None)] * 8)
    assert lengths(waiting) == [2, 2, 2]
    four = FIGURES._replace(splits=4)
    state = folded(four, state=waiting)
    assert lengths(state) == [2] * 5
    assert remarks(state)[-1] == (
        "info",
        "8 operations told by their counters alone are 4 x 2: benchmark_model counted 4 inferences",
    )
    assert lengths(folded(*[told(None)] * 4, ev.ProgramReported(FIGURES.reported, 2), state=state)) == [2] * 7
    assert lengths(folded(FIGURES, state=waiting)) == [2, 2, 2, 4], "one by the figures, which contradict the warm-up"
    assert lengths(folded(WARMUP, state=waiting)) == [2, 2, 2, 4]


def test_of_an_endless_iteration_the_last_operations_are_kept_and_it_is_not_complete(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("npumon.core.run.iterations.KEPT_OPEN_OPERATIONS", 5)
    state = folded(*map(told, range(8)))
    assert [operation.op_abs_id for operation in state.operations] == [3, 4, 5, 6, 7]
    state = folded(ev.IterationEnded(1, 9.0), state=state)
    assert not state.iterations[0].complete
    assert remarks(state) == [("info", "of an iteration's 8 operations only the last 5 are kept")]
    assert lengths(folded(*[told(None)] * 9, FIGURES)) == [5]


def test_kept_iterations_are_bounded_by_their_operations() -> None:
    many = bounds.KEPT_OPERATIONS // 10
    state = EMPTY
    for number in range(12):
        operations = (Operation(),) * many
        state = folded(ev.IterationEnded(number + 1, 1.0), state=state._replace(operations=operations))
    assert [each.number for each in state.iterations] == list(range(3, 13))
    assert state.iterations_ended == 12
    state = folded(ev.IterationEnded(13, 1.0), state=state._replace(operations=(Operation(),) * 11 * many))
    assert [each.number for each in state.iterations] == [13], "at least one"


def test_a_failed_iteration_s_operations_belong_to_no_other() -> None:
    failed = ev.IterationFailed(1, "no graph", 3)
    state = folded(told(0), told(1), failed)
    assert state.failing
    assert len(state.operations) == 2, "as far as it came"
    assert lengths(folded(told(0), told(1), told(2), ev.IterationEnded(2, 1.0), state=state)) == [3]
    assert lengths(folded(ev.IterationEnded(2, 1.0), state=state)) == [0]
    assert finish(state, "text").iterations == ()


@pytest.mark.parametrize("how", ["text", "prompt", "start"])
def test_a_program_without_steps_ends_its_last_iteration_with_its_text(how: bounds.End) -> None:
    state = finish(folded(*map(told, (0, 1, 0, 1))), how)
    assert lengths(state) == [2, 2]
    assert (state.phase, state.ended, state.interrupted) == ("done", how, False)
    assert finish(state, "text") is state


def test_counters_alone_are_one_iteration_and_it_says_so() -> None:
    state = finish(folded(*[told(None)] * 4), "text")
    assert lengths(state) == [4]
    assert remarks(state) == [("info", "4 operations told by their counters alone are taken as one iteration")]


def writing(*written: float | None) -> list[ev.OperationProfiled]:
    return [ev.OperationProfiled(Operation(bandwidth=Bandwidth(total_write=each))) for each in written]


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ((1.0, 2.0, 3.0) * 4, "4 x 3"),
        ((1.0, 1.0, 2.0) * 2, "2 x 3"),
        ((*range(20), *range(18), 50.0, 51.0), "2 x 20"),  # eighteen of twenty
        ((*range(20), *range(17), 50.0, 51.0, 52.0), None),
        ((1.0, 2.0, 1.0), None),
        ((1.0,) * 8, None),
        ((None,) * 8, None),
    ],
)
def test_writes_that_repeat_are_a_hint_and_no_more(written: tuple[float | None, ...], hint: str | None) -> None:
    state = finish(folded(*writing(*written)), "text")
    assert lengths(state) == [len(written)]
    ((_, message),) = remarks(state)
    assert ("; their writes repeat" in message) == (hint is not None)
    assert hint is None or message.endswith(hint)


def test_a_benchmark_that_has_not_told_its_figures_is_interrupted() -> None:
    state = finish(folded(told(None), WARMUP, told(None)), "text")
    assert lengths(state) == [1, 1]
    assert (state.phase, state.interrupted) == ("running", True)


STARTED = (ev.NetworkCreated(1), ev.GraphVerified(1))


@pytest.mark.parametrize(
    ("events", "how"),
    [
        ((ev.GraphStarted(1), told(0)), "prompt"),
        ((*STARTED, told(0)), "text"),
        ((ev.KsnnAnnounced("v1.3"), told(0)), "text"),
        ((ev.DetectionsCounted(0), told(0)), "text"),
        ((ev.OperationProfiled(Operation(), complete=False),), "text"),
        ((told(0), ev.InterruptEchoed()), "prompt"),
        ((told(0), told(1), told(0)), "text"),
        ((ev.TilingTabulated((TilingRow(0, "NN"),) * 4), told(0), told(1)), "text"),
    ],
)
def test_what_remains_open(events: tuple[ev.Event, ...], how: bounds.End) -> None:
    state = finish(folded(*events), how)
    assert state.operations
    assert state.ended == how


def test_before_a_prompt_no_step_is_waited_for() -> None:
    assert lengths(finish(folded(*STARTED, told(0)), "prompt")) == [1]


def test_the_same_again_is_one_message_with_its_count() -> None:
    line = Diagnostic(3, "warning", "driver", "cann't support data type 4")
    state = folded(*[ev.Diagnosed(line), ev.Diagnosed(line._replace(line=4, message="other"))] * 3)
    assert state.diagnostics == (line._replace(count=3), line._replace(line=4, message="other", count=3))
    assert state.diagnostics_dropped == 0


def test_an_error_takes_the_place_of_the_last_warning() -> None:
    warnings = [ev.Diagnosed(Diagnostic(line, "warning", "driver", f"{line}")) for line in range(250)]
    error = Diagnostic(300, "error", "ovxlib", "CHECK STATUS(-4)")
    state = folded(*warnings, ev.Diagnosed(error))
    assert len(state.diagnostics) == bounds.KEPT_DIAGNOSTICS
    assert state.diagnostics[-1] == error
    assert state.diagnostics[-2].line == bounds.KEPT_DIAGNOSTICS - 2
    assert state.diagnostics_dropped == 51


def test_iterations_that_were_forgotten_still_count_in_the_times() -> None:
    state = EMPTY._replace(iterations=(Iteration(0),) * bounds.KEPT_ITERATIONS, iterations_ended=bounds.KEPT_ITERATIONS)
    state = folded(*(ev.IterationEnded(number, float(number)) for number in range(5)), state=state)
    assert len(state.iterations) == bounds.KEPT_ITERATIONS
    assert state.times.recent == (1.0, 2.0, 3.0, 4.0)


def test_as_many_iterations_as_are_said_have_ended() -> None:
    state = EMPTY._replace(loops=3, phase="running")
    assert with_iterations(state, 2) == state._replace(iterations_ended=2)
    assert with_iterations(state, 3) == state._replace(iterations_ended=3, phase="finishing")

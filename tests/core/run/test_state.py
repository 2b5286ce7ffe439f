"""The fold of one run: what each event adds, in bounded memory, in any order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.log import events as ev
from npumon.core.profile import Detection, Diagnostic, Hang, Iteration, Operation, TopEntry
from npumon.core.run import state as bounds
from npumon.core.run.fold import reduce, starts_new_run
from npumon.core.run.state import EMPTY, RunState
from tests.core.run.judging import times_of

StateOf = Callable[[str | bytes], RunState]

HEAD = "#productname=VIPNano-QI, pid=0x88\nCreated VX Thread: 0x1\n"
BLOCK = "uid: 0\nVPC_ELAPSETIME: 7\n*********\n"
ITERATION = BLOCK + "Run the 1 time: 1.00ms or 5.00us\n"
TOTALS = "Total   1.00ms or 5.00us\nAverage 1.00ms or 5.00us\n"
TOP = " --- Top2 ---\n  2: 0.5\n  3: 0.4\n"
KSNN = " |--- KSNN Version: v1.3 +---|\n"


def folded(*events: ev.Event, state: RunState = EMPTY) -> RunState:
    for event in events:
        state = reduce(state, event)
    return state


def test_the_real_run(seed_run: bytes, state_of: StateOf, iteration: Iteration) -> None:
    state = state_of(seed_run)
    assert [row.number for row in state.tiling] == [0]
    assert state._replace(tiling=()) == RunState(
        product="VIPNano-QI",
        pid="0x88",
        axi_sram_bytes=1048576,
        vip_sram_bytes=522240,
        create_us=59455,
        verify_us=823,
        loops=1,
        phase="done",
        iterations=(iteration,),
        iterations_ended=1,
        times=times_of([21609.0]),
        graph_started=True,
        total_us=21625.0,
        average_us=21625.0,
        top_size=5,
        top=tuple(
            TopEntry(rank, index, score)
            for rank, (index, score) in enumerate(
                ((2, 0.833984), (795, 0.009102), (974, 0.003592), (408, 0.002207), (393, 0.002111)), 1
            )
        ),
        ended="text",
    )


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("", "waiting"),
        ("Created VX Thread: 0x1\n", "creating"),
        (KSNN, "creating"),
        ("Create Neural Network: 1ms or 1us\n", "verifying"),
        ("Verify...\n", "verifying"),
        ("Verify Graph: 0ms or 1us\n", "running"),
        ("Start run graph [2] times...\n", "running"),
        ("Start run graph [2] times...\n" + ITERATION, "running"),
        ("Start run graph [1] times...\n" + ITERATION, "finishing"),
        (ITERATION, "running"),
        (KSNN + "Done. inference : 0.04\n", "done"),
        ("Total   1.00ms or 5.00us\n", "finishing"),
        (TOTALS, "done"),
        (" --- Top2 ---\n", "finishing"),
        (" --- Top0 ---\n", "done"),
        (TOP, "done"),
        (ITERATION + "Exit VX Thread: 0x1\n", "done"),
        ("Created VX Thread: 0x1\nExit VX Thread: 0x1\n", "creating"),
        ("Run graph the 0 time fail\n", "running"),
        ("resultData.detect_num=1\n", "running"),
    ],
)
def test_the_phase_follows_the_text(text: str, phase: str, state_of: StateOf) -> None:
    assert state_of(text).phase == phase


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        HEAD + "Create Neural Network: 1ms or 1us\n",
        HEAD + "Start run graph [1] times...\n",
        HEAD + "Start run graph [1] times...\nuid: 0\n",
        HEAD + "Start run graph [1] times...\n" + BLOCK,
        HEAD + "Start run graph [1] times...\n" + ITERATION,
        HEAD + "Start run graph [2] times...\n" + ITERATION,
        HEAD + "Start run graph [1] times...\n" + ITERATION + "Total   1.00ms or 5.00us\n",
        HEAD + ITERATION + TOTALS + " --- Top2 ---\n  2: 0.5\n",
        ITERATION,
        HEAD + "Create Neural Network: 1ms or 1us\n" + BLOCK,
        "uid: 0\nVPC_ELAPSETIME: 7\n",
        "AXI-SRAM = 1 Bytes VIP-SRAM = 2 Bytes\n",
        KSNN,
        KSNN + "Start run graph [1] times...\n" + BLOCK,
        KSNN + "Start run graph [1] times...\n" + BLOCK + "Done. inference : 0.04\nStart run graph [1] times...\n",
        KSNN + "Done. inference : 0.04\n----- Show Top5 +-----\n     2: 0.93457\n",
        "resultData.detect_num=1\n" + BLOCK,
    ],
)
def test_a_text_that_stops_inside_a_run_is_interrupted(text: str, state_of: StateOf) -> None:
    state = state_of(text)
    assert state.has_profiler_text
    assert state.interrupted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "what?\n",
        BLOCK,
        "Det_set_input START\n",
        HEAD + "Start run graph [1] times...\n" + ITERATION + TOTALS,
        HEAD + "Start run graph [1] times...\n" + ITERATION + TOTALS + TOP,
        ITERATION + "Total   216ms, Average 21.62ms\n",
        ITERATION + "Exit VX Thread: 0x1\n",
        TOP,
        KSNN + "Start run graph [1] times...\n" + BLOCK + "Done. inference : 0.04\n",
        KSNN + "Done. inference : 0.04\n----- Show Top1 +-----\n     2: 0.93457\n",
        KSNN + "class: person, score: 0.9\n",
        "inference : 0.03\nclass: person, score: 0.9\n",
        "resultData.detect_num=0\n",
        "resultData.detect_num=2\nan object in another form\n",
        BLOCK + "resultData.detect_num=1\ni:0 left:1 right:2 top:3 bottom:4\n",
    ],
)
def test_a_text_that_tells_all_of_a_run_is_not(text: str, state_of: StateOf) -> None:
    assert not state_of(text).interrupted


@pytest.mark.parametrize("totals", ["", TOTALS])
def test_the_time_of_an_inference_belongs_to_the_iteration_that_has_just_ended(state_of: StateOf, totals: str) -> None:
    state = state_of(KSNN + "Start run graph [1] times...\n" + ITERATION + totals + "Done. inference :  0.0423\n" + TOP)
    (iteration,) = state.iterations
    assert (iteration.elapsed_us, iteration.vpc_elapsed_us, iteration.inference_us) == (5.0, 7, 42_300.0)
    assert (state.iterations_ended, state.phase) == (1, "done")


def test_inferences_without_another_time_are_iterations_of_their_own(state_of: StateOf) -> None:
    frames = "Done. inference :  0.03\nStart run graph [1] times...\nDone. inference :  0.04\n"
    state = state_of(KSNN + ITERATION + frames + BLOCK + "Done. inference :  0.05\n")
    assert [(each.elapsed_us, each.inference_us) for each in state.iterations] == [
        (5.0, 30_000.0), (40_000.0, 40_000.0), (50_000.0, 50_000.0)
    ]  # fmt: skip


def test_the_measured_iteration_is_the_last_with_a_profile(state_of: StateOf) -> None:
    bare = "Run the 2 time: 1.00ms or 6.00us\n"
    state = state_of(ITERATION + bare)
    assert state.measured == state.iterations[0]
    assert state_of(bare).measured == Iteration(2, 6.0, first=True)
    assert EMPTY.measured is None


@pytest.mark.parametrize(
    ("event", "has_result"),
    [
        (ev.IterationEnded(1, None), True),
        (ev.InferenceTimed(None), True),
        (ev.TotalTimed(1.0), True),
        (ev.AverageTimed(1.0), True),
        (ev.TopListed(TopEntry(1, 2, 0.5)), True),
        (ev.DetectionsCounted(0), True),
        (ev.ObjectDetected(Detection()), True),
        (ev.OperationProfiled(Operation()), False),
        (ev.TotalTimed(None), False),
        (ev.TopStarted(5), False),
        (ev.IterationFailed(1, "x"), False),
    ],
)
def test_what_counts_as_a_result(event: ev.Event, has_result: bool) -> None:
    state = folded(event)
    assert state.has_result == has_result
    assert state.has_profiler_text or event == ev.TotalTimed(None)


def test_an_iteration_takes_the_operations_before_it() -> None:
    one, two = Operation(1, window_us=10), Operation(2, window_us=5)
    state = folded(ev.OperationProfiled(one), ev.SegmentRun(0), ev.OperationProfiled(two, complete=False))
    assert state.broken
    assert state.open_iteration == Iteration(1, None, (one, two), complete=False, first=True, segments=1)
    assert state.open_iteration.vpc_elapsed_us == 15
    state = folded(ev.IterationEnded(1, 20.0), state=state)
    assert (state.broken, state.open_iteration, state.segments) == (False, None, 0)
    assert state.iterations == (Iteration(1, 20.0, (one, two), first=True, segments=1),)
    later = folded(ev.OperationProfiled(one), state=state).open_iteration
    assert later == Iteration(2, None, (one,), complete=False)


def test_ksnn_counts_its_inferences_and_starts_the_graph_for_each(state_of: StateOf) -> None:
    state = state_of(KSNN + ("Start run graph [1] times...\n" + BLOCK + "Done. inference :  0.0423\n") * 2)
    assert state.loops is None
    assert [(each.number, each.elapsed_us) for each in state.iterations] == [(1, 42300.0), (2, 42300.0)]


def test_a_frame_ends_what_was_profiled_for_it(state_of: StateOf) -> None:
    frame = "resultData.detect_num=1\ni:0 left:1 right:2 top:3 bottom:4\n"
    state = state_of(BLOCK + frame + BLOCK + frame)
    assert state.frames == 2
    assert [(each.number, each.elapsed_us, each.vpc_elapsed_us) for each in state.iterations] == [
        (1, None, 7),
        (2, None, 7),
    ]
    assert state.detections == (Detection(0, None, None, 1.0, 3.0, 2.0, 4.0),)
    assert state_of(frame + frame).iterations == ()


def test_failed_iterations_are_counted_and_said() -> None:
    state = folded(ev.IterationFailed(3, "no graph", 7), ev.IterationFailed(4, "no graph", 8))
    assert state.iterations_failed == 2
    assert state.diagnostics[0] == Diagnostic(7, "error", "model", "iteration 3: no graph")


def test_a_test_that_failed_as_a_whole_is_no_further_failed_iteration() -> None:
    whole = ev.IterationFailed(None, "too long", 2)
    assert folded(whole).iterations_failed == 1
    state = folded(ev.IterationFailed(1, "no graph", 1), whole)
    assert state.iterations_failed == 1
    assert [(each.line, each.message) for each in state.diagnostics] == [(1, "iteration 1: no graph"), (2, "too long")]


def test_a_line_redrawn_many_times_is_one_unrecognised_line() -> None:
    state = folded(*(ev.Unrecognized(1, f"{share} %") for share in range(100)), ev.Unrecognized(2, "end"))
    assert state.unrecognized == 2
    assert state.unrecognized_lines == (ev.Unrecognized(1, "99 %"), ev.Unrecognized(2, "end"))


def test_a_second_list_replaces_the_first() -> None:
    entry = TopEntry(1, 2, 0.5)
    assert folded(ev.TopStarted(5), ev.TopListed(entry), ev.TopStarted(1)).top == ()


@pytest.mark.parametrize(
    ("event", "field", "kept"),
    [
        (ev.IterationEnded(1, 1.0), "iterations", bounds.KEPT_ITERATIONS),
        (ev.OperationProfiled(Operation()), "operations", bounds.KEPT_OPEN_OPERATIONS),
        (ev.TopListed(TopEntry(1, 2, 0.5)), "top", bounds.KEPT_TOP),
        (ev.ObjectDetected(Detection()), "detections", bounds.KEPT_DETECTIONS),
        (ev.Diagnosed(Diagnostic(1, "error", "model", "x")), "diagnostics", bounds.KEPT_DIAGNOSTICS),
    ],
)
def test_a_run_without_end_takes_bounded_memory(event: ev.Event, field: str, kept: int) -> None:
    filler = Iteration(0) if field == "iterations" else Diagnostic(0, "error", "model", "y")
    begun: dict[str, Any] = {field: (filler,) * (kept - 1)}
    state = EMPTY._replace(**begun)
    state = folded(event, event, event, state=state)
    assert len(getattr(state, field)) == kept


def test_the_first_diagnostics_and_the_last_unrecognised_lines_are_kept() -> None:
    events = [ev.Diagnosed(Diagnostic(line, "error", "model", f"x{line}")) for line in range(1, 301)]
    state = folded(*events, *(ev.Unrecognized(line, "x") for line in range(1, 301)))
    assert state.diagnostics[0].line == 1
    assert state.diagnostics_dropped == 300 - bounds.KEPT_DIAGNOSTICS
    assert state.unrecognized == 300
    assert state.unrecognized_lines[-1].line == 300
    assert len(state.unrecognized_lines) == bounds.KEPT_UNRECOGNIZED


def test_iterations_are_counted_beyond_those_that_are_kept() -> None:
    state = EMPTY._replace(iterations=(Iteration(0),) * bounds.KEPT_ITERATIONS, iterations_ended=10**6)
    state = folded(ev.IterationEnded(7, 1.0), state=state)
    assert state.iterations_ended == 10**6 + 1
    assert state.iterations[-1].number == 7


EVENTS = st.sampled_from(
    [
        ev.ProductNamed("a", "0x88"),
        ev.ThreadCreated("0x1"),
        ev.ThreadExited("0x1"),
        ev.NetworkCreated(1),
        ev.VerifyStarted(),
        ev.GraphVerified(2),
        ev.MemorySized(1, 2),
        ev.GraphStarted(0),
        ev.GraphStarted(3),
        ev.OperationProfiled(Operation()),
        ev.OperationProfiled(Operation(1), complete=False),
        ev.OperationProfiled(Operation(op_abs_id=0)),
        ev.OperationProfiled(Operation(op_abs_id=1)),
        ev.OperationAnnounced(Operation(op_abs_id=2)),
        ev.IterationEnded(1, 4.0),
        ev.IterationFailed(None, "reason"),
        ev.InferenceTimed(None),
        ev.TotalTimed(6.0),
        ev.AverageTimed(None),
        ev.TopStarted(1),
        ev.TopListed(TopEntry(1, 2, None)),
        ev.KsnnAnnounced("v1.3"),
        ev.DetectionsCounted(3),
        ev.ObjectDetected(Detection()),
        ev.Unrecognized(1, "text"),
    ]
)


@given(st.lists(EVENTS, max_size=30))
def test_any_order_of_events_gives_a_state(events: list[ev.Event]) -> None:
    state = EMPTY
    for event in events:
        starts_new_run(state, event)
        state = reduce(state, event)
        assert not (state.interrupted and not state.has_profiler_text)
        assert state.iterations_ended == len(state.iterations)
        assert (state.open_iteration is None) == (not state.operations)


def test_the_objects_of_an_older_frame_go_when_ksnn_times_the_next() -> None:
    seen = reduce(reduce(EMPTY, ev.InferenceTimed(30_000.0)), ev.ObjectDetected(Detection(label="person")))
    later = reduce(seen, ev.InferenceTimed(31_000.0))
    assert (len(seen.detections), later.detections, later.iterations_ended) == (1, (), 2)


BOX = "i:0 left:1 right:2 top:3 bottom:4\n"


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("resultData.detect_num=0\n", False),
        ("resultData.detect_num=2\n", True),
        ("resultData.detect_num=2\n" + BOX, True),
        ("resultData.detect_num=2\nx\n" + BOX, True),
        ("resultData.detect_num=2\n" + BOX * 2, False),
        ("x\nresultData.detect_num=2\n", True),
        ("resultData.detect_num=2\nan object in another form\n", False),
        (BOX, False),
    ],
)
def test_a_frame_that_lists_some_of_its_objects_lacks_the_others(text: str, state_of: StateOf, *, lacks: bool) -> None:
    assert state_of(text).lacks_objects == lacks
    assert state_of(text).interrupted == lacks


def test_a_hang_keeps_its_first_notice_until_it_is_over() -> None:
    first, again, over = (
        Hang("1.0", False, "NP[0] hang"), Hang("2.0", False, "NP[0] hang"), Hang("2.1", True, "recovery done"),
    )  # fmt: skip
    events = [ev.HangNoticed(hang) for hang in (first, again, over)]
    assert folded(*events[:2]).hung == first
    assert folded(*events).hung == first._replace(recovered=True)
    assert folded(events[2], events[1]).hung == over._replace(recovered=False)


def test_a_gap_in_the_log_is_known() -> None:
    lost = ev.Diagnosed(Diagnostic(3, "error", "npumon", "4096 bytes were lost here: No space left on device"))
    assert folded(lost).has_gap
    assert not folded(lost).unread
    left_out = ev.Diagnosed(Diagnostic(3, "error", "npumon", "9 bytes were left out here: a run's log is bounded"))
    assert folded(left_out).has_gap
    unread = ev.Diagnosed(Diagnostic(3, "error", "npumon", "9 bytes were not read here: the program printed faster"))
    assert not folded(unread).has_gap
    assert folded(unread).unread == ("9 bytes were not read here: the program printed faster",)
    assert not folded(ev.Diagnosed(Diagnostic(3, "warning", "npumon", "a line was cut"))).has_gap

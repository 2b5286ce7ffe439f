"""Operations and ends of iterations that are folded at once lead to the same as one by one."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from npumon.core.log import events as ev
from npumon.core.profile import Operation
from npumon.core.run.fold import reduce
from npumon.core.run.splitter import Completed, RunSplitter
from npumon.core.run.state import EMPTY, KEPT_OPEN_OPERATIONS
from npumon.core.run.stretch import begins_stretch, fold_stretch

OPERATIONS: tuple[ev.Event, ...] = tuple(
    ev.OperationProfiled(Operation(op_abs_id=number, window_us=window), complete)
    for number, window, complete in ((None, 2, True), (0, 3, True), (1, 4, True), (2, None, True), (3, 5, False))
)
ENDS: tuple[ev.Event, ...] = (ev.IterationEnded(1, 4.0), ev.IterationEnded(2, None), ev.IterationEnded(3, -1.0))
#: What makes the open iteration an unusual one, begins a run, or ends one.
UNUSUAL: tuple[ev.Event, ...] = (
    ev.ProductNamed("a", "0x88"),
    ev.GraphStarted(2),
    ev.SegmentRun(0),
    ev.OperationAnnounced(Operation(op_abs_id=1)),
    ev.IterationFailed(1, "reason"),
    ev.TextCut(),
    ev.TextCut(lost=True),
    ev.AverageTimed(3.0),
    ev.KsnnAnnounced("1"),
    ev.InferenceTimed(3.0),
    ev.ForeignText(1, "x"),
    ev.Prompted("./net"),
)
ITERATION = (OPERATIONS[1], OPERATIONS[2], OPERATIONS[3], ENDS[0])
PIECES = st.one_of(
    *(st.sampled_from(kind).map(lambda event: (event,)) for kind in (OPERATIONS, ENDS, UNUSUAL)),
    st.just(ITERATION),
    st.integers(1, 5).map(lambda many: ITERATION * many),
)


@given(
    st.lists(PIECES, max_size=12).map(lambda pieces: [event for piece in pieces for event in piece]),
    st.lists(st.integers(0, 60), max_size=4),
    st.sampled_from((None, 1, 3, 7)),
)
def test_at_once_and_one_by_one(events: list[ev.Event], cuts: list[int], kept: int | None) -> None:
    single, several = RunSplitter(kept_operations=kept), RunSplitter(kept_operations=kept)
    expected = [item for event in events for item in single.feed([event])]
    bounds = sorted({0, len(events), *(cut for cut in cuts if cut < len(events))})
    completed: list[Completed] = []
    for start, stop in pairwise(bounds):
        completed += several.feed(events[start:stop])
    assert completed == expected
    assert several.state == single.state
    assert several.close() == single.close()


def test_a_long_run_is_folded_at_once() -> None:
    events = [*ITERATION * 50, *OPERATIONS[1:3]]
    stretch = fold_stretch(EMPTY, events, 0)
    assert stretch is not None
    assert (stretch.end, len(stretch.ended), len(stretch.state.operations)) == (len(events), 50, 2)
    state = EMPTY
    for event in events:
        state = reduce(state, event)
    assert stretch.state == state


def test_an_iteration_with_more_operations_than_are_kept_is_folded_one_by_one_from_there() -> None:
    open_operations = [OPERATIONS[0]] * KEPT_OPEN_OPERATIONS
    events: list[ev.Event] = [*open_operations, OPERATIONS[0], ENDS[0]]
    stretch = fold_stretch(EMPTY, events, 0)
    assert stretch is not None
    assert stretch.end == KEPT_OPEN_OPERATIONS
    assert fold_stretch(stretch.state, events, stretch.end) is None
    forgotten = reduce(stretch.state, OPERATIONS[0])
    assert not begins_stretch(forgotten, [OPERATIONS[0], ENDS[0]], 0)

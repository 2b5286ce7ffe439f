"""Whatever a text says, in whatever order: each run ends, for a reason, and nothing that was told changes."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from npumon.core.log import events as ev
from npumon.core.profile import Detection, Diagnostic, Hang, Operation, Reported, TilingRow, TopEntry
from npumon.core.run.conditions import conditions_of
from npumon.core.run.outcome import ExitInfo, outcome
from npumon.core.run.reason import reason_of
from npumon.core.run.splitter import Completed, IterationCompleted, RunCompleted, RunSplitter, looks_like_a_run
from npumon.core.run.state import RunState
from npumon.core.run.statistics import statistics_of

EVENTS: tuple[ev.Event, ...] = (
    ev.ProductNamed("a", "0x88"),
    ev.ThreadCreated("0x1"),
    ev.ThreadExited("0x1"),
    ev.NetworkCreated(1),
    ev.VerifyStarted(),
    ev.GraphVerified(2),
    ev.TilingTabulated((TilingRow(0, "NN"), TilingRow(1, "SH"), TilingRow(2, "SH"))),
    ev.MemorySized(1, 2),
    ev.GraphStarted(0),
    ev.GraphStarted(3),
    *(ev.OperationProfiled(Operation(op_abs_id=number, window_us=3)) for number in (None, 0, 1, 2)),
    ev.OperationProfiled(Operation(1), complete=False),
    ev.OperationAnnounced(Operation(op_abs_id=2)),
    ev.SegmentRun(0),
    ev.LayerDumped(),
    ev.CommandsDumped(),
    ev.PowerManagementSet(on=False),
    ev.PowerManagementSet(on=True),
    ev.IterationEnded(1, 4.0),
    ev.IterationEnded(2, None),
    ev.IterationFailed(None, "reason"),
    ev.IterationFailed(2, "reason"),
    ev.InferenceTimed(None),
    ev.TotalTimed(6.0),
    ev.AverageTimed(None),
    ev.TopStarted(1),
    ev.TopListed(TopEntry(1, 2, None)),
    ev.KsnnAnnounced("v1.3"),
    ev.StageReached("STARTING!"),
    ev.StageReached("Running benchmark for at least 1 iterations"),
    ev.DetectionsCounted(1),
    ev.ObjectDetected(Detection()),
    ev.ProgramReported(Reported("benchmark_model", 1), 1),
    ev.ProgramReported(Reported("benchmark_model", 3, average_us=2.0), 3),
    ev.ProgramReported(Reported("benchmark_model", 3, init_us=2.0)),
    ev.ProgramReported(Reported("tengine", 2, average_us=2.0), 2),
    ev.ProgramReported(Reported("nnstreamer")),
    ev.HangNoticed(Hang("1.0", recovered=False, message="hang")),
    ev.Prompted("./net"),
    ev.Prompted("dmesg"),
    ev.Prompted(None),
    ev.InterruptEchoed(),
    ev.TextCut(),
    *(
        ev.Diagnosed(Diagnostic(1, "error", source, message))
        for source, message in (
            ("shell", "Segmentation fault"),
            ("program", "what():  no"),
            ("ovxlib", "CHECK STATUS(-4)"),
            ("driver", "fail to read lcdt offset"),
        )
    ),
    ev.Unrecognized(1, "text"),
    ev.ForeignText(2, "text"),
)
ENDINGS = (None, ExitInfo(0), ExitInfo(1), ExitInfo(signal="SIGKILL", stopped_by="timeout"), ExitInfo(error="no."))


def frozen(state: RunState) -> tuple[object, ...]:
    """What a state says now, by values that cannot change."""
    return tuple(state._replace(iterations=tuple(state.iterations), operations=tuple(state.operations)))


@given(st.lists(st.sampled_from(EVENTS), max_size=40), st.lists(st.integers(0, 40), max_size=4))
def test_any_order_of_events(events: list[ev.Event], cuts: list[int]) -> None:
    whole, parts = RunSplitter(), RunSplitter()
    seen: list[tuple[RunState, tuple[object, ...]]] = []
    completed: list[Completed] = []
    for event in events:
        completed += whole.feed([event])
        seen.append((whole.state, frozen(whole.state)))
    completed += whole.close()
    assert all(frozen(state) == before for state, before in seen)
    bounds = sorted({0, len(events), *(cut for cut in cuts if cut < len(events))})
    pieces = [events[start:stop] for start, stop in pairwise(bounds)]
    assert [item for piece in pieces for item in parts.feed(piece)] + parts.close() == completed
    runs = [item for item in completed if isinstance(item, RunCompleted)]
    assert [item.run for item in runs] == list(range(1, len(runs) + 1))
    assert all(looks_like_a_run(item.state) for item in runs) or len(runs) == 1
    for item in runs:
        ended = [one for one in completed if isinstance(one, IterationCompleted) and one.run == item.run]
        assert len(ended) == item.state.iterations_ended == len(item.state.iterations)
        _judge(item.state)


def _judge(state: RunState) -> None:
    """A run that is over has an outcome, and a reason unless it is well."""
    assert state.ended is not None
    conditions_of(state)
    statistics = statistics_of(state.times)
    assert statistics is None or 0 < statistics.count <= state.iterations_ended
    for ending in ENDINGS:
        word, reason = outcome(state, ending), reason_of(state, ending)
        assert word != "running"
        assert (reason is None) == (word in ("ok", "empty")), (word, reason)
        assert reason is None or (reason and "\n" not in reason and len(reason) <= 240)

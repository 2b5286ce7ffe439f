"""The vocabulary: one page, frozen, and every word of it understood by the fold."""

from __future__ import annotations

from typing import get_args

import pytest

from npumon.core.log import events as ev
from npumon.core.profile import Detection, Diagnostic, Hang, Operation, Reported, TilingRow, TopEntry
from npumon.core.run.fold import reduce, starts_new_run
from npumon.core.run.state import EMPTY, RunState

#: One event of each kind.
EVENTS: list[ev.Event] = [
    ev.ProductNamed("VIPNano-QI", "0x88"),
    ev.ThreadCreated("0x1"),
    ev.ThreadExited("0x1"),
    ev.NetworkCreated(1),
    ev.VerifyStarted(),
    ev.GraphVerified(2),
    ev.CommandBufferGenerated(1, 1),
    ev.AxiSramLocated(0, "0xff000000"),
    ev.TilingStarted(),
    ev.TilingNote("note"),
    ev.TilingTabulated((TilingRow(0, "NN"),)),
    ev.TilingEnded(),
    ev.MemorySized(1, 2),
    ev.GraphStarted(1),
    ev.OperationAnnounced(Operation(uid=1)),
    ev.OperationProfiled(Operation()),
    ev.SegmentRun(0),
    ev.LayerDumped(),
    ev.CommandsDumped(),
    ev.PowerManagementSet(on=False),
    ev.IterationEnded(1, 4.0),
    ev.IterationFailed(1, "reason"),
    ev.InferenceTimed(5.0),
    ev.TotalAnnounced(),
    ev.TotalTimed(6.0),
    ev.AverageTimed(7.0),
    ev.TopStarted(5),
    ev.TopListed(TopEntry(1, 2, 0.5)),
    ev.KsnnAnnounced("v1.3"),
    ev.StageReached("Done."),
    ev.DetectionsCounted(3),
    ev.ObjectDetected(Detection()),
    ev.ProgramReported(Reported("tengine"), 10),
    ev.HangNoticed(Hang("25.253842", recovered=False, message="hang")),
    ev.Prompted("./run.sh"),
    ev.InterruptEchoed(),
    ev.TextCut(),
    ev.TextCut(lost=True),
    ev.DriverVersioned("6.4.6"),
    ev.Diagnosed(Diagnostic(1, "error", "ovxlib", "message")),
    ev.Unrecognized(1, "text"),
    ev.ForeignText(1, "text"),
]


def test_the_list_above_holds_every_word() -> None:
    assert {type(event) for event in EVENTS} == set(get_args(ev.Event))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_the_fold_understands_every_word(event: ev.Event) -> None:
    state = reduce(EMPTY, event)
    assert isinstance(state, RunState)
    assert starts_new_run(EMPTY, event) is False


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_events_are_values(event: ev.Event) -> None:
    hash(event)
    with pytest.raises(AttributeError):
        event.anything = 1  # type: ignore[union-attr]  # that it cannot be set is the point


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_events_are_equal_to_their_own_kind_only_and_true(event: ev.Event) -> None:
    twin = type(event)(*event)
    plain: object = tuple(event)
    assert event == twin
    assert (event != twin) is False
    assert hash(event) == hash(twin)
    assert event != plain
    assert plain != event
    assert bool(event) is True


def test_no_two_kinds_are_equal_however_alike_their_fields() -> None:
    alike: list[ev.Event] = [ev.TotalTimed(1.0), ev.AverageTimed(1.0), ev.InferenceTimed(1.0), ev.TopStarted(1)]
    empty: list[ev.Event] = [ev.VerifyStarted(), ev.TilingStarted(), ev.TilingEnded(), ev.TextCut()]
    for kinds in (alike, empty):
        assert len(set(kinds)) == len(kinds)
        assert all((one == other) is (one is other) for one in kinds for other in kinds)
        assert all((one != other) is (one is not other) for one in kinds for other in kinds)

from __future__ import annotations

from npumon.core.activity import Activity
from npumon.core.live import Latencies, Live
from npumon.core.logbook import LogPage
from npumon.core.series import History
from npumon.core.snapshot import BoardState, DriverState, Snapshot


def test_before_anything_has_happened() -> None:
    """Absent is None or empty, so a view can draw it as it is."""
    live = Live(Snapshot("2026-11-22T03:18:00.123+00:00", BoardState(), DriverState()))
    assert live.snapshot.run is None
    assert live[1:] == (Activity(), None, (), Latencies(), History(), LogPage(), None)
    assert live.latencies == (0, None, None, None, 0)


def test_equal_moments_are_equal() -> None:
    """So that a view can leave alone what has not changed."""
    snapshot = Snapshot("2026-11-22T03:18:00.123+00:00", BoardState(), DriverState())
    assert Live(snapshot) == Live(snapshot)
    assert Live(snapshot) != Live(snapshot, Activity(elapsed_s=0.1))

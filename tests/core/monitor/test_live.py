from __future__ import annotations

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.log.scrollback import ScrollbackView
from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import Latencies, Live
from npumon.core.monitor.snapshot import Snapshot
from npumon.core.run.history import History


def test_before_anything_has_happened() -> None:
    """Absent is None or empty, so a view can draw it as it is."""
    live = Live(Snapshot("2026-11-22T03:18:00.123+00:00", BoardState(), DriverState()))
    assert live.snapshot.run is None
    assert live[1:] == (Activity(), None, (), Latencies(), History(), ScrollbackView(), None)
    assert live.latencies == (0, None, None, None, 0)


def test_equal_moments_are_equal() -> None:
    """So that a view can leave alone what has not changed."""
    snapshot = Snapshot("2026-11-22T03:18:00.123+00:00", BoardState(), DriverState())
    assert Live(snapshot) == Live(snapshot)
    assert Live(snapshot) != Live(snapshot, Activity(elapsed_s=0.1))

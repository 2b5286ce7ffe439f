"""The synthetic cases of `tests/data/cases`, as `npumon watch` shows them."""

from __future__ import annotations

from pathlib import Path

from npumon.core.monitor.live import Live
from npumon.engine.live_state import LiveState
from npumon.engine.log_following import LogFollowing
from npumon.engine.monitor import KEPT_OPERATIONS
from npumon.engine.reporting import Context
from npumon.ports import LogChunk

FOLDER = Path(__file__).parents[1] / "data" / "cases"
#: The path that each of them is shown under.
LOG = "/home/khadas/run.log"
#: Columns and rows of terminals, from the smallest that shows all to the largest that pages are arranged for.
SIZES = ((60, 15), (80, 24), (120, 40), (200, 60))


class StoppedClock:
    """A clock that stands still."""

    def now(self) -> str:
        return "2026-11-22T03:18:00.000+00:00"

    def monotonic(self) -> float:
        return 1000.0


def watched(case: str) -> Live:
    """What is shown of a case's log, all of which was there before it was watched."""
    clock = StoppedClock()
    live_state = LiveState(Context(), clock)
    following = LogFollowing(LOG, live_state, clock, KEPT_OPERATIONS)
    following.take(LogChunk((FOLDER / f"{case}.log").read_bytes(), preexisting=True))
    return live_state.live()

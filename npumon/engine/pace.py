"""How long the rest of a run will take, as seen from outside."""

from __future__ import annotations

from npumon.core.run import state as phases
from npumon.core.run.state import RunState


class Pace:
    """How long iterations take, as seen from outside, for the time that the rest will take.

    The clock starts when the run is first seen running, or at its first completed iteration if that comes
    earlier; that one then tells nothing about the pace.
    """

    def __init__(self) -> None:
        self._since_s: float | None = None
        self._base = 0
        self._ended = 0
        self._last_s = 0.0

    def note(self, state: RunState, elapsed_s: float) -> None:
        """Take in the state that is known `elapsed_s` seconds after the run's start."""
        ended = iterations_over(state)
        if self._since_s is None or ended < self._ended:  # the log holds a further run
            if state.phase != phases.RUNNING and not ended:
                return
            self._since_s, self._base = elapsed_s, ended
            self._ended, self._last_s = ended, elapsed_s
        elif ended > self._ended:
            self._ended, self._last_s = ended, elapsed_s

    def remaining_s(self, state: RunState, elapsed_s: float) -> float | None:
        """Seconds until the last announced iteration ends at the mean pace so far; None while nothing tells."""
        measured = self._ended - self._base
        if self._since_s is None or measured < 1 or not state.loops or state.loops <= self._ended:
            return None
        mean_s = (self._last_s - self._since_s) / measured
        return max(0.0, mean_s * (state.loops - self._ended) - (elapsed_s - self._last_s))


def iterations_over(state: RunState) -> int:
    """Iterations that have come to their end, well or not."""
    return state.iterations_ended + state.iterations_failed

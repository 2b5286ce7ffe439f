"""How long the rest of a run will take, as seen from outside."""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.monitor.activity import Activity, SeriesProgress
from npumon.core.run.state import RunState


class IterationEta:
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
            if state.phase != "running" and not ended:
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


class StallLimits(NamedTuple):
    """Seconds for which a program may say nothing. Verifying compiles the graph, which may take long."""

    usual_s: float = 5.0
    verifying_s: float = 60.0

    def silence(self, phase: str, quiet_s: float) -> float | None:
        """The seconds of silence when they are suspiciously many in this phase of `RunState`, else None."""
        limit_s = self.verifying_s if phase == "verifying" else self.usual_s
        return quiet_s if quiet_s >= limit_s else None


class SeriesEta:
    """Is told of each run's end. All times are seconds of the same clock.

    A run to warm up may take longer than those after it, so it tells of their length only as long as none of them has.
    """

    def __init__(self, runs: int, began_s: float) -> None:
        self._runs = runs
        self._began_s = began_s
        self._measured = 0
        self._measured_s = 0.0
        self._warm = True
        self._over = 0

    def ended(self, length_s: float, *, warmup: bool) -> None:
        """A run is over; it took so long."""
        if self._warm and not warmup:
            self._warm = False
            self._measured, self._measured_s = 0, 0.0
        self._measured += 1
        self._measured_s += length_s
        self._over += 1

    def series_progress(self, run: Activity, now_s: float) -> SeriesProgress:
        """How far the series is while its present run is so far; between two runs that one has no elapsed time."""
        remaining_s = self._remaining_s(run)
        return SeriesProgress(
            self._over,
            self._runs,
            round(now_s - self._began_s, 1),
            None if remaining_s is None else round(remaining_s, 1),
        )

    def _remaining_s(self, run: Activity) -> float | None:
        """The rest of this run, and those to come at the mean length of those that are over."""
        elapsed_s, rest_s = run.elapsed_s, run.remaining_s
        if self._measured:
            length_s = self._measured_s / self._measured
        elif elapsed_s is not None and rest_s is not None:
            length_s = elapsed_s + rest_s
        else:
            return None
        left = self._runs - self._over
        if elapsed_s is None:
            return length_s * left
        return max(length_s - elapsed_s, rest_s or 0.0) + length_s * (left - 1)

"""How far a series of runs is, and how long the rest of it will take."""

from __future__ import annotations

from npumon.core.monitor.activity import Activity, Course


class SeriesClock:
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

    def course(self, run: Activity, now_s: float) -> Course:
        """How far the series is while its present run is so far; between two runs that one has no elapsed time."""
        remaining_s = self._remaining_s(run)
        return Course(
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

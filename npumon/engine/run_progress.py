"""One run as it goes: how far it is, for how long, how long still, and what can be reported of it already."""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.monitor.activity import Activity, SeriesProgress, Stage
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.state import EMPTY, Phase, RunState
from npumon.engine.reporting import Context, running_report


class IterationEta:
    """How long iterations take, as seen from outside, to estimate the remaining time.

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
        """Return the seconds until the last announced iteration ends at the mean pace so far; None while that is
        unknown."""
        measured = self._ended - self._base
        if self._since_s is None or measured < 1 or not state.loops or state.loops <= self._ended:
            return None
        mean_s = (self._last_s - self._since_s) / measured
        return max(0.0, mean_s * (state.loops - self._ended) - (elapsed_s - self._last_s))


def iterations_over(state: RunState) -> int:
    """Count the iterations that have ended, well or not."""
    return state.iterations_ended + state.iterations_failed


class FrameRate:
    """Frames a second of a program that takes one picture after the other, measured over a second or more."""

    #: Seconds over which frames are counted.
    WINDOW_S = 1.0

    def __init__(self) -> None:
        self._since_s: float | None = None
        self._base = 0

    def note(self, state: RunState, now_s: float) -> float | None:
        """Return the rate once a second, None in between and for other programs."""
        frames = state.frames or (state.iterations_ended if state.ksnn_version is not None else 0)
        if not frames:
            return None
        if self._since_s is None or frames < self._base:
            self._since_s, self._base = now_s, frames
            return None
        elapsed_s = now_s - self._since_s
        if elapsed_s < self.WINDOW_S:
            return None
        rate = (frames - self._base) / elapsed_s
        self._since_s, self._base = now_s, frames
        return rate


class StallLimits(NamedTuple):
    """Seconds for which a program may say nothing. Verifying compiles the graph, which may take long."""

    usual_s: float = 5.0
    verifying_s: float = 60.0

    def silence(self, phase: str, quiet_s: float) -> float | None:
        """Return the seconds of silence when they are suspiciously many in this phase of `RunState`, else None."""
        limit_s = self.verifying_s if phase == "verifying" else self.usual_s
        return quiet_s if quiet_s >= limit_s else None


class SeriesEta:
    """Estimates the rest of a series from the runs that have ended. All times are seconds of the same clock.

    A warm-up run may take longer than those after it, so it counts only until one of them has ended.
    """

    def __init__(self, runs: int, began_s: float) -> None:
        self._runs = runs
        self._began_s = began_s
        self._measured = 0
        self._measured_s = 0.0
        self._warm = True
        self._over = 0

    def ended(self, length_s: float, *, warmup: bool) -> None:
        """Take note of a run that is over."""
        if self._warm and not warmup:
            self._warm = False
            self._measured, self._measured_s = 0, 0.0
        self._measured += 1
        self._measured_s += length_s
        self._over += 1

    def series_progress(self, run: Activity, now_s: float) -> SeriesProgress:
        """Return how far the series is, given its present run, which has no elapsed time between two runs."""
        remaining_s = self._remaining_s(run)
        return SeriesProgress(
            self._over,
            self._runs,
            round(now_s - self._began_s, 1),
            None if remaining_s is None else round(remaining_s, 1),
        )

    def _remaining_s(self, run: Activity) -> float | None:
        """Return the rest of this run, and those to come at the mean length of those that are over."""
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


_STAGES: dict[Phase, Stage] = {
    "waiting": "starting",
    "creating": "creating",
    "verifying": "verifying",
    "running": "running",
    "finishing": "finishing",
    "done": "finishing",
}


class RunMilestone(NamedTuple):
    """What a run has reached: its stage, whether it has figures, and whether an iteration has failed."""

    number: int
    stage: Stage
    has_figures: bool
    has_failures: bool


class RunProgress:
    """A run that has begun. All times are seconds of the same clock.

    `began_s` is None if its beginning was not seen; then there is no elapsed time.
    """

    def __init__(
        self, now_s: float, *, began_s: float | None, number: int = 1, patience: StallLimits | None = None
    ) -> None:
        self.number = number
        #: Its place among the runs of its log.
        self.place = number
        self.info = RunInfo()
        self.state: RunState = EMPTY
        self._began_s = began_s
        self._updated_s = now_s
        self._patience = patience or StallLimits()
        self._pace = IterationEta()
        self._frames = FrameRate()
        self._report: tuple[RunState, RunInfo, Context, RunReport] | None = None

    def update(self, state: RunState, now_s: float, *, timed: bool = True) -> None:
        """Take a new state. `timed` False is for text that was written some time ago."""
        self.state = state
        self._updated_s = now_s
        if timed:
            self._pace.note(state, now_s)

    def frames_per_s(self, now_s: float) -> float | None:
        """Return how many frames the program has taken a second since this last told it; None if that is too soon."""
        return self._frames.note(self.state, now_s)

    def began_earlier(self, seconds: float) -> None:
        """Take into account that it had begun this long before it was first seen here."""
        if self._began_s is not None:
            self._began_s -= seconds

    @property
    def seems_over(self) -> bool:
        """Whether the text has all that a run's text needs; a KSNN camera's may go on nevertheless."""
        return self.state.phase == "done" and _stage(self.state) != "running"

    @property
    def milestone(self) -> RunMilestone:
        """What it has reached."""
        state = self.state
        return RunMilestone(self.number, _stage(state), state.iterations_ended > 0, state.iterations_failed > 0)

    def activity(self, base: Activity, now_s: float) -> Activity:
        """Return how far the run is; `base` has the fields that are not the run's own."""
        state = self.state
        stage = _stage(state)
        return base._replace(
            stage=stage,
            iteration=_iteration(state, stage),
            iterations=state.loops or None,
            frames=state.frames,
            elapsed_s=None if self._began_s is None else _tenths(now_s - self._began_s),
            remaining_s=_tenths(self._pace.remaining_s(state, now_s)),
            silent_s=_tenths(self._patience.silence(state.phase, now_s - self._updated_s)),
        )

    def report(self, context: Context) -> RunReport:
        """Return the run so far; the same object as long as nothing new is known."""
        last = self._report
        if last is None or last[0] is not self.state or last[1] is not self.info or last[2] is not context:
            report = running_report(self.state, context, self.info, number=self.place)
            self._report = last = (self.state, self.info, context, report)
        return last[3]


def _stage(state: RunState) -> Stage:
    """Return the stage. A KSNN program ends an inference without saying whether it was the last one."""
    if state.phase == "done" and state.ksnn_version is not None and state.iterations_ended > 1:
        return "running"
    return _STAGES[state.phase]


def _iteration(state: RunState, stage: Stage) -> int | None:
    """Return the iteration under way, or else the last one; None before the first, and if only frames are counted."""
    over = iterations_over(state)
    if stage == "running" and (over or state.loops) and not state.frames:
        over += 1
    return (min(over, state.loops) if state.loops else over) or None


def _tenths(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)

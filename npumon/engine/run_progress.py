"""One run as it goes: how far it is, for how long, and what can be reported of it already."""

from __future__ import annotations

from npumon.core.monitor.activity import Activity, Stage
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.state import EMPTY, Phase, RunState
from npumon.engine.eta import IterationEta, StallLimits, iterations_over
from npumon.engine.reporting import Context, running_report

_STAGES: dict[Phase, Stage] = {
    "waiting": "starting",
    "creating": "creating",
    "verifying": "verifying",
    "running": "running",
    "finishing": "finishing",
    "done": "finishing",
}


class RunProgress:
    """A run that has begun. All times are seconds of the same clock.

    `began_s` is None when nobody saw it begin; then there is no elapsed time.
    """

    def __init__(
        self, now_s: float, *, began_s: float | None, number: int = 1, patience: StallLimits | None = None
    ) -> None:
        self.number = number
        self.info = RunInfo()
        self.state: RunState = EMPTY
        self._began_s = began_s
        self._updated_s = now_s
        self._patience = patience or StallLimits()
        self._pace = IterationEta()
        self._report: tuple[RunState, RunInfo, Context, RunReport] | None = None

    def update(self, state: RunState, now_s: float, *, timed: bool = True) -> None:
        """The program has said something. `timed` False is for text that was written some time ago."""
        self.state = state
        self._updated_s = now_s
        if timed:
            self._pace.note(state, now_s)

    def began_earlier(self, seconds: float) -> None:
        """It had begun so long before it was first seen here."""
        if self._began_s is not None:
            self._began_s -= seconds

    @property
    def seems_over(self) -> bool:
        """Whether the text has all that a run's text needs; a KSNN camera's may go on nevertheless."""
        return self.state.phase == "done" and _stage(self.state) != "running"

    def activity(self, base: Activity, now_s: float) -> Activity:
        """How far the run is; `base` has the fields that are not the run's own."""
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
        """The run so far; the same object as long as nothing new is known."""
        last = self._report
        if last is None or last[0] is not self.state or last[1] is not self.info or last[2] is not context:
            report = running_report(self.state, context, self.info, number=self.number)
            self._report = last = (self.state, self.info, context, report)
        return last[3]


def _stage(state: RunState) -> Stage:
    """A KSNN program ends an inference without saying whether it was the last one."""
    if state.phase == "done" and state.ksnn_version is not None and state.iterations_ended > 1:
        return "running"
    return _STAGES[state.phase]


def _iteration(state: RunState, stage: Stage) -> int | None:
    """The one under way, or the last one that was; None before there is one, and where only frames are counted."""
    over = iterations_over(state)
    if stage == "running" and (over or state.loops) and not state.frames:
        over += 1
    return (min(over, state.loops) if state.loops else over) or None


def _tenths(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)

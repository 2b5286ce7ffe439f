"""The iteration that a layer table shows, and why there is none."""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.monitor.live import Live
from npumon.core.monitor.under_way import UnderWay, facts_so_far, under_way
from npumon.core.problems import Problem
from npumon.core.profile import Iteration
from npumon.core.run.analysis import RunFacts
from npumon.core.run.report import RunReport


class LayerSource(NamedTuple):
    """The iteration to show, and its run; `progress` says how far it is if it is the one under way."""

    report: RunReport
    iteration: Iteration
    progress: UnderWay | None = None

    @property
    def facts(self) -> RunFacts:
        """By what its operations are judged."""
        facts = self.report.metrics.facts
        return facts if self.progress is None else facts_so_far(facts, self.iteration)


def source_of(live: Live) -> LayerSource | None:
    """Choose the newest run's last complete iteration with operations, or the one under way if that takes long.

    Until a run has one, the run before it is shown: a table that is cleared at each start cannot be read while runs
    repeat.
    """
    run = live.snapshot.run
    if run is None:
        return None
    if progress := under_way(live):
        return LayerSource(run, progress.iteration, progress)
    if found := _profiled(run):
        return found
    if run.info.outcome != "running":
        return None
    return _profiled(live.runs[-1]) if live.runs else None


def why_no_layers(live: Live) -> Problem:
    """Say why there are no layers to show, and what to do."""
    run = live.snapshot.run
    watching = live.activity.source is not None
    if run is None:
        if watching:
            return Problem("layers.none", "The watched log holds no run yet.", "Its layers appear here as they come.")
        return Problem("layers.none", "No model has run yet.", "r runs one, 4 shows what can be run.")
    if run.info.outcome == "running":
        return Problem("layers.later", "No iteration is complete yet.", "Its layers will appear here.")
    state = run.state
    if state.frames or state.detections:
        return Problem(
            "layers.detection",
            "This program prints what it detects, not a profile.",
            "The inceptionv3 demo prints one; KSNN examples do with --level 2.",
        )
    if not state.iterations_ended:
        before = " { goes to the run before." if (live.shown.run or 1) > 1 else ""
        return Problem(
            "layers.broken",
            f"The run ended before an iteration was complete: {_how(run)}.",
            f"5 shows the log; its last lines say what happened.{before}",
        )
    if live.snapshot.driver.profiling is False:
        return Problem(
            "layers.profiling",
            "The run's text has no layers: profiling is off.",
            "g reloads galcore with gpuProfiler=1; then r runs the model again.",
        )
    return Problem(
        "layers.variables",
        "The run's text has no layers.",
        "The program must run with VIV_VX_PROFILE=1 VIV_VX_DEBUG_LEVEL=1; does its run.sh set others?",
    )


def _how(run: RunReport) -> str:
    info = run.info
    return f"failed, exit status {info.exit_status}" if info.words == "failed" and info.exit_status else info.words


def _profiled(run: RunReport) -> LayerSource | None:
    measured = run.state.measured
    if measured is not None and measured.operations:
        return LayerSource(run, measured)
    if run.info.outcome == "running" or run.state.iterations:
        return None
    rest = run.state.open_iteration
    return LayerSource(run, rest) if rest is not None and rest.operations else None

"""The run bar: the current stage in words, the progress, and the times elapsed and remaining."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from npumon.core import units
from npumon.core.monitor.activity import BEHIND_BYTES, Activity, Stage
from npumon.core.monitor.live import Live, run_with_figures
from npumon.core.run.outcome import Outcome
from npumon.core.run.report import RunInfo
from npumon.tui.paint import Area, Line, Span, bar, clipped, fit_right, joined, span, width_of
from npumon.tui.widgets.canvas import Pane

_STAGES: dict[Stage, str] = {
    "idle": "idle",
    "reloading": "reloading the driver",
    "starting": "starting",
    "creating": "creating",
    "verifying": "verifying",
    "running": "running",
    "finishing": "finishing",
    "stopping": "stopping",
    "no file": "waiting for the file",
    "following": "following",
    "restarted": "following",
}
_OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "ok": ("done", "good"),
    "failed": ("failed", "bad"),
    "timeout": ("timed out", "bad"),
    "cancelled": ("cancelled", "warn"),
    "truncated": ("truncated", "warn"),
    "empty": ("no profiler text", "warn"),
}
#: Cells for the stage of a run, so that what follows it does not move.
_STAGE = 9
#: Cells of the bar by the least width of the area; it has gaps around it.
_BARS = ((110, 16), (70, 8), (0, 6))
_GAPS = 3
#: Narrower areas leave out a series' elapsed time.
_ROOM_FOR_SERIES = 70
#: From this width on the current run's number and elapsed time stand beside those of the series.
_ROOM_FOR_RUN = 110
#: Parts of a higher rank than this make way for it.
_MAKES_WAY = 2
#: Cells for a duration, so that the ones beside it do not move.
_DURATION = 7
#: Cells of a long name.
_NAME = 28
_HELD = "figures of the run before"


class StatePart(NamedTuple):
    """Something to show, and its rank: the highest one is dropped first, rank 0 stays."""

    rank: int
    line: Line


class RunStatePane(Pane):
    """The pane: one line."""

    def sees(self, live: Live) -> tuple[object, ...]:
        return (live.activity, live.snapshot.run, live.previous, live.latencies.runs)

    def lines(self, live: Live, area: Area) -> Sequence[Line]:
        return run_state_lines(live, area)


def run_state_lines(live: Live, area: Area) -> list[Line]:
    """Draw the line: words at the left, times at the right, a bar between them if the end is known."""
    activity = live.activity
    share = activity.share
    times = _times(activity, area) if activity.under_way else []
    parts = _parts(live, area)
    cells = 0 if share is None else next(cells for least, cells in _BARS if area.width >= least)
    # The bar may push out what matters least, but not the progress in figures.
    least = cells + _GAPS if cells else 1
    while _between(parts, times, area) < least and (rank := max(part.rank for part in parts)) > _MAKES_WAY:
        parts = [part for part in parts if part.rank < rank]
    while _between(parts, times, area) < 1 and (rank := max(part.rank for part in parts)):
        parts = [part for part in parts if part.rank < rank]
    while times and _between(parts, times, area) < 1:
        times.pop()
    between = _between(parts, times, area)
    left, right = _line(parts), joined(times, "  ")
    if share is None or between < least:
        return [clipped((*left, Span(" " * between), *right), area)]
    filled, track = bar(share, cells, area, "graph")
    track = Span(track.text if area.ascii else "─" * len(track.text), "track")
    return [(*left, Span(" " * (between - cells - 1)), filled, track, Span(" "), *right)]


def _between(parts: Sequence[StatePart], times: Sequence[Line], area: Area) -> int:
    """Return the cells between the words and the times."""
    return area.width - width_of(_line(parts)) - width_of(joined(times, "  "))


def outcome_words(info: RunInfo) -> tuple[str, str]:
    """Return how a run ended, with the reason, and the role of these words."""
    words, role = _OUTCOMES.get(info.outcome, (info.outcome, ""))
    if info.outcome == "failed":
        if info.signal:
            words = f"failed: killed by {info.signal}"
        elif info.exit_status:
            words = f"failed: exit status {info.exit_status}"
    if info.duration_s is not None:
        between = "in" if info.outcome == "ok" else "after"
        words = f"{words} {between} {units.seconds(info.duration_s)}"
    return words, role


def _line(parts: Sequence[StatePart]) -> Line:
    return joined((part.line for part in parts), "  ")


def _parts(live: Live, area: Area) -> list[StatePart]:
    activity, run = live.activity, live.snapshot.run
    parts = [StatePart(0, _stage(activity))]
    if activity.source is not None:
        parts.append(StatePart(2, span(_name(_file_name(activity.source)), "value")))
    if activity.behind_bytes >= BEHIND_BYTES:
        parts.append(StatePart(0, span(f"figures {units.size(activity.behind_bytes)} behind", "warn")))
    if activity.under_way:
        return [*parts, *_under_way(live, area)]
    if run is None or run.info.outcome == "running":
        return parts
    if activity.stage == "restarted":
        return [*parts, StatePart(1, span("no run yet", "label")), StatePart(4, span(_HELD, "label"))]
    ended = StatePart(0, span(*outcome_words(run.info)))
    parts = [ended] if activity.stage == "idle" else [*parts, ended]
    if run.info.model:
        parts.append(StatePart(2, span(_name(run.info.model), "value")))
    if activity.run:
        parts.append(StatePart(3, _figure("run", str(activity.run))))
    if live.latencies.runs:
        parts.append(StatePart(4, _figure("series of", str(live.latencies.runs))))
    iterations, loops = run.state.iterations_ended, run.state.loops
    if run.state.frames and not iterations:
        parts.append(StatePart(4, _figure("frames", str(run.state.frames))))
    elif iterations > 1 or (loops is not None and loops != iterations):
        many = str(iterations) if loops is None or loops == iterations else f"{iterations} of {loops}"
        parts.append(StatePart(4, _figure("iterations", many)))
    return parts


def _stage(activity: Activity) -> Line:
    """Return the current stage; for a silent program, what it was doing, unless it always does the same."""
    words = _STAGES[activity.stage]
    if activity.silent_s is None or activity.stage == "stopping":
        return span(f"{words:<{_STAGE}}" if activity.under_way else words, "accent")
    where = "" if activity.stage == "running" else f", {words}"
    return span(f"stalled for {activity.silent_s:.0f} s{where}", "warn")


def _under_way(live: Live, area: Area) -> list[StatePart]:
    activity = live.activity
    parts: list[StatePart] = []
    if activity.model:
        parts.append(StatePart(3, span(_name(activity.model), "value")))
    number = f"{activity.part}/{activity.parts}" if activity.part and (activity.parts or 0) > 1 else ""
    if activity.warmup:
        parts.append(StatePart(2, _figure("warm-up", number or "run")))
    elif activity.run:
        both = f"{activity.run} ({number})" if area.width >= _ROOM_FOR_RUN else number
        parts.append(StatePart(2, _figure("run", both if number else str(activity.run))))
    if activity.iteration is not None:
        of = f"/{activity.iterations}" if activity.iterations else ""
        parts.append(StatePart(1, _figure("iteration", f"{activity.iteration}{of}")))
    elif activity.frames:
        parts.append(StatePart(1, _figure("frame", str(activity.frames))))
    if run_with_figures(live).held:
        parts.append(StatePart(4, span(_HELD, "label")))
    return parts


def _times(activity: Activity, area: Area) -> list[Line]:
    """Return the elapsed and remaining times in fixed cells; for a series, those of the series."""
    series_progress = activity.series_progress
    if series_progress is None:
        times = [span(_cells(activity.elapsed_s), "value")] if activity.elapsed_s is not None else []
        if activity.remaining_s is not None or (activity.share is not None and times):
            times.append(_eta(activity.remaining_s))
        return times
    times = [_figure("series", _cells(series_progress.elapsed_s))] if area.width >= _ROOM_FOR_SERIES else []
    if area.width >= _ROOM_FOR_RUN:
        times.insert(0, _figure("this run", _cells(activity.elapsed_s)))
    return [*times, _eta(series_progress.remaining_s)]


def _eta(remaining_s: float | None) -> Line:
    """Return the remaining time; its cells stay empty while it is unknown."""
    return span(" " * (4 + _DURATION)) if remaining_s is None else _figure("ETA", _cells(remaining_s))


def _cells(duration_s: float | None) -> str:
    """Return a duration in a fixed number of cells, blank if there is none."""
    return fit_right("" if duration_s is None else units.seconds(duration_s), _DURATION, Area(_DURATION, 1))


def _figure(name: str, text: str) -> Line:
    return (Span(f"{name} ", "label"), Span(text, "value"))


def _name(text: str) -> str:
    """Shorten a name so that it leaves room for others."""
    return text if cell_len(text) <= _NAME else set_cell_size(text, _NAME - 2) + ".."


def _file_name(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2] or path

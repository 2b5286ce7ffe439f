"""The run bar: the current stage in words, the progress, and the times elapsed and remaining."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from npumon.core import units
from npumon.core.monitor.activity import BEHIND_BYTES, Activity, Stage
from npumon.core.monitor.live import Live, run_with_figures
from npumon.core.monitor.live_content import content_of
from npumon.core.run.outcome import Outcome
from npumon.core.run.report import RunInfo, RunReport
from npumon.tui.paint import Area, Line, Span, bar, clipped, fit, fit_right, joined, span, width_of
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
#: The roles of outcomes.
_ROLES: dict[Outcome, str] = {
    "ok": "good",
    "failed": "bad",
    "timeout": "bad",
    "cancelled": "warn",
    "truncated": "warn",
    "empty": "warn",
    "running": "",
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
#: Cells that a reason needs at least; parts of this rank and above make way for it.
_LEAST, _UNTOLD = 12, 5
_DUMPED = ("NN_LAYER_DUMP was on: most of this is file writing", "NN_LAYER_DUMP was on", "dump on")


class StatePart(NamedTuple):
    """Something to show, and its rank: the highest one is dropped first, rank 0 stays."""

    rank: int
    line: Line


class RunStatePane(Pane):
    """The pane: one line."""

    def sees(self, live: Live) -> tuple[object, ...]:
        return (live.activity, live.snapshot.run, live.previous, live.latencies.runs, live.shown)

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
    while _between(parts, times, area) < least and (rank := _most(parts)) > _MAKES_WAY:
        parts = [part for part in parts if part.rank < rank]
    while _between(parts, times, area) < 1 and (rank := _most(parts)):
        parts = [part for part in parts if part.rank < rank]
    while times and _between(parts, times, area) < 1:
        times.pop()
    remark = _remark(live)
    while remark and _between(parts, times, area) < cell_len(remark[0].text) + 2 and _most(parts) >= _UNTOLD:
        parts = [part for part in parts if part.rank < _most(parts)]
    between = _between(parts, times, area)
    left, right = _line(parts), joined(times, "  ")
    if shown := _fitted(remark, between - 2, area):
        return [(*left, Span("  "), *shown)]
    if share is None or between < least:
        return [clipped((*left, Span(" " * between), *right), area)]
    filled, track = bar(share, cells, area, "graph")
    track = Span(track.text if area.ascii else "─" * len(track.text), "track")
    return [(*left, Span(" " * (between - cells - 1)), filled, track, Span(" "), *right)]


def _between(parts: Sequence[StatePart], times: Sequence[Line], area: Area) -> int:
    """Return the cells between the words and the times."""
    return area.width - width_of(_line(parts)) - width_of(joined(times, "  "))


def outcome_line(info: RunInfo) -> Line:
    """Return how a run ended, and after how long."""
    words = info.words
    if words == "failed" and info.exit_status:
        words = f"{words} (exit status {info.exit_status})"
    if info.duration_s is not None:
        between = "in" if info.outcome == "ok" else "after"
        words = f"{words} {between} {units.seconds(info.duration_s)}"
    return span(words, _ROLES[info.outcome])


def _line(parts: Sequence[StatePart]) -> Line:
    return joined((part.line for part in parts), "  ")


def _parts(live: Live, area: Area) -> list[StatePart]:
    activity, run = live.activity, live.snapshot.run
    over = activity.stage == "following" and run is not None and run.info.outcome != "running"
    parts = [StatePart(0, _stage(activity, over=over))]
    if activity.source is not None:
        parts.append(StatePart(7, span(_name(_file_name(activity.source)), "value")))
    if activity.behind_bytes >= BEHIND_BYTES:
        parts.append(StatePart(0, span(f"figures {units.size(activity.behind_bytes)} behind", "warn")))
    if activity.under_way:
        return [*parts, *(() if live.shown.newest else _place(live)), *_under_way(live, area)]
    if run is None or run.info.outcome == "running":
        return parts
    if activity.stage == "restarted":
        return [*parts, StatePart(1, span("no run yet", "label")), StatePart(4, span(_HELD, "label"))]
    ended = StatePart(0, outcome_line(run.info))
    parts = [ended] if activity.stage == "idle" else [*parts, ended]
    if run.info.model:
        parts.append(StatePart(2, span(_name(run.info.model), "value")))
    parts += _place(live)
    if live.latencies.runs:
        parts.append(StatePart(5, _figure("series of", str(live.latencies.runs))))
    iterations, loops = run.state.iterations_ended, run.state.loops
    if run.state.frames and not iterations:
        parts.append(StatePart(4, _figure("frames", str(run.state.frames))))
    elif live.shown.newest and (iterations > 1 or (loops is not None and loops != iterations)):
        many = str(iterations) if loops is None or loops == iterations else f"{iterations} of {loops}"
        parts.append(StatePart(4, _figure("iterations", many)))
    return [*parts, *_whole(live, run)]


def _place(live: Live) -> list[StatePart]:
    """Name the run and the iteration that are shown, and how to get back if they are not the newest."""
    shown = live.shown
    if shown.newest:
        return [StatePart(6, _figure("run", str(live.activity.run)))] if live.activity.run else []
    parts = [] if shown.run is None else [StatePart(0, _figure("run", f"{shown.run} of {shown.runs}"))]
    if shown.iteration is not None and shown.iterations > 1:
        parts.append(StatePart(0, _figure("iteration", f"{shown.iteration} of {shown.iterations}")))
    return [*parts, StatePart(1, (Span("0", "key"), Span(" newest", "label")))]


def _whole(live: Live, run: RunReport) -> list[StatePart]:
    """Return what the whole run took, where the page shows what its operations took."""
    profile = run.metrics.profile
    if profile is None or content_of(live).main != "operations":
        return []
    state = run.state
    times = (
        (1, "iteration", profile.iteration.latency_us),
        (4, "create", state.create_us),
        (3, "verify", state.verify_us),
        (2, "unaccounted", profile.unaccounted_us),
    )
    return [StatePart(rank, _figure(name, units.microseconds(us))) for rank, name, us in times if us is not None]


def _remark(live: Live) -> Line:
    """Return why the run failed, or what spoils its times; in several forms, from the longest to the shortest."""
    run = live.snapshot.run
    if run is None or live.activity.under_way or run.info.outcome == "running" or live.activity.stage == "restarted":
        return ()
    if run.info.reason and run.info.outcome != "ok":
        return span(run.info.reason, _ROLES[run.info.outcome])
    dumped = run.metrics.profile is not None and run.metrics.profile.layer_dump
    return tuple(Span(words, "warn") for words in _DUMPED) if dumped else ()


def _fitted(remark: Line, room: int, area: Area) -> Line:
    """Return the longest form that fits; a reason of one form is cut."""
    if len(remark) > 1:
        return next(((form,) for form in remark if len(form.text) <= room), ())
    if not remark or room < _LEAST:
        return ()
    return span(fit(remark[0].text, min(room, cell_len(remark[0].text)), area), remark[0].role)


def _most(parts: Sequence[StatePart]) -> int:
    return max(part.rank for part in parts)


def _stage(activity: Activity, *, over: bool = False) -> Line:
    """Return the current stage; for a silent program, what it was doing, unless it always does the same.

    `over` is True for a watched log whose last run has ended: it is done unless more comes.
    """
    words = "done" if over else _STAGES[activity.stage]
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

"""The run bar: what is going on in words, how far it is, how long it took and will take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from npumon.core import activity as stages
from npumon.core import outcome, units
from npumon.core.activity import Activity
from npumon.core.live import Live
from npumon.core.report import RunInfo
from npumon.tui.paint import Line, Room, Span, bar, clipped, fit_right, joined, span, width_of
from npumon.tui.panes.pane import Pane
from npumon.tui.panes.subject import figures_subject

_STAGES = {
    stages.IDLE: "idle",
    stages.RELOADING: "reloading the driver",
    stages.STARTING: "starting",
    stages.CREATING: "creating the network",
    stages.VERIFYING: "verifying the graph",
    stages.RUNNING: "running",
    stages.FINISHING: "finishing",
    stages.STOPPING: "stopping",
    stages.WAITING: "waiting for the file",
    stages.FOLLOWING: "following",
}
_OUTCOMES = {
    outcome.OK: ("done", "good"),
    outcome.FAILED: ("failed", "bad"),
    outcome.TIMEOUT: ("timed out", "bad"),
    outcome.CANCELLED: ("cancelled", "warn"),
    outcome.TRUNCATED: ("truncated", "warn"),
    outcome.EMPTY: ("no profiler text", "warn"),
}
#: A bar shorter than this says nothing. It has gaps around it.
_LEAST_BAR, _GAPS = 6, 3
#: Parts of a higher rank than this make way for it.
_MAKES_WAY = 2
#: Cells for a duration, so that the ones beside it do not move.
_DURATION = 7
#: Cells of a long name.
_NAME = 28
#: So little is behind only because it is being read.
_BEHIND_BYTES = 64 << 10


class Part(NamedTuple):
    """Something to say, and how far it may be done without: the highest rank goes first, rank 0 stays."""

    rank: int
    line: Line


class RunState(Pane):
    """The pane: one line."""

    def sees(self, live: Live) -> tuple[object, ...]:
        return (live.activity, live.snapshot.run, live.previous)

    def lines(self, live: Live, room: Room) -> Sequence[Line]:
        return run_state_lines(live, room)


def run_state_lines(live: Live, room: Room) -> list[Line]:
    """The pane's one line: words at the left, times at the right, a bar between where the end is known."""
    activity = live.activity
    share = progress(activity)
    times = _times(activity) if activity.under_way else []
    parts = _parts(live)
    # The bar may push out what matters least, but not how far the run is in figures.
    least = 1 if share is None else _LEAST_BAR + _GAPS
    while _between(parts, times, room) < least and (rank := max(part.rank for part in parts)) > _MAKES_WAY:
        parts = [part for part in parts if part.rank < rank]
    while _between(parts, times, room) < 1 and (rank := max(part.rank for part in parts)):
        parts = [part for part in parts if part.rank < rank]
    while times and _between(parts, times, room) < 1:
        times.pop()
    between = _between(parts, times, room)
    left, right = _line(parts), joined(times, "  ")
    if share is None or between < _LEAST_BAR + _GAPS:
        return [clipped((*left, Span(" " * between), *right), room)]
    filled, track = bar(share, between - _GAPS, room, "graph")
    track = Span(track.text if room.ascii else "─" * len(track.text), "track")
    return [(*left, Span("  "), filled, track, Span(" "), *right)]


def _between(parts: Sequence[Part], times: Sequence[Line], room: Room) -> int:
    """Cells between the words and the times."""
    return room.width - width_of(_line(parts)) - width_of(joined(times, "  "))


def progress(activity: Activity) -> float | None:
    """How much of the work is over, from 0 to 1; None where the end is not known or there is only one thing to do."""
    if not activity.under_way:
        return None
    part = 0.0
    if activity.iterations and activity.iterations > 1:
        part = min(max((activity.iteration or 1) - 1, 0) / activity.iterations, 1.0)
    if activity.parts and activity.parts > 1:
        return min(((activity.part or 1) - 1 + part) / activity.parts, 1.0)
    return part if activity.iterations and activity.iterations > 1 else None


def outcome_words(info: RunInfo) -> tuple[str, str]:
    """How a run ended, with the reason, and the role of these words."""
    words, role = _OUTCOMES.get(info.outcome, (info.outcome, ""))
    if info.outcome == outcome.FAILED:
        if info.signal:
            words = f"failed: killed by {info.signal}"
        elif info.exit_status:
            words = f"failed: exit status {info.exit_status}"
    if info.duration_s is not None:
        between = "in" if info.outcome == outcome.OK else "after"
        words = f"{words} {between} {units.seconds(info.duration_s)}"
    return words, role


def _line(parts: Sequence[Part]) -> Line:
    return joined((part.line for part in parts), "  ")


def _parts(live: Live) -> list[Part]:
    activity, run = live.activity, live.snapshot.run
    parts = [Part(0, span(_STAGES.get(activity.stage, activity.stage), "accent"))]
    if activity.silent_s is not None:
        parts.append(Part(0, span(f"silent for {activity.silent_s:.0f} s", "warn")))
    if activity.source is not None:
        parts.append(Part(2, span(_name(_file_name(activity.source)), "value")))
    if activity.behind_bytes >= _BEHIND_BYTES:
        parts.append(Part(0, span(f"{units.size(activity.behind_bytes)} behind", "warn")))
    if activity.under_way:
        return [*parts, *_under_way(live)]
    if run is None or run.info.outcome == outcome.RUNNING:
        return parts
    ended = Part(0, span(*outcome_words(run.info)))
    parts = [ended] if activity.stage == stages.IDLE else [*parts, ended]
    if run.info.model:
        parts.append(Part(2, span(_name(run.info.model), "value")))
    if activity.run:
        parts.append(Part(3, _figure("run", str(activity.run))))
    iterations, loops = run.state.iterations_ended, run.state.loops
    if run.state.frames and not iterations:
        parts.append(Part(4, _figure("frames", str(run.state.frames))))
    elif iterations > 1 or (loops is not None and loops != iterations):
        many = str(iterations) if loops is None or loops == iterations else f"{iterations} of {loops}"
        parts.append(Part(4, _figure("iterations", many)))
    return parts


def _under_way(live: Live) -> list[Part]:
    activity = live.activity
    parts: list[Part] = []
    if activity.model:
        parts.append(Part(3, span(_name(activity.model), "value")))
    number = f"{activity.part}/{activity.parts}" if activity.part and (activity.parts or 0) > 1 else ""
    if activity.warmup:
        parts.append(Part(2, _figure("warm-up", number or "run")))
    elif activity.run:
        parts.append(Part(2, _figure("run", f"{activity.run} ({number})" if number else str(activity.run))))
    if activity.iteration is not None:
        of = f"/{activity.iterations}" if activity.iterations else ""
        parts.append(Part(1, _figure("iteration", f"{activity.iteration}{of}")))
    elif activity.frames:
        parts.append(Part(1, _figure("frame", str(activity.frames))))
    if figures_subject(live).held:
        parts.append(Part(4, span("figures of the run before", "label")))
    return parts


def _times(activity: Activity) -> list[Line]:
    """Elapsed and remaining, in cells of their own."""
    times: list[Line] = []
    room = Room(_DURATION, 1)
    if activity.elapsed_s is not None:
        times.append(span(fit_right(units.seconds(activity.elapsed_s), _DURATION, room), "value"))
    if activity.remaining_s is not None:
        times.append(
            (Span("ETA", "label"), Span(fit_right(units.seconds(activity.remaining_s), _DURATION, room), "value"))
        )
    return times


def _figure(name: str, text: str) -> Line:
    return (Span(f"{name} ", "label"), Span(text, "value"))


def _name(text: str) -> str:
    """A name that leaves room for others."""
    return text if cell_len(text) <= _NAME else set_cell_size(text, _NAME - 2) + ".."


def _file_name(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2] or path

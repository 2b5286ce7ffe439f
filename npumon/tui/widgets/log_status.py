"""The line below a log: the position in it, or why the log is empty."""

from __future__ import annotations

from typing import NamedTuple

from npumon.core import units
from npumon.core.monitor.live import Live
from npumon.tui.paint import Area, Line, clipped, joined, span
from npumon.tui.widgets.log_rows import Frame


class LogPosition(NamedTuple):
    """The first and last visible line and the last of all, whether the end is followed, and how many lines arrived
    while it was not. `said` is about the line that was gone to, `missing` says why not all of the log can be seen.
    """

    top: int
    last: int
    lines: int
    following: bool
    new: int
    frame: Frame
    said: str = ""
    missing: str | None = None


def status_line(live: Live, standing: LogPosition, area: Area) -> Line:
    """Describe the position in the log, the most important first."""
    frame = standing.frame
    parts: list[Line] = []
    if standing.following:
        parts.append(span(" following", "good"))
    elif standing.new:
        plural = "s" if standing.new > 1 else ""
        parts.append(span(f" {units.grouped(standing.new)} new line{plural} below, G goes to the end", "accent"))
    elif not standing.said:
        parts.append(span(" looking back, G goes to the end", "accent"))
    if standing.said:
        parts.append(span(standing.said if parts else f" {standing.said}", "accent"))
    top, last, lines = (units.grouped(number) for number in (standing.top, standing.last, standing.lines))
    parts.append(span(f"lines {top}-{last} of {lines}", "label"))
    if live.activity.behind_bytes:
        parts.append(span(f"figures {units.size(live.activity.behind_bytes)} behind", "warn"))
    if standing.missing is not None:
        parts.append(span(standing.missing, "warn"))
    if live.activity.note:
        parts.append(span(live.activity.note.rstrip("."), "warn"))
    if frame.left:
        parts.append(span(f"from column {frame.left + 1}", "label"))
    if frame.wrap:
        parts.append(span("wrapped", "label"))
    return clipped(joined(parts, " - " if area.ascii else " · "), area)


def empty_line(live: Live, area: Area) -> Line:
    """Say why there is no text."""
    activity = live.activity
    if activity.source is not None and activity.note:
        return clipped(span(f" {activity.note}", "warn"), area)
    if activity.source is not None:
        text = f" Nothing has been written to {activity.source} yet."
    elif activity.under_way:
        text = " The program has printed nothing yet."
    else:
        text = " No text yet: a run's text stands here while it is printed. r runs a model."
    return clipped(span(text, "label"), area)

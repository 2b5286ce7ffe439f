"""The line below a log: the position in it, or why the log is empty."""

from __future__ import annotations

from typing import NamedTuple

from npumon.core import units
from npumon.core.monitor.live import Live
from npumon.tui.paint import Area, Line, clipped, joined, span
from npumon.tui.widgets.log_rows import Frame, lines_of


class LogPosition(NamedTuple):
    """The first and last visible line, whether the end is followed, and how many lines arrived while it was not."""

    top: int
    last: int
    following: bool
    new: int
    frame: Frame


def status_line(live: Live, standing: LogPosition, area: Area) -> Line:
    """Describe the position in the log, the most important first."""
    page, frame = live.log, standing.frame
    parts: list[Line] = []
    if standing.following:
        parts.append(span(" following", "good"))
    elif standing.new:
        plural = "s" if standing.new > 1 else ""
        parts.append(span(f" {units.grouped(standing.new)} new line{plural} below, G goes to the end", "accent"))
    else:
        parts.append(span(" looking back, G goes to the end", "accent"))
    if live.activity.behind_bytes:
        parts.append(span(f"figures {units.size(live.activity.behind_bytes)} behind", "warn"))
    top, last, lines = (units.grouped(number) for number in (standing.top, standing.last, lines_of(page)))
    parts.append(span(f"{top}-{last} of {lines}", "label"))
    if live.activity.note:
        parts.append(span(live.activity.note.rstrip("."), "warn"))
    if frame.left:
        parts.append(span(f"from column {frame.left + 1}", "label"))
    if frame.wrap:
        parts.append(span("wrapped", "label"))
    if page.first > 1:
        parts.append(span(f"the last {units.grouped(len(page.lines))} are kept", "label"))
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

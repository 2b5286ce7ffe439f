"""The last lines of the program's text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from npumon.core.log.scrollback import ScrollbackView, line_text
from npumon.core.log.severity import LineLevel, level_of
from npumon.core.monitor.live import Live
from npumon.tui.paint import SEVERE, Area, Line, fit, paragraphs, span
from npumon.tui.widgets.canvas import Pane

#: Characters that are examined for each cell: some of them take none.
_CHARACTERS_A_CELL = 4


class LogTailPane(Pane):
    """The pane."""

    def sees(self, live: Live) -> tuple[object, ...]:
        return (live.log,)

    def lines(self, live: Live, area: Area) -> Sequence[Line]:
        return log_lines(live.log, area)


def log_lines(log: ScrollbackView, area: Area) -> list[Line]:
    """Draw the pane's lines."""
    shown = [*log.lines[-area.height :], log.open_line] if log.open_line else [*log.lines[-area.height :]]
    if not shown:
        return paragraphs([("What the program prints appears here.", "label")], area)
    lines = []
    for line in shown[-area.height :]:
        text, level = _decoded(line)
        text = ("! " if level in SEVERE else "") + text[: area.width * _CHARACTERS_A_CELL]
        lines.append(span(fit(text, area.width, area), SEVERE.get(level, "" if level == "figure" else "label")))
    return lines


@lru_cache(256)
def _decoded(line: bytes) -> tuple[str, LineLevel]:
    """Return a line's text and its level."""
    text = line_text(line)
    return text, level_of(text)

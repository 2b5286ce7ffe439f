"""A page that has nothing to show says why, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from npumon.core.monitor.live import Live
from npumon.core.problems import Problem
from npumon.tui.paint import Area, Line, Span, wrapped
from npumon.tui.widgets.canvas import Canvas

_WIDEST = 72


class NoticePane(Canvas):
    """What is wrong and what helps, in the middle of the room. `of` says it of a live value."""

    DEFAULT_CSS = "NoticePane { height: 1fr; }"

    def __init__(self, of: Callable[[Live], Problem], *, ascii_only: bool = False) -> None:
        super().__init__(ascii_only=ascii_only)
        self._of = of

    def draw(self, live: Live, area: Area) -> Sequence[Line]:
        problem = self._of(live)
        width = max(1, min(_WIDEST, area.width - 4))
        left = Span(" " * max(0, (area.width - width) // 2))
        what = [(left, Span(text, "value")) for text in wrapped(problem.what, width)]
        remedy = [(left, Span(text)) for text in wrapped(problem.remedy, width)]
        lines: list[Line] = [*what, (), *remedy]
        return [*[()] * max(0, (area.height - len(lines)) // 3), *lines]

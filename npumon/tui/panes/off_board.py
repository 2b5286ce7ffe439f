"""The first page on a machine that is no board: what can be done there, each by a key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import events

from npumon.core.monitor.live import Live
from npumon.tui.paint import Area, Line, Span, wrapped
from npumon.tui.widgets.canvas import Canvas


class Way(NamedTuple):
    """Something to do: its key and the word for it in the key bar, what it is, what comes of it, and its action."""

    key: str
    word: str
    name: str
    outcome: str
    action: str


WAYS = (
    Way("D", "demo", "a simulated board", "all of the monitor at work, marked DEMO", "demo_board"),
    Way("f", "open a log", "open a log", "of a board, finished or growing", "open_log"),
    Way("i", "install", "install npumon on a board", "the commands that do", "install"),
)
_WHAT = "This machine is no board: npumon finds no NPU that it knows, no galcore and no /dev/galcore."
_SHORT = "This machine is no board."
_ELSE = "Programs can be run here nevertheless: npumon -- COMMAND, or 4 for models."
#: Cells of the key, its blanks included, and of the longest name.
_KEY = 5
_NAME = max(len(way.name) for way in WAYS) + 2
#: Narrower areas have what comes of a way below its name.
_ROOM_FOR_COLUMNS = 72
_WIDEST = 78


class OffBoardPane(Canvas):
    """The pane. A click on a way goes it."""

    DEFAULT_CSS = "OffBoardPane { height: 1fr; padding: 0 1; }"
    _ways: tuple[tuple[int, Way], ...] = ()

    def draw(self, live: Live, area: Area) -> Sequence[Line]:
        width = min(_WIDEST, area.width)
        what = [(Span(text, "value"),) for text in wrapped(_WHAT, width)]
        more = [(), *((Span(text, "label"),) for text in wrapped(_ELSE, width))]
        ways = [_of_way(way, width) for way in WAYS]
        if len(what) + 1 + sum(map(len, ways)) > area.height:
            what = [(Span(_SHORT, "value"),)]
            ways = [of_way[:1] for of_way in ways]
        lines: list[Line] = [*what, ()]
        gaps = len(what) + sum(map(len, ways)) + len(ways) + len(more) <= area.height
        places = []
        for way, of_way in zip(WAYS, ways, strict=True):
            places += [(len(lines) + row, way) for row in range(len(of_way))]
            lines += [*of_way, ()] if gaps and way is not WAYS[-1] else of_way
        if len(lines) + len(more) <= area.height:
            lines += more
        above = max(0, (area.height - len(lines)) // 4)
        self._ways = tuple((above + row, way) for row, way in places)
        left = Span(" " * max(0, (area.width - width) // 2))
        return [*[()] * above, *((left, *line) for line in lines)]

    async def on_click(self, event: events.Click) -> None:
        """Go the way under the pointer."""
        offset = event.get_content_offset(self)
        for row, way in self._ways:
            if offset is not None and offset.y == row:
                await self.app.run_action(f"app.{way.action}")
                return


def _of_way(way: Way, width: int) -> Sequence[Line]:
    key = Span(f"  {way.key}".ljust(_KEY), "key")
    name = Span(way.name.ljust(_NAME), "accent")
    if width < _ROOM_FOR_COLUMNS:
        rest = [(Span(" " * _KEY), Span(text, "label")) for text in wrapped(way.outcome, max(1, width - _KEY))]
        return [(key, name), *rest]
    first, *others = wrapped(way.outcome, width - _KEY - _NAME)
    return [(key, name, Span(first)), *((Span(" " * (_KEY + _NAME)), Span(text)) for text in others)]

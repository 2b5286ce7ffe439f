"""A canvas that draws again only when what it depends on is another value."""

from __future__ import annotations

from collections.abc import Sequence

from npumon.core.monitor.live import Live
from npumon.tui.paint import Area, Line
from npumon.tui.widgets.canvas import Canvas


class Pane(Canvas):
    """Say in `sees` what of a live value the pane depends on, and in `lines` what stands in it then."""

    _seen: tuple[object, ...] = ()
    _room: Area | None = None
    _drawn: tuple[Line, ...] = ()

    def sees(self, live: Live) -> tuple[object, ...]:
        """The parts of the value that the pane shows. They are mostly the same objects, so comparing them is cheap."""
        raise NotImplementedError

    def lines(self, live: Live, area: Area) -> Sequence[Line]:
        """As `Canvas.draw`."""
        raise NotImplementedError

    def draw(self, live: Live, area: Area) -> Sequence[Line]:
        seen = self.sees(live)
        if area != self._room or seen != self._seen:
            self._room, self._seen = area, seen
            self._drawn = tuple(self.lines(live, area))
        return self._drawn

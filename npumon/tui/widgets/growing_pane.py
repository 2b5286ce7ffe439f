"""A pane whose height depends on what it shows."""

from __future__ import annotations

from npumon.core.monitor.live import Live
from npumon.tui.paint import Area
from npumon.tui.widgets.canvas import Pane

#: More lines than any screen has.
_PLENTY = 1_000


class GrowingPane(Pane):
    """A pane that fills as many lines as `lines` returns for a room of any height.

    That is asked again only when what the pane sees, or its width, is another.
    """

    _measured: tuple[int, tuple[object, ...], int] = (-1, (), 0)

    def wanted_height(self, width: int) -> int:
        """Return how many lines the pane would fill at that width, its frame included."""
        live = self._live
        if live is None:
            return 0
        inside = max(width - self.gutter.width, 1)
        seen = self.sees(live)
        measured_width, before, height = self._measured
        if measured_width != inside or before != seen:
            height = self.filled(live, Area(inside, _PLENTY, self.ascii_only))
            self._measured = (inside, seen, height)
        return height + self.gutter.height

    def filled(self, live: Live, area: Area) -> int:
        """Return how many lines the pane fills of the area."""
        return len(self.lines(live, area))

"""Looking at a simulated board, whose driver cannot notice by itself that a program has gone."""

from __future__ import annotations

from npumon.board.probe import HostProbe
from npumon.board.roots import Roots
from npumon.core.driver.driver_state import DriverState
from npumon.demo import galcore


class DemoProbe(HostProbe):
    """An implementation of `ports.BoardProbe` for a simulated board."""

    def __init__(self, roots: Roots) -> None:
        super().__init__(roots)
        self._root = roots.root

    def driver(self) -> DriverState:
        """Return the state of the driver now. A kernel takes back what a killed program held; here it is counted."""
        state = super().driver()
        if not state.unseen_references:
            return state
        galcore.users(self._root)
        return super().driver()

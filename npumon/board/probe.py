"""The machine as the engine sees it: its clocks, and the board and the driver behind one port."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timezone

from npumon.board.driver.state import read_driver, read_version
from npumon.board.roots import Roots
from npumon.board.sensors import read_board
from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState


class SystemClock:
    """An implementation of `ports.Clock`. Durations never come from `now`: boards without a battery jump when NTP sets
    the time."""

    def now(self) -> str:
        """Return the time in UTC as ISO 8601, to the millisecond."""
        return datetime.now(timezone.utc).isoformat(timespec="milliseconds")

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start."""
        return time.monotonic()


class HostProbe:
    """An implementation of `ports.BoardProbe` that reads the machine under `roots`.

    Finding the driver's version may take searching the kernel log, so it is remembered until the module is loaded
    again.
    """

    def __init__(self, roots: Roots, recount: Callable[[], object] | None = None) -> None:
        """`recount` is called where nobody accounts for references, if a driver has to be told that a program has gone;
        a kernel notices that by itself."""
        self._roots = roots
        self._recount = recount
        self._version: tuple[tuple[int, int] | None, str | None] | None = None

    def board(self) -> BoardState:
        """Return the state of the machine now."""
        return read_board(self._roots)

    def driver(self) -> DriverState:
        """Return the state of the driver now."""
        state = read_driver(self._roots, self._remembered_version)
        if state.unseen_references and self._recount is not None:
            self._recount()
            return read_driver(self._roots, self._remembered_version)
        return state

    def _remembered_version(self, roots: Roots) -> str | None:
        load = self._load()
        if self._version is None or self._version[0] != load:
            self._version = (load, read_version(roots))
        return self._version[1]

    def _load(self) -> tuple[int, int] | None:
        """Return what changes when the module is loaded again: the identity of its sysfs folder."""
        try:
            status = (self._roots.sys / "module/galcore").stat()
        except OSError:
            return None
        return status.st_ino, status.st_ctime_ns

"""What crosses to any view: the board, the driver and the last run, all of one moment, immutable."""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.run.report import RunReport


class Snapshot(NamedTuple):
    """The whole monitor at one moment. `taken_at` is ISO 8601 in UTC."""

    taken_at: str
    board: BoardState
    driver: DriverState
    run: RunReport | None = None
    demo: bool = False

"""Whether npumon runs on a machine that is no board at all: a PC, a CI machine, another single-board computer."""

from __future__ import annotations

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.monitor.live import Live


def off_board(board: BoardState, driver: DriverState) -> bool:
    """Return whether nothing speaks for an NPU: no chip that npumon knows, no driver, no device node."""
    return board.chip is None and board.variant is None and driver.name is None and not driver.device_node


def machine_without_npu(live: Live) -> bool:
    """Return whether the machine was looked at and is no board; False for a log, which another machine wrote."""
    snapshot = live.snapshot
    return bool(snapshot.taken_at) and snapshot.log_board is None and off_board(snapshot.board, snapshot.driver)


def offers_other_ways(live: Live, *, seems_none: bool = False) -> bool:
    """Return whether to offer what can be done without a board: as long as nothing was run on this machine.

    `seems_none` is what is thought of a machine that was not looked at yet.
    """
    idle = live.snapshot.run is None and not live.runs and not live.activity.under_way
    seen = bool(live.snapshot.taken_at)
    return idle and (machine_without_npu(live) if seen else seems_none)

"""What is a board and what is not."""

from __future__ import annotations

import pytest

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import Live, Snapshot
from npumon.core.monitor.log_board import LogBoard
from npumon.core.monitor.off_board import machine_without_npu, off_board, offers_other_ways
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.state import EMPTY
from npumon.engine.reporting import Context, report_of

PC = Live(Snapshot("2026-11-27T00:00:00+00:00", BoardState(kernel="6.1"), DriverState()))


@pytest.fixture
def run() -> RunReport:
    return report_of(EMPTY, Context(), RunInfo())


@pytest.mark.parametrize(
    ("board", "driver", "none"),
    [
        (BoardState(), DriverState(), True),
        (BoardState(model="Raspberry Pi 5"), DriverState(), True),
        (BoardState(chip="A311D"), DriverState(), False),
        (BoardState(variant="VIM3"), DriverState(), False),
        (BoardState(), DriverState(name="galcore"), False),
        (BoardState(), DriverState(name="etnaviv"), False),
        (BoardState(), DriverState(device_node=True), False),
    ],
)
def test_a_chip_a_driver_or_a_device_make_a_board(board: BoardState, driver: DriverState, none: bool) -> None:
    assert off_board(board, driver) == none


def test_a_machine_that_was_not_looked_at_may_be_a_board() -> None:
    assert machine_without_npu(PC)
    assert not machine_without_npu(PC._replace(snapshot=PC.snapshot._replace(taken_at="")))
    assert not machine_without_npu(PC._replace(snapshot=PC.snapshot._replace(log_board=LogBoard()))), (
        "a log is of another machine"
    )


def test_other_ways_are_offered_until_something_runs(run: RunReport) -> None:
    assert offers_other_ways(PC)
    assert not offers_other_ways(PC._replace(activity=Activity(stage="running")))
    assert not offers_other_ways(PC._replace(runs=(run,)))
    assert not offers_other_ways(PC._replace(snapshot=PC.snapshot._replace(run=run)))


def test_before_the_first_look_it_is_what_it_seems_to_be() -> None:
    unseen = PC._replace(snapshot=PC.snapshot._replace(taken_at=""))
    assert offers_other_ways(unseen, seems_none=True)
    assert not offers_other_ways(unseen)
    board = PC._replace(snapshot=PC.snapshot._replace(driver=DriverState(name="galcore")))
    assert not offers_other_ways(board, seems_none=True)

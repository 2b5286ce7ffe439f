"""Under which conditions a run's figures were taken."""

from __future__ import annotations

import pytest

from npumon.core.log import events as ev
from npumon.core.profile import Bandwidth, Cycles, Operation
from npumon.core.run.conditions import Conditions, conditions_of
from npumon.core.run.fold import reduce
from npumon.core.run.state import EMPTY

COUNTED = ev.OperationProfiled(Operation(execution_us=5, cycles=Cycles(2, 1)))
WINDOW = ev.OperationProfiled(Operation(execution_us=5, window_us=6))
MOVED = ev.OperationProfiled(Operation(bandwidth=Bandwidth(1.0)))
TIMED = ev.OperationProfiled(Operation(execution_us=5))
ENDED = ev.IterationEnded(1, 9.0)
VERIFIED = ev.GraphVerified(1)
POWER_OFF, POWER_ON = ev.PowerManagementSet(on=False), ev.PowerManagementSet(on=True)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((), Conditions()),
        ((VERIFIED, COUNTED, ENDED), Conditions(True, False, False, False)),
        ((COUNTED,), Conditions(True, False, None, False)),
        ((WINDOW, ENDED), Conditions(True, False, None, False)),
        ((MOVED, ENDED), Conditions(True, False, None, False)),
        ((TIMED, ENDED), Conditions(True, False, None, True)),
        ((ENDED,), Conditions(False)),
        ((ev.LayerDumped(), COUNTED, ENDED), Conditions(True, True, None, False)),
        ((ev.CommandsDumped(), VERIFIED, COUNTED), Conditions(True, False, True, False)),
        ((POWER_OFF, COUNTED, ENDED, POWER_ON), Conditions(True, False, None, True, False)),
        ((POWER_ON, POWER_ON), Conditions(cnn_perf=True, power_management=True)),
    ],
)
def test_what_the_text_shows(events: tuple[ev.Event, ...], expected: Conditions) -> None:
    state = EMPTY
    for event in events:
        state = reduce(state, event)
    assert conditions_of(state) == expected


def test_the_driver_s_setting_counts_only_where_the_text_says_nothing() -> None:
    assert conditions_of(EMPTY, True).profiling is True
    assert conditions_of(EMPTY, False).profiling is False
    assert conditions_of(reduce(EMPTY, ENDED), True).profiling is False
    assert conditions_of(reduce(EMPTY, COUNTED), False).profiling is True


def test_what_npumon_set_is_passed_on() -> None:
    assert conditions_of(EMPTY, None, (("VNN_LOOP_TIME", "5"),)).environment == (("VNN_LOOP_TIME", "5"),)

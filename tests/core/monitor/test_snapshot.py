"""What crosses to a view is immutable and says nothing that was not read."""

from __future__ import annotations

import pytest

from npumon.core.board_state import BoardState, CoolingDevice, CpuCluster, Fan, ThermalZone
from npumon.core.driver.driver_state import DriverState, Holder
from npumon.core.monitor.snapshot import Snapshot


def test_a_machine_of_which_nothing_is_known_says_nothing() -> None:
    assert {field for field in BoardState() if field != ()} == {None}
    driver = DriverState()
    assert (driver.name, driver.profiling, driver.accessible, driver.device_node) == (None, None, None, False)


@pytest.mark.parametrize(
    "value",
    [
        BoardState(),
        DriverState(),
        Holder(1, None, None),
        ThermalZone("soc", None),
        CoolingDevice("fan", 0, 3),
        CpuCluster("0-1", None, None),
        Fan(None, None, None),
        Snapshot("2026-11-22T03:18:00.123+00:00", BoardState(), DriverState()),
    ],
)
def test_values_cannot_be_changed(value: object) -> None:
    hash(value)
    with pytest.raises(AttributeError):
        value.taken_at = "later"  # type: ignore[attr-defined]  # that it cannot be set is the point

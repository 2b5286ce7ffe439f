from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from npumon.board.roots import Roots
from npumon.board.thermal import Trip, read_cooling, read_trips, read_zones
from npumon.core.board_state import CoolingDevice, ThermalZone

Put = Callable[[str, "str | bytes"], Path]
THERMAL = "sys/class/thermal"


def test_zones_are_named_by_their_type(vim3: Path) -> None:
    assert read_zones(Roots(vim3)) == (ThermalZone("soc_thermal", 47.3), ThermalZone("ddr_thermal", 45.1))


def test_zones_come_in_the_order_of_their_numbers(tree: Path, put: Put) -> None:
    for number in (10, 2, 0):
        put(f"{THERMAL}/thermal_zone{number}/type", f"zone-{number}")
    assert [zone.name for zone in read_zones(Roots(tree))] == ["zone-0", "zone-2", "zone-10"]


@pytest.mark.parametrize(
    ("text", "celsius"),
    [
        ("-40000", -40.0),
        ("150000", 150.0),
        ("0", 0.0),
        ("-40001", None),
        ("150001", None),
        ("-274000", None),
        ("", None),
        ("nan", None),
        ("1e3", None),
    ],
)
def test_an_implausible_temperature_is_absent(text: str, celsius: float | None, tree: Path, put: Put) -> None:
    put(f"{THERMAL}/thermal_zone0/temp", text)
    assert read_zones(Roots(tree)) == (ThermalZone("thermal_zone0", celsius),)


def test_a_sensor_that_cannot_be_read_is_absent(vim3: Path) -> None:
    (vim3 / THERMAL / "thermal_zone1/temp").unlink()
    (vim3 / THERMAL / "thermal_zone1/temp").mkdir()
    assert read_zones(Roots(vim3))[1] == ThermalZone("ddr_thermal", None)


def test_a_hostile_type_is_cut_and_visible(tree: Path, put: Put) -> None:
    put(f"{THERMAL}/thermal_zone0/type", b"a\nb\x1b" + b"c" * 1000)
    (zone,) = read_zones(Roots(tree))
    assert zone.name.startswith("a\\x0ab\\x1b")
    assert len(zone.name) == 60


def test_the_lowest_trip_that_is_not_the_fans_counts(vim3: Path, put: Put) -> None:
    put(f"{THERMAL}/thermal_zone0/trip_point_2_temp", "50000")
    put(f"{THERMAL}/thermal_zone0/trip_point_2_type", "active")
    assert read_trips(Roots(vim3)) == (Trip("soc_thermal", 75.0, "passive"),)


def test_a_trip_at_zero_is_one_that_is_switched_off(vim3: Path, put: Put) -> None:
    put(f"{THERMAL}/thermal_zone0/trip_point_0_temp", "0")
    assert read_trips(Roots(vim3)) == (Trip("soc_thermal", 110.0, "critical"),)


def test_cooling_devices_tell_their_state(vim3: Path, put: Put) -> None:
    put(f"{THERMAL}/cooling_device1/type", "silent")
    assert read_cooling(Roots(vim3)) == (CoolingDevice("thermal-cpufreq-0", 0, 11),)


def test_without_the_thermal_class_there_is_nothing(vim3: Path) -> None:
    shutil.rmtree(vim3 / THERMAL)
    roots = Roots(vim3)
    assert [*read_zones(roots), *read_trips(roots), *read_cooling(roots)] == []

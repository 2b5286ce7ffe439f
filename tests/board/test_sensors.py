from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from npumon.board.roots import Roots
from npumon.board.sensors import Identity, read_board, read_cooling, read_identity, read_npu_interrupts, read_zones
from npumon.board.sysfs import read_kernel
from npumon.core.board_state import BoardState, CoolingDevice, CpuCluster, Fan, ThermalZone

Put = Callable[[str, "str | bytes"], Path]
PARAMETER = "sys/module/galcore/parameters/nanoqFreq"
POLICY = "sys/devices/system/cpu/cpufreq/policy0"


def test_a_vim3_is_read_whole(vim3: Path) -> None:
    board = read_board(Roots(vim3))
    assert (board.model, board.chip, board.variant, board.kernel) == ("Khadas VIM3", "A311D", "VIM3", "4.9.241")
    assert [zone.celsius for zone in board.zones] == [47.3, 45.1]
    assert [device.max_state for device in board.cooling] == [11]
    assert board.cpus == (CpuCluster("0-1", 1000.0, 1800.0), CpuCluster("2-5", 2208.0, 2208.0))
    assert board.fan == Fan(True, "auto", 2)
    assert board.npu_interrupts == 123
    assert board.nominal_clock_mhz == 800.0


def test_an_empty_machine_has_nothing(tree: Path) -> None:
    assert read_board(Roots(tree)) == BoardState()


def test_folders_in_the_place_of_all_files_are_absent_figures(vim3: Path) -> None:
    for path in [path for path in vim3.rglob("*") if path.is_file()]:
        path.unlink()
        path.mkdir()
    board = read_board(Roots(vim3))
    assert (board.model, board.kernel, board.fan, board.npu_interrupts) == (None, None, None, None)
    assert [zone.celsius for zone in board.zones] == [None, None]
    assert board.cooling == ()
    assert [(cluster.mhz, cluster.max_mhz) for cluster in board.cpus] == [(None, None), (None, None)]


def test_interrupts_of_all_npu_lines_are_summed(tree: Path, put: Put) -> None:
    put(
        "proc/interrupts",
        " CPU0 CPU1\n 36: 1 2 GICv2 179 Level galcore:0\n 37: 40 0 GICv2 9 Edge galcore:3d\n 38: 9 9 x\n",
    )
    assert read_npu_interrupts(Roots(tree)) == 43


@pytest.mark.parametrize(
    "text", ["", "CPU0\n 3: 5 GICv2 arch_timer\n", " 36: GICv2 galcore:0\n", "galcore\n", "\0\xff"]
)
def test_without_a_readable_npu_line_there_is_no_count(text: str, tree: Path, put: Put) -> None:
    put("proc/interrupts", text)
    assert read_npu_interrupts(Roots(tree)) is None


def test_an_npu_that_never_interrupted_counts_zero(tree: Path, put: Put) -> None:
    put("proc/interrupts", " 36: 0 0 GICv2 179 Level galcore:0\n")
    assert read_npu_interrupts(Roots(tree)) == 0


@pytest.mark.parametrize(
    ("hertz", "mhz"),
    [("500000000", 500.0), ("0", 800.0), ("-5", 800.0), ("800", 800.0), ("99999999999", 800.0), ("junk", 800.0)],
)
def test_the_nominal_clock_is_the_drivers_where_it_makes_sense(hertz: str, mhz: float, vim3: Path, put: Put) -> None:
    put(PARAMETER, hertz)
    assert read_board(Roots(vim3)).nominal_clock_mhz == mhz


def test_an_unknown_chip_without_driver_has_no_nominal_clock(vim3: Path) -> None:
    shutil.rmtree(vim3 / "sys/firmware")
    assert read_board(Roots(vim3)).nominal_clock_mhz == 800.0
    (vim3 / PARAMETER).unlink()
    assert read_board(Roots(vim3)).nominal_clock_mhz is None


@pytest.mark.parametrize(
    ("enable", "mode", "level", "fan"),
    [
        ("Fan enable: 0", "Fan mode: 0", "Fan level: 5", Fan(False, "manual", 5)),
        ("1", "7", None, Fan(True, "7", None)),
        (None, None, "Fan level: 1", Fan(None, None, 1)),
        ("Fan enable: on", "", "Fan level: -3", None),
        (None, None, None, None),
    ],
)
def test_the_fan_says_what_it_can(
    enable: str | None, mode: str | None, level: str | None, fan: Fan | None, tree: Path, put: Put
) -> None:
    for name, text in (("enable", enable), ("mode", mode), ("level", level)):
        if text is not None:
            put(f"sys/class/fan/{name}", text)
    assert read_board(Roots(tree)).fan == fan


def test_a_cluster_falls_back_to_what_there_is(tree: Path, put: Put) -> None:
    put(f"{POLICY}/scaling_max_freq", "1200000")
    put(f"{POLICY}/scaling_cur_freq", "<unknown>")
    put("sys/devices/system/cpu/cpufreq/policy2/related_cpus", "2 4 5")
    put("sys/devices/system/cpu/cpufreq/conservative/sampling_rate", "1")
    assert read_board(Roots(tree)).cpus == (CpuCluster("0", None, 1200.0), CpuCluster("2 4 5", None, None))


def test_a_hostile_kernel_release_is_visible(tree: Path, put: Put) -> None:
    put("proc/sys/kernel/osrelease", "6.1\x1b]0;x\x07\n")
    assert read_kernel(Roots(tree)) == "6.1\\x1b]0;x\\x07"


THERMAL = "sys/class/thermal"


def test_zones_are_named_by_their_type(vim3: Path) -> None:
    assert read_zones(Roots(vim3)) == (
        ThermalZone("soc_thermal", 47.3, 75.0, "passive"),
        ThermalZone("ddr_thermal", 45.1),
    )


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
    assert read_zones(Roots(vim3))[0] == ThermalZone("soc_thermal", 47.3, 75.0, "passive")


def test_a_trip_at_zero_is_one_that_is_switched_off(vim3: Path, put: Put) -> None:
    put(f"{THERMAL}/thermal_zone0/trip_point_0_temp", "0")
    assert read_zones(Roots(vim3))[0] == ThermalZone("soc_thermal", 47.3, 110.0, "critical")


def test_cooling_devices_tell_their_state(vim3: Path, put: Put) -> None:
    put(f"{THERMAL}/cooling_device1/type", "silent")
    assert read_cooling(Roots(vim3)) == (CoolingDevice("thermal-cpufreq-0", 0, 11),)


def test_without_the_thermal_class_there_is_nothing(vim3: Path) -> None:
    shutil.rmtree(vim3 / THERMAL)
    roots = Roots(vim3)
    assert [*read_zones(roots), *read_cooling(roots)] == []


BASE = "sys/firmware/devicetree/base"


def test_a_vim3_is_known(vim3: Path) -> None:
    assert read_identity(Roots(vim3)) == Identity("Khadas VIM3", "A311D", "VIM3")


@pytest.mark.parametrize(
    ("compatible", "chip", "variant"),
    [
        (b"khadas,vim3l\0amlogic,sm1\0", "S905D3", "VIM3L"),
        (b"khadas,vim3\0amlogic,a311d\0amlogic,g12b\0", "A311D", "VIM3"),
        (b"amlogic, g12b\0", "A311D", "VIM3"),
        (b"amlogic, sm1", "S905D3", "VIM3L"),
        (b"hardkernel,odroid-n2\0amlogic,s922x\0amlogic,g12b\0", "S922X", None),
        (b"hardkernel,odroid-c4\0amlogic,s905x3\0amlogic,sm1\0", "S905X3", None),
        (b"raspberrypi,4-model-b\0brcm,bcm2711\0", None, None),
        (b"khadas,vim30\0", None, None),
        (b"", None, None),
        (b"\0\0\0", None, None),
        (b"\xff\xfe\x1b[2J\0", None, None),
    ],
)
def test_the_chip_follows_from_the_compatible_strings(
    compatible: bytes, chip: str | None, variant: str | None, tree: Path, put: Put
) -> None:
    put(f"{BASE}/compatible", compatible)
    assert read_identity(Roots(tree)) == Identity(None, chip, variant)


@pytest.mark.parametrize(
    ("model", "variant"),
    [(b"Khadas VIM3L\0", "VIM3L"), (b"Khadas vim3\0", "VIM3"), (b"Khadas VIM30\0", None), (b"Khadas VIM4\0", None)],
)
def test_the_model_decides_where_there_are_no_compatible_strings(
    model: bytes, variant: str | None, tree: Path, put: Put
) -> None:
    put("proc/device-tree/model", model)
    assert read_identity(Roots(tree)).variant == variant


def test_a_machine_without_a_device_tree_is_unknown(tree: Path) -> None:
    assert read_identity(Roots(tree)) == Identity()


def test_a_hostile_model_is_cut_and_visible(tree: Path, put: Put) -> None:
    put(f"{BASE}/model", b"\x1b]0;title\x07" + b"x" * 100_000 + b"\0")
    model = read_identity(Roots(tree)).model
    assert model is not None
    assert model.startswith("\\x1b]0;title\\x07x")
    assert len(model) == 200

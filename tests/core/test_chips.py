"""The table of chips: what is looked up in it, and that its rows do not contradict each other."""

from __future__ import annotations

import pytest

from npumon.core.chips import (
    BOARDS,
    CHIPS,
    MODULE_PATHS,
    SETTINGS,
    Chip,
    chip_compatible,
    chip_named,
    chip_of_pid,
    target_of_pid,
)


def test_no_two_chips_share_what_tells_them_apart() -> None:
    for told in (
        [chip.name for chip in CHIPS],
        [chip.pid for chip in CHIPS if chip.pid is not None],
        [chip.family for chip in CHIPS if chip.family is not None],
        [text for chip in CHIPS for text in chip.compatible],
        list(BOARDS),
        [name for name, _ in SETTINGS],
        list(MODULE_PATHS),
    ):
        assert told
        assert len(set(told)) == len(told)


@pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.name)
def test_a_chip_with_an_npu_is_found_by_its_pid_and_has_a_clock(chip: Chip) -> None:
    assert (chip.pid is None) is (chip.nominal_clock_mhz is None)
    if chip.pid is not None:
        assert chip_of_pid(chip.pid) is chip_of_pid(f"{chip.pid:#x}") is chip_of_pid(f"{chip.pid:#X}") is chip


@pytest.mark.parametrize("pid", [None, 0, "", "0x", "88", "0x77"])
def test_any_other_pid_is_unknown(pid: int | str | None) -> None:
    assert chip_of_pid(pid) is None


def test_chips_by_name() -> None:
    assert all(chip_named(chip.name) is chip for chip in CHIPS)
    assert chip_named(None) is None
    assert chip_named("A311") is None


def test_a_chip_s_own_string_decides_before_its_family_s() -> None:
    assert chip_compatible(("amlogic, g12b",)) is chip_named("A311D")
    assert chip_compatible(("amlogic,g12b", "amlogic,s922x")) is chip_named("S922X")


def test_the_title_names_the_board() -> None:
    assert {chip.pid: chip.title for chip in CHIPS if chip.pid in (0x88, 0x99, 0xB9)} == {
        0x88: "A311D (VIM3)",
        0x99: "S905D3 (VIM3L)",
        0xB9: "AB301",
    }


@pytest.mark.parametrize(
    ("pid", "name"),
    [
        (0x88, "A311D (VIM3)"),
        (0xB9, "AB301"),
        (0xAD, "Realtek AmebaPro2"),
        (0xEE, "Allwinner V853/V851s"),
        (0x10000016, "Allwinner T527"),
        (0x1000003B, "Allwinner A733"),
        (0x15, "STM32MP2"),
        (0x7D, "VIPNanoQI"),
        (0x1E, "VIPNanoQI"),
        (0x1234, None),
    ],
)
def test_a_network_files_target_has_a_name(pid: int, name: str | None) -> None:
    assert target_of_pid(pid) == name

"""The board and the driver for people."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.board_state import BoardState, CoolingDevice, CpuCluster, Fan, ThermalZone
from npumon.core.driver.driver_state import DriverState, Holder
from npumon.core.layout import cell_width
from npumon.core.monitor.live import Snapshot
from npumon.core.monitor.log_board import LogBoard
from npumon.core.problems import Problem
from npumon.core.run.report import RunReport
from npumon.core.text import visible
from npumon.export.board_text import board_lines, driver_lines, snapshot_text
from npumon.export.drawing import PLAIN, Style
from npumon.export.run_text import run_text

TAKEN = "2026-11-22T03:18:00.123+00:00"
BOARD = BoardState(
    model="Khadas VIM3",
    chip="A311D",
    variant="VIM3",
    kernel="4.9.241",
    zones=(ThermalZone("soc_thermal", 45.13), ThermalZone("ddr_thermal", None)),
    cooling=(CoolingDevice("fan", 1, 3), CoolingDevice("cpufreq", 0, 9)),
    cpus=(CpuCluster("0-1", 1800.0, 1800.0), CpuCluster("2-5", None, None)),
    fan=Fan(True, "auto", 2),
    npu_interrupts=123_456,
    nominal_clock_mhz=800.0,
)
DRIVER = DriverState(
    name="galcore",
    version="6.4.6.2",
    parameters=(("gpuProfiler", "1"), ("irqs", "-1," * 40)),
    profiling=True,
    references=3,
    device_node=True,
    accessible=True,
    holders=(Holder(42, "khadas", "./inceptionv3"), Holder(43, None, None)),
    hardware_resets=0,
    unseen_references=2,
    problems=(Problem("driver.access", "No access.", "Use sudo."),),
)
NAMES = st.text(max_size=12).map(visible) | st.sampled_from(("n" * 200, "中" * 100, "a b " * 50, ""))


def test_a_board() -> None:
    assert list(board_lines(BOARD, PLAIN)) == [
        "Board   Khadas VIM3 (A311D, VIM3)",
        "  kernel 4.9.241, soc_thermal 45.1 C, ddr_thermal n/a, cpu 0-1 1800 MHz, cpu 2-5",
        "  n/a, fan 1/3, fan level 2, NPU interrupts 123 456",
    ]


def test_a_machine_that_is_no_board() -> None:
    assert list(board_lines(BoardState(), PLAIN)) == ["Board   not recognised (no device tree)", "  kernel n/a"]
    assert list(board_lines(BoardState(fan=Fan(None, None, None)), PLAIN))[1] == "  kernel n/a"


def test_a_driver() -> None:
    lines = list(driver_lines(DRIVER, PLAIN))
    assert lines[:5] == [
        "Driver  galcore 6.4.6.2, profiling on",
        "  references 3, /dev/galcore accessible, hardware resets 0",
        "  held by 42 khadas ./inceptionv3",
        "  held by 43 ? (command not readable)",
        "  2 more users cannot be seen without root",
    ]
    assert lines[5] == "  gpuProfiler  1"
    assert lines[6].startswith("  irqs         -1,-1,")
    assert "".join(line.strip() for line in lines[6:-1]).removeprefix("irqs").strip() == "-1," * 40
    assert lines[-1] == "  No access. Use sudo."
    assert not any("gpuProfiler" in line for line in driver_lines(DRIVER, PLAIN, parameters=False))


@pytest.mark.parametrize(
    ("driver", "lines"),
    [
        (DriverState(), ["Driver  none loaded"]),
        (
            DriverState(name="galcore"),
            ["Driver  galcore of unknown version, profiling unknown", "  references n/a, /dev/galcore missing"],
        ),
        (
            DriverState(name="galcore", version="6", profiling=False, device_node=True),
            ["Driver  galcore 6, profiling off", "  references n/a, /dev/galcore present"],
        ),
        (
            DriverState(name="galcore", version="6", device_node=True, accessible=False),
            ["Driver  galcore 6, profiling unknown", "  references n/a, /dev/galcore not accessible to this user"],
        ),
        (
            DriverState(parameters=(("empty", ""), ("type", "0"))),
            ["Driver  none loaded", "  empty", "  type   0"],
        ),
    ],
)
def test_drivers_of_which_less_is_known(driver: DriverState, lines: list[str]) -> None:
    assert list(driver_lines(driver, PLAIN)) == lines


def test_a_snapshot_shows_every_pane(seed_report: RunReport) -> None:
    text = snapshot_text(Snapshot(TAKEN, BOARD, DRIVER, seed_report, demo=True))
    assert text.startswith(f"DEMO  npumon snapshot, {TAKEN}\n\nBoard   Khadas VIM3")
    assert "\n\nDriver  galcore 6.4.6.2" in text
    assert text.endswith("\n\n" + run_text(seed_report))
    assert "gpuProfiler" not in text
    alone = snapshot_text(Snapshot(TAKEN, BOARD, DRIVER))
    assert alone.startswith("npumon snapshot, ")
    assert "Utilization" not in alone


@given(
    st.builds(
        lambda name, other, value: Snapshot(
            TAKEN,
            BOARD._replace(
                model=name,
                chip=other,
                zones=(ThermalZone(name, 1e3),),
                cooling=(CoolingDevice(other, 10**9, 10**9),),
                cpus=(CpuCluster(name, 1e9, None),),
            ),
            DRIVER._replace(
                version=other,
                parameters=((name, value), (other, value)),
                holders=(Holder(10**9, name, other),),
                problems=(Problem("x", name, value),),
            ),
        ),
        NAMES,
        NAMES,
        NAMES,
    ),
    st.sampled_from((60, 80, 120)),
    st.booleans(),
)
def test_nothing_is_wider_than_asked_or_invisible(snapshot: Snapshot, width: int, ascii_only: bool) -> None:
    style = Style(ascii=ascii_only, width=width)
    text = snapshot_text(snapshot, style) + "\n".join(driver_lines(snapshot.driver, style))
    for line in text.splitlines():
        assert cell_width(line) <= width, line
        assert line.isprintable()
        assert line.isascii() or not ascii_only
    coloured = snapshot_text(snapshot, style._replace(color=True))
    assert re.sub(r"\x1b\[\d+m", "", coloured) == snapshot_text(snapshot, style)


def test_a_snapshot_of_a_log_tells_of_the_board_that_wrote_it(seed_report: RunReport) -> None:
    board = LogBoard("Khadas VIM3", "Khadas", "4.9.241", "2022-07-24T19:12:00+00:00")
    text = snapshot_text(Snapshot(TAKEN, BoardState(), DriverState(), seed_report, log_board=board))
    assert "\n\nBoard   Khadas VIM3, host Khadas, kernel 4.9.241\nLog of  2022-07-24T19:12:00+00:00\n\n" in text
    assert "Driver" not in text
    text = snapshot_text(Snapshot(TAKEN, BoardState(), DriverState(), seed_report, log_board=LogBoard()))
    assert "\n\nBoard   the log does not say which\n\n" in text

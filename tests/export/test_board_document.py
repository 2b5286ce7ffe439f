"""The documents of the board, the driver and the whole monitor."""

from __future__ import annotations

from npumon import __version__
from npumon.core.board_state import BoardState, CoolingDevice, CpuCluster, Fan, ThermalZone
from npumon.core.driver.driver_state import DriverState, Holder
from npumon.core.monitor.live import Snapshot
from npumon.core.problems import Problem
from npumon.core.run.report import RunReport
from npumon.export.board_document import board_document, driver_document, snapshot_document
from npumon.export.run_document import run_document

TAKEN = "2026-11-22T03:18:00.123+00:00"


def test_the_whole_monitor(seed_report: RunReport) -> None:
    snapshot = Snapshot(TAKEN, BoardState(), DriverState(), seed_report, demo=True)
    document = snapshot_document(snapshot)
    assert list(document) == ["schema", "npumon_version", "demo", "taken_at", "board", "driver", "run", "log_board"]
    assert (document["schema"], document["npumon_version"]) == ("npumon.snapshot/1", __version__)
    assert (document["demo"], document["taken_at"]) == (True, TAKEN)
    assert document["run"] == run_document(seed_report)
    assert snapshot_document(Snapshot(TAKEN, BoardState(), DriverState()))["run"] is None


def test_a_board() -> None:
    board = BoardState(
        model="Khadas VIM3",
        chip="A311D",
        variant="VIM3",
        kernel="4.9.241",
        zones=(ThermalZone("soc_thermal", 45.1), ThermalZone("ddr_thermal", None)),
        cooling=(CoolingDevice("fan", 1, 3),),
        cpus=(CpuCluster("0-1", 1800.0, None),),
        fan=Fan(True, "auto", 2),
        npu_interrupts=7,
        nominal_clock_mhz=800.0,
    )
    assert board_document(board) == {
        "model": "Khadas VIM3",
        "chip": "A311D",
        "variant": "VIM3",
        "kernel": "4.9.241",
        "nominal_clock_mhz": 800.0,
        "temperatures": [
            {"zone": "soc_thermal", "celsius": 45.1},
            {"zone": "ddr_thermal", "celsius": None},
        ],
        "cooling": [{"device": "fan", "state": 1, "max_state": 3}],
        "cpus": [{"cpus": "0-1", "mhz": 1800.0, "max_mhz": None}],
        "fan": {"enabled": True, "mode": "auto", "level": 2},
        "npu_interrupts": 7,
    }


def test_what_was_not_read_is_null_and_never_missing() -> None:
    assert list(board_document(BoardState())) == list(board_document(BoardState(fan=Fan(None, None, None))))
    assert board_document(BoardState())["fan"] is None
    assert driver_document(DriverState())["name"] is None


def test_a_driver_with_every_parameter_its_holders_and_its_problems() -> None:
    driver = DriverState(
        name="galcore",
        version="6.4.6.2",
        parameters=(("gpuProfiler", "1"), ("unknown", "-1,-1")),
        profiling=True,
        references=3,
        device_node=True,
        accessible=False,
        holders=(Holder(42, "khadas", None),),
        hardware_resets=0,
        unseen_references=2,
        problems=(Problem("driver.access", "No access.", "Use sudo.", "unavailable"),),
    )
    assert driver_document(driver) == {
        "name": "galcore",
        "version": "6.4.6.2",
        "profiling": True,
        "parameters": {"gpuProfiler": "1", "unknown": "-1,-1"},
        "references": 3,
        "unseen_references": 2,
        "device_node": True,
        "accessible": False,
        "holders": [{"pid": 42, "user": "khadas", "command": None}],
        "hardware_resets": 0,
        "problems": [{"id": "driver.access", "what": "No access.", "remedy": "Use sudo."}],
    }

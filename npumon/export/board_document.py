"""The board, the driver and the whole monitor as dictionaries: the schema `npumon.snapshot/1`."""

from __future__ import annotations

from npumon import __version__
from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.monitor.live import Snapshot
from npumon.core.problems import Problem
from npumon.export.run_document import Document, run_document


def snapshot_document(snapshot: Snapshot) -> Document:
    """Make a document of the schema `npumon.snapshot/1`."""
    return {
        "schema": "npumon.snapshot/1",
        "npumon_version": __version__,
        "demo": snapshot.demo,
        "taken_at": snapshot.taken_at,
        "board": board_document(snapshot.board),
        "driver": driver_document(snapshot.driver),
        "run": None if snapshot.run is None else run_document(snapshot.run),
        "log_board": None if snapshot.log_board is None else snapshot.log_board._asdict(),
    }


def board_document(board: BoardState) -> Document:
    """Describe the machine; temperatures are in degrees Celsius, clocks in MHz."""
    fan = board.fan
    return {
        "model": board.model,
        "chip": board.chip,
        "variant": board.variant,
        "kernel": board.kernel,
        "nominal_clock_mhz": board.nominal_clock_mhz,
        "temperatures": [{"zone": zone.name, "celsius": zone.celsius} for zone in board.zones],
        "cooling": [
            {"device": device.name, "state": device.state, "max_state": device.max_state} for device in board.cooling
        ],
        "cpus": [{"cpus": cluster.cpus, "mhz": cluster.mhz, "max_mhz": cluster.max_mhz} for cluster in board.cpus],
        "fan": None if fan is None else {"enabled": fan.enabled, "mode": fan.mode, "level": fan.level},
        "npu_interrupts": board.npu_interrupts,
    }


def driver_document(driver: DriverState) -> Document:
    """Describe the driver, with every parameter as the kernel shows it."""
    return {
        "name": driver.name,
        "version": driver.version,
        "profiling": driver.profiling,
        "parameters": dict(driver.parameters),
        "references": driver.references,
        "unseen_references": driver.unseen_references,
        "device_node": driver.device_node,
        "accessible": driver.accessible,
        "holders": [{"pid": holder.pid, "user": holder.user, "command": holder.command} for holder in driver.holders],
        "hardware_resets": driver.hardware_resets,
        "problems": [problem_document(problem) for problem in driver.problems],
    }


def problem_document(problem: Problem) -> Document:
    """Describe a problem and its remedy."""
    return {"id": problem.id, "what": problem.what, "remedy": problem.remedy}

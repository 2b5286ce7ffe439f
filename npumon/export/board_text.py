"""The board and the driver as text for people."""

from __future__ import annotations

from collections.abc import Iterator

from npumon.core import units
from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.layout import cell_width
from npumon.core.monitor.live import Snapshot
from npumon.core.monitor.log_board import LogBoard
from npumon.export.drawing import PLAIN, Style, advice, fitted, painted, plain, wrapped
from npumon.export.run_text import run_text

_INDENT = "  "
_HANGING = " " * len("Driver  ")


def snapshot_text(snapshot: Snapshot, style: Style = PLAIN) -> str:
    """Render everything, one block below the other."""
    demo = painted("DEMO", "yellow", style) + "  " if snapshot.demo else ""
    blocks = [[demo + painted(f"npumon snapshot, {snapshot.taken_at}", "bold", style)]]
    if snapshot.log_board is None:
        blocks += [
            list(board_lines(snapshot.board, style)),
            list(driver_lines(snapshot.driver, style, parameters=False)),
        ]
    else:
        blocks.append(list(_log_board_lines(snapshot.log_board, style)))
    text = "\n\n".join("\n".join(lines) for lines in blocks) + "\n"
    return text if snapshot.run is None else f"{text}\n{run_text(snapshot.run, style)}"


def _log_board_lines(log_board: LogBoard, style: Style) -> Iterator[str]:
    """Render what the log tells of the board that wrote it."""
    facts = [
        log_board.model,
        None if log_board.host is None else f"host {log_board.host}",
        None if log_board.kernel is None else f"kernel {log_board.kernel}",
    ]
    told = ", ".join(fact for fact in facts if fact is not None) or "the log does not say which"
    yield from wrapped(told, style.width, style, _HANGING, "Board   ")
    if log_board.written_at is not None:
        yield from wrapped(log_board.written_at, style.width, style, _HANGING, "Log of  ")


def board_lines(board: BoardState, style: Style) -> Iterator[str]:
    """Render the machine; absent readings are left out."""
    name = board.model or "not recognised (no device tree)"
    chip = ", ".join(part for part in (board.chip, board.variant) if part)
    yield from wrapped(f"{name} ({chip})" if chip else name, style.width, style, _HANGING, "Board   ")
    facts = [
        f"kernel {board.kernel or units.ABSENT}",
        *(f"{zone.name} {_celsius(zone.celsius)}" for zone in board.zones),
        *(
            f"cpu {cluster.cpus} {units.ABSENT if cluster.mhz is None else f'{cluster.mhz:.0f} MHz'}"
            for cluster in board.cpus
        ),
        *(f"{device.name} {device.state}/{device.max_state}" for device in board.cooling if device.state > 0),
    ]
    if board.fan is not None and board.fan.level is not None:
        facts.append(f"fan level {board.fan.level}")
    if board.npu_interrupts is not None:
        facts.append(f"NPU interrupts {units.grouped(board.npu_interrupts)}")
    yield from wrapped(", ".join(facts), style.width, style, _INDENT)


def driver_lines(driver: DriverState, style: Style, *, parameters: bool = True) -> Iterator[str]:
    """Render the driver; with `parameters`, each of them as the kernel shows it."""
    profiling = {True: "profiling on", False: "profiling off", None: "profiling unknown"}[driver.profiling]
    if driver.name is None:
        yield "Driver  none loaded"
    else:
        loaded = f"{driver.name} {driver.version or 'of unknown version'}, {profiling}"
        yield from wrapped(loaded, style.width, style, _HANGING, "Driver  ")
        users = units.ABSENT if driver.references is None else str(driver.references)
        facts = [f"references {users}", f"/dev/galcore {_node(driver)}"]
        if driver.hardware_resets is not None:
            facts.append(f"hardware resets {driver.hardware_resets}")
        yield from wrapped(", ".join(facts), style.width, style, _INDENT)
    for holder in driver.holders:
        text = f"held by {holder.pid} {holder.user or '?'} {holder.command or '(command not readable)'}"
        yield from wrapped(text, style.width, style, _INDENT)
    if driver.unseen_references:
        yield f"{_INDENT}{driver.unseen_references} more users cannot be seen without root"
    if parameters and driver.parameters:
        width = min(max(cell_width(plain(name, style)) for name, _ in driver.parameters), style.width // 2)
        for name, value in driver.parameters:
            title = f"{_INDENT}{fitted(name, width, style)}  "
            yield from wrapped(value, style.width, style, " " * (width + 4), title) or [title.rstrip()]
    for problem in driver.problems:
        lines = advice(f"{problem.what} {problem.remedy}", style, _INDENT)
        yield from (painted(line, "yellow", style) for line in lines)


def _celsius(value: float | None) -> str:
    return units.ABSENT if value is None else f"{value:.1f} C"


def _node(driver: DriverState) -> str:
    if not driver.device_node:
        return "missing"
    return {True: "accessible", False: "not accessible to this user", None: "present"}[driver.accessible]

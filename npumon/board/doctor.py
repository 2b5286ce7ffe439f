"""The checks of `npumon doctor`: what a board lacks before it can run and profile a model, and the command that fixes
it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from npumon.board.driver.module import find_module_file, load_line
from npumon.board.models.entry import ModelEntry
from npumon.board.roots import Roots
from npumon.board.sysfs import names
from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.problems import Problem
from npumon.core.text import visible

#: A run's log is small, but a monitor that runs for days writes many.
ENOUGH_BYTES = 64 * 1024 * 1024
_LISTED = 3


class Finding(NamedTuple):
    """The result of one check. `ok` is None if it could not be checked, or is only for information.

    `id` is stable, for scripts. `remedy` is one sentence or command, None if there is nothing to fix.
    """

    id: str
    ok: bool | None
    what: str
    remedy: str | None = None


class DoctorContext(NamedTuple):
    """What only the caller knows: where results go, what the terminal can show, where models were looked for.

    `encoding` is that of standard output, `terminal` its TERM if it is a terminal, else None. `interrupted` is the
    problem left by an npumon that was killed while the driver was unloaded.
    """

    state_folder: Path
    model_roots: Sequence[Path] = ()
    encoding: str | None = None
    terminal: str | None = None
    columns: int | None = None
    rows: int | None = None
    enough_bytes: int = ENOUGH_BYTES
    interrupted: Problem | None = None


def examine(
    roots: Roots,
    board: BoardState,
    driver: DriverState,
    models: Sequence[ModelEntry],
    context: DoctorContext,
) -> tuple[Finding, ...]:
    """Run every check, in the order in which problems have to be fixed. Changes nothing and never raises."""
    return (
        *_board_findings(board),
        *_interruption_findings(context.interrupted),
        *_driver_findings(driver),
        _module_file_finding(roots, board, driver),
        _debugfs_finding(roots),
        _temperature_finding(board),
        *_model_findings(models, context),
        *_storage_findings(context),
        *_terminal_findings(context),
    )


def healthy(findings: Sequence[Finding]) -> bool:
    """Return whether no check failed."""
    return all(finding.ok is not False for finding in findings)


def _board_findings(board: BoardState) -> Iterator[Finding]:
    if board.variant:
        yield Finding("board.recognised", True, f"{board.model or 'The board'} ({board.chip}, {board.variant}).")
    else:
        name = f"This is a {board.model}" if board.model else "This machine has no device tree"
        yield Finding(
            "board.recognised",
            False,
            f"{name}: not a board with an NPU that npumon knows.",
            "Run npumon on a Khadas VIM3 or VIM3L. --demo simulates one, and npumon parse reads logs on any machine.",
        )
    yield Finding("board.kernel", bool(board.kernel) or None, f"Kernel {board.kernel or 'release: not readable'}.")


def _interruption_findings(problem: Problem | None) -> Iterator[Finding]:
    if problem is not None:
        yield Finding("driver.interrupted", False, problem.what, problem.remedy)


def _driver_findings(driver: DriverState) -> Iterator[Finding]:
    wrong = {problem.id: problem for problem in driver.problems}
    loaded = driver.name is not None
    version = f" {driver.version}" if driver.version else ""
    galcore = driver.name == "galcore"
    for name, problem, known, good, unknown in (
        ("loaded", "driver.missing", True, f"The NPU driver {driver.name}{version} is loaded.", ""),
        ("kind", "driver.etnaviv", loaded, "It is galcore, which can profile.", "which driver it is"),
        ("node", "driver.node_missing", galcore, "Its device node exists.", "whether its device node exists"),
        ("access", "driver.node_denied", driver.device_node, "You may open the device node.", "who may use it"),
        ("profiling", "driver.profiling_off", driver.profiling is not None, "Profiling is on.", "whether it profiles"),
    ):
        if problem in wrong:
            yield Finding(f"driver.{name}", False, wrong[problem].what, wrong[problem].remedy)
        elif known:
            yield Finding(f"driver.{name}", True, good)
        else:
            yield Finding(f"driver.{name}", None, f"Unknown: {unknown}.")
    yield _holders_finding(driver)
    yield _resets_finding(driver)


def _holders_finding(driver: DriverState) -> Finding:
    if driver.name is None:
        return Finding("driver.holders", None, "Unknown: who is using the NPU.")
    who = [f"{holder.pid} ({(holder.command or 'unknown')[:40]})" for holder in driver.holders[:_LISTED]]
    more = len(driver.holders) - len(who)
    if more > 0:
        who.append(f"{more} more")
    if driver.unseen_references:
        who.append(f"{driver.unseen_references} held by processes that you may not inspect (sudo shows them)")
    text = f"The NPU is in use by {', '.join(who)}." if who else "The NPU is not in use."
    return Finding("driver.holders", None if who else True, text)


def _resets_finding(driver: DriverState) -> Finding:
    if driver.hardware_resets is None:
        return Finding("driver.resets", None, "Unknown: how often the NPU had to be reset.")
    if driver.hardware_resets == 0:
        return Finding("driver.resets", True, "The NPU has never been reset.")
    return Finding(
        "driver.resets",
        False,
        f"The NPU hung and was reset {driver.hardware_resets} times since the driver was loaded.",
        "Find the cause: sudo dmesg | grep -i galcore. A model built for another chip or driver can do this.",
    )


def _module_file_finding(roots: Roots, board: BoardState, driver: DriverState) -> Finding:
    found = find_module_file(roots, board.kernel)
    if found is not None:
        return Finding("driver.module_file", True, f"The driver's module file is {visible(str(found))}.")
    if driver.name == "galcore":
        return Finding(
            "driver.module_file",
            None,
            f"There is no galcore.ko for kernel {board.kernel or '(unknown)'}, although the driver is loaded.",
        )
    return Finding(
        "driver.module_file",
        False,
        f"There is no galcore.ko for kernel {board.kernel or '(unknown)'}.",
        f"Boot a Khadas vendor kernel (4.9 or 5.15), then load it: {load_line(None)}",
    )


def _debugfs_finding(roots: Roots) -> Finding:
    """Check debugfs, into which only root may look, and which npumon does not need."""
    folder = roots.sys / "kernel/debug/gc"
    if names(folder):
        return Finding("driver.debugfs", True, f"The driver's debugfs folder {visible(str(folder))} is readable.")
    return Finding(
        "driver.debugfs", None, "The driver's debugfs folder is readable by root only; npumon does not need it."
    )


def _temperature_finding(board: BoardState) -> Finding:
    measured = [(zone, zone.celsius) for zone in board.zones if zone.celsius is not None]
    for zone, celsius in measured:
        limit = zone.limit_celsius
        if limit is not None and celsius >= limit:
            return Finding(
                "board.temperature",
                False,
                f"{zone.name} is at {celsius:.0f} °C; its {zone.limit_kind} limit is {limit:.0f} °C.",
                "Cool the board (fan, heat sink) before you measure: the kernel is slowing it down.",
            )
    if not measured:
        return Finding("board.temperature", None, "Unknown: no temperature sensor can be read.")
    hottest, celsius = max(measured, key=lambda pair: pair[1])
    return Finding("board.temperature", True, f"The warmest sensor, {hottest.name}, is at {celsius:.0f} °C.")


def _model_findings(models: Sequence[ModelEntry], context: DoctorContext) -> Iterator[Finding]:
    fitting = [model for model in models if model.preferred]
    if not fitting:
        where = ", ".join(visible(str(root)) for root in context.model_roots) or "the given folders"
        what = "None of the models found is for this chip" if models else f"No models were found under {where}"
        yield Finding(
            "models.found",
            False,
            f"{what}.",
            "git clone --recursive https://github.com/khadas/aml_npu_demo_binaries ~/aml_npu_demo_binaries",
        )
        yield Finding("labels.found", None, "Unknown: whether there are labels.")
        return
    listed = ", ".join(model.full_name for model in fitting[:_LISTED])
    more = f" and {len(fitting) - _LISTED} more" if len(fitting) > _LISTED else ""
    yield Finding("models.found", True, f"Models: {listed}{more}.")
    labelled = [model for model in fitting if model.labels]
    if labelled:
        yield Finding("labels.found", True, f"Labels for {len(labelled)} of {len(fitting)} models were found.")
    else:
        yield Finding(
            "labels.found",
            None,
            "No labels file lies beside a model or one folder up, so classes are shown as numbers.",
            "Name one with --labels FILE.",
        )


def _storage_findings(context: DoctorContext) -> Iterator[Finding]:
    """Check the state folder. If it does not exist yet, the folder in which it will be created counts."""
    folder = Path(os.path.abspath(context.state_folder))
    shown = visible(str(folder))
    parent = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    effective = os.access in os.supports_effective_ids
    if not os.path.isdir(parent):
        yield Finding(
            "state.writable",
            False,
            f"{visible(str(parent))} is not a folder, so run logs cannot be stored in {shown}.",
            "Move it away, or set XDG_STATE_HOME to another folder.",
        )
    elif os.access(parent, os.W_OK | os.X_OK, effective_ids=effective):
        yield Finding("state.writable", True, f"Run logs can be stored in {shown}.")
    else:
        yield Finding(
            "state.writable",
            False,
            f"Run logs cannot be stored in {shown}: {visible(str(parent))} is not writable.",
            "Set XDG_STATE_HOME to a folder that you may write to.",
        )
    yield _space_finding(parent, context.enough_bytes)


def _space_finding(parent: Path, enough: int) -> Finding:
    try:
        status = os.statvfs(parent)
    except OSError:
        return Finding("state.space", None, f"Unknown: the free space of {visible(str(parent))}.")
    free = status.f_bavail * status.f_frsize
    text = f"{free // (1024 * 1024)} MiB are free for run logs"
    if free >= enough:
        return Finding("state.space", True, f"{text}.")
    return Finding(
        "state.space",
        False,
        f"Only {text}; {enough // (1024 * 1024)} MiB are recommended.",
        "Delete old logs, or set XDG_STATE_HOME to a folder on another disk.",
    )


def _terminal_findings(context: DoctorContext) -> Iterator[Finding]:
    encoding = context.encoding
    if (encoding or "").lower().replace("-", "") in ("utf8", "utf8sig"):
        yield Finding("terminal.encoding", True, "Text is printed as UTF-8.")
    else:
        yield Finding(
            "terminal.encoding",
            None,
            f"Text is printed as {visible(encoding or 'unknown')}, not UTF-8, so bars are drawn in ASCII.",
            "export LANG=C.UTF-8",
        )
    if context.terminal is None:
        yield Finding("terminal.kind", None, "Standard output is not a terminal.")
        return
    size = f", {context.columns}x{context.rows}" if context.columns and context.rows else ""
    yield Finding("terminal.kind", True, f"The terminal is {visible(context.terminal) or 'unnamed'}{size}.")

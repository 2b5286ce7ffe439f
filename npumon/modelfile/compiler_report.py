"""The figures that gxnpuc prints while it compiles, as a second source beside the file that it wrote.

The lines are those of npu-compiler 1.5.3rc7: `Mem1(data): 336`, the two totals, `Compile OK.`, and with `-m` a table of
weights and one of data and instructions by operation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from npumon.modelfile.description import FileCheck, ModelFile
from npumon.modelfile.text import shown

_MOST_BYTES = 1 << 22
_MOST_ROWS = 4096
_MEMORY = re.compile(rb"^[ \t]{0,16}Mem([0-6])\(([^()\n]{1,40})\)[ \t]{0,8}:[ \t]{0,8}(\d{1,15})[ \t\r]{0,8}$", re.M)
_TOTAL = re.compile(rb"^[ \t]{0,16}Total (NPU|Memory) Size[^:\n]{0,80}:[ \t]{0,8}(\d{1,15})[ \t\r]{0,8}$", re.M)
_BYTES = re.compile(rb"0x([0-9a-f]{1,12})")
_ROW = re.compile(rb"0x[0-9a-f]{1,12} .{0,200}\)[ \t]{1,40}(\S{1,300})[ \t\r]{0,40}\Z")
#: Mem0..Mem6 by the role that the memory has in a GX8002 header.
_ROLES = ("ops", "data", "cmd", "input", "output", "tmp", "weight")


class OperationMemory(NamedTuple):
    """Bytes that one operation of the graph accounts for, if the report has its tables."""

    name: str
    weight_bytes: int | None = None
    data_bytes: int | None = None
    instruction_bytes: int | None = None


def operation_share(operation: OperationMemory, operations: Sequence[OperationMemory]) -> float | None:
    """Return an operation's share of the weights and instructions of all; None if nothing is known of it."""
    if operation.weight_bytes is None and operation.instruction_bytes is None:
        return None
    whole = sum((each.weight_bytes or 0) + (each.instruction_bytes or 0) for each in operations)
    own = (operation.weight_bytes or 0) + (operation.instruction_bytes or 0)
    return own / whole if whole else 0.0


class CompilerReport(NamedTuple):
    """The figures of a compiler run: `memory` by role, in bytes; `finished` if it reported success."""

    memory: tuple[tuple[str, int], ...] = ()
    npu_bytes: int | None = None
    total_bytes: int | None = None
    finished: bool = False
    operations: tuple[OperationMemory, ...] = ()


def read_report(data: bytes) -> CompilerReport | None:
    """Read what the compiler printed (the last run, if there are several); None if the text is not a compiler's."""
    data = data[-_MOST_BYTES:]
    memory = {_ROLES[int(match.group(1))]: int(match.group(3)) for match in _MEMORY.finditer(data)}
    totals = {match.group(1): int(match.group(2)) for match in _TOTAL.finditer(data)}
    if not memory and not totals:
        return None
    return CompilerReport(
        memory=tuple((role, memory[role]) for role in _ROLES if role in memory),
        npu_bytes=totals.get(b"NPU"),
        total_bytes=totals.get(b"Memory"),
        finished=b"Compile OK." in data,
        operations=_operations(data),
    )


def report_checks(model: ModelFile, report: CompilerReport) -> tuple[FileCheck, ...]:
    """Yield gx.report for each size that both the file and the report state. A difference means another compilation."""
    sizes = model.sizes
    stated = {
        "ops": sizes.ops_bytes,
        "data": sizes.data_bytes,
        "cmd": sizes.cmd_bytes,
        "input": sizes.input_bytes,
        "output": sizes.output_bytes,
        "tmp": sizes.tmp_bytes,
        "weight": sizes.weight_bytes,
    }
    pairs: list[tuple[str, int | None, int | None]] = [
        *((role, size, stated[role]) for role, size in report.memory),
        ("npu_size", report.npu_bytes, sizes.npu_bytes),
        ("total_size", report.total_bytes, sizes.total_bytes),
    ]
    wrong = [
        FileCheck("gx.report", "fail", False, printed, found, f"{what}: the compiler printed another size")
        for what, printed, found in pairs
        if printed is not None and found is not None and printed != found
    ]
    if not report.finished:
        wrong.append(FileCheck("gx.report", "warn", False, "Compile OK.", None, "the compiler did not report success"))
    return tuple(wrong) or (FileCheck("gx.report", "fail", True, detail="the file agrees with the compiler's report"),)


def _operations(data: bytes) -> tuple[OperationMemory, ...]:
    """Return the rows of the tables, joined by the name at their end. Columns are cumulative and own bytes, in turns.

    Two columns are weights; four or five are data (with temporary data apart on GRUS) and instructions.
    """
    weights: dict[str, int] = {}
    memory: dict[str, tuple[int, int]] = {}
    for line in data.split(b"\n", _MOST_ROWS)[:_MOST_ROWS]:
        row = _ROW.match(line)
        if row is None:
            continue
        name = shown(row.group(1))
        columns = [int(digits, 16) for digits in _BYTES.findall(line[: row.start(1)])]
        if len(columns) == 2:
            weights[name] = columns[1]
        elif len(columns) in (4, 5):
            memory[name] = (sum(columns[1:-2]), columns[-1])
    return tuple(
        OperationMemory(name, weights.get(name), *memory.get(name, (None, None)))
        for name in dict.fromkeys((*weights, *memory))
    )

"""The text of profiled operations, and of what the driver prints about them besides: segments, dumps of commands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from npumon.core.profile import BANDWIDTHS, Iteration, Operation
from npumon.demo.dialect import Dialect

_STARS = "*********"
#: Counters have 32 bits.
_WRAP = 1 << 32


def iteration_blocks(
    it: Iteration, dialect: Dialect, prints: Iterator[int], *, dumped: bool = False, broken: bool = False
) -> list[str]:
    """Return the profiled blocks of an iteration. `dumped` puts a line before each that its data are written to a file,
    `broken` leaves out the end of the last one."""
    lines = segment_lines(it.segments)
    for position, each in enumerate(it.operations):
        if dumped:
            lines.append(dump_line(position, each, dialect))
        lines += operation_lines(each, dialect, prints)
        last = position + 1 == len(it.operations)
        if not (broken and last) and (dialect.stars or not _ends_by_itself(each)):
            lines.append(_STARS)
    return lines


def segment_lines(segments: int) -> list[str]:
    """Return the lines about the segments of a network binary graph."""
    lines = []
    for number in range(segments):
        lines += [f"Run segment {number}. Type: 1, operations: [{number}, {number}].", f"Segment {number} ended."]
    return lines


def command_dump_lines(operations: Sequence[Operation], dialect: Dialect) -> list[str]:
    """Return the dump of the commands that each of the operations consists of."""
    lines = []
    for each in operations or (Operation(),):
        unit = "nn" if each.target_kind == "NN" else "tp"
        lines += ["**********Show Command*****", "==========================="]
        lines += head_lines(each, dialect)
        lines += [f"info.vx_nn_{unit}_cmd_info.inImageXSize:0x3 ", f"info.vx_nn_{unit}_cmd_info.kernelAddress:0x8000 "]
    return lines


def head_lines(op: Operation, dialect: Dialect) -> list[str]:
    """Return what names an operation."""
    lines = []
    if op.layer_id is not None:
        lines.append(
            f"{dialect.layer_key}: {op.layer_id} layer name:{op.name} operation[{op.operation_index}]:{op.operation} "
            f"target:{op.target}."
        )
    if op.uid is not None:
        lines.append(f"uid: {op.uid}")
    if op.op_abs_id is not None:
        lines.append(f"{dialect.op_key}: {op.op_abs_id}")
    return lines


def operation_lines(op: Operation, dialect: Dialect, prints: Iterator[int]) -> list[str]:
    """Return one operation's block without its end. `prints` numbers what the driver prints, through all the run."""
    lines = head_lines(op, dialect)
    if op.shader is not None:
        lines.append(f"shader kernel name: {op.shader}")
    if op.execution_us is not None:
        lines.append(f"execution time: {op.execution_us:17d} us")
    for name in BANDWIDTHS:
        value = getattr(op.bandwidth, name)
        if value is not None:
            gap = dialect.gap or (2 if name in ("total_read", "axi_read") else 1)
            lines.append(f"[{next(prints):6d}] {name.upper()}_BANDWIDTH{' ' * gap}(MByte): {value:.6f}")
    total, idle = _counters(op)
    if total is not None:
        lines.append(f"[{next(prints):6d}] GPUTOTALCYCLES: {total}")
    if idle is not None:
        lines.append(f"[{next(prints):6d}] GPUIDLECYCLES: {idle}")
    if dialect.ninth and total is not None and idle is not None:
        lines.append(f"[{next(prints):6d}] GPUCYCLES: {total - idle}")
    if op.window_us is not None:
        lines.append(f"VPC_ELAPSETIME: {op.window_us}")
    return lines


def _counters(op: Operation) -> tuple[int | None, int | None]:
    """Return the counters as they are printed: the low 32 bits of what was counted, if more were needed."""
    total, idle, wraps = op.cycles
    if not wraps or total is None:
        return total, idle
    return total % _WRAP, None if idle is None else idle % _WRAP


def _ends_by_itself(op: Operation) -> bool:
    """Return whether a block is known to be complete without a line of stars: it has a head with a time and nothing
    else, or all counters and nothing else."""
    figures = (*op.bandwidth, op.cycles.total, op.cycles.idle)
    if op.execution_us is not None and op.layer_id is not None:
        return op.window_us is None and not any(each is not None for each in figures)
    bare = op == Operation(bandwidth=op.bandwidth, cycles=op.cycles)
    return bare and all(each is not None for each in figures)


def dump_line(position: int, op: Operation, dialect: Dialect) -> str:
    """Return the line before an operation whose data are written to a file."""
    if dialect.dump == "operation":
        return f"***********dump layer : {op.layer_id or 0:2d} operation: {op.operation_index or 0:2d}***************"
    return f"***********dump layer : {position if op.op_abs_id is None else op.op_abs_id}***************"

"""The operations of an iteration as table rows: sorting, filtering and totals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod

from npumon.core.ordering import Value, matching, ordered
from npumon.core.profile import Bandwidth, Cycles, Operation
from npumon.core.run.analysis import OperationProfile, whole_sum
from npumon.core.run.breakdown import name_of, operator_of
from npumon.core.run.layers.reasons import intensity, reason_word
from npumon.core.run.operation_figures import ddr_rate, utilization

#: The driver's own spelling of an engine that it does not name.
_UNKNOWN_ENGINE = "unkown operation target"


def engine_of(row: OperationProfile) -> str | None:
    """Return the engine: NN, TP or SH, else as the text has it; None if the driver does not name it."""
    named = row.target_kind or row.operation.target
    return None if named == _UNKNOWN_ENGINE else named


#: The keys by which rows can be sorted, with their values.
_VALUES: dict[str, Value[OperationProfile]] = {
    "order": lambda row: row.order,
    "id": lambda row: row.operation.layer_id,
    "name": name_of,
    "layer": lambda row: row.operation.name,
    "operation": operator_of,
    "target": engine_of,
    "shader": lambda row: row.operation.shader,
    "time": lambda row: row.operation.execution_us,
    "share": lambda row: row.share,
    "busy": lambda row: row.busy_us,
    "busy_share": lambda row: row.busy_share,
    "utilization": lambda row: row.utilization,
    "why": lambda row: reason_word(row) or None,
    "total_read": lambda row: row.operation.bandwidth.total_read,
    "total_write": lambda row: row.operation.bandwidth.total_write,
    "axi_read": lambda row: row.operation.bandwidth.axi_read,
    "axi_write": lambda row: row.operation.bandwidth.axi_write,
    "ddr_read": lambda row: row.operation.bandwidth.ddr_read,
    "ddr_write": lambda row: row.operation.bandwidth.ddr_write,
    "ddr_rate": lambda row: row.ddr_mbyte_per_s,
    "macs": lambda row: row.macs,
    "mac_per_cycle": lambda row: row.mac_per_cycle,
    "intensity": intensity,
    "input": lambda row: _size(row.tiling and row.tiling.input_shape),
    "output": lambda row: _size(row.tiling and row.tiling.output_shape),
    "kernel": lambda row: _size(row.tiling and row.tiling.kernel_shape),
    "reason": lambda row: row.why or row.doubt,
}
ORDERS = tuple(_VALUES)
#: Those that follow from the VerifyTiling table.
_OF_TABLE = frozenset({"macs", "mac_per_cycle", "intensity", "input", "output", "kernel"})


def telling(rows: Sequence[OperationProfile]) -> frozenset[str]:
    """Return the `ORDERS` by which rows have figures other than 0, or words; `layer` only where rows are named else."""
    absent = frozenset() if any(row.tiling is not None for row in rows) else _OF_TABLE
    if all(row.node is None for row in rows):
        absent = absent | {"layer"}
    told = {key for key, value in _VALUES.items() if key not in absent and any(map(value, rows))}
    return frozenset(told | ({"order"} if rows else set()))


def ordered_layers(rows: Iterable[OperationProfile], by: str, *, descending: bool) -> tuple[OperationProfile, ...]:
    """Sort the rows by one of `ORDERS`; any other key is a `KeyError`."""
    return ordered(rows, _VALUES[by], descending=descending)


def matching_layers(rows: Iterable[OperationProfile], words: str) -> tuple[OperationProfile, ...]:
    """Return the rows that contain each of the words.

    A row's text is its names, its ids (`3.1`, `uid:4`, `abs:7`), what bounds it (`ddr-bound`, or the word of its
    reason), and `doubtful`.
    """
    return matching(rows, words, _text)


def total_row(rows: Sequence[OperationProfile]) -> OperationProfile:
    """Make a row that sums these, named by their number."""
    cycles = [row.operation.cycles for row in rows]
    execution_us = whole_sum(row.operation.execution_us for row in rows)
    moved = zip(*[row.operation.bandwidth for row in rows], strict=True)
    operation = Operation(
        name=f"sum of {len(rows)}",
        execution_us=execution_us,
        bandwidth=Bandwidth(*[None if amount is None else round(amount, 6) for amount in map(whole_sum, moved)]),
        cycles=Cycles(whole_sum(each.total for each in cycles), whole_sum(each.idle for each in cycles)),
    )
    dumped = any(row.limit == "dump" for row in rows)
    return OperationProfile(
        "total",
        len(rows),
        operation,
        share=whole_sum(row.share for row in rows),
        utilization=utilization(operation.cycles),
        busy_us=whole_sum(row.busy_us for row in rows),
        busy_share=whole_sum(row.busy_share for row in rows),
        ddr_mbyte_per_s=None if dumped else ddr_rate(operation.bandwidth, execution_us),
        total=True,
    )


def _text(row: OperationProfile) -> str:
    operation = row.operation
    parts = (
        row.id,
        operation.name,
        operation.operation,
        operation.target,
        None if operation.uid is None else f"uid:{operation.uid}",
        None if operation.op_abs_id is None else f"abs:{operation.op_abs_id}",
        row.target_kind,
        f"{row.limit}-bound" if row.limit in ("ddr", "compute") else row.limit,
        row.operation.shader,
        row.node and row.node.name,
        reason_word(row),
        "doubtful" if row.doubt else None,
    )
    return "\n".join(part for part in parts if part)


def _size(shape: Sequence[int] | None) -> int | None:
    return prod(shape) if shape else None

"""An iteration as table rows, one for each operation: sorting, filtering and totals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from npumon.core.ordering import Value, matching, ordered
from npumon.core.profile import Bandwidth, Iteration, Operation
from npumon.core.run.metrics import Figures, ddr_rate, figures_of, per_second, utilization
from npumon.core.run.verdict import ddr_bound


class LayerRow(NamedTuple):
    """One operation and what follows from its figures. What the text does not say is None.

    `key` identifies the operation within its iteration and is the same in each iteration of the same graph. `position`
    is its place in the text, from 0. `share` is its share of the iteration's execution time. `total` marks a row that
    sums others.
    """

    key: str
    position: int
    operation: Operation
    share: float | None = None
    utilization: float | None = None
    ddr_mbyte_per_s: float | None = None
    ddr_bound: bool | None = None
    total: bool = False

    @property
    def id(self) -> str:
        """Layer and operation as `3.1`; only the layer if the text does not number operations; empty without either."""
        layer, index = self.operation.layer_id, self.operation.operation_index
        return ".".join(str(number) for number in (layer, index) if number is not None)

    @property
    def bandwidth_per_s(self) -> Bandwidth:
        """MByte/s while the operation executed."""
        return per_second(self.operation.bandwidth, self.operation.execution_us)


#: The keys by which rows can be sorted, with their values.
_VALUES: dict[str, Value[LayerRow]] = {
    "id": lambda row: row.position,
    "name": lambda row: row.operation.name,
    "operation": lambda row: row.operation.operation,
    "target": lambda row: row.operation.target,
    "time": lambda row: row.operation.execution_us,
    "share": lambda row: row.share,
    "utilization": lambda row: row.utilization,
    "total_read": lambda row: row.operation.bandwidth.total_read,
    "total_write": lambda row: row.operation.bandwidth.total_write,
    "axi_read": lambda row: row.operation.bandwidth.axi_read,
    "axi_write": lambda row: row.operation.bandwidth.axi_write,
    "ddr_read": lambda row: row.operation.bandwidth.ddr_read,
    "ddr_write": lambda row: row.operation.bandwidth.ddr_write,
    "ddr_rate": lambda row: row.ddr_mbyte_per_s,
    "ddr_bound": lambda row: row.ddr_bound,
}
ORDERS = tuple(_VALUES)


def layer_rows(iteration: Iteration, peak_mbyte_per_s: float | None = None) -> tuple[LayerRow, ...]:
    """Make the rows of an iteration, in the order of the text. The peak is the DDR memory's, if it was measured."""
    whole_us = figures_of(iteration).execution_us
    keys = operation_keys(iteration.operations)
    return tuple(
        LayerRow(
            key,
            position,
            operation,
            None if operation.execution_us is None or not whole_us else operation.execution_us / whole_us,
            utilization(operation.cycles),
            ddr_rate(operation),
            ddr_bound(operation, peak_mbyte_per_s),
        )
        for position, (key, operation) in enumerate(zip(keys, iteration.operations, strict=True))
    )


def operation_keys(operations: Iterable[Operation]) -> tuple[str, ...]:
    """Make a key for each operation: its layer and index, and a count if both repeat."""
    seen: dict[tuple[int | None, int | None], int] = {}
    keys: list[str] = []
    for operation in operations:
        ids = (operation.layer_id, operation.operation_index)
        seen[ids] = seen.get(ids, 0) + 1
        keys.append(f"{ids[0]}.{ids[1]}" if seen[ids] == 1 else f"{ids[0]}.{ids[1]}#{seen[ids]}")
    return tuple(keys)


def ordered_layers(rows: Iterable[LayerRow], by: str, *, descending: bool) -> tuple[LayerRow, ...]:
    """Sort the rows by one of `ORDERS`; any other key is a `KeyError`."""
    return ordered(rows, _VALUES[by], descending=descending)


def matching_layers(rows: Iterable[LayerRow], words: str) -> tuple[LayerRow, ...]:
    """Return the rows that contain each of the words.

    A row's text is its names, its ids (`3.1`, `uid:4`, `abs:7`), and `ddr-bound` if it is.
    """
    return matching(rows, words, _text)


def totals_of(rows: Sequence[LayerRow]) -> Figures:
    """Sum the figures of these rows."""
    return figures_of(Iteration(0, operations=tuple(row.operation for row in rows)))


def total_row(rows: Sequence[LayerRow]) -> LayerRow:
    """Make a row that sums these, named by their number."""
    figures = totals_of(rows)
    shares = [row.share for row in rows]
    known = [share for share in shares if share is not None]
    operation = Operation(
        name=f"sum of {len(rows)}",
        execution_us=figures.execution_us,
        bandwidth=figures.bandwidth,
        cycles=figures.cycles,
    )
    share = sum(known) if known and len(known) == len(shares) else None
    return LayerRow("total", len(rows), operation, share, figures.utilization, ddr_rate(operation), total=True)


def _text(row: LayerRow) -> str:
    operation = row.operation
    parts = (
        row.id,
        operation.name,
        operation.operation,
        operation.target,
        None if operation.uid is None else f"uid:{operation.uid}",
        None if operation.op_abs_id is None else f"abs:{operation.op_abs_id}",
        "ddr-bound" if row.ddr_bound else None,
    )
    return "\n".join(part for part in parts if part)

"""From an operation of the Layers page to its line in the log, and back."""

from __future__ import annotations

from collections.abc import Sequence

from npumon.core.log.operation_lines import operation_around, operation_lines
from npumon.core.log.scrollback import ScrollbackView
from npumon.core.profile import Operation
from npumon.core.run.analysis import OperationProfile


def line_of(log: ScrollbackView, operation: Operation) -> int | None:
    """Return the number of the line where the operation's block begins, the last one of several; None if the lines that
    are kept do not have it."""
    places = [*operation_lines(b"\n".join((*log.lines, log.open_line)), operation)]
    return log.first + places[-1] if places else None


def operation_at(log: ScrollbackView, line: int) -> Operation | None:
    """Return the operation whose block has the line with this number; None if none has, or it is not kept."""
    lines = (*log.lines, log.open_line)
    index = line - log.first
    return operation_around(lines, index) if 0 <= index < len(lines) else None


def row_of(rows: Sequence[OperationProfile], operation: Operation) -> OperationProfile | None:
    """Return the row of an operation: the one with its ids, and among several the one that took as long."""
    same = [row for row in rows if _identity(row.operation) == _identity(operation)]
    exact = (row for row in same if row.operation.bandwidth == operation.bandwidth and _took_as_long(row, operation))
    return next(exact, same[0] if same else None)


def _identity(operation: Operation) -> tuple[object, ...]:
    return (operation.layer_id, operation.name, operation.operation_index, operation.uid, operation.op_abs_id)


def _took_as_long(row: OperationProfile, operation: Operation) -> bool:
    return (row.operation.execution_us, row.operation.window_us) == (operation.execution_us, operation.window_us)

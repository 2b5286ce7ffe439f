"""The memory that each operation of a graph takes, from the compiler's tables, as text for people."""

from __future__ import annotations

from collections.abc import Sequence

from npumon.core import units
from npumon.export.drawing import PLAIN, Style
from npumon.export.grid import Bar, GridColumn, grid
from npumon.modelfile.compiler_report import OperationMemory

_INDENT = "  "
_MOST_ROWS = 40


def operations_text(operations: Sequence[OperationMemory], style: Style = PLAIN) -> str:
    """Render the operations in the compiler's order with a bar by weight, ending in a newline."""
    layout = (
        GridColumn("Operations", most=40),
        GridColumn("weight", 1, right=True),
        GridColumn("data", 2, right=True),
        GridColumn("instructions", 3, right=True),
    )
    rows = [(_INDENT + operation.name, *map(_bytes, _sizes(operation))) for operation in operations[:_MOST_ROWS]]
    most = max((operation.weight_bytes or 0 for operation in operations), default=0) or 1
    lines = grid(
        layout, rows, style, [Bar((operation.weight_bytes or 0) / most) for operation in operations[:_MOST_ROWS]]
    )
    if len(operations) > _MOST_ROWS:
        lines.append(f"{_INDENT}{len(operations) - _MOST_ROWS} more; --format json lists them")
    return "\n".join(lines) + "\n"


def _sizes(operation: OperationMemory) -> tuple[int | None, int | None, int | None]:
    return operation.weight_bytes, operation.data_bytes, operation.instruction_bytes


def _bytes(size: int | None) -> str:
    return "" if size is None else units.grouped(size)

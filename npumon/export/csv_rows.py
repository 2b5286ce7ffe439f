"""CSV: one row per operation and iteration. RFC 4180 quoting; lines end in a line feed."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TypeVar

from npumon.core.log.fast_blocks import BlockFields, HeaderCache
from npumon.core.profile import Iteration, Operation
from npumon.core.run.metrics import OPERATION_FIGURES

HEADER = (
    "run,iteration,elapsed_us,vpc_elapsed_us,layer_id,name,operation_index,operation,target,uid,op_abs_id,"
    + ",".join(figure.key for figure in OPERATION_FIGURES)
    + "\n"
)
#: How many headers of blocks have their cells remembered.
_HEADS_KEPT = 4_096
_NO_OPERATION = Operation()


def iteration_rows(run: int, iteration: Iteration) -> str:
    """Render the rows of one iteration; one row without a layer if the text says only its time."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for operation in iteration.operations or (_NO_OPERATION,):
        writer.writerow(
            (
                run,
                iteration.number,
                iteration.elapsed_us,
                iteration.vpc_elapsed_us,
                *_head(operation),
                *(figure.of(operation) for figure in OPERATION_FIGURES),
            )
        )
    return buffer.getvalue()


class CsvRows:
    """Makes rows from iterations, and directly from the texts of regular blocks."""

    def __init__(self) -> None:
        self._cells: dict[str, str] = {}

    def iteration(self, run: int, iteration: Iteration) -> str:
        """Render the rows of one iteration."""
        return iteration_rows(run, iteration)

    def block_rows(self, blocks: Sequence[BlockFields], heads: HeaderCache) -> list[str]:
        """Render a row for each regular block, without the run's number and without a line end."""
        rows: list[str] = []
        append = rows.append
        cells = self._cells
        for (
            head, execution, total_read, total_write, axi_read, axi_write, ddr_read, ddr_write,
            total, idle, window, iteration, elapsed, _total_us, _average_us, _rest,
        ) in blocks:  # fmt: skip
            first = cells.get(head) or self._head_cells(head, heads)
            cycles = int(total)
            share = (cycles - int(idle)) / cycles
            text = f"{share:.6f}"
            if text[-1] == "0" or share < 1e-4:  # `repr` spells these differently
                text = _share_text(share)
            append(
                f"{iteration},{elapsed},{window},{first},{execution},{total_read},{total_write},{axi_read},"
                f"{axi_write},{ddr_read},{ddr_write},{total},{idle},{text}"
            )
        return rows

    def _head_cells(self, head: str, heads: HeaderCache) -> str:
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="").writerow(_head(heads.operation(head) or _NO_OPERATION))
        if len(self._cells) >= _HEADS_KEPT:
            self._cells.clear()
        return self._cells.setdefault(head, buffer.getvalue())


def _share_text(share: float) -> str:
    """Format a share as `utilization` does."""
    return str(round(share, 6)) if share >= 0 else ""


def _head(operation: Operation) -> tuple[object, ...]:
    return (
        operation.layer_id,
        cell(operation.name),
        operation.operation_index,
        cell(operation.operation),
        cell(operation.target),
        operation.uid,
        operation.op_abs_id,
    )


#: Characters that begin a formula in a spreadsheet.
_FORMULA = ("=", "+", "-", "@")

_Cell = TypeVar("_Cell")


def cell(value: _Cell) -> _Cell | str:
    """Return the value; an apostrophe before text that would begin a formula makes it plain text.

    Booleans are spelled as in JSON.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value

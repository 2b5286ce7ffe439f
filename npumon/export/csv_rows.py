"""CSV: one row per operation and iteration, or per group of operations, iteration or run.

RFC 4180 quoting; lines end in a line feed. With a file's name, it goes before all.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TypeVar

from npumon.core.profile import BANDWIDTHS, Operation
from npumon.core.run.analysis import GroupTime, IterationProfile, OperationProfile
from npumon.core.run.report import RunReport
from npumon.core.text import visible

COLUMNS = (
    *("run", "iteration", "elapsed_us", "vpc_elapsed_us", "layer_id", "name", "operation_index", "operation", "target"),
    *("uid", "op_abs_id", "execution_us", *(f"bandwidth_mbyte.{name}" for name in BANDWIDTHS)),
    *("cycles.total", "cycles.idle", "utilization"),
    *("order", "target_kind", "busy_us", "macs", "mac_per_cycle", "wraps", "trusted"),
)
HEADER = ",".join(COLUMNS) + "\n"
#: Columns of an operation, behind those of its iteration.
_OF_OPERATION = len(COLUMNS) - COLUMNS.index("layer_id")
GROUP_COLUMNS = (
    *("run", "iteration", "key", "operations", "execution_us", "share", "busy_us", "busy_share", "ddr_mbyte", "macs"),
)
ITERATION_COLUMNS = (
    *("run", "iteration", "first", "complete", "elapsed_us", "inference_us", "vpc_elapsed_us", "operations"),
    *("execution_us", "busy_us", "clock_mhz", "unaccounted_us", "ddr_mbyte"),
)
RUN_COLUMNS = (
    *("run", "id", "command", "outcome", "reason", "create_us", "verify_us", "iterations"),
    *("first_us", "min_us", "median_us", "mean_us", "p95_us", "p99_us", "max_us", "std_us", "total_us", "average_us"),
    *("verdict_id",),
)
_STATISTICS = ("first_us", "min_us", "median_us", "mean_us", "p95_us", "p99_us", "max_us", "std_us")


def header(columns: Sequence[str], *, files: bool = False) -> str:
    """Render the line of the columns' names."""
    return ("file," if files else "") + ",".join(columns) + "\n"


def iteration_rows(
    run: int,
    profile: IterationProfile,
    *,
    file: str | None = None,
    operations: Iterable[OperationProfile] | None = None,
) -> str:
    """Render a row for each operation; one row without an operation if the text says only the iteration's time.

    `operations` are those to render, in their order; without them, all.
    """
    iteration = profile.iteration
    shown = profile.operations if operations is None else tuple(operations)
    before = (run, iteration.number, iteration.elapsed_us, iteration.vpc_elapsed_us)
    rows = [(*before, *_operation(each)) for each in shown]
    return _lines(rows or [(*before, *[None] * _OF_OPERATION)], file)


def identity(operation: Operation) -> str:
    """Render the columns that say which operation it is."""
    return _lines([_identity(operation)], None)[:-1]


def group_rows(run: int, iteration: int, groups: Iterable[GroupTime], *, file: str | None = None) -> str:
    """Render a row for each group of operations of an iteration."""
    return _lines([(run, iteration, cell(group.key), *group[1:]) for group in groups], file)


def iteration_row(run: int, profile: IterationProfile, *, file: str | None = None) -> str:
    """Render one row for an iteration."""
    iteration = profile.iteration
    row = (
        *(run, iteration.number, cell(iteration.first), cell(iteration.complete), iteration.elapsed_us),
        *(iteration.inference_us, iteration.vpc_elapsed_us, len(profile.operations), profile.execution_us),
        *(profile.busy_us, profile.clock_mhz, profile.unaccounted_us, profile.bandwidth.ddr),
    )
    return _lines([row], file)


def run_row(report: RunReport, *, file: str | None = None) -> str:
    """Render one row for a run."""
    state, info, statistics = report.state, report.info, report.metrics.statistics
    times = [None if statistics is None else getattr(statistics, name) for name in _STATISTICS]
    row = (
        *(report.number, cell(info.id), cell(command_of(report)), info.outcome, cell(info.reason), state.create_us),
        *(state.verify_us, state.iterations_ended, *times, state.total_us, state.average_us, report.metrics.verdict_id),
    )
    return _lines([row], file)


def command_of(report: RunReport) -> str | None:
    """Return what was run, as one text: from the record, or as it was typed at the prompt."""
    return visible(" ".join(report.info.command)) if report.info.command else report.state.command


def _lines(rows: Iterable[Sequence[object]], file: str | None) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows(rows if file is None else [(cell(file), *row) for row in rows])
    return buffer.getvalue()


def _identity(operation: Operation) -> tuple[object, ...]:
    return (
        operation.layer_id,
        cell(operation.name),
        operation.operation_index,
        cell(operation.operation),
        cell(operation.target),
        operation.uid,
        operation.op_abs_id,
    )


def _operation(each: OperationProfile) -> tuple[object, ...]:
    operation = each.operation
    return (
        *_identity(operation),
        operation.execution_us,
        *operation.bandwidth,
        operation.cycles.total,
        operation.cycles.idle,
        each.utilization,
        each.order,
        each.target_kind,
        each.busy_us,
        each.macs,
        each.mac_per_cycle,
        operation.cycles.wraps,
        cell(each.trusted),
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

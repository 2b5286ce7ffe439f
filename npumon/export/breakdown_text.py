"""Where the time goes, as text for people: operations, their sums, iterations and their statistics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from npumon.core import units
from npumon.core.layout import fitting
from npumon.core.ordering import Value, ordered
from npumon.core.run.analysis import GroupTime, IterationProfile, OperationProfile
from npumon.core.run.breakdown import basis_of, by_layer, by_operation, by_shader, by_target, name_of, operator_of
from npumon.core.run.statistics import Statistics
from npumon.export.drawing import Style, listed, painted, plain, table, wrapped

#: By what operations can be sorted: the figure that is largest first; `order` is the order in which they ran.
Order = Literal["time", "busy", "ddr", "macs", "order"]
#: What the rows of a table can be.
Rows = Literal["operation", "target", "operator", "layer", "shader", "iteration", "run"]

_VALUES: Mapping[Order, Value[OperationProfile]] = {
    "time": lambda each: each.operation.execution_us,
    "busy": lambda each: each.busy_cycles,
    "ddr": lambda each: each.operation.bandwidth.ddr,
    "macs": lambda each: each.macs,
    "order": lambda each: each.order,
}
ORDERS: tuple[Order, ...] = ("time", "busy", "ddr", "macs", "order")
#: How operations can be added up, each with the name of its column.
GROUPINGS: Mapping[str, Callable[[IterationProfile], tuple[GroupTime, ...]]] = {
    "target": by_target,
    "operator": by_operation,
    "layer": by_layer,
    "shader": by_shader,
}
ROWS: tuple[Rows, ...] = ("operation", "target", "operator", "layer", "shader", "iteration", "run")

_INDENT = "  "
_GAP = 2
_NAME = 16
_BARS = "▁▂▃▄▅▆▇█"
_ASCII_BARS = ".:-=+*%#"
#: The table's word for each kind of limit.
_LIMITS = {"compute": "compute", "ddr": "DDR", "overhead": "profiling", "dump": "dump", None: ""}


class View(NamedTuple):
    """Which rows of a report's tables to show. `by` None shows the sums by target and the slowest operations.

    `sort` None, or by what the text does not hold, is by `basis_of`. `top` is how many rows at most, None for the usual
    number.
    """

    by: Rows | None = None
    sort: Order | None = None
    top: int | None = None


class _Column(NamedTuple):
    """A column: the higher its rank, the earlier it gives way; 0 stays. A negative width aligns to the right."""

    title: str
    rank: int
    width: int


def ordered_operations(profile: IterationProfile, sort: Order | None) -> tuple[OperationProfile, ...]:
    """Sort the operations by what is asked for, if the text tells it of any, else by what they are best sorted by."""
    by = _order(profile, sort)
    return ordered(profile.operations, _VALUES[by], descending=by != "order")


def _order(profile: IterationProfile, sort: Order | None) -> Order:
    return sort if sort is not None and _known(profile, sort) else basis_of(profile)


def _known(profile: IterationProfile, by: Order) -> bool:
    return any(_VALUES[by](each) is not None for each in profile.operations)


#: A share stands behind the figure that it is a part of.
_OPERATION_COLUMNS = (
    _Column("#", 0, -4),
    _Column("operation", 0, _NAME),
    _Column("on", 2, 2),
    _Column("time", 0, -8),
    _Column("of time", 1, -7),
    _Column("sum", 4, -7),
    _Column("busy", 3, -8),
    _Column("DDR MByte", 6, -9),
    _Column("MAC/cycle", 5, -9),
    _Column("bound by", 7, 9),
    _Column("operator", 8, 14),
    _Column("MAC", 9, -7),
    _Column("DDR B/MAC", 10, -9),
)
#: The same where operations are ranked by the NPU's busy time.
_BUSY_COLUMNS = (
    *_OPERATION_COLUMNS[:3],
    _Column("busy", 0, -8),
    _Column("of busy", 1, -7),
    _Column("sum", 4, -7),
    _Column("time", 3, -8),
    *_OPERATION_COLUMNS[7:],
)
#: What stands in place of busy times without a clock.
_CYCLES = "cycles"


def operations_table(profile: IterationProfile, view: View, most: int, style: Style) -> Iterator[str]:
    """Render the operations, each with its share and the sum of the shares so far."""
    by = _order(profile, view.sort)
    operations = ordered_operations(profile, by)
    shown = operations[: view.top or most]
    many = units.counted(len(operations), "operation")
    what = f"{many}, {_ORDER_WORDS[by]}" if len(operations) > 1 else many
    if len(shown) < len(operations):
        what = f"The {len(shown)} of {many} {_SUPERLATIVES[by]}"
    yield from (painted(line, "dim", style) for line in wrapped(what, style.width, style))
    by_busy = by == "busy"
    columns: Sequence[_Column] = _BUSY_COLUMNS if by_busy else _OPERATION_COLUMNS
    cycles = all(each.busy_us is None for each in operations)
    rows, sum_of_shares = [], 0.0
    for each in shown:
        part = each.busy_share if by_busy else each.share
        sum_of_shares += part or 0.0
        busy = units.quantity(each.busy_cycles) if cycles else units.microseconds(each.busy_us)
        time = units.microseconds(each.operation.execution_us)
        told = (units.percent(part), "" if part is None else units.percent(sum_of_shares))
        figures = (busy, *told, time) if by_busy else (time, *told, busy)
        rows.append((*_identity(each), *figures, *_work(each)))
    if cycles:
        columns = [column._replace(title=_CYCLES) if column.title == "busy" else column for column in columns]
    yield from _fitted(columns, rows, style)
    if any(not each.trusted or each.doubt for each in shown):
        yield from wrapped("? some of its counters are doubtful; --format json says why", style.width, style, _INDENT)


_SUPERLATIVES: Mapping[Order, str] = {
    "time": "that take longest",
    "busy": "that keep the NPU busy longest",
    "ddr": "that move most to and from DDR",
    "macs": "that compute most",
    "order": "that run first",
}
_ORDER_WORDS: Mapping[Order, str] = {
    "time": "the longest first",
    "busy": "the busiest first",
    "ddr": "by DDR traffic",
    "macs": "by computation",
    "order": "as they ran",
}


def _identity(each: OperationProfile) -> tuple[str, ...]:
    number = each.order if each.operation.op_abs_id is None else each.operation.op_abs_id
    mark = "?" if each.doubt or not each.trusted else ""
    return (f"{number}{mark}", name_of(each), each.target_kind or "")


def _work(each: OperationProfile) -> tuple[str, ...]:
    """Say what it moves and computes, and what bounds it."""
    rate, moved = each.mac_per_cycle, each.ddr_bytes_per_mac
    return (
        units.mbyte(each.operation.bandwidth.ddr),
        "" if rate is None else units.rate(rate),
        _LIMITS[each.limit],
        operator_of(each) or "",
        "" if each.macs is None else units.quantity(each.macs),
        "" if moved is None else units.significant(moved, 3),
    )


_GROUP_COLUMNS = (
    _Column("", 0, _NAME),
    _Column("ops", 2, -5),
    _Column("time", 0, -8),
    _Column("of time", 1, -7),
    _Column("busy", 3, -8),
    _Column("of busy", 4, -7),
    _Column("DDR MByte", 6, -9),
    _Column("MAC", 5, -7),
)


def groups_table(profile: IterationProfile, by: str, most: int | None, style: Style) -> Iterator[str]:
    """Render the sums of the operations by what they share."""
    groups = GROUPINGS[by](profile)
    rows = [_group_row(group) for group in groups[:most]]
    columns = (_GROUP_COLUMNS[0]._replace(title=by), *_GROUP_COLUMNS[1:])
    yield from _fitted(columns, rows, style)
    if most is not None and len(groups) > most:
        yield f"{_INDENT}{len(groups) - most} more"


def _group_row(group: GroupTime) -> tuple[str, ...]:
    return (
        group.key or "unknown",
        str(group.operations),
        units.microseconds(group.execution_us),
        units.percent(group.share),
        units.microseconds(group.busy_us),
        units.percent(group.busy_share),
        units.mbyte(group.ddr_mbyte),
        "" if group.macs is None else units.quantity(group.macs),
    )


def whereabouts(profile: IterationProfile) -> str:
    """Say what the sums are sums of, and what they leave out."""
    iteration = profile.iteration
    text = units.counted(len(profile.operations), "operation")
    if profile.execution_us is not None:
        text += f" in {units.microseconds(profile.execution_us)}"
    if iteration.elapsed_us is not None:
        text += f"{' of' if profile.execution_us is not None else ' in an iteration of'} "
        text += units.microseconds(iteration.elapsed_us)
    if profile.busy_us is not None:
        text += f", busy {units.microseconds(profile.busy_us)}"
    if profile.clock_mhz is not None:
        text += f" at {units.megahertz(profile.clock_mhz)}"
    if profile.unaccounted_us is not None:
        text += f"; {units.microseconds(profile.unaccounted_us)} between them"
    return text


_ITERATION_COLUMNS = (
    _Column("#", 0, -8),
    _Column("time", 0, -8),
    _Column("operations", 4, -10),
    _Column("their time", 1, -10),
    _Column("busy", 2, -8),
    _Column("clock", 3, -9),
    _Column("DDR MByte", 5, -9),
)


def iterations_table(profiles: Iterable[IterationProfile], most: int | None, style: Style) -> Iterator[str]:
    """Render a row for each iteration; the first of a program's start is marked, and one that broke off."""
    rows = []
    for profile in profiles:
        iteration = profile.iteration
        mark = "" if iteration.complete else "~"
        rows.append(
            (
                f"{iteration.number}{mark}",
                units.microseconds(iteration.latency_us),
                str(len(profile.operations)),
                units.microseconds(profile.execution_us),
                units.microseconds(profile.busy_us),
                units.megahertz(profile.clock_mhz),
                units.mbyte(profile.bandwidth.ddr),
            )
        )
    yield from _fitted(_ITERATION_COLUMNS, rows[:most], style)
    if most is not None and len(rows) > most:
        yield f"{_INDENT}{len(rows) - most} more"


def statistics_lines(statistics: Statistics, style: Style) -> Iterator[str]:
    """Render the times of a run's iterations: the first one apart, the others as figures and as a histogram."""
    title = "Iterations  "
    first = units.microseconds(statistics.first_us)
    before = f"{units.grouped(statistics.count)}: " + ("about " if statistics.approximate else "")
    if statistics.without_first:
        before += f"the first {first}; the others: "
    figures = (
        ("median", statistics.median_us),
        ("mean", statistics.mean_us),
        ("min", statistics.min_us),
        ("p95", statistics.p95_us),
        ("p99", statistics.p99_us),
        ("max", statistics.max_us),
        ("std", statistics.std_us),
        ("mad", statistics.mad_us),
    )
    told = [f"{name} {units.microseconds(value)}" for name, value in figures if value is not None]
    yield from listed([before + told[0], *told[1:]], style, title)
    counts = [many for _, _, many in statistics.bins]
    if len(counts) > 1 and sum(counts) > 2:
        bounds = (statistics.bins[0][0], statistics.bins[-1][1])
        low, high = (plain(units.microseconds(bound), style) for bound in bounds)
        if len(title) + len(low) + len(counts) + len(high) + 2 <= style.width:
            yield f"{' ' * len(title)}{low} {painted(histogram(counts, style), 'cyan', style)} {high}"


def histogram(counts: Sequence[int], style: Style) -> str:
    """Draw a column for each count; one that is not 0 always shows."""
    bars = _ASCII_BARS if style.ascii else _BARS
    most = max(counts, default=0) or 1
    return "".join(" " if not many else bars[min(len(bars) - 1, many * len(bars) // most)] for many in counts)


def _fitted(columns: Sequence[_Column], rows: Sequence[Sequence[str]], style: Style) -> Iterator[str]:
    """Render the columns that have room and that hold anything; the one of names takes what is left.

    Without rows there is no table.
    """
    if not rows:
        return
    used = [index for index in range(len(columns)) if any(row[index] not in ("", units.ABSENT) for row in rows)]
    widths = [abs(columns[index].width) for index in used]
    chosen = [used[place] for place in fitting([columns[index].rank for index in used], widths, style.width, _GAP)]
    left = style.width - sum(abs(columns[index].width) for index in chosen) - _GAP * (len(chosen) - 1)
    sizes = []
    for index in chosen:
        column = columns[index]
        if column.width > 0 and not column.rank and left > 0:
            longest = max((len(row[index]) for row in rows), default=0)
            sizes.append(min(column.width + left, max(column.width, longest)))
        else:
            sizes.append(column.width)
    yield from table(
        [columns[index].title for index in chosen], [[row[index] for index in chosen] for row in rows], sizes, style
    )

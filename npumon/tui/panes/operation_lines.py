"""The lines of the pane on operations: groups with bars above, ranked operations below, in common columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from npumon.core import units
from npumon.core.layout import fitting
from npumon.core.monitor.time_table import GroupShare, RankedOperation, TimeTable
from npumon.core.profile import MBYTE_BYTES
from npumon.core.run.breakdown import name_of, operator_of
from npumon.tui.paint import Area, Line, Span, bar, clipped, fit, fit_right, joined, span

_GAP = 2
#: Cells of an operation's name at least and at most, of a bar likewise, and of a group's key.
_LEAST_NAME, _MOST_NAME = 18, 60
_LEAST_BAR, _MOST_BAR = 6, 60
#: Reasons are sentences if so many cells are left.
_ROOM_FOR_SENTENCES = 40
#: In fewer lines there are groups alone; in more, they take at most this part.
_LEAST_LINES, _GROUPS = 7, 0.45


class _OperationColumn(NamedTuple):
    """A column: the higher its rank, the earlier it gives way; 0 stays. Figures align to the right."""

    title: str
    rank: int
    of: Callable[[RankedOperation], str]
    figure: bool = True
    role: str = ""


class _Grid(NamedTuple):
    """The columns that have room, their widths, and how many of them say which operation a row is."""

    columns: tuple[_OperationColumn, ...]
    widths: tuple[int, ...]
    names: int

    @property
    def identity(self) -> int:
        """The cells of the columns that name the operation."""
        return sum(self.widths[: self.names]) + _GAP * (self.names - 1)


def filled_lines(table: TimeTable) -> int:
    """Return how many lines there are in all."""
    groups = len(_group_rows(table))
    return (groups + 2 if groups else 0) + 1 + len(table.operations)


def table_lines(table: TimeTable, by: str, area: Area) -> list[Line]:
    """Draw as much as fits."""
    rows = _group_rows(table)
    if rows and area.height < _LEAST_LINES:
        groups, rest = min(len(rows), area.height - 1), 0
    else:
        groups = min(len(rows), max(3, int((area.height - 3) * _GROUPS)))
        rest = area.height - (groups + 2 if groups else 0) - 1
    shown = table.operations[: max(rest, 0)]
    rows = _fewer(rows, groups)
    grid = _grid(table, shown or table.operations[:1], rows, area)
    lines = _groups(table, by, rows, grid, area) if rows else []
    if shown:
        lines += [()] * bool(lines)
        lines += _operations(shown, grid, area)
    return [clipped(line, area) for line in lines]


# -- columns -----------------------------------------------------------------------------------------------------


def _time(row: RankedOperation) -> str:
    return _told(row.profile.operation.execution_us, units.microseconds)


def _busy(row: RankedOperation) -> str:
    return _told(row.profile.busy_us, units.microseconds)


def _told(figure: float | None, words: Callable[[float], str]) -> str:
    return "" if figure is None else words(figure)


def gigabytes(mbyte_per_s: float) -> str:
    """Format a rate in GB/s, of the driver's MByte, which are of 1,048,576 bytes."""
    return units.significant(mbyte_per_s * MBYTE_BYTES / 1e9, 3, most_decimals=2)


def _names(row: RankedOperation) -> str:
    return name_of(row.profile)


_IDENTITY = (
    _OperationColumn("#", 5, lambda row: _number(row), role="label"),
    _OperationColumn("Slowest", 0, _names, figure=False, role="value"),
    _OperationColumn("operator", 8, lambda row: operator_of(row.profile) or "", figure=False),
    _OperationColumn("on", 2, lambda row: row.profile.target_kind or "", figure=False),
)
#: The places of the figure that operations are ranked by, and of its share.
_RANKED = (len(_IDENTITY), len(_IDENTITY) + 1)
_SUM = _OperationColumn("sum", 3, lambda row: _told(row.so_far, units.percent), role="label")
_REASON = _OperationColumn("why", 1, lambda row: _marked(row, row.reason), figure=False, role="reason")
_MAC = _OperationColumn("MAC/cycle", 6, lambda row: _told(row.profile.mac_per_cycle, _rounded))
_MOVED = _OperationColumn("DDR MByte", 7, lambda row: _told(row.profile.operation.bandwidth.ddr, units.mbyte))
_RATE = _OperationColumn("DDR GB/s", 7, lambda row: _told(row.profile.ddr_mbyte_per_s, gigabytes))


def _marked(row: RankedOperation, reason: str) -> str:
    return f"! {reason}" if row.spoken_of else reason


def _said(row: RankedOperation, sentence: str, room: int) -> str:
    """Return the sentence if it fits, else the reason in short."""
    whole = _marked(row, sentence)
    return whole if cell_len(whole) <= room else _marked(row, row.reason)


def _rounded(figure: float) -> str:
    return units.significant(figure, 3, most_decimals=2)


def _number(row: RankedOperation) -> str:
    number = row.profile.operation.op_abs_id
    return str(row.profile.order if number is None else number)


def _of_whole(table: TimeTable) -> str:
    return "share" if table.whole_us is None else f"of {units.microseconds(table.whole_us)}"


def _columns(table: TimeTable) -> tuple[_OperationColumn, ...]:
    """Return all columns, the figure that operations are ranked by first."""
    rates = any(row.profile.ddr_mbyte_per_s is not None for row in table.operations)
    dumped = any(row.profile.limit == "dump" for row in table.operations)  # which spoils the traffic
    moved = () if dumped else (_RATE if rates else _MOVED,)
    share = _OperationColumn("", 0, lambda row: _told(row.share, units.percent))
    if table.basis == "time":
        figures = (
            *(_OperationColumn("time", 0, _time, role="value"), share._replace(title=_of_whole(table)), _SUM),
            *(_OperationColumn("busy", 4, _busy), _MAC, *moved),
        )
    elif table.basis == "busy":
        cycles = all(row.profile.busy_us is None for row in table.operations)
        busy = _OperationColumn("cycles", 0, lambda row: _told(row.profile.busy_cycles, units.quantity), role="value")
        busy = busy if cycles else _OperationColumn("busy", 0, _busy, role="value")
        figures = (busy, share._replace(title="of busy"), _SUM, _OperationColumn("time", 4, _time), _MAC, *moved)
    else:
        figures = (
            _MOVED._replace(rank=0, role="value"),
            share._replace(title="of all"),
            _SUM,
            _OperationColumn("time", 4, _time),
        )
    return (*_IDENTITY, *figures, _REASON)


def _grid(table: TimeTable, shown: Sequence[RankedOperation], rows: Sequence[_GroupRow], area: Area) -> _Grid:
    """Choose the columns that hold anything and have room; the names take what is left."""
    columns = [
        column
        for index, column in enumerate(_columns(table))
        if column.of is _names or any(map(column.of, shown)) or (rows and index in _RANKED)
    ]
    widths = [max(cell_len(column.title), *(cell_len(column.of(row)) for row in shown)) for column in columns]
    at = next(index for index, column in enumerate(columns) if column.of is _names)
    longest, widths[at] = min(widths[at], _MOST_NAME), min(widths[at], _LEAST_NAME)
    figure = next(index for index, column in enumerate(columns) if column not in _IDENTITY)
    for index, texts in ((figure, [row.figure for row in rows]), (figure + 1, [row.share for row in rows])):
        widths[index] = max(widths[index], *map(cell_len, ("", *texts)))
    needed = max((cell_len(row.key) + 1 + len(row.operations) for row in rows), default=0)
    kept = fitting([column.rank for column in columns], widths, area.width, _GAP)
    left = area.width - sum(widths[index] for index in kept) - _GAP * (len(kept) - 1)
    others = sum(widths[index] + _GAP for index in kept if columns[index] in _IDENTITY and index != at)
    longest = max(longest, min(needed - others, _MOST_NAME))
    widths[at] += max(min(left, longest - widths[at]), 0)
    left = area.width - sum(widths[index] for index in kept) - _GAP * (len(kept) - 1)
    if columns[kept[-1]] is _REASON and left >= _ROOM_FOR_SENTENCES:
        widths[kept[-1]] += left
        columns[kept[-1]] = _REASON._replace(of=lambda row: _said(row, table.sentence(row), widths[kept[-1]]))
    names = sum(1 for index in kept if columns[index] in _IDENTITY)
    return _Grid(tuple(columns[index] for index in kept), tuple(widths[index] for index in kept), names)


# -- groups ------------------------------------------------------------------------------------------------------


class _GroupRow(NamedTuple):
    """A group's texts: its figure and share, by which operations are ranked, and the others beside the bar."""

    key: str
    operations: str
    figure: str
    share: str
    part: float | None
    beside: tuple[str, str] = ("", "")
    spoken_of: bool = False


def _group_rows(table: TimeTable) -> list[_GroupRow]:
    if not table.groups:
        return []
    rows = [_group_row(table, each) for each in table.groups]
    if table.between_us is not None and table.basis == "time":
        time, part = units.microseconds(table.between_us), _told(table.between, units.percent)
        rows.append(_GroupRow("none", "", time, part, table.between))
    return rows


def _group_row(table: TimeTable, each: GroupShare) -> _GroupRow:
    group = each.group
    key = "unknown" if group.key is None else group.key
    many = units.counted(group.operations, "op")
    time = (_told(group.execution_us, units.microseconds), _told(each.share, units.percent))
    busy = (_told(group.busy_us, units.microseconds), _told(group.busy_share, units.percent))
    if table.basis == "time":
        return _GroupRow(key, many, *time, each.share, busy, each.spoken_of)
    if table.basis == "busy":
        return _GroupRow(key, many, *busy, group.busy_share, time, each.spoken_of)
    moved = sum(other.group.ddr_mbyte or 0 for other in table.groups)
    part = None if group.ddr_mbyte is None or not moved else group.ddr_mbyte / moved
    return _GroupRow(
        key, many, _told(group.ddr_mbyte, units.mbyte), _told(part, units.percent), part, spoken_of=each.spoken_of
    )


def _fewer(rows: Sequence[_GroupRow], most: int) -> list[_GroupRow]:
    """Leave out the smallest groups, and say how many they are and what is their part."""
    if most < 1:
        return []
    if len(rows) <= most:
        return [*rows]
    left_out = rows[most - 1 :]
    known = [row.part for row in left_out if row.part is not None]
    part = sum(known) if known else None
    rest = _GroupRow(f"{len(left_out)} more", "", "", _told(part, units.percent), part)
    return [*rows[: most - 1], rest]


def _groups(table: TimeTable, by: str, rows: Sequence[_GroupRow], grid: _Grid, area: Area) -> list[Line]:
    """Draw a heading, and a line for each group: its bar in the cells that figures leave."""
    figure, share = grid.widths[grid.names : grid.names + 2]
    many = max(len(row.operations) for row in rows)
    mark = _GAP + 1 if any(row.spoken_of for row in rows) else 0
    left = area.width - grid.identity - figure - share - 3 * _GAP - mark
    titles = ("time", _of_whole(table)) if table.basis == "busy" else ("busy", "of busy")
    told = [index for index in (0, 1) if any(row.beside[index] for row in rows)]
    sides = [(index, max(len(titles[index]), *(len(row.beside[index]) for row in rows))) for index in told]
    if left - sum(width + _GAP for _, width in sides) < _LEAST_BAR:
        sides = []
    cells = min(left - sum(width + _GAP for _, width in sides), _MOST_BAR)
    heads = [column.title for column in grid.columns[grid.names : grid.names + 2]]
    head = [fit(by, grid.identity, area), fit_right(heads[0], figure, area), fit_right(heads[1], share, area)]
    head += [" " * cells] * (cells > 0) + [fit_right(titles[index], width, area) for index, width in sides]
    lines: list[Line] = [span((" " * _GAP).join(head), "label")]
    for row in rows:
        of_group = row.figure and row.operations
        parts: list[Line] = [
            (
                Span(fit(row.key, grid.identity - many - 1, area), "value" if of_group else "label"),
                Span(" " + fit_right(row.operations, many, area), "label"),
            ),
            span(fit_right(row.figure, figure, area), "value" if of_group else "label"),
            span(fit_right(row.share, share, area)),
        ]
        if cells > 0:
            parts.append(bar(row.part, cells, area, "graph"))
        parts.extend(span(fit_right(row.beside[index], width, area)) for index, width in sides)
        parts.append(span("!", "warn") if row.spoken_of else ())
        lines.append(joined(parts, " " * _GAP))
    return lines


# -- operations --------------------------------------------------------------------------------------------------


def _operations(shown: Sequence[RankedOperation], grid: _Grid, area: Area) -> list[Line]:
    """Draw a heading, and a line for each operation."""
    lines = [_row([column.title for column in grid.columns], ["label"] * len(grid.columns), grid, area)]
    for row in shown:
        roles = [
            ("warn" if row.spoken_of else "label") if column.role == "reason" else column.role
            for column in grid.columns
        ]
        lines.append(_row([column.of(row) for column in grid.columns], roles, grid, area))
    return lines


def _row(texts: Sequence[str], roles: Sequence[str], grid: _Grid, area: Area) -> Line:
    fitted = (
        (fit_right if column.figure else fit)(text, width, area)
        for text, column, width in zip(texts, grid.columns, grid.widths, strict=True)
    )
    return joined([span(text, role) for text, role in zip(fitted, roles, strict=True)], " " * _GAP)

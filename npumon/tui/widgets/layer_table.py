"""The table of an iteration's layers and operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter

from rich.cells import cell_len

from npumon.core import units
from npumon.core.monitor.time_table import reason_in_short
from npumon.core.profile import BANDWIDTHS
from npumon.core.run.analysis import OperationProfile
from npumon.core.run.breakdown import name_of, operator_of
from npumon.core.run.layers.reasons import intensity, reason_of, reason_word
from npumon.core.run.layers.rows import engine_of, telling
from npumon.tui.paint import Area, Line, bar, span
from npumon.tui.widgets.columns import Column, figure
from npumon.tui.widgets.table import Table

#: The most cells that a column of text gets, by its key.
_WIDEST = {"name": 48, "layer": 32, "operation": 24, "target": 12, "shader": 40, "why": 20, "reason": 72, "bar": 8}
#: The least cells of the name, where it is as long.
_NAME = 24
_TEXTS: dict[str, Callable[[OperationProfile], str]] = {
    "name": name_of,
    "layer": lambda row: row.operation.name or units.ABSENT,
    "operation": lambda row: operator_of(row) or units.ABSENT,
    "target": lambda row: engine_of(row) or units.ABSENT,
    "shader": lambda row: row.operation.shader or "",
}
#: Columns that are as wide as the longest of such texts, besides those.
_WORDS: dict[str, Callable[[OperationProfile], str]] = {**_TEXTS, "why": reason_in_short}
#: Figures and how they are written.
_FIGURES: dict[str, tuple[Callable[[OperationProfile], float | None], Callable[[float], str]]] = {
    "time": (lambda row: row.operation.execution_us, units.microseconds),
    "share": (lambda row: row.share, units.percent),
    "busy": (lambda row: row.busy_us, units.microseconds),
    "busy_share": (lambda row: row.busy_share, units.percent),
    "utilization": (lambda row: row.utilization, units.percent),
    "ddr_rate": (lambda row: row.ddr_mbyte_per_s, units.rate),
    "macs": (lambda row: row.macs, units.quantity),
    "mac_per_cycle": (lambda row: row.mac_per_cycle, units.rate),
    "intensity": (intensity, units.rate),
    **{key: (attrgetter(f"operation.bandwidth.{key}"), units.mbyte) for key in BANDWIDTHS},
}
#: Columns that stand for others: a bar is drawn of the share.
_DRAWN_OF = {"bar": "share", "busy_bar": "busy_share"}


def _text(key: str, title: str, width: int, importance: int) -> Column:
    return Column(key, title, width, importance, right=False, descending=False)


def _bar(key: str) -> Column:
    return Column(key, "", 5, 9, right=False, descending=None)


_TIME = Column("time", "time", 8)
_SHARE = Column("share", "share", 7, 1)
_BUSY = Column("busy", "busy", 8, 6)
_BUSY_SHARE = Column("busy_share", "busy %", 7, 19)

#: All columns from left to right.
_IDENTITY = (
    Column("order", "order", 6, 4, descending=False),
    _text("name", "name", 10, 0),
    _text("layer", "layer", 10, 15),
    _text("operation", "operation", 11, 8),
    _text("target", "target", 7, 5),
)
_TIMES = (_TIME, _SHARE, _bar("bar"), Column("utilization", "util", 7, 3), _BUSY, _BUSY_SHARE)
#: Where a dump was on the times are those of writing files, so that busy time stands first.
_DUMP_TIMES = (
    _BUSY._replace(importance=0),
    _BUSY_SHARE._replace(importance=1),
    _bar("busy_bar"),
    _TIME._replace(importance=6),
    _SHARE._replace(importance=11),
)
_REST = (
    _text("why", "why", 7, 2),
    Column("ddr_read", "DDR r", 7, 7),
    Column("ddr_write", "DDR w", 7, 10),
    Column("ddr_rate", "DDR/s", 7, 13),
    Column("macs", "MAC", 7, 12),
    Column("mac_per_cycle", "MAC/cycle", 10, 14),
    Column("intensity", "MAC/B", 7, 17),
    Column("total_read", "total r", 8, 20),
    Column("total_write", "total w", 8, 21),
    Column("axi_read", "AXI r", 7, 22),
    Column("axi_write", "AXI w", 7, 23),
    _text("shader", "shader", 10, 16),
    Column("input", "input", 14, 25),
    Column("output", "output", 14, 24),
    Column("kernel", "kernel", 11, 26),
    _text("id", "id", 6, 18),
    _text("reason", "reason", 24, 27),
)
COLUMNS = (*_IDENTITY, *_TIMES, *_REST)


def told_columns(rows: Sequence[OperationProfile]) -> tuple[Column, ...]:
    """Return the columns that have something to tell of any of the rows, each of text as wide as its text."""
    told = telling(rows)
    if not told & {"axi_read", "axi_write"} and told & {"ddr_read", "ddr_write"}:
        told -= {"total_read", "total_write"}  # the same figures again
    dumped = bool(rows) and rows[0].limit == "dump"
    times = _DUMP_TIMES if dumped and "busy" in told else _TIMES
    columns = (*_IDENTITY, *times, *_REST)
    return tuple(_sized(column, rows) for column in columns if _DRAWN_OF.get(column.key, column.key) in told)


def with_order(columns: Sequence[Column], order: str) -> tuple[Column, ...]:
    """Return the columns with the one that orders the rows always visible."""
    return tuple(column._replace(importance=0) if column.key == order else column for column in columns)


def shape_text(row: OperationProfile, which: str, *, ascii_only: bool) -> str:
    """Write the `input`, the `output` or the `kernel` of the operation as width×height×channels; empty without one."""
    table = row.tiling
    if table is None:
        return ""
    shapes = {"input": table.input_shape, "output": table.output_shape, "kernel": table.kernel_shape or ()}
    sizes = shapes[which]
    if len(sizes) == 4 and sizes[3] == 1:
        sizes = sizes[:3]
    return units.shape(sizes, "x" if ascii_only else "×") if sizes else ""


def _sized(column: Column, rows: Sequence[OperationProfile]) -> Column:
    most = _WIDEST.get(column.key)
    if most is None:
        return column
    text = _WORDS.get(column.key)
    if text is None:
        return column._replace(wanted=most)
    longest = min(most, max(map(cell_len, {text(row) for row in rows}), default=0))
    least = min(longest, _NAME) if column.key == "name" else column.width
    return column._replace(width=max(column.width, least), wanted=longest)


class LayerTable(Table[OperationProfile]):
    """Bandwidths are in MByte, `DDR/s` in MByte/s."""

    def cell(self, row: OperationProfile, column: Column, area: Area) -> Line:
        key = column.key
        if key in _FIGURES:
            value_of, text_of = _FIGURES[key]
            value = value_of(row)
            if value is None:
                return span("" if row.total else units.ABSENT, "off")
            return span(figure(text_of(value), value, area))
        if row.total:
            return (
                span(row.operation.name or "")
                if key == "name"
                else bar(1.0, area.width, area)
                if key in _DRAWN_OF
                else ()
            )
        if key in _TEXTS:
            return span(_TEXTS[key](row))
        match key:
            case "order":
                return span(str(row.order), "label")
            case "id":
                return span(row.id, "label")
            case "bar":
                return bar(row.share, area.width, area)
            case "busy_bar":
                return bar(row.busy_share, area.width, area)
            case "why":
                word, words = reason_word(row), reason_in_short(row)
                role = "warn" if word in ("DDR", "doubt") else "label"
                return span(words if area.width >= column.wanted else word, role)  # all of them at length, or none
            case "reason":
                return span(reason_of(row).sentence, "label")
            case _:
                return span(shape_text(row, key, ascii_only=self.ascii_only))

"""The table of an iteration's layers and operations."""

from __future__ import annotations

from collections.abc import Sequence

from npumon.core import units
from npumon.core.run.analysis import OperationProfile
from npumon.core.run.breakdown import name_of
from npumon.tui.paint import Area, Line, bar, span
from npumon.tui.widgets.columns import Column, figure
from npumon.tui.widgets.table import Table

#: The driver's own prefixes, the same in each row; the details keep them.
_PREFIXES = ("VXNNE_OPERATOR_", "VXNNE_OPERATION_TARGET_")
_BANDWIDTHS = {
    "total_read": ("total r", 7),
    "total_write": ("total w", 8),
    "axi_read": ("AXI r", 9),
    "axi_write": ("AXI w", 10),
    "ddr_read": ("DDR r", 4),
    "ddr_write": ("DDR w", 5),
}
#: How the table names what bounds an operation; the details say why.
_LIMITS = {"ddr": "DDR", "compute": "MAC", "overhead": "wait", "dump": "dump", None: ""}


#: All columns from left to right.
COLUMNS = (
    Column("id", "id", 6, right=False, descending=False),
    Column("name", "layer", 10, right=False, flexible=True, descending=False),
    Column("operation", "operation", 18, 12, right=False, descending=False),
    Column("target", "target", 8, 13, right=False, descending=False),
    Column("time", "time", 8),
    Column("share", "share", 7, 1),
    Column("bar", "", 5, 6, right=False, descending=None),
    Column("utilization", "util", 7, 2),
    Column("limit", "bound", 6, 3),
    *(Column(key, title, 7 if len(title) < 7 else 8, importance) for key, (title, importance) in _BANDWIDTHS.items()),
    Column("ddr_rate", "DDR/s", 7, 11),
)


#: Those that counters alone cannot fill.
_TIMED = ("time", "share", "bar", "ddr_rate")


def told_columns(rows: Sequence[OperationProfile], order: str) -> tuple[Column, ...]:
    """Return the columns without those of times where no operation has one; never without the one that orders them."""
    timed = not rows or any(row.operation.execution_us is not None for row in rows)
    return tuple(column for column in COLUMNS if timed or column.key == order or column.key not in _TIMED)


class LayerTable(Table[OperationProfile]):
    """Bandwidths are in MByte, `DDR/s` in MByte/s."""

    def cell(self, row: OperationProfile, column: Column, area: Area) -> Line:
        operation = row.operation
        match column.key:
            case "id":
                return span(row.id, "label")
            case "name":
                return span(operation.name or units.ABSENT if row.total else name_of(row))
            case "operation":
                return span("" if row.total else _short(operation.operation))
            case "target":
                return span("" if row.total else _short(operation.target))
            case "time":
                return _figure(operation.execution_us, area, units.microseconds(operation.execution_us))
            case "share":
                return _figure(row.share, area, units.percent(row.share))
            case "bar":
                return bar(row.share, area.width, area)
            case "utilization":
                return _figure(row.utilization, area, units.percent(row.utilization))
            case "limit":
                if row.doubt is not None:
                    return span("doubt", "warn")
                return span(_LIMITS[row.limit], "warn" if row.limit == "ddr" else "label")
            case "ddr_rate":
                return _figure(row.ddr_mbyte_per_s, area, units.rate(row.ddr_mbyte_per_s))
            case name:
                amount: float | None = getattr(operation.bandwidth, name)
                return _figure(amount, area, units.mbyte(amount))


def _figure(value: float | None, area: Area, text: str) -> Line:
    return span(units.ABSENT, "off") if value is None else span(figure(text, value, area))


def _short(name: str | None) -> str:
    """Return a name without the driver's prefix."""
    if name is None:
        return units.ABSENT
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name

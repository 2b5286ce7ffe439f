"""The tables of the Runs page: the runs, and one run compared with another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from npumon.core import units
from npumon.core.monitor.run_rows import RunRow, telling
from npumon.core.run.comparison import Change, ComparisonRow, Difference
from npumon.core.run.report import RunInfo, RunReport
from npumon.tui.paint import Area, Line, Span, span, width_of
from npumon.tui.widgets.columns import Column, figure
from npumon.tui.widgets.table import Table

RUN_COLUMNS = (
    Column("mark", "", 1, right=False, descending=None),
    Column("number", "run", 5),
    Column("model", "model", 10, right=False, flexible=True, descending=False, wanted=24),
    Column("started", "started", 8, 5),
    Column("outcome", "outcome", 8, 1, right=False, descending=False),
    Column("latency", "latency", 9),
    Column("iterations", "n", 6, 4),
    Column("p95", "p95", 9, 9),
    Column("utilization", "util", 7, 2),
    Column("total", "total MB", 9, 6),
    Column("ddr", "DDR MB", 8, 3),
    Column("clock", "MHz", 5, 8),
    Column("top", "top-1", 12, 7, right=False, descending=False),
    Column("duration", "took", 7, 10),
    Column("reason", "reason", 24, 11, right=False, descending=False, wanted=80),
)
#: Cells for the numbers of the first and the last run, and the mark before them.
_RANGE = 9
#: Cells of that mark, with a blank behind.
_MARK = 2
#: Cells for an outcome at least: those of its title.
_OUTCOME = 8
#: Columns that are there in any case.
_ALWAYS = frozenset({"mark", "number", "model", "outcome", "latency"})
FIGURE_COLUMNS = (
    Column("title", "figure", 10, right=False, flexible=True, descending=None),
    Column("before", "marked", 13, 3, descending=None, wanted=14),
    Column("after", "this run", 13, 2, descending=None, wanted=14),
    Column("absolute", "change", 14, descending=None),
    Column("relative", "percent", 9, 1, descending=None),
    Column("verdict", "verdict", 7, right=False, descending=None),
    Column("utilization", "utilization", 13, 5, descending=None),
    Column("ddr", "DDR", 14, 4, descending=None),
)
_VERDICTS: dict[Change, tuple[str, str]] = {
    "better": ("better", "good"),
    "worse": ("worse", "bad"),
    "same": ("same", "label"),
    "other": ("changed", "label"),
    "": ("", "label"),
}


def told_run_columns(rows: Sequence[RunRow], order: str) -> tuple[Column, ...]:
    """Return the columns that tell something of any of the rows, and the one that they are sorted by."""
    told = telling(rows) | _ALWAYS | {order}
    outcomes = (width_of(_outcome(row)) for row in rows)
    wide = {"outcome": max(_OUTCOME, *outcomes, 0)}
    ranges = [len(_range(row)) for row in rows if row.members]
    if ranges:
        wide["number"] = max(_RANGE, _MARK + max(ranges))
    return tuple(
        column._replace(width=wide.get(column.key, column.width)) for column in RUN_COLUMNS if column.key in told
    )


class RunTable(Table[RunRow]):
    """This session's runs. A star marks the one that others are compared with, or that its series holds."""

    marked: RunReport | None = None
    #: The number of the run that all pages show, if it is not the newest; a dot stands before it.
    opened: int | None = None

    def cell(self, row: RunRow, column: Column, area: Area) -> Line:
        info, figures = row.report.info, row.report.metrics.figures
        match column.key:
            case "mark":
                held = any(each.report is self.marked for each in (row, *row.members))
                opened = any(each.number == self.opened for each in row.members or (row,))
                return span("*" if held else ("o" if area.ascii else "•") if opened else " ", "warn")
            case "number":
                return _number(row, area)
            case "model":
                return _model(row)
            case "started":
                return span("watched" if _watched(info) else _clock_time(info.started_at), "label")
            case "outcome":
                return _outcome(row)
            case "latency":
                return _figure(row.latency_us, units.microseconds(row.latency_us), area, "value")
            case "iterations":
                return _figure(row.iterations or None, units.grouped(row.iterations), area)
            case "p95":
                return _figure(row.p95_us, units.microseconds(row.p95_us), area)
            case "reason":
                return span(row.reason or "", "bad")
            case "utilization":
                return _figure(figures.utilization, units.percent(figures.utilization), area)
            case "total":
                return _figure(row.total_mbyte, units.mbyte(row.total_mbyte), area)
            case "ddr":
                return _figure(row.ddr_mbyte, units.mbyte(row.ddr_mbyte), area)
            case "clock":
                return _figure(figures.clock_mhz, f"{figures.clock_mhz or 0:.0f}", area)
            case "top":
                return span(row.top or units.ABSENT, "" if row.top else "off")
            case _:
                return _figure(info.duration_s, units.seconds(info.duration_s), area)


def _number(row: RunRow, area: Area) -> Line:
    """Return the number; of several runs those of the first and the last, and whether all are to be seen."""
    if not row.members:
        return span(str(row.number), "label")
    closed, opened = (">", "v") if area.ascii else ("▸", "▾")
    mark = opened if row.unfolded else closed
    return (Span(f"{mark:<{_MARK}}", "accent"), Span(_range(row), "label"))


def _range(row: RunRow) -> str:
    return f"{row.first}-{row.last}"


def _model(row: RunRow) -> Line:
    info = row.report.info
    name = span(info.model) if info.model else span(_log_of(info), "label")
    if row.members:
        return (Span(f"{len(row.members)}x ", "value"), *name)
    return (Span("  "), *name) if row.part else name


def _outcome(row: RunRow) -> Line:
    """Return how it ended, in red if not well; of several, how many did not."""
    info = row.report.info
    if not row.members:
        return span(info.words, "good" if info.outcome == "ok" else "bad")
    good = len(row.members) - row.failed
    if not row.failed:
        return span(f"{good} ok", "good")
    return (Span(f"{row.failed} failed", "bad"), Span(f", {good} ok", "good" if good else "label"))


class FigureTable(Table[ComparisonRow]):
    """The marked run compared with another: figures, then layers."""

    def cell(self, row: ComparisonRow, column: Column, area: Area) -> Line:
        difference, layer = row.figure, row.layer
        match column.key:
            case "title":
                return span(difference.title, "" if layer is None else "label")
            case "before":
                return _figure(difference.before, difference.text(difference.before), area)
            case "after":
                return _figure(difference.after, difference.text(difference.after), area, "value")
            case "absolute":
                return _change(difference, area)
            case "relative":
                return _figure(difference.relative, difference.relative_text, area)
            case "verdict":
                return span(*_VERDICTS[difference.verdict])
            case "utilization":
                return span("") if layer is None else _change(layer.utilization, area)
            case _:
                return span("") if layer is None else _change(layer.ddr, area)


def _change(difference: Difference, area: Area) -> Line:
    role = _VERDICTS[difference.verdict][1]
    return _figure(difference.absolute, difference.absolute_text, area, "" if role == "label" else role)


def _figure(value: float | None, text: str, area: Area, role: str = "") -> Line:
    return span(units.ABSENT, "off") if value is None else span(figure(text, value, area), role)


def _watched(info: RunInfo) -> bool:
    """Return whether another program made the run without naming a model or a time."""
    return info.command is None and info.started_at is None and info.log is not None


def _log_of(info: RunInfo) -> str:
    """Return how a run without a model name is known."""
    return info.log.rpartition("/")[2] if info.log and _watched(info) else units.ABSENT


def _clock_time(started_at: str | None) -> str:
    """Return the local time of day."""
    if started_at is None:
        return units.ABSENT
    try:
        return f"{datetime.fromisoformat(started_at).astimezone():%H:%M:%S}"
    except (ValueError, OverflowError):
        return units.ABSENT

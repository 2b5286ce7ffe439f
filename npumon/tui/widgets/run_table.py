"""The tables of the Runs page: the runs, and one run compared with another."""

from __future__ import annotations

from datetime import datetime

from npumon.core import units
from npumon.core.monitor.run_rows import RunRow
from npumon.core.run.comparison import Change, ComparisonRow, Difference
from npumon.core.run.outcome import outcome_words
from npumon.core.run.report import RunInfo, RunReport
from npumon.tui.paint import Area, Line, span
from npumon.tui.widgets.columns import Column, figure
from npumon.tui.widgets.table import Table

RUN_COLUMNS = (
    Column("mark", "", 1, right=False, descending=None),
    Column("number", "run", 5),
    Column("model", "model", 10, right=False, flexible=True, descending=False),
    Column("started", "started", 8, 5),
    Column("outcome", "outcome", 10, 1, right=False, descending=False),
    Column("latency", "latency", 9),
    Column("utilization", "util", 7, 2),
    Column("total", "total MB", 9, 4),
    Column("ddr", "DDR MB", 8, 3),
    Column("clock", "MHz", 5, 7),
    Column("top", "top-1", 14, 6, right=False, descending=False),
    Column("duration", "took", 7, 8),
)
FIGURE_COLUMNS = (
    Column("title", "figure", 10, right=False, flexible=True, descending=None),
    Column("before", "marked", 13, 3, descending=None),
    Column("after", "this run", 13, 2, descending=None),
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


class RunTable(Table[RunRow]):
    """This session's runs. A star marks the one that others are compared with."""

    marked: RunReport | None = None

    def cell(self, row: RunRow, column: Column, area: Area) -> Line:
        info, figures = row.report.info, row.report.metrics.figures
        match column.key:
            case "mark":
                return span("*" if row.report is self.marked else " ", "warn")
            case "number":
                return span(str(row.number), "label")
            case "model":
                return span(info.model) if info.model else span(_log_of(info), "label")
            case "started":
                return span("watched" if _watched(info) else _clock_time(info.started_at), "label")
            case "outcome":
                died = None if info.outcome in ("timeout", "cancelled") else info.signal
                return span(died or outcome_words(info.outcome), "good" if info.outcome == "ok" else "bad")
            case "latency":
                return _figure(row.latency_us, units.microseconds(row.latency_us), area, "value")
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

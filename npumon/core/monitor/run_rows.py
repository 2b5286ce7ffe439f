"""This session's runs as table rows, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from npumon.core.monitor.live import Live
from npumon.core.ordering import Value, matching, ordered
from npumon.core.problems import Problem
from npumon.core.run.comparison import top_of
from npumon.core.run.figures import value_of
from npumon.core.run.report import RunReport


class RunRow(NamedTuple):
    """One ended run. `number` counts this session's runs from 1; the MByte are read and written together."""

    number: int
    report: RunReport
    latency_us: float | None = None
    total_mbyte: float | None = None
    ddr_mbyte: float | None = None
    top: str | None = None

    @property
    def key(self) -> str:
        """The run's number, which never changes."""
        return str(self.number)


def run_rows(live: Live) -> tuple[RunRow, ...]:
    """Make rows of the runs that are kept. Warm-up runs are not kept, so they are not counted."""
    activity, run, runs = live.activity, live.snapshot.run, live.runs
    under_way = run is not None and run.info.outcome == "running"
    ended = activity.run - (under_way and not activity.warmup)
    newest = max(ended, len(runs))
    return tuple(_row(newest - age, report) for age, report in enumerate(reversed(runs)))


_VALUES: dict[str, Value[RunRow]] = {
    "number": lambda row: row.number,
    "model": lambda row: row.report.info.model,
    "started": lambda row: row.report.info.started_at,
    "outcome": lambda row: row.report.info.outcome,
    "latency": lambda row: row.latency_us,
    "utilization": lambda row: value_of("utilization", row.report),
    "total": lambda row: row.total_mbyte,
    "ddr": lambda row: row.ddr_mbyte,
    "clock": lambda row: value_of("clock", row.report),
    "top": lambda row: row.top,
    "duration": lambda row: value_of("duration", row.report),
}
#: The keys by which rows can be sorted.
ORDERS = tuple(_VALUES)


def ordered_runs(rows: Iterable[RunRow], by: str, *, descending: bool) -> tuple[RunRow, ...]:
    """Sort the rows by one of `ORDERS`; any other key is a `KeyError`."""
    return ordered(rows, _VALUES[by], descending=descending)


def matching_runs(rows: Iterable[RunRow], words: str) -> tuple[RunRow, ...]:
    """Return the rows that contain each of the words in the model, the outcome, the signal or the best class."""
    return matching(rows, words, _text)


def no_runs(live: Live) -> Problem:
    """Say why there are no runs to show, and what to do."""
    run = live.snapshot.run
    if run is not None and run.info.outcome == "running":
        return Problem("runs.later", "The first run is under way.", "It will appear here when it ends.")
    if live.activity.source is not None:
        return Problem("runs.none", "No run in the watched log has ended yet.", "Runs appear here as they end.")
    return Problem("runs.none", "No model has run yet.", "r runs one, 4 shows what can be run.")


def _text(row: RunRow) -> str:
    info = row.report.info
    return "\n".join(part for part in (info.model, info.outcome, info.signal, row.top) if part)


def _row(number: int, report: RunReport) -> RunRow:
    latency_us, total_mbyte, ddr_mbyte = (value_of(figure, report) for figure in ("latency", "moved", "ddr_moved"))
    return RunRow(number, report, latency_us, total_mbyte, ddr_mbyte, top_of(report))

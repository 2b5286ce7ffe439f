"""This session's runs as table rows, newest first; runs that were started together are one row, which unfolds."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import NamedTuple

from npumon.core.monitor.live import Live
from npumon.core.monitor.run_times import RunGroup
from npumon.core.ordering import Value, matching, ordered
from npumon.core.problems import Problem
from npumon.core.run.comparison import top_of
from npumon.core.run.figures import value_of
from npumon.core.run.report import RunReport

#: Runs of a watched log that are alike are one row if there are so many; fewer are seen at a glance.
_MANY = 6


class RunRow(NamedTuple):
    """One ended run, or several that belong together. `number` counts this session's runs from 1.

    `latency_us` is the median of its iterations without the first one, `iterations` how many there were. The MByte are
    read and written together. Of several runs `members` are all that are kept, the newest first; `report` and figures
    are then those of the run with the median latency, apart from `latency_us` and `iterations`, which are of all.
    `unfolded` says that the members follow; `part` marks those.
    """

    number: int
    report: RunReport
    latency_us: float | None = None
    total_mbyte: float | None = None
    ddr_mbyte: float | None = None
    top: str | None = None
    iterations: int = 0
    p95_us: float | None = None
    members: tuple[RunRow, ...] = ()
    unfolded: bool = False
    part: bool = False

    @property
    def key(self) -> str:
        """What tells the row from others; it never changes."""
        return f"{'from ' if self.members else ''}{self.first}"

    @property
    def first(self) -> int:
        """The number of its first run."""
        return self.members[-1].number if self.members else self.number

    @property
    def last(self) -> int:
        """The number of its last run."""
        return self.members[0].number if self.members else self.number

    @property
    def failed(self) -> int:
        """How many of its runs did not end well."""
        return sum(row.report.info.outcome != "ok" for row in self.members or (self,))

    @property
    def reason(self) -> str | None:
        """Why it failed or ended early; of several, the newest that did."""
        return next((row.report.info.reason for row in self.members or (self,) if row.report.info.reason), None)


def run_rows(live: Live) -> tuple[RunRow, ...]:
    """Make rows of the runs that are kept, each for itself. Warm-up runs are not kept, so they are not counted."""
    activity, run, runs = live.activity, live.snapshot.run, live.runs
    under_way = run is not None and run.info.outcome == "running"
    ended = activity.run - (under_way and not activity.warmup)
    newest = max(ended, len(runs))
    return tuple(_row(newest - age, report) for age, report in enumerate(reversed(runs)))


def grouped_rows(rows: Iterable[RunRow], live: Live, unfolded: Set[str] = frozenset()) -> tuple[RunRow, ...]:
    """Join the rows of runs that belong together, at the place of the newest one; `unfolded` are the keys of rows whose
    members are to be seen."""
    group_of = {run: group for group in live.groups if _is_one_row(group, live) for run in group.runs}
    members: dict[int, list[RunRow]] = {}
    order: list[RunRow | RunGroup] = []
    for row in rows:
        group = group_of.get(row.number)
        if group is None:
            order.append(row)
        elif id(group) in members:
            members[id(group)].append(row)
        else:
            members[id(group)] = [row]
            order.append(group)
    return tuple(each if isinstance(each, RunRow) else _together(each, members[id(each)], unfolded) for each in order)


def _is_one_row(group: RunGroup, live: Live) -> bool:
    """Return whether runs were started together: by a series, or by the loop of a shell that wrote the log."""
    least = 2 if group.planned else _MANY
    return len(group.runs) >= least and bool(group.planned or live.activity.source is not None)


def _together(group: RunGroup, rows: list[RunRow], unfolded: Set[str]) -> RunRow:
    if len(rows) == 1:
        return rows[0]
    timed = sorted((row.latency_us, row.number, row) for row in rows if row.latency_us is not None)
    middle = timed[len(timed) // 2][2] if timed else rows[0]
    times = group.statistics
    members = tuple(row._replace(part=True) for row in rows)
    joined = middle._replace(
        members=members,
        latency_us=None if times is None else times.median_us,
        p95_us=None if times is None else times.p95_us,
        iterations=sum(row.iterations for row in rows),
    )
    return joined._replace(unfolded=joined.key in unfolded)


def with_members(rows: Iterable[RunRow]) -> tuple[RunRow, ...]:
    """Return the rows, each unfolded one followed by its members."""
    return tuple(each for row in rows for each in (row, *(row.members if row.unfolded else ())))


_VALUES: dict[str, Value[RunRow]] = {
    "number": lambda row: row.last,
    "model": lambda row: row.report.info.model,
    "started": lambda row: row.report.info.started_at,
    "outcome": lambda row: row.report.info.outcome,
    "latency": lambda row: row.latency_us,
    "iterations": lambda row: row.iterations,
    "p95": lambda row: row.p95_us,
    "utilization": lambda row: value_of("utilization", row.report),
    "total": lambda row: row.total_mbyte,
    "ddr": lambda row: row.ddr_mbyte,
    "clock": lambda row: value_of("clock", row.report),
    "top": lambda row: row.top,
    "duration": lambda row: value_of("duration", row.report),
    "reason": lambda row: row.reason,
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
    infos = [each.report.info for each in (row, *row.members)]
    parts = [part for info in infos for part in (info.model, info.words, info.outcome)]
    return "\n".join(part for part in (*parts, row.reason, row.top) if part)


def _row(number: int, report: RunReport) -> RunRow:
    latency_us, total_mbyte, ddr_mbyte = (value_of(figure, report) for figure in ("latency", "moved", "ddr_moved"))
    times = report.metrics.statistics
    many = times is not None and times.count > 1
    return RunRow(
        number,
        report,
        times.median_us if times is not None and many else latency_us,
        total_mbyte,
        ddr_mbyte,
        top_of(report),
        report.state.iterations_ended,
        times.p95_us if times is not None and many else None,
    )


def telling(rows: Iterable[RunRow]) -> frozenset[str]:
    """Return the keys of `ORDERS` that tell anything of any of the rows. That each has one iteration tells nothing."""
    rows = tuple(rows)
    told = {key for key, value in _VALUES.items() if any(value(row) not in (None, "") for row in rows)}
    return frozenset(told - ({"iterations"} if all(row.iterations <= 1 for row in rows) else set()))

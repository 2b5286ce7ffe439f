"""Runs as a table: one row for each, as text and as a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from npumon.core import units
from npumon.core.layout import cell_width, fitting
from npumon.core.run.outcome import Outcome
from npumon.core.run.report import RunReport
from npumon.core.run.statistics import Statistics
from npumon.export.csv_rows import command_of
from npumon.export.drawing import Style, table
from npumon.export.run_document import Document, statistics_document

_HEAD = ("run", "outcome", "command", "create", "verify", "iter", "median", "total", "verdict", "file")
#: Numbers stand to the right. The columns of the highest rank give way first; 0 stays.
_TO_THE_RIGHT = ("run", "create", "verify", "iter", "median", "total")
_RANKS = (0, 0, 2, 5, 4, 3, 0, 6, 1, 7)
_WIDEST = 60
_COMMAND = _HEAD.index("command")
#: The command's column is at least as wide before others give way; it takes what is left.
_LEAST_COMMAND = 20
_GAP = 2
#: The layout of a list follows from this many runs, so that one of any length needs little memory.
_LAID_OUT = 1_000


class ListedRun(NamedTuple):
    """One run in a list. `file` is the log's name, None where there is only one."""

    number: int
    id: str | None
    outcome: Outcome
    words: str
    reason: str | None
    command: str | None
    create_us: float | None
    verify_us: float | None
    iterations: int
    statistics: Statistics | None
    total_us: float | None
    verdict_id: str
    file: str | None


def listed_run(report: RunReport, file: str | None = None) -> ListedRun:
    """Take from a report what a list shows."""
    state, info, metrics = report.state, report.info, report.metrics
    return ListedRun(
        report.number,
        info.id,
        info.outcome,
        info.words,
        info.reason,
        command_of(report) or info.model,
        state.create_us,
        state.verify_us,
        state.iterations_ended,
        metrics.statistics,
        state.total_us,
        metrics.verdict_id,
        file,
    )


class RunListLayout:
    """The table's layout: columns that have no room, or that would be empty in the sample, are left out."""

    def __init__(self, sample: Sequence[ListedRun], style: Style) -> None:
        self._style = style
        cells = [_cells(row) for row in sample]
        used = [place for place in range(len(_HEAD)) if not _RANKS[place] or any(row[place] for row in cells)]
        natural = {place: _width(place, cells) for place in used}
        least = {**natural, _COMMAND: min(natural.get(_COMMAND, 0), _LEAST_COMMAND)}
        ranks, widths = [_RANKS[place] for place in used], [least[place] for place in used]
        self._chosen = [used[index] for index in fitting(ranks, widths, style.width, _GAP)]
        sizes = {place: least[place] for place in self._chosen}
        if _COMMAND in sizes:
            left = style.width - sum(sizes.values()) - _GAP * (len(sizes) - 1)
            sizes[_COMMAND] += max(0, min(left, natural[_COMMAND] - sizes[_COMMAND]))
        self._widths = [-size if _HEAD[place] in _TO_THE_RIGHT else size for place, size in sizes.items()]

    @property
    def head(self) -> str:
        """The columns' names, as a line."""
        return self._lines([])[0]

    def line(self, row: ListedRun) -> str:
        """Render a row as a line."""
        cells = _cells(row)
        return self._lines([[cells[place] for place in self._chosen]])[1]

    def _lines(self, rows: Sequence[Sequence[str]]) -> list[str]:
        lines = table([_HEAD[place] for place in self._chosen], rows, self._widths, self._style)
        return [line + "\n" for line in lines]


def _width(place: int, cells: Sequence[Sequence[str]]) -> int:
    return min(_WIDEST, max([len(_HEAD[place]), *(cell_width(row[place]) for row in cells)]))


def run_list_text(rows: Iterable[ListedRun], style: Style) -> Iterator[str]:
    """Yield the table's lines."""
    rest = iter(rows)
    sample = list(islice(rest, _LAID_OUT))
    laid_out = RunListLayout(sample, style)
    yield laid_out.head
    yield from map(laid_out.line, sample)
    yield from map(laid_out.line, rest)


def run_list_documents(rows: Iterable[ListedRun]) -> Iterator[Document]:
    """Make the rows of a document of the schema `npumon.run_list/1`."""
    return map(_document, rows)


def _document(row: ListedRun) -> Document:
    return {
        "run": row.number,
        "id": row.id,
        "file": row.file,
        "outcome": row.outcome,
        "reason": row.reason,
        "command": row.command,
        "create_us": row.create_us,
        "verify_us": row.verify_us,
        "iterations": row.iterations,
        "statistics": None if row.statistics is None else statistics_document(row.statistics),
        "total_us": row.total_us,
        "verdict_id": row.verdict_id,
    }


def _cells(row: ListedRun) -> tuple[str, ...]:
    median = None if row.statistics is None else row.statistics.median_us
    return (
        str(row.number),
        row.words,
        row.command or "",
        *("" if time is None else units.microseconds(time) for time in (row.create_us, row.verify_us)),
        str(row.iterations),
        *("" if time is None else units.microseconds(time) for time in (median, row.total_us)),
        row.verdict_id,
        row.file or "",
    )

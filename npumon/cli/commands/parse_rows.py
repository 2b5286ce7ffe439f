"""`npumon parse` with rows: tables for spreadsheets, and the list of a log's runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from npumon.cli.logs import LogFile, Logs, no_such_run
from npumon.core.run.splitter import RunCompleted
from npumon.export import csv_rows
from npumon.export.breakdown_text import GROUPINGS, View, ordered_operations

if TYPE_CHECKING:
    from npumon.cli.commands.parse_request import Request, Worst
    from npumon.cli.context import CommandContext
    from npumon.core.run.analysis import IterationProfile
    from npumon.core.run.report import RunReport
    from npumon.export.run_list import ListedRun


def print_rows(logs: Logs, ctx: CommandContext, request: Request) -> int:
    """Print a row for each operation, group or iteration of the runs that are wanted, as they are read."""
    from npumon.cli.commands.parse_request import Worst
    from npumon.engine.offline.steady_matching import Rows
    from npumon.export.steady_rows import OperationRows

    view, worst, found = request.view, Worst(request.check), False
    many = len(logs.files) > 1
    streams = any(file.streams for file in logs.files)
    live = ctx.output.path is None and streams  # a file is whole or none
    plain = not (many or streams or request.check) and view == View() and not isinstance(request.wanted, int)
    with ctx.output.open_stream() if live else ctx.output.open_document() as sink:
        head = csv_rows.header(_columns(view), files=many)
        for file, item in logs.rows(OperationRows()) if plain else logs.completed():
            if not isinstance(item, Rows) and isinstance(request.wanted, int) and item.run != request.wanted:
                continue
            if head:
                sink.write(head)
                head = ""
            if isinstance(item, Rows):
                sink.write(item.text)
                found = found or item.runs > 0
                continue
            if not isinstance(item, RunCompleted):
                sink.write(_rows(item.run, item.profile, view, file.name if many else None))
                continue
            if (broken := file.broken(item)) is not None:
                sink.write(_rows(item.run, broken, view, file.name if many else None))
            worst.note_row(file, item)
            found = True
        if not found:
            raise no_such_run(request.wanted, logs.runs)
    return worst.status


def _columns(view: View) -> tuple[str, ...]:
    if view.by in GROUPINGS:
        return csv_rows.GROUP_COLUMNS
    return csv_rows.ITERATION_COLUMNS if view.by == "iteration" else csv_rows.COLUMNS


def _rows(run: int, profile: IterationProfile, view: View, file: str | None) -> str:
    if view.by == "iteration":
        return csv_rows.iteration_row(run, profile, file=file)
    if view.by is not None and view.by in GROUPINGS:
        groups = GROUPINGS[view.by](profile)[: view.top]
        return csv_rows.group_rows(run, profile.iteration.number, groups, file=file)
    operations = profile.operations if view.sort is None else ordered_operations(profile, view.sort)
    return csv_rows.iteration_rows(run, profile, file=file, operations=operations[: view.top])


def print_runs(logs: Logs, ctx: CommandContext, request: Request, form: str) -> int:
    """Print a row for each run."""
    from npumon.cli.commands.parse_request import Worst
    from npumon.export.json_text import json_line, json_run_list
    from npumon.export.run_list import run_list_documents, run_list_text

    worst, many = Worst(request.check), len(logs.files) > 1
    if form != "text":
        logs.digest()
    reports = _reports(logs, request, worst)
    with ctx.output.open_document() as sink:
        if form == "csv":
            sink.write(csv_rows.header(csv_rows.RUN_COLUMNS, files=many))
            for file, report in reports:
                sink.write(csv_rows.run_row(report, file=file.name if many else None))
        elif form == "jsonl":
            for row in run_list_documents(_listed(reports, many)):
                sink.write(json_line({"schema": "npumon.run_list/1", **row}, ctx.output.style))
        else:
            rows = _listed(reports, many)
            style = ctx.output.style
            texts = run_list_text(rows, style) if form == "text" else json_run_list(run_list_documents(rows), style)
            for text in texts:
                sink.write(text)
    return worst.status


def _reports(logs: Logs, request: Request, worst: Worst) -> Iterator[tuple[LogFile, RunReport]]:
    found = False
    for file, item in logs.completed():
        wanted = not isinstance(request.wanted, int) or item.run == request.wanted
        if isinstance(item, RunCompleted) and wanted:
            report = file.report(item, None)
            worst.note(report)
            yield file, report
            found = True
    if not found:
        raise no_such_run(request.wanted, logs.runs)


def _listed(reports: Iterable[tuple[LogFile, RunReport]], many: bool) -> Iterator[ListedRun]:
    from npumon.export.run_list import listed_run

    for file, report in reports:
        yield listed_run(report, file.name if many else None)

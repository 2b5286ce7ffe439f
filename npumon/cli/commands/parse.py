"""`npumon parse FILE…`: finished profiler logs to results. No board is needed."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from npumon.cli import status
from npumon.cli.log_source import opened, refuse_early
from npumon.cli.paths import STDIN, name_of
from npumon.core.problems import Problem, ProblemError
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.splitter import Completed, IterationCompleted, RunCompleted, RunSplitter

if TYPE_CHECKING:
    from npumon.cli.context import CommandContext
    from npumon.cli.output import Sink
    from npumon.core.run.state import RunState
    from npumon.engine.offline.rows import RowWriter, Segment
    from npumon.engine.reporting import Context


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    parser.usage = "npumon parse [option ...] FILE ..."
    parser.add_argument("files", nargs="+", metavar="FILE", help="a profiler log; - is standard input")
    parser.add_argument("--run", default=None, metavar="K", help="the K-th run of the log, or all (default: the last)")
    parser.add_argument("--check", action="store_true", default=False, help="exit 1 if a consistency check fails")


def run(args: argparse.Namespace, ctx: CommandContext) -> int:
    """Print what the logs say; the status tells whether the run that was asked for is whole."""
    ctx.output.refuse_inputs(path for path in args.files if path != STDIN)
    form = ctx.format("text", "json", "jsonl", "csv")
    wanted = _wanted(args.run)
    logs = Logs(args.files, ctx)
    if form == "csv":
        return _csv(logs, ctx, wanted, args.check)
    if form == "jsonl":
        return _jsonl(logs, ctx, wanted, args.check)
    context = ctx.context(board=False)
    if isinstance(wanted, str):
        return _all(logs.reports(context, logs.total()), ctx, form, args.check)
    return _one(logs.chosen(wanted, context), ctx, form, args.check)


def _wanted(text: str | None) -> int | str | None:
    if text is None or text == "all":
        return text
    if text.isascii() and text.isdecimal() and len(text) < 13 and int(text) > 0:
        return int(text)
    raise ProblemError(Problem("parse.run", f"--run must be a number from 1 up, or all, not '{text}'.", "", "usage"))


class Logs:
    """The named files, as one row of runs; counts them while they are read."""

    def __init__(self, files: Iterable[str], ctx: CommandContext) -> None:
        self.paths = tuple(files)
        for path in self.paths:
            refuse_early(path)
        self._ctx = ctx
        self._about: dict[str, tuple[RunInfo, Sequence[str]]] = {}
        self.runs = 0

    def completed(self, *, live: bool = False) -> Iterator[tuple[str, Completed]]:
        """Yield what each file completes, with the file's name; runs are numbered through all files.

        `live` has results of a pipe the moment they come; the fast way, which files take, holds some text back.
        """
        from npumon.engine.offline.replay import replay

        for path in self.paths:
            way = _as_it_comes if live and not os.path.isfile(path) else replay
            with opened(path) as chunks:
                for item in way(chunks, self.runs + 1):
                    yield path, item
            self.count(path, item)

    def count(self, path: str, last: object) -> None:
        """Take note of a file's last run; warn if there was none."""
        if not isinstance(last, RunCompleted):
            return
        if last.state.has_profiler_text:
            self.runs = last.run
        else:
            self.runs = last.run - 1
            what = f"{name_of(path)} contains no profiler output."
            remedy = "A model prints it with VIV_VX_PROFILE=1 and VIV_VX_DEBUG_LEVEL=1 set."
            self._ctx.diagnostics.warning(Problem("parse.empty", what, remedy))

    def total(self) -> int | None:
        """Count the runs by reading everything beforehand; None if something can be read only once."""
        from npumon.engine.offline.replay import replay

        if not all(path != STDIN and os.path.isfile(path) for path in self.paths):
            return None
        count = 0
        for path in self.paths:
            with opened(path) as chunks:
                runs = (item for item in replay(chunks) if isinstance(item, RunCompleted))
                count += sum(item.state.has_profiler_text for item in runs)
        return count

    def reports(self, context: Context, runs_in_log: int | None) -> Iterator[RunReport]:
        """Yield a report for each run; for no run at all, one that says so."""
        for path, item in self.completed():
            if isinstance(item, RunCompleted):
                yield self.report(path, item, context)._replace(runs_in_log=runs_in_log)

    def chosen(self, wanted: int | None, context: Context) -> RunReport:
        """Return the report of the run with that number, or of the last one. Only that one is assessed.

        Raises `ProblemError` (usage) when there is no such run.
        """
        found: tuple[str, RunCompleted] | None = None
        count = 0
        for path, item in self.completed():
            if isinstance(item, RunCompleted):
                whole = item.state.has_profiler_text
                count += whole
                if item.run == wanted or (wanted is None and (whole or found is None)):
                    found = path, item
        if found is None:
            raise _no_such_run(wanted, count)
        return self.report(*found, context)._replace(runs_in_log=count)

    def report(self, path: str, item: RunCompleted, context: Context) -> RunReport:
        """Return the report of a run, with what is on record about it; its log may hold further runs."""
        from npumon.engine.reporting import report_of

        info, labels = self._about.get(path) or self._about.setdefault(path, self._origin(path))
        context = context._replace(labels=context.labels or labels)
        return report_of(item.state, context, info, number=item.run, runs_in_log=None)

    def _origin(self, path: str) -> tuple[RunInfo, Sequence[str]]:
        """Return where a log comes from, and the names of its model's classes if they can still be read."""
        if path == STDIN:
            return RunInfo(log=name_of(path)), ()
        from npumon.cli.log_source import record_beside, run_info

        record = record_beside(path)
        if record is None:
            return run_info(path, None), ()
        from npumon.cli.jobs import labels_of

        try:
            labels = self._ctx.class_names(labels_of(record.command, Path(record.cwd)))
        except ProblemError:
            labels = ()
        return run_info(path, record), labels


def _as_it_comes(chunks: Iterable[bytes], first_run: int) -> Iterator[Completed]:
    """Yield what `replay` does, with nothing held back."""
    from npumon.core.log.parser import ProfileParser

    parser, fold = ProfileParser(), RunSplitter(first_run)
    for chunk in chunks:
        yield from fold.feed(parser.feed(chunk))
    yield from fold.feed(parser.close())
    yield from fold.close()


def _one(report: RunReport, ctx: CommandContext, form: str, check: bool) -> int:
    if form == "json":
        from npumon.export.json_text import json_document
        from npumon.export.run_document import run_document

        ctx.output.document(json_document(run_document(report), ctx.output.style))
    else:
        from npumon.export.run_text import run_text

        ctx.output.text(run_text(report, ctx.output.style))
    return status.status_of(report, check=check)


def _no_such_run(wanted: object, count: int) -> ProblemError:
    what = f"Run {wanted} does not exist: {count} run{'s' if count != 1 else ''} found."
    return ProblemError(Problem("parse.run", what, "--run all prints every run.", "usage"))


def _all(reports: Iterable[RunReport], ctx: CommandContext, form: str, check: bool) -> int:
    worst = Worst(check)
    with ctx.output.open_document() as sink:
        if form == "json":
            from npumon.export.json_text import json_runs

            for text in json_runs(worst.seen(reports), ctx.output.style):
                sink.write(text)
        else:
            from npumon.export.run_text import run_text

            for position, report in enumerate(worst.seen(reports)):
                sink.write(("\n" if position else "") + run_text(report, ctx.output.style))
    return worst.status


class Worst:
    """Passes reports on and remembers the first status that is not 0."""

    def __init__(self, check: bool) -> None:
        self._check = check
        self.status = status.DONE

    def seen(self, reports: Iterable[RunReport]) -> Iterator[RunReport]:
        """Yield the reports as they are."""
        for report in reports:
            self.status = self.status or status.status_of(report, check=self._check)
            yield report

    def ended(self, state: RunState, context: Context) -> None:
        """Take note of a run whose rows were printed; it is assessed only to be checked."""
        if self._check:
            from npumon.engine.reporting import report_of

            code = status.status_of(report_of(state, context, RunInfo()), check=True)
        else:
            from npumon.core.run.outcome import outcome

            code = status.status_of_outcome(outcome(state))
        self.status = self.status or code


def _jsonl(logs: Logs, ctx: CommandContext, wanted: object, check: bool) -> int:
    from npumon.export.json_text import json_line
    from npumon.export.run_document import iteration_line, run_document

    context, style = ctx.context(board=False), ctx.output.style
    worst, found = Worst(check), False
    with ctx.output.open_stream() as sink:
        for path, item in logs.completed(live=True):
            if isinstance(wanted, int) and item.run != wanted:
                continue
            if isinstance(item, IterationCompleted):
                sink.write(json_line(iteration_line(item.run, item.iteration, demo=context.demo), style))
                continue
            report = logs.report(path, item, context)
            for _ in worst.seen([report]):
                sink.write(json_line(run_document(report), style))
            found = True
    if not found:
        raise _no_such_run(wanted, logs.runs)
    return worst.status


def _csv(logs: Logs, ctx: CommandContext, wanted: object, check: bool) -> int:
    from npumon.export.csv_rows import HEADER

    with ctx.output.open_document() as sink:
        sink.write(HEADER)
        if wanted is None or wanted == "all":
            return _csv_rows(logs, ctx, sink, check)
        from npumon.export.csv_rows import iteration_rows

        context, worst, found = ctx.context(board=False), Worst(check), False
        for _, item in logs.completed():
            if item.run != wanted:
                continue
            if isinstance(item, IterationCompleted):
                sink.write(iteration_rows(item.run, item.iteration))
                continue
            if item.state.open_iteration is not None:
                sink.write(iteration_rows(item.run, item.state.open_iteration))
            worst.ended(item.state, context)
            found = True
        if not found:
            raise _no_such_run(wanted, logs.runs)
    return worst.status


def _csv_rows(logs: Logs, ctx: CommandContext, sink: Sink, check: bool) -> int:
    """Write all rows, the fast way. The exit status is that of each file's last run."""
    from npumon.engine.offline.rows import rows
    from npumon.export.csv_rows import CsvRows

    context, worst, writer = ctx.context(board=False), Worst(check), CsvRows()
    for path in logs.paths:
        with segments_of(path, writer) as log:
            for item in rows(log, writer, logs.runs + 1):
                if isinstance(item, str):
                    sink.write(item)
                else:
                    logs.count(path, item)
                    worst.ended(item.state, context)
    return worst.status


@contextmanager
def segments_of(path: str, writer: RowWriter) -> Iterator[Iterator[Segment]]:
    """Prepare the log for `rows`, in several processes if it is long enough."""
    from npumon.engine.offline.rows import prepared, worth_sharing

    with opened(path) as chunks:
        if path != STDIN and worth_sharing(Path(path)):
            from npumon.engine.offline.parallel import prepared_in_parallel

            yield prepared_in_parallel(Path(path), writer)
            return
        yield prepared(chunks, writer)

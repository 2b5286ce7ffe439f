"""`npumon parse FILE…`: finished profiler logs to results. No board is needed."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

from npumon.cli import status
from npumon.cli.commands.parse_request import Request, Worst, wanted_run
from npumon.cli.paths import STDIN
from npumon.core.problems import Problem, ProblemError
from npumon.core.run.splitter import RunCompleted
from npumon.export.breakdown_text import ORDERS, ROWS, View

if TYPE_CHECKING:
    from npumon.cli.context import CommandContext
    from npumon.cli.logs import Logs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    parser.usage = "npumon parse [option ...] FILE ..."
    parser.add_argument("files", nargs="+", metavar="FILE", help="a profiler log; - is standard input")
    parser.add_argument(
        "--run", default=None, metavar="K", help="the K-th run of the log, all, or list (default: the last)"
    )
    parser.add_argument(
        "--by", choices=ROWS, default=None, metavar="ROWS", help=f"what text and csv have rows of: {', '.join(ROWS)}"
    )
    parser.add_argument(
        "--sort", choices=ORDERS, default=None, metavar="ORDER", help=f"sort operations by {', '.join(ORDERS)}"
    )
    parser.add_argument("--top", type=_rows, default=None, metavar="N", help="show the first N rows")
    parser.add_argument("--graph", default=None, metavar="FILE", help="take the operations' names from this graph.json")
    parser.add_argument("--check", action="store_true", default=False, help="exit 1 if a consistency check fails")


def run(args: argparse.Namespace, ctx: CommandContext) -> int:
    """Print what the logs say. The status is 1 if a run that is shown failed or is not whole."""
    from npumon.cli.logs import Logs

    ctx.output.refuse_inputs(path for path in args.files if path != STDIN)
    form = ctx.format("text", "json", "jsonl", "csv")
    view = View(args.by, args.sort, args.top)
    request = Request(wanted_run(args.run), view, args.check)
    listed = request.wanted == "list" or (view.by == "run" and form == "text")
    if form in ("json", "jsonl") and view != View():
        what = f"--by, --sort and --top choose rows; the format {form} has everything."
        raise ProblemError(Problem("parse.rows", what, "Choose the format text or csv.", "usage"))
    logs = Logs(args.files, ctx, args.graph)
    if listed or (view.by == "run" and form == "csv"):
        from npumon.cli.commands.parse_rows import print_runs

        return print_runs(logs, ctx, request, form)
    if form == "csv":
        from npumon.cli.commands.parse_rows import print_rows

        return print_rows(logs, ctx, request)
    if form == "jsonl":
        return _lines(logs, ctx, request)
    if request.wanted == "all":
        return _all(logs, ctx, request, form)
    if form == "text" and request.wanted is None and len(logs.files) == 1 and logs.files[0].streams:
        return _as_they_complete(logs, ctx, request)
    return _one(logs, ctx, request, form)


def _rows(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    if number < 1:
        raise argparse.ArgumentTypeError("must be a number from 1 up")
    return number


def _one(logs: Logs, ctx: CommandContext, request: Request, form: str) -> int:
    """Print one run."""
    from npumon.cli.json_spool import IterationSpool

    wanted = request.wanted if isinstance(request.wanted, int) else None
    with IterationSpool(ctx.output.style) as spool:
        chosen = logs.chosen(wanted, spool if form == "json" else None)
        report = chosen.report()
        if form == "json":
            report = spool.end(report)
            from npumon.export.json_text import json_run

            with ctx.output.open_document() as sink:
                for text in json_run(report, ctx.output.style, spool.texts()):
                    sink.write(text)
        else:
            from npumon.export.run_text import run_text

            ctx.output.text(run_text(ctx.for_people(report), ctx.output.style, request.view))
            if chosen.runs > 1 and wanted is None:
                what = f"{chosen.runs} runs were found, and the last one is shown."
                ctx.diagnostics.note(f"{what} --run list lists them, --run all shows all.")
    return status.status_of_read(report, check=request.check)


def _all(logs: Logs, ctx: CommandContext, request: Request, form: str) -> int:
    """Print every run."""
    worst = Worst(request.check)
    with ExitStack() as stack:
        if form == "json":
            for file in logs.files:
                file.capture(stack)
        total = logs.total()
        sink = stack.enter_context(ctx.output.open_document())
        if form == "json":
            from npumon.export.json_text import json_runs

            for text in json_runs(_documents(logs, ctx, worst, total)):
                sink.write(text)
        else:
            from npumon.export.run_text import run_text

            for position, report in enumerate(worst.seen(logs.reports(total))):
                text = run_text(ctx.for_people(report), ctx.output.style, request.view)
                sink.write(("\n" if position else "") + text)
    return worst.status


def _documents(logs: Logs, ctx: CommandContext, worst: Worst, total: int | None) -> Iterator[Iterable[str]]:
    """Yield the document of each run, in pieces."""
    from npumon.cli.json_spool import IterationSpool
    from npumon.export.json_text import json_run

    style = ctx.output.style
    with IterationSpool(style) as spool:
        for file, item in logs.completed():
            if not isinstance(item, RunCompleted):
                spool.add(item.profile)
                continue
            report = spool.end(file.report(item, total))
            worst.note(report)
            yield json_run(report, style, spool.texts())
            spool.clear()


def _lines(logs: Logs, ctx: CommandContext, request: Request) -> int:
    """Print each iteration and each run as it completes, as a line."""
    from npumon.cli.json_spool import IterationSpool
    from npumon.cli.logs import no_such_run
    from npumon.export.json_text import json_line, json_run
    from npumon.export.run_document import iteration_line

    style, demo = ctx.output.style, logs.context.demo
    worst, found = Worst(request.check), False
    logs.digest()
    with ctx.output.open_stream() as sink, IterationSpool(style, line=True) as spool:
        for file, item in logs.completed():
            if isinstance(request.wanted, int) and item.run != request.wanted:
                continue
            if not isinstance(item, RunCompleted):
                sink.write(json_line(iteration_line(item.run, item.profile, demo=demo), style))
                spool.add(item.profile)
                continue
            report = spool.end(file.report(item, None))
            worst.note(report)
            for text in json_run(report, style, spool.texts(), line=True):
                sink.write(text)
            spool.clear()
            found = True
    if not found:
        raise no_such_run(request.wanted, logs.runs)
    return worst.status


def _as_they_complete(logs: Logs, ctx: CommandContext, request: Request) -> int:
    """Print the text of each run as it completes, while the log is still being written to a pipe."""
    from npumon.cli.progress import Progress
    from npumon.export.run_text import run_text

    worst, first = Worst(request.check), True
    output = ctx.output
    opened = output.open_stream(text=True) if output.path is None else output.open_document()  # a file is whole or none
    with opened as sink, Progress(ctx.diagnostics) as progress:
        for file, item in logs.completed(progress.update):
            if isinstance(item, RunCompleted):
                report = file.report(item, None)
                worst.note(report)
                ctx.diagnostics.status("")
                text = run_text(ctx.for_people(report), ctx.output.style, request.view)
                sink.write(text if first else "\n" + text)
                first = False
    return worst.status

"""Printing the results of one or several runs: at once if the format allows it, else at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from npumon.cli.json_spool import IterationSpool, TextSpool
from npumon.core.run.report import RunReport
from npumon.engine.offline.profiles import IterationAnalyzer, ProfileCompleted
from npumon.engine.reporting import started
from npumon.export.csv_rows import HEADER, iteration_rows
from npumon.export.json_text import json_line, json_run, json_runs
from npumon.export.run_document import broken_profile, iteration_line
from npumon.export.run_list import RunListLayout, listed_run
from npumon.export.run_text import run_text, series_summary, series_text

if TYPE_CHECKING:
    from npumon.cli.context import CommandContext
    from npumon.engine.reporting import Context
    from npumon.engine.session import Update

OnUpdate = Callable[["Update"], None]


class Printer:
    """Takes updates and reports, prints them in one format. `finish` prints what had to wait for the end.

    Several runs as text are a line each and a summary, or with `verbose` their reports. Each iteration is rendered as
    it completes, so that a run's document has all of them, however many the report keeps.
    """

    def __init__(
        self, ctx: CommandContext, form: str, runs: int, context: Context, *, folder: str, verbose: bool = False
    ) -> None:
        """`folder` is the one in which the program runs."""
        self._ctx = ctx
        self._form = form
        self._runs = runs
        self._verbose = verbose
        self._names: list[str] = []
        self._style = ctx.output.style
        self._stack = ExitStack()
        self._context = context
        self._folder = folder
        self._spool = self._stack.enter_context(IterationSpool(self._style, line=form == "jsonl"))
        self._spooled_run = 1
        self._documents = self._stack.enter_context(TextSpool())
        self._table: RunListLayout | None = None
        self._summed: list[RunReport] = []
        self._listed = form == "text" and runs > 1 and not verbose
        streams = form in ("jsonl", "csv") or self._listed
        self._stream = self._stack.enter_context(ctx.output.open_stream(text=form == "text")) if streams else None
        if form == "csv":
            self._write(HEADER)
            ctx.note_demo()

    def listener(self, number: int) -> OnUpdate | None:
        """Return what listens to the run with this number (0 and below are warm-up)."""
        self._spool.clear()
        self._spooled_run = 1
        if self._form == "text" or number < 1:
            return None

        analyzer: IterationAnalyzer | None = None

        def on_update(update: Update) -> None:
            nonlocal analyzer
            if not update.completed:
                return
            if analyzer is None:
                analyzer = IterationAnalyzer(self._named())
            for item in analyzer.judge(update.completed, update.state):
                if isinstance(item, ProfileCompleted):
                    self._iteration(number, item)

        return on_update

    def _named(self) -> Context:
        """Return the context with the operations' names, which the program has written by its first iteration."""
        context = self._context
        if context.nodes or context.read_nodes is None:
            return context
        return context._replace(nodes=context.read_nodes((self._folder,)))

    def take(self, report: RunReport, number: int) -> None:
        """Take the report of a run that is over."""
        self._names.append(f"Run {number} of {self._runs}" if number > 0 else "The run to warm up")
        if self._form in ("json", "jsonl"):
            self._document(report)
        elif self._form == "csv":
            if (broken := broken_profile(report)) is not None:
                self._write(iteration_rows(number, broken))
        elif self._listed:
            self._line(report, number)
        elif self._runs > 1 and self._ctx.diagnostics.terminal:
            self._ctx.diagnostics.note(f"run {number}: {report.info.words}")

    def finish(self, reports: Sequence[RunReport]) -> None:
        """Print what had to wait until all runs were over."""
        with self._stack:
            output = self._ctx.output
            if self._form == "json" and reports:
                with output.open_document() as sink:
                    documents = self._documents.pieces()
                    for text in documents if self._runs == 1 else json_runs([documents]):
                        sink.write(text)
            elif self._form == "text":
                named = zip(self._names, map(self._ctx.for_people, reports), strict=True)
                told = [(name, report) for name, report in named if started(report)]
                if self._listed:
                    if self._summed:
                        self._write(series_summary(self._summed, self._style))
                elif self._runs > 1:
                    output.text(series_text(told, self._style))
                else:
                    output.text("".join(run_text(report, self._style) for _, report in told))

    def _document(self, report: RunReport) -> None:
        """Render a run's document: on its own line, or to wait for the others."""
        self._spool_for(report.number)
        report = self._spool.end(report)
        line = self._form == "jsonl"
        if not line and self._runs > 1 and not self._documents.empty:
            self._documents.write(",\n")
        for text in json_run(report, self._style, self._spool.texts(), line=line):
            if line:
                self._write(text)
            else:
                self._documents.write(text)

    def _line(self, report: RunReport, number: int) -> None:
        """Print a run's row, and why it failed; of one that was to warm up all, for it is the result."""
        if not started(report):
            return
        report = self._ctx.for_people(report)
        self._ctx.diagnostics.status("")
        if number < 1:
            self._write(series_text([(self._names[-1], report)], self._style))
            return
        self._summed.append(report)
        row = listed_run(report)._replace(number=number, command=None)
        if self._table is None:
            self._table = RunListLayout([row], self._style)
            self._write(self._table.head)
        self._write(self._table.line(row))
        if report.info.outcome != "ok":
            from npumon.export.drawing import wrapped

            reason = report.info.reason or report.metrics.verdict
            self._write("".join(f"{line}\n" for line in wrapped(reason, self._style.width, self._style, " " * 6)))

    def _iteration(self, number: int, item: ProfileCompleted) -> None:
        if self._form == "csv":
            self._write(iteration_rows(number, item.profile))
            return
        self._spool_for(item.run)
        self._spool.add(item.profile)
        if self._form == "jsonl":
            line = iteration_line(number, item.profile, demo=self._ctx.wants_demo)
            self._write(json_line(line, self._style))

    def _spool_for(self, run: int) -> None:
        """Forget the iterations of another run: a log may have several, and the last is reported."""
        if run != self._spooled_run:
            self._spool.clear()
            self._spooled_run = run

    def _write(self, text: str) -> None:
        if self._stream is not None:
            self._stream.write(text)

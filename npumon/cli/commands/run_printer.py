"""Printing the results of one or several runs: at once if the format allows it, else at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from npumon.core.run.report import RunReport
from npumon.core.run.splitter import IterationCompleted
from npumon.engine.reporting import started
from npumon.export.csv_rows import HEADER, iteration_rows
from npumon.export.json_text import json_document, json_line, json_runs
from npumon.export.run_document import iteration_line, run_document
from npumon.export.run_text import run_text

if TYPE_CHECKING:
    from npumon.cli.context import CommandContext
    from npumon.engine.session import Update

OnUpdate = Callable[["Update"], None]


class Printer:
    """Takes updates and reports, prints them in one format. `finish` prints what had to wait for the end."""

    def __init__(self, ctx: CommandContext, form: str, runs: int) -> None:
        self._ctx = ctx
        self._form = form
        self._runs = runs
        self._names: list[str] = []
        self._style = ctx.output.style
        self._stack = ExitStack()
        self._stream = self._stack.enter_context(ctx.output.open_stream()) if form in ("jsonl", "csv") else None
        if form == "csv":
            self._write(HEADER)
            ctx.note_demo()

    def listener(self, number: int) -> OnUpdate | None:
        """Return what listens to the run with this number (0 and below are warm-up)."""
        if self._stream is None or number < 1:
            return None

        def on_update(update: Update) -> None:
            for item in update.completed:
                if isinstance(item, IterationCompleted):
                    self._iteration(number, item)

        return on_update

    def take(self, report: RunReport, number: int) -> None:
        """Take the report of a run that is over."""
        self._names.append(f"Run {number} of {self._runs}" if number > 0 else "The run to warm up")
        if self._form == "jsonl":
            self._write(json_line(run_document(report), self._style))
        elif self._form == "csv" and report.state.open_iteration is not None:
            self._write(iteration_rows(number, report.state.open_iteration))
        elif self._form == "text" and self._runs > 1 and self._ctx.diagnostics.terminal:
            self._ctx.diagnostics.note(f"run {number}: {report.info.outcome}")

    def finish(self, reports: Sequence[RunReport]) -> None:
        """Print what had to wait until all runs were over."""
        self._stack.close()
        output = self._ctx.output
        if self._form == "json":
            if self._runs > 1:
                with output.open_document() as sink:
                    for text in json_runs(reports, self._style):
                        sink.write(text)
            elif reports:
                output.document(json_document(run_document(reports[-1]), self._style))
        elif self._form == "text":
            named = zip(self._names, map(self._ctx.for_people, reports), strict=True)
            told = [(name, report) for name, report in named if started(report)]
            if self._runs > 1:
                from npumon.export.run_text import series_text

                output.text(series_text(told, self._style))
            else:
                output.text("".join(run_text(report, self._style) for _, report in told))

    def _iteration(self, number: int, item: IterationCompleted) -> None:
        if self._form == "csv":
            self._write(iteration_rows(number, item.iteration))
        else:
            line = iteration_line(number, item.iteration, demo=self._ctx.wants_demo)
            self._write(json_line(line, self._style))

    def _write(self, text: str) -> None:
        if self._stream is not None:
            self._stream.write(text)

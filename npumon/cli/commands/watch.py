"""`npumon watch`: a log that another program is writing, in the live monitor or as a JSON line for each result; or the
run that an earlier npumon began."""

from __future__ import annotations

import argparse
import asyncio
import os
from typing import TYPE_CHECKING

from npumon.cli import status
from npumon.cli.paths import STDIN, expanded, name_of, shown
from npumon.core.problems import Problem, ProblemError
from npumon.core.run.report import RunInfo
from npumon.core.run.splitter import Completed
from npumon.engine.offline.profiles import IterationAnalyzer, ProfileCompleted
from npumon.engine.watched_log import WatchedLog, missed_words
from npumon.ports import CATCH_UP_S

if TYPE_CHECKING:
    from npumon.cli.context import CommandContext
    from npumon.cli.output import Sink
    from npumon.core.run.state import RunState
    from npumon.engine.reporting import Context
    from npumon.ports import LogChunk, LogTail, StopReason


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    parser.usage = "npumon watch [option ...] FILE | --last"
    parser.add_argument(
        "file", nargs="?", default=None, metavar="FILE", help="the log; it need not exist yet; - is standard input"
    )
    parser.add_argument(
        "--last", action="store_true", default=False, help="the run that outlived its npumon, or the last one"
    )
    parser.add_argument(
        "--headless", action="store_true", default=False, help="print JSON Lines instead of opening the live monitor"
    )


def run(args: argparse.Namespace, ctx: CommandContext) -> int:
    """Open the live monitor; headless, print each iteration and run as it completes, until a signal (130) or --timeout
    (4)."""
    if args.last == (args.file is not None):
        what = "Both a log and --last are given." if args.last else "Nothing to watch is given."
        raise ProblemError(Problem("watch.what", what, "Name a log file, or --last for the last run.", "usage"))
    if args.last:
        from npumon.cli.commands.watch_last import watch_last

        return watch_last(ctx, _limit(ctx), headless=args.headless)
    if args.file == STDIN:
        if not args.headless:
            what = "The live monitor takes its keys from standard input, where the log comes from"
            ctx.diagnostics.note(f"{what}: results are printed as with --headless.")
        ctx.format("jsonl")
        return _watch_input(ctx)
    path = expanded(args.file)
    _refuse(path)
    if not args.headless:
        from npumon.cli.commands.monitor import Beginning, open_monitor

        return open_monitor(ctx, Beginning(watched=path))
    ctx.format("jsonl")
    ctx.output.refuse_inputs([path])
    context = ctx.context()
    if not os.path.exists(path):
        ctx.diagnostics.note(f"{shown(path)} does not exist yet; waiting for it.")
    with ctx.output.open_stream() as sink:
        return asyncio.run(_watch(path, IterationPrinter(path, context, sink, ctx), ctx))


def _watch_input(ctx: CommandContext) -> int:
    """Print what standard input tells, until it ends (0), a signal (130) or --timeout (4)."""
    from npumon.cli.log_source import TimeUpError, opened

    code = status.DONE
    with ctx.output.open_stream() as sink, opened(STDIN, limit_s=_limit(ctx)) as chunks:
        results = IterationPrinter(name_of(STDIN), ctx.context(), sink, ctx)
        try:
            for chunk in chunks:
                results.feed(chunk)
        except TimeUpError:
            code = status.TIMED_OUT
        except KeyboardInterrupt:
            code = status.INTERRUPTED
        results.close()
    return code


def _refuse(path: str) -> None:
    """Raise `ProblemError` (usage) for what can never become a log."""
    folder = os.path.dirname(path)
    if os.path.isdir(path):
        problem = Problem("watch.folder", f"{shown(path)} is a folder.", "Name the log file in it.", "usage")
    elif not os.path.isdir(folder):
        problem = Problem("watch.missing", f"The folder {shown(folder)} does not exist.", "Check the path.", "usage")
    elif os.path.exists(path) and not os.path.isfile(path):
        remedy = "Name a file, or read it with npumon parse --format jsonl."
        problem = Problem("watch.special", f"{shown(path)} is not a regular file.", remedy, "usage")
    elif os.path.exists(path) and not os.access(path, os.R_OK):
        what = f"{shown(path)} cannot be read: permission denied."
        problem = Problem("watch.unreadable", what, "Change its mode.", "usage")
    else:
        return
    raise ProblemError(problem)


async def _watch(path: str, results: IterationPrinter, ctx: CommandContext) -> int:
    from npumon.cli.commands.run_session import stopping_signals

    tail = ctx.follower.follow(path)
    ending = _Ending(tail)
    timer = None
    with stopping_signals(ending.stop):
        limit_s = _limit(ctx)
        if limit_s is not None:
            timer = asyncio.get_running_loop().call_later(limit_s, ending.stop, "timeout")
        async for chunk in tail.chunks():
            results.take(chunk)
        if timer is not None:
            timer.cancel()
    results.close()
    return ending.status


def _limit(ctx: CommandContext) -> float | None:
    """Return --timeout in seconds. The setting of the same name is about runs, not about watching."""
    settings = ctx.settings
    return settings.run_timeout_s if settings.origin("run.timeout_s").kind == "flag" else None


class _Ending:
    """Finishes a tail when asked to; `status` is that of the first reason."""

    def __init__(self, tail: LogTail) -> None:
        self._tail = tail
        self.status = status.DONE

    def stop(self, reason: StopReason) -> None:
        """Finish the tail; what is in the log by now is still read, if that does not take long."""
        self.status = self.status or (status.TIMED_OUT if reason == "timeout" else status.INTERRUPTED)
        self._tail.finish(within_s=CATCH_UP_S)


class IterationPrinter:
    """Turns a growing log into JSON Lines: iterations as they complete, runs as soon as they are complete."""

    def __init__(self, path: str, context: Context, sink: Sink, ctx: CommandContext) -> None:
        self._path = path
        self._context = context
        self._sink = sink
        self._ctx = ctx
        self._log = WatchedLog()
        self._analyzer = IterationAnalyzer(context)

    def take(self, chunk: LogChunk) -> None:
        """Take more of the log, or the beginning of another text in its place."""
        if chunk.restarted is not None:
            self._tell(self._log.restart())
            what = f"{shown(self._path)} was {chunk.restarted}{missed_words(chunk.missed)}"
            self._ctx.diagnostics.note(f"{what}; reading it from the beginning.")
        self.feed(chunk.data)

    def feed(self, data: bytes) -> None:
        """Take more of the log."""
        self._tell(self._log.feed(data))

    def close(self) -> None:
        """Print what is still open: no more of this text will come."""
        self._tell(self._log.close())

    def _tell(self, completed: list[Completed]) -> None:
        from npumon.export.json_text import json_line
        from npumon.export.run_document import iteration_line

        for item in self._analyzer.judge(completed, self._log.state):
            if isinstance(item, ProfileCompleted):
                line = iteration_line(item.run, item.profile, demo=self._context.demo)
                self._sink.write(json_line(line, self._ctx.output.style))
            else:
                self._run(item.run, item.state)

    def _run(self, number: int, state: RunState) -> None:
        """Write a run's line."""
        from npumon.engine.reporting import report_of
        from npumon.export.json_text import json_run

        report = report_of(state, self._context, RunInfo(log=shown(self._path)), number=number, runs_in_log=None)
        self._sink.write("".join(json_run(report, self._ctx.output.style, line=True)))

"""`npumon watch --last`: the run that an earlier npumon began, followed again from its beginning."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from npumon.cli import status
from npumon.core.problems import Problem, ProblemError

if TYPE_CHECKING:
    from npumon.board.run.run_record import RunRecord
    from npumon.cli.commands.run_printer import Printer
    from npumon.cli.context import CommandContext
    from npumon.core.run.report import RunReport
    from npumon.engine.session import Session
    from npumon.ports import RunRequest, StopReason


def watch_last(ctx: CommandContext, limit_s: float | None, *, headless: bool) -> int:
    """Open the live monitor on that run, or print its results as lines. Ending npumon does not end the run.

    Raises `ProblemError` if there is no run.
    """
    record = ctx.last_run()
    if record is None:
        what = "No run is on record here."
        raise ProblemError(Problem("watch.no_run", what, "Start one with npumon run; with --keep it outlives npumon."))
    if headless:
        return _print(record, ctx, limit_s)
    from npumon.cli.commands.monitor import Beginning, open_monitor

    return open_monitor(ctx, Beginning(kept=record))


def _print(record: RunRecord, ctx: CommandContext, limit_s: float | None) -> int:
    """Print its results and return the status that `npumon run` would have had; 4 after `limit_s` seconds."""
    from npumon.board.run.reattached_run import ReattachedRunner
    from npumon.cli.commands.run import concluded, remark
    from npumon.cli.commands.run_printer import Printer
    from npumon.cli.jobs import kept_program
    from npumon.engine.session import Session

    form = ctx.format("jsonl", "json", "csv")
    program = kept_program(record, ctx)
    context = ctx.context(program.labels)
    printer = Printer(ctx, form, 1, context, folder=record.cwd)
    session = Session(ReattachedRunner(record, ctx.runner), context, network=program.network)
    report, late = asyncio.run(_watched(session, program.request, ctx, printer, limit_s))
    printer.finish([report])
    code = concluded(report, context, ctx, check=False)
    remark([report], context, ctx, offered=True)
    return status.TIMED_OUT if late else code


async def _watched(
    session: Session, request: RunRequest, ctx: CommandContext, printer: Printer, limit_s: float | None
) -> tuple[RunReport, bool]:
    """Return the report, and whether the time limit passed first."""
    from npumon.cli.commands.run_session import stopping_signals, with_progress

    late = False

    def leave(reason: StopReason) -> None:
        nonlocal late
        late = reason == "timeout"
        session.stop("left")

    timer = None if limit_s is None else asyncio.get_running_loop().call_later(limit_s, leave, "timeout")
    with stopping_signals(leave):
        report = await with_progress(session, request, ctx, "", printer.listener(1))
    if timer is not None:
        timer.cancel()
    printer.take(report, 1)
    return report, late

"""`npumon snapshot`: the whole monitor once, headless: the board, the driver, and one run if one is named."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from npumon.cli import status
from npumon.cli.commands.run import add_program_arguments, concluded, remark, requested
from npumon.cli.jobs import SingleRun
from npumon.cli.paths import STDIN, expanded, shown
from npumon.core.problems import Problem, ProblemError
from npumon.tui.keys import PAGE_NAMES

#: A picture shows the log's last lines.
_LOG_BYTES = 1 << 16
#: The longest patience with a program: a day.
_LONGEST_S = 86_400

if TYPE_CHECKING:
    from npumon.cli.context import CommandContext
    from npumon.cli.monitor_backend import BoardBackend
    from npumon.core.monitor.live import ModelChoice, Snapshot
    from npumon.core.monitor.log_board import LogBoard
    from npumon.core.run.report import RunReport
    from npumon.engine.reporting import Context


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    parser.usage = "npumon snapshot [option ...] [MODEL | --log FILE | -- COMMAND [ARG ...]]"
    add_program_arguments(parser)
    parser.add_argument(
        "--patience", type=_seconds, default=10.0, metavar="SECONDS",
        help="end a program that goes on for SECONDS after its first result (default: 10; with --timeout not at all)",
    )  # fmt: skip
    parser.add_argument("--log", default=None, metavar="FILE", help="read a finished log instead of running a model")
    parser.add_argument(
        "--size", type=_size, default=(120, 40), metavar="COLUMNSxROWS", help="size of the picture, with --format svg"
    )
    parser.add_argument(
        "--page",
        choices=PAGE_NAMES,
        default="live",
        help="page that the picture shows, with --format svg (default: live)",
    )
    parser.add_argument("--check", action="store_true", default=False, help="exit 1 if a consistency check fails")


def run(args: argparse.Namespace, ctx: CommandContext) -> int:
    """Print every pane. Without a driver and without a run the status is 3."""
    from npumon.board.probe import SystemClock
    from npumon.core.board_state import BoardState
    from npumon.core.driver.driver_state import DriverState
    from npumon.core.monitor.live import Snapshot

    form = ctx.format("text", "json", "svg")
    ran, context = _ran(args, ctx)
    report = None if ran is None else ran.report
    if args.log is None:
        board, driver, log_board = ctx.probe.board(), ctx.driver(), None
    else:
        board, driver, log_board = BoardState(), DriverState(), _log_board(args.log)
    snapshot = Snapshot(SystemClock().now(), board, driver, report, ctx.wants_demo, log_board)
    if form == "json":
        from npumon.export.board_document import snapshot_document
        from npumon.export.json_text import json_document

        ctx.output.document(json_document(snapshot_document(snapshot), ctx.output.style))
    elif form == "svg":
        ctx.output.document(_picture(snapshot, _log(args, report, ctx), args, ctx))
    else:
        from npumon.export.board_text import snapshot_text

        told = None if report is None else ctx.for_people(report)
        ctx.output.text(snapshot_text(snapshot._replace(run=told), ctx.output.style))
    if report is None:
        if snapshot.board.variant is None:
            ctx.diagnostics.note("npumon does not know this board; npumon --demo simulates one.")
        if driver.name is None:
            from npumon.cli.commands.driver_change import note_interrupted

            note_interrupted(ctx)
        return status.DONE if driver.name == "galcore" else status.UNAVAILABLE
    if context is None:
        return status.status_of(report, check=args.check)
    code = concluded(report, context, ctx, check=args.check)
    if ran is not None and ran.ended_early:
        code = _note_early_end(report, args.patience, code, ctx)
    remark([report], context, ctx)
    return code


def _note_early_end(report: RunReport, patience_s: float, code: int, ctx: CommandContext) -> int:
    """Say that the program would have gone on. The status is that of a good end: the snapshot is complete."""
    went_on = f"The program went on {patience_s:g} s after its first result"
    if report.info.outcome == "running":
        ctx.diagnostics.note(f"{went_on} and was left running (--keep).")
        return status.DONE
    if report.info.outcome != "cancelled":
        return code
    ctx.diagnostics.note(f"{went_on} and was stopped; --timeout SECONDS lets it run longer.")
    return status.DONE


def _ran(args: argparse.Namespace, ctx: CommandContext) -> tuple[SingleRun | None, Context | None]:
    """Return the run to show, and what it was run with; a log that was only read has no context, and nothing may be
    named at all. The demo board always runs its model."""
    named = args.model is not None or args.program is not None
    if args.log is not None:
        if named:
            what = "Both a log and something to run are given."
            raise ProblemError(Problem("snapshot.both", what, "Name one of them.", "usage"))
        return SingleRun(_read(args.log, ctx)), None
    if not named and ctx.backend.own_model is None:
        return None, None
    from npumon.cli.commands.run_session import run_once

    program = requested(args, ctx)
    context = ctx.context(program.labels)
    patience_s = args.patience if ctx.settings.run_timeout_s is None else None
    return run_once(program.request, context, ctx, program.network, patience_s), context


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= _LONGEST_S:  # no number is not in it either
        raise argparse.ArgumentTypeError(f"must be a number of seconds from 0 to {_LONGEST_S}")
    return seconds


def _size(text: str) -> tuple[int, int]:
    columns, _, rows = text.partition("x")
    if not (columns.isdecimal() and rows.isdecimal() and 20 <= int(columns[:4]) <= 500 and 5 <= int(rows[:4]) <= 200):
        raise argparse.ArgumentTypeError("must be COLUMNSxROWS such as 120x40, from 20x5 to 500x200")
    return int(columns), int(rows)


def _log(args: argparse.Namespace, report: RunReport | None, ctx: CommandContext) -> bytes:
    """Return the end of the run's text; nothing if it can no longer be read."""
    path = args.log
    if path is None and report is not None and report.info.id is not None:
        from npumon.board.run.run_archive import RUNS

        path = str(ctx.backend.state_folder / RUNS / f"{report.info.id}.log")
    if path is None:
        return b""
    try:
        with open(expanded(path), "rb") as file:
            file.seek(max(0, file.seek(0, 2) - _LOG_BYTES))
            return file.read()
    except OSError:
        return b""


def _log_board(log: str) -> LogBoard:
    """Return what a log tells of its board. Where npumon wrote it, it is as old as its run, else as its file."""
    from npumon.board.sysfs import changed_at
    from npumon.cli.log_source import is_file, record_beside
    from npumon.core.monitor.log_board import SEARCHED, LogBoard, board_in

    path = expanded(log)
    if log == STDIN or not is_file(path):  # a pipe's text has been read
        return LogBoard()
    record = record_beside(path)
    started_at = None if record is None else record.started_at
    try:
        with open(path, "rb") as file:
            return board_in(file.read(SEARCHED), started_at or changed_at(path))
    except OSError:
        return LogBoard()


def _picture(snapshot: Snapshot, log: bytes, args: argparse.Namespace, ctx: CommandContext) -> str:
    """Draw a page as the monitor does."""
    import asyncio
    import os

    os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"  # read as Textual is imported; a file has no terminal to ask
    from npumon.cli.monitor_backend import BoardBackend
    from npumon.engine.session_history import live_from_snapshot
    from npumon.tui.backend import DisplayOptions
    from npumon.tui.static_view import StaticBackend, picture

    style = ctx.output.style
    display = DisplayOptions(ctx.settings.tui_theme, style.ascii, 3600.0, ctx.wants_demo)
    backend = BoardBackend(ctx, display)
    choices = _choices(backend, snapshot) if args.page == "models" else ()
    inspected = {network: _inspected(backend, network) for choice in choices[:1] for network in choice.networks}
    still = StaticBackend(live_from_snapshot(snapshot, log), display, choices, inspected, args.log)
    return asyncio.run(picture(still, args.size, args.page))


def _choices(backend: BoardBackend, snapshot: Snapshot) -> Sequence[ModelChoice]:
    """Return the models, the one that was run first: the picture has the cursor on the first one."""
    if snapshot.run is None:
        return backend.models()
    ran = (snapshot.run.info.model, shown(snapshot.run.info.cwd or ""))
    return sorted(backend.models(), key=lambda choice: (choice.name, choice.folder) != ran)


def _inspected(backend: BoardBackend, network: str) -> str:
    try:
        return backend.inspection(network)
    except ProblemError as error:
        return str(error.problem)


def _read(log: str, ctx: CommandContext) -> RunReport:
    """Return the last run of a finished log."""
    from npumon.cli.logs import Logs

    return Logs([log], ctx).chosen(None).report()

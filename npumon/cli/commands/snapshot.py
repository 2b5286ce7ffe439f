"""`npumon snapshot`: the whole monitor once, headless: the board, the driver, and one run if one is named."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from npumon.cli import status
from npumon.cli.commands.run import add_program_arguments, requested, stopped_by_signals, watched
from npumon.core import outcome
from npumon.core.problems import Problem, ProblemError
from npumon.core.snapshot import RunReport, Snapshot

if TYPE_CHECKING:
    from npumon.cli.workplace import Workplace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own options."""
    add_program_arguments(parser)
    parser.add_argument("--log", default=None, metavar="FILE", help="read a finished log instead of running a model")
    parser.add_argument("--check", action="store_true", default=False, help="exit 1 when a consistency check fails")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """Print every pane. Without a driver and without a run the status is 3."""
    from npumon.board.clock import SystemClock

    form = place.format("text", "json")
    report = _report(args, place)
    driver = place.probe.driver()
    snapshot = Snapshot(SystemClock().now(), place.probe.board(), driver, report, place.wants_demo)
    if form == "json":
        from npumon.export.board_document import snapshot_document
        from npumon.export.json_text import json_document

        place.output.document(json_document(snapshot_document(snapshot), place.output.style))
    else:
        from npumon.export.board_text import snapshot_text

        place.output.text(snapshot_text(snapshot, place.output.style))
    missing = driver.name != "galcore"
    if report is None:
        return status.UNAVAILABLE if missing else status.DONE
    if missing and args.log is None and not report.state.has_result and report.info.outcome != outcome.OK:
        return status.UNAVAILABLE
    return status.status_of(report, check=args.check)


def _report(args: argparse.Namespace, place: Workplace) -> RunReport | None:
    given = vars(args)
    log, model, program = given.get("log"), given.get("model"), given.get("program")
    if log is not None:
        if model is not None or program is not None:
            what = "Both a log and something to run are named."
            raise ProblemError(Problem("snapshot.both", what, "Name one of them.", "usage"))
        return _read(log, place)
    if model is None and program is None and (place.demo is None or "model" not in given):
        return None if place.demo is None else _run(_bare(args), place)
    return _run(args, place)


def _bare(args: argparse.Namespace) -> argparse.Namespace:
    """The words of `npumon --demo`, which names no command."""
    return argparse.Namespace(**{"model": None, "program": None, **vars(args)})


def _run(args: argparse.Namespace, place: Workplace) -> RunReport:
    request, labels = requested(args, place)

    async def session() -> RunReport:
        running = place.session(place.context(labels))
        with stopped_by_signals(running):
            return await watched(running, request, place, "")

    return asyncio.run(session())


def _read(log: str, place: Workplace) -> RunReport:
    """The last run of a finished log."""
    from npumon.cli.commands.parse import Logs

    *_, last = Logs([log], place).reports(place.context(board=False))
    return last

"""`npumon run`: run a model under supervision and print its result."""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from npumon.cli import status
from npumon.cli.progress import Progress
from npumon.core import outcome
from npumon.core.problems import Problem, ProblemError
from npumon.core.snapshot import RunReport
from npumon.core.text import visible

if TYPE_CHECKING:
    from npumon.cli.commands.run_printer import Hear, Printer
    from npumon.cli.workplace import Workplace
    from npumon.engine.report import Context
    from npumon.engine.session import Session, Update
    from npumon.ports import RunRequest

_PROFILE = (("VIV_VX_PROFILE", "1"), ("VIV_VX_DEBUG_LEVEL", "1"))
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: How often the status line is redrawn while the program says nothing.
_TICK_S = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own options."""
    add_program_arguments(parser)
    parser.add_argument("-n", dest="count", metavar="N", type=_positive, default=1, help="run it N times")
    parser.add_argument("--warmup", metavar="K", help="run it K times before, without reporting")
    parser.add_argument("--check", action="store_true", default=False, help="exit 1 when a consistency check fails")


def add_program_arguments(parser: argparse.ArgumentParser) -> None:
    """What to run, and how; shared with `snapshot`."""
    parser.add_argument(
        "model", nargs="?", default=None, metavar="MODEL",
        help="a name from npumon models, or a folder with a run.sh; or any command after --",
    )  # fmt: skip
    parser.add_argument("--env", action="append", metavar="NAME=VALUE", help="add to the program's environment")
    parser.add_argument("--no-profile", action="store_true", help="leave VIV_VX_PROFILE and VIV_VX_DEBUG_LEVEL out")
    parser.add_argument("--keep", action="store_true", help="let the run go on when npumon is killed")


def _positive(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    if number < 1:
        raise argparse.ArgumentTypeError("must be a number from 1 up")
    return number


def run(args: argparse.Namespace, place: Workplace) -> int:
    """Run the program as often as asked, print what it gave, and say in the status how it ended."""
    from npumon.cli.commands.run_printer import Printer

    form = place.format("text", "json", "jsonl", "csv")
    request, labels = requested(args, place)
    context = place.context(labels)
    printer = Printer(place, form, several=args.count > 1)
    reports = asyncio.run(_runs(args.count, request, context, place, printer))
    printer.finish(reports)
    _remark(reports, context, place)
    worst = next((code for report in reports if (code := status.status_of(report, check=args.check))), status.DONE)
    return _unavailable(reports[-1], context, worst) if reports else status.INTERRUPTED


def requested(args: argparse.Namespace, place: Workplace) -> tuple[RunRequest, str | None]:
    """What to run, and the labels file that lies beside it. Raises `ProblemError` (usage)."""
    if args.program is not None:
        return _command(args, place)
    if args.model is not None:
        return _model(args.model, place)
    if place.demo is not None:
        demo = place.demo
        return _request(place, demo.command, demo.model_folder, demo.model.name), _labels(demo.model_folder)
    remedy = "Name a model (npumon models lists them) or -- COMMAND."
    raise ProblemError(Problem("run.nothing", "There is nothing to run.", remedy, "usage"))


def _model(name: str, place: Workplace) -> tuple[RunRequest, str | None]:
    """A model by its name or its folder."""
    from npumon.board.device_tree import read_identity
    from npumon.board.models import resolve_model

    entry = resolve_model(name, place.models(), Path.cwd(), read_identity(place.roots).variant)
    if entry.note:
        place.diagnostics.note(f"{entry.full_name}: {entry.note}.")
    return _request(place, entry.command, entry.folder, entry.name), entry.labels


def _command(args: argparse.Namespace, place: Workplace) -> tuple[RunRequest, str | None]:
    """Any command, in the current folder."""
    if args.model is not None:
        what = f"Both a model ({visible(args.model)}) and a command are named."
        raise ProblemError(Problem("run.both", what, "Name one of them.", "usage"))
    if not args.program:
        raise ProblemError(Problem("run.nothing", "There is no command after --.", "Name one.", "usage"))
    here = Path.cwd()
    return _request(place, args.program, here, Path(args.program[0]).name), _labels(here)


def _request(place: Workplace, command: tuple[str, ...], folder: Path, name: str) -> RunRequest:
    from npumon.ports import RunRequest

    settings = place.settings
    environment = (*(_PROFILE if settings.run_profile else ()), *settings.run_environment)
    return RunRequest(command, str(folder), environment, settings.run_timeout_s, settings.run_keep, visible(name))


def _labels(folder: Path) -> str | None:
    from npumon.board.labels import find_labels

    found = find_labels(folder)
    return None if found is None else str(found)


async def _runs(
    count: int, request: RunRequest, context: Context, place: Workplace, printer: Printer
) -> list[RunReport]:
    """The reports of the runs that were made, warm-up runs left out."""
    session = place.session(context)
    warmup = place.settings.run_warmup
    reports: list[RunReport] = []
    with stopped_by_signals(session):
        for number in range(1 - warmup, count + 1):
            if session.stopped is not None:
                break
            label = f"warm-up {number + warmup} of {warmup}" if number < 1 else f"run {number} of {count}"
            report = await watched(session, request, place, label if warmup + count > 1 else "", printer.hears(number))
            if number < 1 and report.info.outcome == outcome.OK:
                continue
            reports.append(report)
            printer.take(report, number)
            if number < 1:
                break
    return reports


async def watched(
    session: Session, request: RunRequest, place: Workplace, label: str, hear: Hear | None = None
) -> RunReport:
    """One run with its status line."""
    with Progress(place.diagnostics, label) as progress:
        latest: list[Update] = []

        def publish(update: Update) -> None:
            latest[:] = [update]
            progress.update(update.state)
            if hear is not None:
                hear(update)

        ticking = asyncio.ensure_future(_tick(progress, latest))
        try:
            return await session.run(request, publish)
        finally:
            ticking.cancel()


async def _tick(progress: Progress, latest: list[Update]) -> None:
    """Keeps the elapsed time going while the program says nothing."""
    while True:
        await asyncio.sleep(_TICK_S)
        if latest:
            progress.update(latest[0].state)


@contextmanager
def stopped_by_signals(session: Session) -> Iterator[None]:
    """Ctrl-C, SIGTERM and SIGHUP end the run under way and let its result be reported."""
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, session.stop, "cancelled")
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


def _remark(reports: list[RunReport], context: Context, place: Workplace) -> None:
    """What the user should know besides the result."""
    driver = context.driver
    if driver is not None and driver.profiling is False and place.settings.run_profile:
        problem = next((problem for problem in driver.problems if problem.id == "driver.profiling_off"), None)
        if problem is not None:
            place.diagnostics.warning(problem)
    logs = {Path(report.info.log).parent for report in reports if report.info.log}
    for folder in sorted(logs - {place.state_folder / "runs"}):
        place.diagnostics.warning(f"The state folder cannot be written; the log is in {visible(str(folder))}.")


def _unavailable(report: RunReport, context: Context, code: int) -> int:
    """A failed run without a driver failed for want of the driver."""
    missing = context.driver is not None and context.driver.name != "galcore"
    nothing = not report.state.has_result and report.info.outcome in (outcome.FAILED, outcome.EMPTY)
    return status.UNAVAILABLE if missing and nothing else code

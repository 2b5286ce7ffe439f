"""`npumon run`: run a model under supervision and print its result."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from npumon.cli import status
from npumon.cli.jobs import PlannedRun, command_program, model_program, own_program
from npumon.cli.paths import current_folder
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible

if TYPE_CHECKING:
    from npumon.cli.context import CommandContext
    from npumon.core.run.report import RunReport
    from npumon.engine.reporting import Context


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    parser.usage = "npumon run [option ...] [MODEL | -- COMMAND [ARG ...]]"
    add_program_arguments(parser)
    parser.add_argument("-n", dest="count", metavar="N", type=_positive, default=1, help="run it N times")
    parser.add_argument("--warmup", metavar="K", help="run it K times beforehand without reporting")
    parser.add_argument("--verbose", action="store_true", default=False, help="with -n, print the report of every run")
    parser.add_argument("--check", action="store_true", default=False, help="exit 1 if a consistency check fails")
    parser.add_argument(
        "--reload",
        action="store_true",
        default=False,
        help="if profiling is off, first reload the driver with it on",
    )


def add_program_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to run, and how; shared with `snapshot`."""
    parser.add_argument(
        "model", nargs="?", default=None, metavar="MODEL",
        help="a name from npumon models or a folder that contains a run.sh; or any command after --",
    )  # fmt: skip
    parser.add_argument("--env", action="append", metavar="NAME=VALUE", help="add to the program's environment")
    parser.add_argument("--no-profile", action="store_true", help="do not set VIV_VX_PROFILE and VIV_VX_DEBUG_LEVEL")
    parser.add_argument("--keep", action="store_true", help="let the run continue if npumon ends first")


def _positive(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    if number < 1:
        raise argparse.ArgumentTypeError("must be a number from 1 up")
    return number


def run(args: argparse.Namespace, ctx: CommandContext) -> int:
    """Run the program as often as asked and print the results. The status says how it ended."""
    form = ctx.format("text", "json", "jsonl", "csv")
    program = requested(args, ctx)
    _prepare_driver(args, ctx)
    context = ctx.context(program.labels)
    # Imported late, so that refusals do not wait for them.
    from npumon.cli.commands.run_printer import Printer
    from npumon.cli.commands.run_session import run_often

    printer = Printer(ctx, form, args.count, context, folder=program.request.cwd, verbose=args.verbose)
    reports = run_often(args.count, program.request, context, ctx, printer, program.network)
    printer.finish(reports)
    codes = [concluded(report, context, ctx, check=args.check) for report in reports]
    remark(reports, context, ctx, offered=True)
    return next((code for code in codes if code), status.DONE)


def _prepare_driver(args: argparse.Namespace, ctx: CommandContext) -> None:
    """Reload the driver if that was asked for; otherwise say what a reload would change, and go on.

    Raises `ProblemError` when the driver was to be reloaded and cannot be.
    """
    if args.reload:
        from npumon.cli.commands.driver_change import profile

        profile(ctx)
        return
    driver = ctx.probe.driver()
    if driver.name is None:
        from npumon.cli.commands.driver_change import note_interrupted

        note_interrupted(ctx)
    elif driver.profiling is False and ctx.settings.run_profile:
        ctx.diagnostics.note("Profiling is off in the driver: npumon run --reload turns it on first.")


def requested(args: argparse.Namespace, ctx: CommandContext) -> PlannedRun:
    """Return what to run. Raises `ProblemError` (usage)."""
    if args.program is not None:
        return _command(args, ctx)
    if args.model is not None:
        return _model(args.model, ctx)
    own = own_program(ctx)
    if own is not None:
        return own
    remedy = "Name a model (see npumon models) or a command after --."
    raise ProblemError(Problem("run.nothing", "Nothing to run is given.", remedy, "usage"))


def _model(name: str, ctx: CommandContext) -> PlannedRun:
    """Find a model by its name or its folder."""
    from npumon.board.models.finder import resolve_model
    from npumon.board.sensors import read_identity

    entry = resolve_model(name, ctx.models(), Path(current_folder()), read_identity(ctx.backend.roots).variant)
    if entry.note:
        ctx.diagnostics.note(f"{entry.full_name}: {ctx.backend.on_board(entry.note)}.")
    return model_program(entry, ctx)


def _command(args: argparse.Namespace, ctx: CommandContext) -> PlannedRun:
    """Return any command, in the current folder."""
    if args.model is not None:
        what = f"Both a model ({visible(args.model)}) and a command are given."
        raise ProblemError(Problem("run.both", what, "Name one of them.", "usage"))
    return command_program(some_command(args.program), Path(current_folder()), ctx)


def some_command(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return what follows `--`. Raises `ProblemError` (usage) for nothing."""
    if not words:
        raise ProblemError(Problem("run.nothing", "No command is given after --.", "Name one.", "usage"))
    return words


def concluded(report: RunReport, context: Context, ctx: CommandContext, *, check: bool) -> int:
    """Return the exit status of one run, after saying on standard error what the report itself does not."""
    from npumon.engine.reporting import started

    if not started(report):
        remedy = "Check its path, its mode (chmod +x) and its first line."
        ctx.diagnostics.error(Problem("run.not_started", report.metrics.verdict, remedy))
        return status.FAILED
    missing = _missing_driver(report, context, ctx)
    if missing is not None:
        ctx.diagnostics.error(missing)
        return status.UNAVAILABLE
    return status.status_of(report, check=check)


def _missing_driver(report: RunReport, context: Context, ctx: CommandContext) -> Problem | None:
    """Return what is wrong with the driver, if that is why a run failed: a program that ended by itself without a
    result, on a board with an NPU, or one that is known to be a model."""

    driver, info = context.driver, report.info
    if driver is None or driver.name == "galcore" or report.state.has_result or info.signal is not None:
        return None
    if info.outcome not in ("failed", "empty"):
        return None
    if vars(ctx.args).get("model") is None and ctx.probe.board().variant is None:
        return None
    return next((problem for problem in driver.problems if problem.kind == "unavailable"), None)


def remark(reports: list[RunReport], context: Context, ctx: CommandContext, *, offered: bool = False) -> None:
    """Say what the user should know besides the results, and remove old run logs. `offered` says that it was told
    before the run what profiling is good for."""

    driver = context.driver
    if not offered and driver is not None and driver.profiling is False and ctx.settings.run_profile:
        problem = next((problem for problem in driver.problems if problem.id == "driver.profiling_off"), None)
        if problem is not None:
            ctx.diagnostics.warning(problem)
    for report in reports:
        for diagnostic in report.state.diagnostics:
            if diagnostic.line is None and (diagnostic.source, diagnostic.level) == ("npumon", "error"):
                ctx.diagnostics.warning(f"{diagnostic.message}.")
        for said in report.state.unread:
            ctx.diagnostics.warning(f"{said}.")
    if any(report.info.outcome == "running" for report in reports):
        ctx.note_run_goes_on()
    ctx.warn_of_logs_elsewhere(reports)
    ctx.forget_old_runs(report.info.id for report in reports if report.info.id)

"""Changing the driver: the plan, the questions, the work, the report."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from npumon.cli import status
from npumon.cli.commands.driver_report import (
    plan_document,
    plan_text,
    print_change,
    report_document,
    report_text,
)
from npumon.cli.commands.driver_wait import freed, freed_after_asking
from npumon.cli.paths import expanded
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible

if TYPE_CHECKING:
    from npumon.board.driver.control import HostDriverControl
    from npumon.cli.context import CommandContext
    from npumon.core.driver.plan import Action, DriverPlan, ReloadReport
    from npumon.ports import DriverControl

#: What to do about an interrupted reload.
PUT_BACK = "npumon driver load restores it."
_PROFILING = {"gpuProfiler": "1"}


def change(args: argparse.Namespace, ctx: CommandContext) -> int:
    """Plan, ask, do. Return 0, also if nothing is to do; 1 if it failed or the user declined, 2 without a terminal to
    ask on, 3 if it may not be done, 4 if waiting took too long."""
    ctx.format("text", "json")
    control = ctx.backend.driver_control(module_path(args))
    action: Action = args.action
    parameters = wanted_parameters(args)
    plan = control.plan(parameters, action)
    if not args.dry_run:
        plan = freed(plan, args, ctx, lambda: control.plan(parameters, action))
    if args.dry_run or not plan.steps:
        print_change(ctx, plan_text(plan, ctx), plan_document(plan, ctx))
        code = _refused(plan, ctx)
        if plan.nothing_to_do and action == "unload":
            _left_unloaded(ctx, control, forget=args.yes and not args.dry_run)
        return status.TIMED_OUT if args.wait and not args.dry_run and plan.waits_for_others else code
    if not args.yes and not _agreed(plan, ctx):
        ctx.diagnostics.note("Nothing was done.")
        return status.FAILED
    report = carry_out(plan, ctx, control)
    print_change(ctx, report_text(report, ctx), report_document(plan, report, ctx))
    return _concluded(report, ctx)


def carry_out(plan: DriverPlan, ctx: CommandContext, control: DriverControl) -> ReloadReport:
    """Carry out the plan. sudo itself asks for a password, if there is a terminal."""
    import asyncio

    interactive = ctx.diagnostics.can_ask and control.needs_password(plan)
    return asyncio.run(control.apply(plan, lambda _: None, interactive=interactive))


def wanted_parameters(args: argparse.Namespace) -> dict[str, str]:
    """Return the parameters that were asked for. A plain reload is for profiling. Raises `ProblemError` (usage)."""
    parameters = {}
    for text in args.param or ():
        name, sign, value = text.partition("=")
        if not sign:
            what = f"--param {visible(text)} does not have the form NAME=VALUE."
            raise ProblemError(Problem("driver.parameter", what, "For example: --param powerManagement=0", "usage"))
        parameters[visible(name)] = visible(value)
    if args.profiling is not None:
        parameters["gpuProfiler"] = args.profiling
    elif args.action == "reload" and not parameters:
        parameters["gpuProfiler"] = "1"
    return parameters


def module_path(args: argparse.Namespace) -> Path | None:
    """Return the module file that was named. Raises `ProblemError` (usage) if that is not a path."""
    return None if args.module is None else Path(expanded(args.module))


def profile(ctx: CommandContext) -> None:
    """Reload the driver with profiling on if it is off, as `run --reload` does first.

    Raises `ProblemError` when that cannot be done.
    """
    control = ctx.driver_control
    plan = freed_after_asking(control.plan(_PROFILING), ctx, lambda: control.plan(_PROFILING))
    problem = plan.refusals[0] if plan.refusals else None
    if plan.steps:
        ctx.diagnostics.show(plan_text(plan, ctx))
        report = carry_out(plan, ctx, control)
        ctx.diagnostics.show(report_text(report, ctx))
        problem = report.problem
        if report.interrupted:  # only now: the driver had to be loaded again first
            raise KeyboardInterrupt
    if problem is not None:
        raise ProblemError(ctx.in_board_paths(problem))


def interrupted(ctx: CommandContext, remedy: str) -> Problem | None:
    """Return a problem if an npumon instance was killed while the driver was unloaded."""
    if ctx.driver_control.interrupted() is None:
        return None
    what = "An earlier npumon was killed before it had loaded the driver again."
    return Problem("driver.interrupted", what, remedy)


def note_interrupted(ctx: CommandContext, remedy: str = PUT_BACK) -> None:
    """Warn of an interrupted reload, if there was one."""
    problem = interrupted(ctx, remedy)
    if problem is not None:
        ctx.diagnostics.warning(problem)


def _left_unloaded(ctx: CommandContext, control: HostDriverControl, *, forget: bool) -> None:
    """Leave a driver unloaded that an earlier npumon left so; with `forget`, discard its note of the interrupted
    reload."""
    if control.interrupted() is None:
        return
    if forget:
        control.forget_interruption()
        ctx.diagnostics.note("Discarded the note about an interrupted reload; the driver stays unloaded.")
    else:
        note_interrupted(ctx, "npumon driver load restores it; npumon driver unload --yes leaves it unloaded.")


def _agreed(plan: DriverPlan, ctx: CommandContext) -> bool:
    if not ctx.diagnostics.can_ask:
        what = "Nothing was done: no terminal to ask on."
        raise ProblemError(Problem("driver.no_terminal", what, "--yes skips the question.", "usage"))
    ctx.diagnostics.show(plan_text(plan, ctx))
    return ctx.diagnostics.ask("Carry this out?")


def _refused(plan: DriverPlan, ctx: CommandContext) -> int:
    for problem in plan.refusals:
        ctx.diagnostics.error(ctx.in_board_paths(problem))
    return status.OF_PROBLEM[plan.refusals[0].kind] if plan.refusals else status.DONE


def _concluded(report: ReloadReport, ctx: CommandContext) -> int:
    if report.problem is None:
        return status.INTERRUPTED if report.interrupted else status.DONE
    ctx.diagnostics.error(ctx.in_board_paths(report.problem))
    return status.OF_PROBLEM[report.problem.kind]

"""Changing the driver: the plan, the questions, the work, the report."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from npumon.cli import status
from npumon.cli.commands.driver_report import (
    plan_document,
    plan_lines,
    print_change,
    report_document,
    report_lines,
)
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from npumon.cli.workplace import Workplace
    from npumon.core.driver_plan import Action, DriverPlan, ReloadReport
    from npumon.ports import DriverControl

_LOOK_S = 0.25
_IN_USE = "driver.in_use"


def change(args: argparse.Namespace, place: Workplace) -> int:
    """Plan, ask, do. 0 also when there is nothing to do; 1 when it failed, 2 when nobody could be asked, 3 when it may
    not be done, 4 when waiting took too long."""
    place.format("text", "json")
    control = place.driver_control_with(args.module)
    action: Action = args.action
    parameters = wanted_parameters(args)
    plan = control.plan(parameters, action)
    if not args.dry_run:
        plan = _freed(plan, args, place, control, parameters)
    if args.dry_run or not plan.steps:
        print_change(place, plan_lines(plan, place), plan_document(plan, place))
        code = _refused(plan, place)
        return status.TIMED_OUT if args.wait and not args.dry_run and _only_in_use(plan) else code
    if not args.yes and not _agreed(plan, place):
        place.diagnostics.note("Nothing was done.")
        return status.FAILED
    report = carry_out(plan, place, control)
    print_change(place, report_lines(plan, report, place), report_document(plan, report, place))
    return _concluded(report, place)


def carry_out(plan: DriverPlan, place: Workplace, control: DriverControl) -> ReloadReport:
    """Do it. A password is asked for by sudo itself, where there is a terminal to ask on."""
    import asyncio

    interactive = place.diagnostics.can_ask and control.needs_password(plan)
    return asyncio.run(control.apply(plan, lambda _: None, interactive=interactive))


def wanted_parameters(args: argparse.Namespace) -> dict[str, str]:
    """The parameters that were asked for. A plain reload is for profiling. Raises `ProblemError` (usage)."""
    parameters = {}
    for text in args.param or ():
        name, sign, value = text.partition("=")
        if not sign:
            what = f"--param {visible(text)} is not of the form NAME=VALUE."
            raise ProblemError(Problem("driver.parameter", what, "For example: --param powerManagement=0", "usage"))
        parameters[visible(name)] = visible(value)
    if args.profiling is not None:
        parameters["gpuProfiler"] = args.profiling
    elif args.action == "reload" and not parameters:
        parameters["gpuProfiler"] = "1"
    return parameters


def profile(place: Workplace) -> None:
    """Have the driver load with profiling on, if it is not: what `run --reload` does first.

    Raises `ProblemError` when that cannot be done.
    """
    control = place.driver_control
    plan = control.plan({"gpuProfiler": "1"})
    problem = plan.refusals[0] if plan.refusals else None
    if plan.steps:
        place.diagnostics.show(plan_lines(plan, place))
        report = carry_out(plan, place, control)
        place.diagnostics.show(report_lines(plan, report, place))
        problem = report.problem
        if report.interrupted:  # only now: the driver had to be loaded again first
            raise KeyboardInterrupt
    if problem is not None:
        raise ProblemError(_on_board(problem, place))


def interrupted(place: Workplace, remedy: str) -> Problem | None:
    """What there is to say when an npumon was killed while the driver was unloaded."""
    if place.driver_control.interrupted() is None:
        return None
    what = "An earlier npumon was ended before it had loaded the driver again."
    return Problem("driver.interrupted", what, remedy)


def note_interrupted(place: Workplace) -> None:
    """Say it, where it is so."""
    problem = interrupted(place, "npumon driver load puts it back as it was.")
    if problem is not None:
        place.diagnostics.warning(problem)


def _freed(
    plan: DriverPlan, args: argparse.Namespace, place: Workplace, control: DriverControl, parameters: Mapping[str, str]
) -> DriverPlan:
    """The plan once nobody uses the driver any more, as far as that was asked for."""
    if not _only_in_use(plan):
        return plan
    if args.stop_holders:
        _stop(plan, place)
        plan = control.plan(parameters, args.action)
    if args.wait:
        limited = place.settings.origin("run.timeout_s").kind == "flag"
        limit = place.settings.run_timeout_s if limited else None
        began = time.monotonic()
        while _only_in_use(plan):
            place.diagnostics.status(f"waiting: {plan.refusals[0].what}"[: place.diagnostics.width - 1])
            if limit is not None and time.monotonic() - began > limit:
                place.diagnostics.status("")
                break
            time.sleep(_LOOK_S)
            plan = control.plan(parameters, args.action)
        place.diagnostics.status("")
    return plan


def _only_in_use(plan: DriverPlan) -> bool:
    return [problem.id for problem in plan.refusals] == [_IN_USE]


def _stop(plan: DriverPlan, place: Workplace) -> None:
    """End the programs that use the driver, after a question of its own that --yes does not answer."""
    who = ", ".join(f"{holder.pid} ({(holder.command or 'unknown')[:40]})" for holder in plan.holders)
    if not who:
        return
    if not place.diagnostics.can_ask:
        what = "Whether to end other programs is asked on a terminal only, and there is none."
        raise ProblemError(Problem("driver.no_terminal", what, f"End them yourself, or --wait: {who}.", "usage"))
    if not place.diagnostics.ask(f"End process {who}?"):
        return
    from npumon.board.holder_stop import stop_holders

    problems = stop_holders(place.roots, plan.holders)
    if problems:
        raise ProblemError(problems[0])


def _agreed(plan: DriverPlan, place: Workplace) -> bool:
    if not place.diagnostics.can_ask:
        what = "Nothing was done: there is no terminal to ask on."
        raise ProblemError(Problem("driver.no_terminal", what, "--yes does it without asking.", "usage"))
    place.diagnostics.show(plan_lines(plan, place))
    return place.diagnostics.ask("Do this?")


def _refused(plan: DriverPlan, place: Workplace) -> int:
    for problem in plan.refusals:
        place.diagnostics.error(_on_board(problem, place))
    return status.OF_PROBLEM[plan.refusals[0].kind] if plan.refusals else status.DONE


def _concluded(report: ReloadReport, place: Workplace) -> int:
    if report.problem is None:
        return status.INTERRUPTED if report.interrupted else status.DONE
    place.diagnostics.error(_on_board(report.problem, place))
    return status.OF_PROBLEM[report.problem.kind]


def _on_board(problem: Problem, place: Workplace) -> Problem:
    return problem._replace(what=place.on_board(problem.what), remedy=place.on_board(problem.remedy))

"""Plans that cannot be carried out yet because the driver is in use: waiting, and ending programs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from npumon.core.problems import Problem, ProblemError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from npumon.cli.context import CommandContext
    from npumon.core.driver.plan import DriverPlan

    Again = Callable[[], DriverPlan]

_LOOK_S = 0.25


def freed(plan: DriverPlan, args: argparse.Namespace, ctx: CommandContext, again: Again) -> DriverPlan:
    """Wait until the driver is free, if that was asked for or a terminal can ask, and return the plan then. `again`
    makes a new plan."""
    if args.stop_holders and plan.waits_for_others:
        _stop(plan, ctx)
        plan = again()
    if args.wait:
        limited = ctx.settings.origin("run.timeout_s").kind == "flag"
        return _waited(plan, ctx, again, ctx.settings.run_timeout_s if limited else None)
    return plan if args.yes or args.stop_holders else freed_after_asking(plan, ctx, again)


def freed_after_asking(plan: DriverPlan, ctx: CommandContext, again: Again) -> DriverPlan:
    """Do the same if no option says whether to wait: ask on a terminal; without one, return the plan as it is."""
    if not plan.waits_for_others or not ctx.diagnostics.can_ask:
        return plan
    ctx.diagnostics.show(ctx.backend.on_board(problem.what) for problem in plan.refusals)
    return _waited(plan, ctx, again, None) if ctx.diagnostics.ask("Wait until that has ended?") else plan


def _waited(plan: DriverPlan, ctx: CommandContext, again: Again, limit_s: float | None) -> DriverPlan:
    began = time.monotonic()
    while plan.waits_for_others:
        ctx.diagnostics.status(f"waiting: {ctx.backend.on_board(plan.refusals[0].what)}"[: ctx.diagnostics.width - 1])
        if limit_s is not None and time.monotonic() - began > limit_s:
            break
        time.sleep(_LOOK_S)
        plan = again()
    ctx.diagnostics.status("")
    return plan


def _stop(plan: DriverPlan, ctx: CommandContext) -> None:
    """End the programs that use the driver, after a separate question that --yes does not answer."""
    who = ", ".join(f"{holder.pid} ({(holder.command or 'unknown')[:40]})" for holder in plan.holders)
    if not who:
        return
    if not ctx.diagnostics.can_ask:
        what = "npumon ends other programs only after asking, and has no terminal to ask on."
        raise ProblemError(Problem("driver.no_terminal", what, f"End them yourself or use --wait: {who}.", "usage"))
    if not ctx.diagnostics.ask(f"End process {who}?"):
        return
    from npumon.board.driver.holders import stop_holders

    problems = stop_holders(ctx.backend.roots, plan.holders)
    if problems:
        raise ProblemError(problems[0])

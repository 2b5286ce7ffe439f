"""A driver plan and how it was carried out, for people and as the schema `npumon.reload/1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from npumon.core.driver.words import PlanLine, outcome_lines, plan_lines, result_lines
from npumon.export.board_document import driver_document
from npumon.export.drawing import advice

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from npumon.cli.context import CommandContext
    from npumon.core.driver.plan import DriverPlan, ReloadReport, Step
    from npumon.core.problems import Problem

#: How many columns the text of a line is indented, and how many its lead takes.
_INDENTS = {"step": (5, 5), "reason": (5, 5), "undo": (5, 5), "ok": (7, 7), "failed": (7, 7), "output": (7, 7)}


def print_change(ctx: CommandContext, lines: Sequence[str], document: dict[str, Any]) -> None:
    """Print the result in the format that was asked for."""
    if ctx.format("text", "json") == "json":
        from npumon.export.json_text import json_document

        ctx.output.document(json_document(document, ctx.output.style))
    elif lines:
        ctx.output.text("\n".join([*(["DEMO"] if ctx.wants_demo else []), *lines]))


def plan_text(plan: DriverPlan, ctx: CommandContext) -> list[str]:
    """Return the steps with their reasons, or that there are none; refusals are for standard error."""
    lines = (line for line in plan_lines(plan, ctx.backend.on_board) if line.role not in ("refusal", "remedy"))
    return _lines((line for line in lines if plan.steps or line.role != "heading"), ctx)


def report_text(report: ReloadReport, ctx: CommandContext) -> list[str]:
    """Return what was done and how it went; the problem itself is for standard error."""
    steps = [line for outcome in report.outcomes for line in outcome_lines(outcome, ctx.backend.on_board)]
    return _lines([*steps, *result_lines(report)], ctx)


def _lines(lines: Iterable[PlanLine], ctx: CommandContext) -> list[str]:
    style = ctx.output.style
    text: list[str] = []
    for line in lines:
        indent, width = _INDENTS.get(line.role, (0, 0))
        lead = f"{line.lead:>4} " if line.role == "step" else f"{line.lead} " if line.lead else ""
        text += advice(line.text, style, " " * indent, f"{lead:<{width}}")
    return text


def plan_document(plan: DriverPlan, ctx: CommandContext) -> dict[str, Any]:
    """Return a document of the schema `npumon.reload/1` for a plan that was not carried out."""
    return {
        "schema": "npumon.reload/1",
        "demo": ctx.wants_demo,
        "action": plan.action,
        "done": False,
        "steps": [_step(step, ctx) for step in plan.steps],
        "undo": [_step(step, ctx) for step in plan.undo],
        "current": None if plan.current is None else dict(plan.current),
        "wanted": None if plan.wanted is None else dict(plan.wanted),
        "refusals": [_problem(problem, ctx) for problem in plan.refusals],
        "notes": [ctx.backend.on_board(note) for note in plan.notes],
        "outcomes": [],
        "problem": None,
        "undone": None,
        "kernel_messages": [],
        "driver": driver_document(plan.driver),
    }


def report_document(plan: DriverPlan, report: ReloadReport, ctx: CommandContext) -> dict[str, Any]:
    """Return the same with the outcome."""
    return {
        **plan_document(plan, ctx),
        "done": report.ok,
        "outcomes": [
            {
                **_step(outcome.step, ctx),
                "status": outcome.status,
                "output": ctx.backend.on_board(outcome.output),
                "duration_s": outcome.duration_s,
                "undoing": outcome.undoing,
            }
            for outcome in report.outcomes
        ],
        "problem": None if report.problem is None else _problem(report.problem, ctx),
        "undone": report.undone,
        "kernel_messages": list(report.kernel_messages),
        "driver": driver_document(report.driver),
    }


def _step(step: Step, ctx: CommandContext) -> dict[str, Any]:
    return {"argv": list(map(ctx.backend.on_board, step.argv)), "why": step.why}


def _problem(problem: Problem, ctx: CommandContext) -> dict[str, Any]:
    problem = ctx.in_board_paths(problem)
    return {"id": problem.id, "what": problem.what, "remedy": problem.remedy}

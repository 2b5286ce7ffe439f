"""A driver plan and how it was carried out, for people and as the schema `npumon.reload/1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from npumon.export.board_document import driver_document
from npumon.export.drawing import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from npumon.cli.context import CommandContext
    from npumon.core.driver.plan import DriverPlan, ReloadReport, Step
    from npumon.core.problems import Problem

_TITLES = {"reload": "To reload galcore", "load": "To load galcore", "unload": "To unload galcore"}


def print_change(ctx: CommandContext, lines: Sequence[str], document: dict[str, Any]) -> None:
    """Print the result in the format that was asked for."""
    if ctx.format("text", "json") == "json":
        from npumon.export.json_text import json_document

        ctx.output.document(json_document(document, ctx.output.style))
    elif lines:
        ctx.output.text("\n".join([*(["DEMO"] if ctx.wants_demo else []), *lines]))


def plan_lines(plan: DriverPlan, ctx: CommandContext) -> list[str]:
    """The steps with their reasons, or that there are none; refusals are for standard error."""
    style = ctx.output.style
    lines = [f"{_TITLES[plan.action]}:"] if plan.steps else []
    for number, step in enumerate(plan.steps, 1):
        lines += wrapped(_command(step, ctx), style.width, style, " " * 5, f"{number:3}. ")
        lines += wrapped(f"{step.why}", style.width, style, " " * 5)
    if len(plan.steps) > 1:
        for step in plan.undo:
            lines += wrapped(f"If that fails: {_command(step, ctx)}", style.width, style, " " * 5)
    for note in plan.notes:
        lines += wrapped(ctx.backend.on_board(note), style.width, style)
    return lines


def report_lines(plan: DriverPlan, report: ReloadReport, ctx: CommandContext) -> list[str]:
    """What was done and how it went; the problem itself is for standard error."""
    style = ctx.output.style
    lines: list[str] = []
    for outcome in report.outcomes:
        word = "undo" if outcome.undoing and outcome.ok else "ok" if outcome.ok else "BAD"
        text = f"{_command(outcome.step, ctx)} ({outcome.duration_s:.2f} s)"
        lines += wrapped(text, style.width, style, " " * 6, f"{word:<6}")
        if outcome.output and not outcome.ok:
            lines += wrapped(ctx.backend.on_board(outcome.output), style.width, style, " " * 6)
    for message in report.kernel_messages:
        lines += wrapped(message, style.width, style, " " * 8, "kernel: ")
    lines += wrapped(_state(plan, report), style.width, style)
    return lines


def plan_document(plan: DriverPlan, ctx: CommandContext) -> dict[str, Any]:
    """The schema `npumon.reload/1` of a plan that was not carried out."""
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
    """The same with what became of it."""
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
    return {"argv": list(_words(step, ctx)), "why": step.why}


def _problem(problem: Problem, ctx: CommandContext) -> dict[str, Any]:
    problem = ctx.in_board_paths(problem)
    return {"id": problem.id, "what": problem.what, "remedy": problem.remedy}


def _command(step: Step, ctx: CommandContext) -> str:
    return " ".join(_words(step, ctx))


def _words(step: Step, ctx: CommandContext) -> Iterator[str]:
    return map(ctx.backend.on_board, step.argv)


def _state(plan: DriverPlan, report: ReloadReport) -> str:
    driver = report.driver
    if driver.name is None:
        return "No NPU driver is loaded now."
    profiling = {True: "on", False: "off", None: "unknown"}[driver.profiling]
    again = " again, as it was" if report.undone else ""
    return f"{driver.name} {driver.version or ''}".strip() + f" is loaded{again}; profiling is {profiling}."

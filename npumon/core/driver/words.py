"""A driver plan and what became of it, in words: lines that every view shows in its own style."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from npumon.core.driver.plan import DriverPlan, ReloadReport, Step, StepOutcome
from npumon.core.text import visible

Role = Literal[
    "heading", "step", "reason", "undo", "refusal", "remedy", "note", "ok", "failed", "output", "kernel", "result"
]
#: Replaces the paths in a text by those that people know.
InWords = Callable[[str], str]


class PlanLine(NamedTuple):
    """One line, or one paragraph. `lead` stands before the text: the step's number, how it went, who says it."""

    role: Role
    text: str
    lead: str = ""


def profiling_of(plan: DriverPlan) -> bool | None:
    """Return whether profiling is on after the plan was carried out; None if it does not say."""
    return {"1": True, "Y": True, "0": False, "N": False}.get(dict(plan.wanted or ()).get("gpuProfiler", ""))


def plan_lines(plan: DriverPlan, in_words: InWords, *, puts_back: bool = False) -> Iterator[PlanLine]:
    """Yield what would be done and why, what puts it back, and what stands against it.

    `puts_back` says that the plan undoes an interrupted reload.
    """
    verb = "Unload" if plan.action == "unload" else "Load"
    profiling = {True: " with profiling on", False: " with profiling off", None: ""}[profiling_of(plan)]
    before = ", as it was before an interrupted reload" if puts_back else ""
    yield PlanLine("heading", f"{verb} galcore{profiling}{before}:")
    for number, step in enumerate(plan.steps, 1):
        yield PlanLine("step", _command(step, in_words), f"{number}.")
        yield PlanLine("reason", in_words(step.why))
    if len(plan.steps) > 1:
        for step in plan.undo:
            yield PlanLine("undo", f"If that fails: {_command(step, in_words)}")
    for problem in plan.refusals:
        yield PlanLine("refusal", in_words(problem.what), "This is not possible:")
        if problem.remedy:
            yield PlanLine("remedy", in_words(problem.remedy))
    for note in plan.notes:
        yield PlanLine("note", in_words(note))


def outcome_lines(outcome: StepOutcome, in_words: InWords) -> Iterator[PlanLine]:
    """Yield how one step went, and what it printed if it failed."""
    how = "done" if outcome.ok else "did not end in time" if outcome.status is None else f"status {outcome.status}"
    text = f"{'put back: ' if outcome.undoing else ''}{_command(outcome.step, in_words)}"
    text += f" ({how}, {outcome.duration_s:.1f} s)"
    yield PlanLine("ok", text, "ok") if outcome.ok else PlanLine("failed", text, "FAILED")
    if outcome.output and not outcome.ok:
        yield PlanLine("output", in_words(outcome.output))


def result_lines(report: ReloadReport) -> Iterator[PlanLine]:
    """Yield what the kernel said, and how the driver is now."""
    for message in report.kernel_messages:
        yield PlanLine("kernel", message, "kernel:")
    driver = report.driver
    if driver.name is None:
        failed = "The driver could NOT be put back: no" if report.undone is False else "No"
        yield PlanLine("result", f"{failed} NPU driver is loaded now.")
        return
    profiling = {True: "on", False: "off", None: "unknown"}[driver.profiling]
    again = " again, as it was" if report.undone else ""
    name = f"{driver.name} {driver.version or ''}".strip()
    yield PlanLine("result", f"{name} is loaded{again}; profiling is {profiling}.")


def _command(step: Step, in_words: InWords) -> str:
    return in_words(visible(" ".join(step.argv)))

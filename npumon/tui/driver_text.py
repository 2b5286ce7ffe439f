"""A driver reload as styled text: the plan, the outcome of each step, and the result."""

from __future__ import annotations

from rich.text import Text

from npumon.core.driver.plan import DriverPlan, ReloadReport, StepOutcome
from npumon.core.driver.words import InWords, PlanLine, outcome_lines, plan_lines, result_lines

_INDENTED = ("reason", "remedy", "output")
_BOLD = ("heading", "step", "result")


def plan_text(plan: DriverPlan, in_words: InWords, *, offered: bool = False, waits: bool = False) -> list[Text]:
    """Return the steps with their reasons, or why there are none.

    `offered`: the user wanted a run. `waits`: the plan is repeated until the driver is free.
    """
    lines: list[Text] = []
    if offered:
        lines += [Text("Profiling is off: a run gives times but no counters."), Text()]
    notes: list[Text] = []
    for line in plan_lines(plan, in_words, puts_back=plan.action == "load"):
        if line.role == "note":
            notes.append(Text(line.text))
        elif line.role == "refusal" and waits:
            lines.append(_styled(line._replace(lead="Waiting:")))
        elif line.role != "undo" and not (line.role == "remedy" and waits):
            lines.append(_styled(line))
    if plan.waits_for_others:
        how = "The plan follows when that has ended. Esc stops waiting." if waits else "w waits for that to end."
        lines += [Text(), Text(how)]
    return lines + notes


def outcome_text(outcome: StepOutcome, in_words: InWords) -> Text:
    """Return one step: its mark, its command, and its output if it failed."""
    return Text("\n").join(map(_styled, outcome_lines(outcome, in_words)))


def report_text(report: ReloadReport, in_words: InWords) -> list[Text]:
    """Return the result, and the remedy if it failed."""
    lines = [_styled(line) for line in result_lines(report)]
    if report.problem is None:
        return [Text("Done: ", "bold") + lines[-1]]
    return [Text(in_words(report.problem.what), "bold"), Text(in_words(report.problem.remedy)), *lines]


def _styled(line: PlanLine) -> Text:
    if line.role in _INDENTED:
        return Text(f"    {line.text}")
    if line.role == "step":
        return Text.assemble(f" {line.lead} ", (line.text, "bold"))
    if line.lead:
        lead = f" {line.lead:<6}" if line.role in ("ok", "failed") else line.lead
        return Text.assemble((f"{lead} ", "bold"), line.text)
    return Text(line.text, "bold" if line.role in _BOLD else "")

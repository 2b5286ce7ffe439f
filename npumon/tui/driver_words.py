"""A reload of the driver in words: what is planned, how each step went, how it ended.

`shown` makes a text's paths those that people know (`Desk.in_words`).
"""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text

from npumon.core.driver_plan import DriverPlan, ReloadReport, StepOutcome
from npumon.core.text import visible

Shown = Callable[[str], str]


def plan_text(plan: DriverPlan, profiling: bool, shown: Shown, *, offered: bool = False) -> list[Text]:
    """The steps with their reasons, or why there are none. `offered`: the user wanted a run, which comes next."""
    lines: list[Text] = []
    if offered:
        lines += [
            Text("Profiling is off: a run gives times but no counters. It comes next, whatever you answer."),
            Text(),
        ]
    lines.append(Text(f"Load galcore with profiling {'on' if profiling else 'off'}:", "bold"))
    for number, step in enumerate(plan.steps, 1):
        lines.append(Text.assemble(f" {number}. ", (shown(visible(" ".join(step.argv))), "bold")))
        lines.append(Text(f"    {shown(step.why)}"))
    for problem in plan.refusals:
        lines.append(Text.assemble(("This is not possible: ", "bold"), shown(problem.what)))
        if problem.remedy:
            lines.append(Text(f"    {shown(problem.remedy)}"))
    lines += [Text(shown(note)) for note in plan.notes]
    if plan.steps:
        lines += [Text(), Text("Carry this out?", "bold")]
    return lines


def outcome_text(outcome: StepOutcome, shown: Shown) -> Text:
    """One step: its mark, its command, and what it said when it failed."""
    how = "done" if outcome.ok else "did not end in time" if outcome.status is None else f"status {outcome.status}"
    command = shown(visible(" ".join(outcome.step.argv)))
    text = Text.assemble(
        (" ok     " if outcome.ok else " FAILED ", "bold"),
        f"{'put back: ' if outcome.undoing else ''}{command}  ({how}, {outcome.duration_s:.1f} s)",
    )
    if outcome.output and not outcome.ok:
        text.append(f"\n    {shown(outcome.output)}")
    return text


def report_text(report: ReloadReport, shown: Shown) -> list[Text]:
    """How it ended, and what helps where it went wrong."""
    if report.problem is None:
        state = {True: "on", False: "off", None: "unknown"}[report.driver.profiling]
        return [Text(f"Done: galcore is loaded, profiling is {state}.", "bold")]
    lines = [Text(shown(report.problem.what), "bold"), Text(shown(report.problem.remedy))]
    if report.undone is not None:
        undone = "was put back as it was" if report.undone else "could NOT be put back"
        lines.append(Text(f"The driver {undone}."))
    return lines + [Text(f"  kernel: {message}") for message in report.kernel_messages]

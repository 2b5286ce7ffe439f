"""A reload of the driver in words: what is planned, how each step went, how it ended.

`shown` makes a text's paths those that people know (`MonitorBackend.in_words`).
"""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text

from npumon.core.driver.plan import DriverPlan, ReloadReport, StepOutcome
from npumon.core.text import visible

Shown = Callable[[str], str]


def profiling_of(plan: DriverPlan) -> bool | None:
    """Whether profiling is on when the plan was carried out; None where it does not say."""
    return {"1": True, "Y": True, "0": False, "N": False}.get(dict(plan.wanted or ()).get("gpuProfiler", ""))


def plan_text(plan: DriverPlan, shown: Shown, *, offered: bool = False, waits: bool = False) -> list[Text]:
    """The steps with their reasons, or why there are none. `offered`: the user wanted a run.
    `waits`: a plan is made again and again until nobody uses the driver any more."""
    lines: list[Text] = []
    if offered:
        lines += [Text("Profiling is off: a run gives times but no counters."), Text()]
    lines.append(Text(_heading(plan), "bold"))
    for number, step in enumerate(plan.steps, 1):
        lines.append(Text.assemble(f" {number}. ", (shown(visible(" ".join(step.argv))), "bold")))
        lines.append(Text(f"    {shown(step.why)}"))
    for problem in plan.refusals:
        lines.append(Text.assemble(("Waiting: " if waits else "This is not possible: ", "bold"), shown(problem.what)))
        if problem.remedy and not waits:
            lines.append(Text(f"    {shown(problem.remedy)}"))
    if plan.waits_for_others:
        how = "The plan comes when that has ended. Esc waits no longer." if waits else "w waits until that has ended."
        lines += [Text(), Text(how)]
    return lines + [Text(shown(note)) for note in plan.notes]


def _heading(plan: DriverPlan) -> str:
    profiling = {True: " with profiling on", False: " with profiling off", None: ""}[profiling_of(plan)]
    return f"Load galcore{profiling}{', as it was before an interrupted reload' if plan.action == 'load' else ''}:"


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

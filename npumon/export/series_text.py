"""Several runs of one program as text for people: each under its name, and a summary line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from npumon.core import units
from npumon.core.run.figures import value_of
from npumon.core.run.report import RunReport
from npumon.export.drawing import PLAIN, Style, painted, wrapped
from npumon.export.run_text import run_text


def series_text(runs: Sequence[tuple[str, RunReport]], style: Style = PLAIN) -> str:
    """Render the reports one below the other; a single one needs no summary."""
    texts = [f"{painted(name, 'bold', style)}\n{run_text(report, style)}" for name, report in runs]
    if len(runs) > 1:
        lines = wrapped(_summary([report for _, report in runs]), style.width, style)
        texts.append("".join(painted(line, "bold", style) + "\n" for line in lines))
    return "\n".join(texts)


def _summary(reports: Sequence[RunReport]) -> str:
    outcomes = Counter(report.info.outcome for report in reports)
    facts = [f"{many} {outcome}" for outcome, many in outcomes.items()]
    times = [time for time in (value_of("latency", report) for report in reports) if time is not None]
    if len(times) > 1:
        facts.append(f"latency {units.spread(times)}")
    demo = "DEMO: " if any(report.demo for report in reports) else ""
    return f"{demo}{len(reports)} runs: {', '.join(facts)}"

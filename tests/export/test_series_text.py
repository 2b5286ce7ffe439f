"""Several runs of one program for people."""

from __future__ import annotations

from collections.abc import Callable

from npumon.core.run.report import RunReport
from npumon.export.drawing import Style
from npumon.export.run_text import run_text
from npumon.export.series_text import series_text

ReportFrom = Callable[..., RunReport]

END = "Run the 1 time: 1.00ms or {}.00us\nTotal   50.00ms or 50000.00us\nAverage 1.00ms or 5.00us\n"


def test_runs_under_their_names_and_their_sum(report_from: ReportFrom) -> None:
    reports = [report_from(END.format(us)) for us in (30_000, 10_000, 20_000)]
    text = series_text([(f"Run {number} of 3", report) for number, report in enumerate(reports, 1)])
    assert [line for line in text.splitlines() if line.startswith(("Run ", "ok", "3 "))] == [
        *("Run 1 of 3", "ok · 1 iteration", "Run 2 of 3", "ok · 1 iteration", "Run 3 of 3", "ok · 1 iteration"),
        "3 runs: 3 ok, latency min 10.0 ms, median 20.0 ms, max 30.0 ms",
    ]
    assert f"Run 2 of 3\n{run_text(reports[1])}\nRun 3 of 3\n" in text


def test_runs_without_times_are_only_counted(report_from: ReportFrom) -> None:
    told = [("Run 1 of 2", report_from(END.format(1))), ("Run 2 of 2", report_from(""))]
    assert series_text(told).endswith("\n\n2 runs: 1 ok, 1 empty\n")


def test_a_single_run_needs_no_sum(report_from: ReportFrom) -> None:
    report = report_from("")
    assert series_text([("Run 1 of 3", report)]) == f"Run 1 of 3\n{run_text(report)}"
    assert series_text([]) == ""


def test_the_sum_of_simulated_figures_says_so_and_keeps_the_width(report_from: ReportFrom) -> None:
    report = report_from(END.format(1))._replace(demo=True)
    text = series_text([("Run", report)] * 2, Style(width=50))
    assert text.endswith("\n\nDEMO: 2 runs: 2 ok, latency min 0.00 ms, median\n0.00 ms, max 0.00 ms\n")

"""The list of a log's runs: a line each, laid out by the first ones, and a document."""

from __future__ import annotations

from collections.abc import Callable

from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.statistics import Statistics
from npumon.export.drawing import Style
from npumon.export.run_list import listed_run, run_list_documents, run_list_text

ReportFrom = Callable[..., RunReport]
STATISTICS = Statistics(2, 30.0, 10.0, 15.0, 15.0, 20.0, 20.0, 20.0, 7.0, 5.0, True)


def timed(report: RunReport, command: str) -> RunReport:
    info = report.info._replace(command=tuple(command.split()), id="log-0-1")
    return report._replace(info=info, metrics=report.metrics._replace(statistics=STATISTICS))


def test_columns_take_the_room_they_need(seed_report: RunReport, report_from: ReportFrom) -> None:
    runs = [listed_run(timed(seed_report, "./run.sh --fast")), listed_run(report_from("", info=RunInfo(model="m")))]
    assert "".join(run_list_text(runs, Style())).splitlines() == [
        "run  outcome     command           create  verify  iter  median  verdict",
        "  1  ok          ./run.sh --fast  59.5 ms  823 µs     1   15 µs  compute.bound",
        "  1  no profile  m                                    0          run.empty",
    ]
    assert "".join(run_list_text(runs, Style(width=40))).splitlines() == [
        "run  outcome     median  verdict",
        "  1  ok           15 µs  compute.bound",
        "  1  no profile          run.empty",
    ]
    ascii_only = "".join(run_list_text(runs, Style(ascii=True, width=120)))
    assert ascii_only.isascii()
    assert "823 us" in ascii_only


def test_a_long_command_gets_what_is_left_and_a_file_its_column(seed_report: RunReport) -> None:
    run = listed_run(timed(seed_report, "./network input.tensor " * 9), "some.log")
    lines = list(run_list_text([run], Style(width=120)))
    assert "file" in lines[0]
    assert "…" in lines[1]
    assert max(len(line.rstrip("\n")) for line in lines) <= 120
    without_command = listed_run(seed_report._replace(info=RunInfo()))
    assert "command" not in next(run_list_text([without_command], Style()))


def test_later_runs_keep_the_layout_of_the_first(seed_report: RunReport) -> None:
    first = listed_run(seed_report)
    lines = list(run_list_text([first] * 1_000 + [first._replace(command="x" * 90, number=123_456)], Style()))
    assert len(lines) == 1_002
    assert "xxx" not in lines[-1]


def test_an_empty_list_has_a_head() -> None:
    assert list(run_list_text([], Style())) == ["run  outcome  median\n"]


def test_the_document(seed_report: RunReport, report_from: ReportFrom) -> None:
    some, none = run_list_documents([listed_run(timed(seed_report, "./run.sh"), "a.log"), listed_run(report_from(""))])
    assert list(some) == [
        *("run", "id", "file", "outcome", "reason", "command", "create_us", "verify_us", "iterations", "statistics"),
        *("total_us", "verdict_id"),
    ]
    assert (some["id"], some["file"], some["command"]) == ("log-0-1", "a.log", "./run.sh")
    assert some["statistics"]["median_us"] == 15.0
    assert (none["outcome"], none["statistics"], none["iterations"]) == ("empty", None, 0)

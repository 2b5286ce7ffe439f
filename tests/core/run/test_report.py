"""One run as exporters and views take it."""

from __future__ import annotations

from npumon.core.run.metrics import Metrics
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.state import EMPTY


def test_a_report_of_a_log_from_elsewhere_knows_only_the_text() -> None:
    report = RunReport(RunInfo(), EMPTY, Metrics())
    assert (report.number, report.runs_in_log, report.demo, report.labels) == (1, 1, False, ())
    assert report.network is None
    assert report.info.log_complete
    assert {field for field in report.info if field not in ("ok", True)} == {None}


def test_a_shell_s_exit_status_tells_the_signal() -> None:
    assert RunInfo(outcome="failed", exit_status=139).words == "crashed (SIGSEGV)"
    assert RunInfo(outcome="failed", exit_status=134, signal="SIGKILL").words == "crashed (SIGKILL)"
    assert RunInfo(outcome="failed", exit_status=1).words == "failed"
    assert RunInfo(outcome="cancelled", exit_status=143).words == "stopped"
    assert RunInfo(outcome="empty").words == "no profile"

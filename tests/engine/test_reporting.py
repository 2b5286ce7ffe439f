"""From a state and an ending to the report."""

from __future__ import annotations

import pytest

from npumon.core.driver.driver_state import DriverState
from npumon.core.log.parser import ProfileParser
from npumon.core.profile import Diagnostic, Hang
from npumon.core.run.conditions import Conditions
from npumon.core.run.outcome import ExitInfo
from npumon.core.run.report import RunInfo
from npumon.core.run.roofs import Roof, Roofs
from npumon.core.run.splitter import RunSplitter
from npumon.core.run.state import EMPTY, RunState
from npumon.engine.reporting import Context, label_of, report_of, running_report, started, with_all_iterations

LABELS = ("dummy", "kit fox", "goldfish", "")


@pytest.fixture
def state(seed_run: bytes) -> RunState:
    fold, parser = RunSplitter(), ProfileParser()
    fold.feed([*parser.feed(seed_run), *parser.close()])
    return fold.state


@pytest.mark.parametrize(
    ("index", "label"), [(0, "dummy"), (2, "goldfish"), (3, None), (4, None), (-1, None), (10**15, None)]
)
def test_labels_count_from_zero_and_name_what_they_can(index: int, label: str | None) -> None:
    assert label_of(index, LABELS) == label


def test_a_report_says_what_the_text_said_and_how_the_run_ended(state: RunState) -> None:
    info = RunInfo(model="inceptionv3", outcome="empty")
    report = report_of(state, Context(LABELS, demo=True), info, ExitInfo(0), number=2, runs_in_log=3)
    assert report.info == RunInfo(model="inceptionv3", outcome="ok")
    assert (report.number, report.runs_in_log, report.demo) == (2, 3, True)
    assert report.labels == ("goldfish", None, None, None, None)
    assert report.metrics.figures.utilization == 0.982268
    assert report.metrics.nominal_clock_mhz == 800.0


def test_a_log_that_was_only_read_has_no_ending(state: RunState) -> None:
    assert report_of(state, Context(), RunInfo()).info.outcome == "ok"
    assert report_of(EMPTY, Context(), RunInfo()).info.outcome == "empty"


def test_a_crash_outweighs_a_whole_text(state: RunState) -> None:
    report = report_of(state, Context(), RunInfo(), ExitInfo(signal="SIGSEGV"))
    assert report.info.outcome == "failed"
    assert report.metrics.verdict_id == "run.crashed"
    assert "SIGSEGV" in report.metrics.verdict


def test_the_boards_clock_goes_before_the_chips(state: RunState) -> None:
    report = report_of(state, Context(nominal_clock_mhz=1000.0), RunInfo())
    assert report.metrics.nominal_clock_mhz == 1000.0
    assert report.metrics.verdict_id == "clock.slow"


def test_the_drivers_profiling_explains_an_empty_text() -> None:
    loaded = report_of(EMPTY, Context(driver=DriverState(profiling=True)), RunInfo())
    assert "reload" not in loaded.metrics.verdict
    assert "VIV_VX_PROFILE=1" in loaded.metrics.verdict
    assert "reload galcore" in report_of(EMPTY, Context(driver=DriverState()), RunInfo()).metrics.verdict


def test_a_report_knows_why_the_run_failed_and_under_which_conditions_it_ran(state: RunState) -> None:
    hang = Hang("12.5", False, "NP[0] hang, automatic recovery.")
    lost = Diagnostic(9, "error", "npumon", "4096 bytes were lost here: No space left on device")
    died = Diagnostic(9, "error", "shell", "Segmentation fault")
    state = state._replace(hung=hang, diagnostics=(lost, died))
    context = Context(driver=DriverState(profiling=False), environment=(("VNN_LOOP_TIME", "5"),))
    report = report_of(state, context, RunInfo())
    assert report.info == RunInfo(
        signal="SIGSEGV", outcome="failed", reason="Segmentation fault", hung=hang, log_complete=False
    )
    assert report_of(state, context, RunInfo(signal="SIGABRT")).info.signal == "SIGABRT"
    assert report_of(state, context, RunInfo(), ExitInfo(139)).info.signal is None, "a shell's status is on record"
    assert report.conditions == Conditions(True, False, False, False, None, (("VNN_LOOP_TIME", "5"),))
    known = hang._replace(recovered=True)
    assert report_of(state, context, RunInfo(hung=known)).info.hung == known
    assert report_of(EMPTY, context, RunInfo()).conditions.profiling is False
    assert not report_of(EMPTY, context, RunInfo(log_complete=False)).info.log_complete
    assert running_report(state, context, RunInfo()).info == RunInfo(outcome="running", hung=hang)


def test_iterations_that_were_not_kept_are_said_to_be_missing(state: RunState) -> None:
    report = report_of(state._replace(iterations_ended=10_005), Context(), RunInfo())
    (diagnostic,) = report.state.diagnostics
    assert (diagnostic.level, diagnostic.message) == ("info", "only the last 1 of 10005 iterations are kept")
    assert report_of(state, Context(), RunInfo()).state.diagnostics == ()
    assert with_all_iterations(report).state == report.state._replace(diagnostics=())


def test_the_memorys_peak_is_passed_on(state: RunState) -> None:
    assert (
        report_of(state, Context(roofs=Roofs(ddr_mbyte_per_s=Roof(2_200.0, "user"))), RunInfo()).metrics.verdict_id
        == "ddr.bound"
    )
    assert report_of(state, Context(), RunInfo()).metrics.verdict_id == "compute.bound"


def test_a_run_under_way_is_neither_cut_off_nor_over(state: RunState) -> None:
    report = running_report(EMPTY, Context(demo=True), RunInfo(model="inceptionv3"), number=2)
    assert (report.info.outcome, report.info.model, report.metrics.verdict_id) == (
        "running",
        "inceptionv3",
        "run.running",
    )
    assert (report.number, report.runs_in_log, report.demo) == (2, None, True)
    report = running_report(state, Context(LABELS), RunInfo())
    assert (report.info.outcome, report.labels[0]) == ("running", "goldfish")
    assert report.metrics.figures.utilization == 0.982268


def test_whether_there_is_anything_to_report(state: RunState) -> None:
    missing = ExitInfo(error="./run.sh could not be executed: No such file or directory")
    assert not started(report_of(EMPTY, Context(), RunInfo(), missing))
    assert started(report_of(state, Context(), RunInfo(), missing))
    assert started(report_of(EMPTY, Context(), RunInfo(), ExitInfo(1)))


def test_scores_that_are_no_probabilities_are_said_to_be_none(state: RunState) -> None:
    odd = state._replace(top=tuple(entry._replace(score=7e16) for entry in state.top))
    (diagnostic,) = report_of(odd, Context(), RunInfo()).state.diagnostics
    assert (diagnostic.level, diagnostic.source) == ("warning", "npumon")
    assert "probabilities" in diagnostic.message


def test_a_board_that_holds_nothing_back_is_not_called_throttled(state: RunState) -> None:
    fast = Context(nominal_clock_mhz=1000.0)
    verdicts = [
        report_of(state, fast._replace(held_back=held_back), RunInfo()).metrics.verdict_id
        for held_back in (True, None, False)
    ]
    assert verdicts == ["clock.slow", "clock.slow", "compute.bound"]

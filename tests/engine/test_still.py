"""One finished run as the monitor shows it."""

from __future__ import annotations

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.log.parser import ProfileParser
from npumon.core.monitor.snapshot import Snapshot
from npumon.core.run.report import RunInfo
from npumon.core.run.splitter import RunFold
from npumon.engine.report import Context, report_of
from npumon.engine.still import still


def snapshot(text: bytes | None) -> Snapshot:
    report = None
    if text is not None:
        fold, parser = RunFold(), ProfileParser()
        fold.feed(parser.feed(text))
        fold.feed(parser.close())
        report = report_of(fold.state, Context(), RunInfo(model="inceptionv3"))
    return Snapshot("2026-11-22T03:18:00.000+00:00", BoardState(), DriverState(), report)


def test_a_run(seed_run: bytes) -> None:
    shown = snapshot(seed_run)
    live = still(shown, seed_run)
    assert live.snapshot is shown
    assert [run.info.model for run in live.runs] == ["inceptionv3"]
    assert (live.activity.run, live.activity.model, live.activity.under_way) == (1, "inceptionv3", False)
    assert (live.latencies.samples, live.latencies.median_us) == (1, 21609.0)
    assert len(live.history.samples) == 1
    assert live.log.lines


def test_no_run() -> None:
    live = still(snapshot(None), b"text")
    assert (live.runs, live.activity.run, live.snapshot.run) == ((), 0, None)


def test_a_run_without_figures() -> None:
    live = still(snapshot(b"hello\n"))
    assert len(live.runs) == 1
    assert live.latencies.samples == 0

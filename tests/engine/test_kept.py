"""Runs that outlive the monitor which began them: real supervisors, real programs. What they print is synthetic."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest

from npumon.board.probe import SystemClock
from npumon.board.procfs import read_process
from npumon.board.run.reattached_run import ReattachedRunner
from npumon.board.run.run_archive import last_run
from npumon.board.run.run_record import RunRecord
from npumon.board.run.runner import SupervisedRunner
from npumon.engine.reporting import Context
from npumon.engine.session import Session, Update
from tests.command_line import until
from tests.viewer import LIMIT, Viewer

Open = Callable[..., Viewer]
Beside = Callable[[Coroutine[object, object, None]], asyncio.Task[None]]


def gated(gate: Path) -> str:
    """A program that prints an iteration, waits for its gate, and prints another one."""
    return (
        "echo 'Start run graph [2] times...'; echo 'Run the 1 time: 21.00ms or 21609.00us'; "
        f"until [ -e '{gate}' ]; do sleep 0.01; done; echo 'Run the 2 time: 21.00ms or 21611.00us'"
    )


def collect(record: RunRecord) -> None:
    """Wait for the end of its supervisor, which is a child of this process."""
    until(lambda: (process := read_process(record.supervisor)) is None or not process.alive)
    os.waitpid(record.supervisor, 0)


@pytest.mark.parametrize("asked", ["at its start", "at its end"])
async def test_left_and_taken_up_again(viewer: Open, beside: Beside, tmp_path: Path, asked: str) -> None:
    shown = viewer()
    job = shown.shell(gated(tmp_path / "gate"))
    job = job._replace(request=job.request._replace(keep=asked == "at its start"))
    beside(shown.monitor.run(job))
    await shown.until(lambda live: live.activity.iteration == 2)
    assert not shown.monitor.left
    await shown.monitor.close(True if asked == "at its end" else None)
    assert shown.monitor.left
    record = last_run(shown.board.folder / "state/runs")
    assert record is not None
    assert record.exit is None

    runner = SupervisedRunner(shown.board.folder / "state", SystemClock())
    session = Session(ReattachedRunner(record, runner), Context())
    seen: list[Update] = []
    ages: list[float] = []

    def on_step(update: Update) -> None:
        seen.append(update)
        ages.append(session.age_s)
        if update.state.iterations_ended == 1:
            (tmp_path / "gate").touch()

    report = await asyncio.wait_for(session.run(job.request, on_step), LIMIT)
    assert (report.info.id, report.info.outcome, report.info.exit_status) == (record.id, "ok", 0)
    assert [iteration.elapsed_us for iteration in report.state.iterations] == [21609.0, 21611.0]
    assert any(update.preexisting and update.data for update in seen)
    assert min(ages) > 0
    assert session.age_s == 0
    collect(record)


async def test_a_run_to_be_kept_is_stopped_where_that_is_asked_for(
    viewer: Open, beside: Beside, tmp_path: Path
) -> None:
    shown = viewer()
    job = shown.shell(gated(tmp_path / "gate"))
    beside(shown.monitor.run(job._replace(request=job.request._replace(keep=True))))
    await shown.until(lambda live: live.activity.iteration == 2)
    await shown.monitor.close(keep=False)
    assert not shown.monitor.left
    assert shown.live.runs[-1].info.outcome == "cancelled"


async def test_a_run_that_is_only_being_started_can_be_left_too(viewer: Open, beside: Beside, tmp_path: Path) -> None:
    shown = viewer()
    beside(shown.monitor.run(shown.shell(gated(tmp_path / "gate"))))
    await shown.until(lambda live: live.activity.stage == "starting")
    await shown.monitor.close(keep=True)
    assert shown.monitor.left
    record = last_run(shown.board.folder / "state/runs")
    assert record is not None
    assert record.exit is None
    (tmp_path / "gate").touch()
    collect(record)


async def test_elapsed_is_the_runs_not_the_watchers(viewer: Open, beside: Beside, tmp_path: Path) -> None:
    first = viewer()
    job = first.shell(gated(tmp_path / "gate"))
    job = job._replace(request=job.request._replace(keep=True))
    beside(first.monitor.run(job))
    await first.until(lambda live: live.activity.iteration == 2 and (live.activity.elapsed_s or 0) >= 1)
    await first.monitor.close()
    record = last_run(first.board.folder / "state/runs")
    assert record is not None
    second = viewer(runner=ReattachedRunner(record, SupervisedRunner(first.board.folder / "state", SystemClock())))
    beside(second.monitor.run(job))
    live = await second.until(lambda live: live.activity.iteration == 2)
    assert live.activity.elapsed_s is not None
    assert live.activity.elapsed_s >= 1
    (tmp_path / "gate").touch()
    live = await second.until(lambda live: live.activity.stage == "idle" and bool(live.runs))
    assert live.runs[-1].info.outcome == "ok"
    assert not second.monitor.left
    collect(record)

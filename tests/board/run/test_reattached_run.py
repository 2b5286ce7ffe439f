"""Runs that are taken up again: real supervisors, real programs."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from npumon.board.probe import SystemClock
from npumon.board.procfs import marked, read_process
from npumon.board.run.reattached_run import ReattachedRun, ReattachedRunner
from npumon.board.run.run_archive import last_run
from npumon.board.run.run_record import RunRecord, read_record
from npumon.board.run.runner import SupervisedRunner
from npumon.board.run.supervised_run import SupervisedRun
from npumon.ports import ExitRecord, ModelRunner, RunningModel, RunRequest
from tests.command_line import until

#: Seconds after which a test gives up waiting. Nothing is measured against it.
LIMIT = 60.0


class Place:
    """A state folder, a program that waits for a gate to be opened, and the run of it that was left."""

    def __init__(self, folder: Path) -> None:
        self.gate = folder / "gate"
        self.runner = SupervisedRunner(folder / "state", SystemClock())
        script = f"echo before; until [ -e '{self.gate}' ]; do sleep 0.01; done; echo after; exit 3"
        self.request = RunRequest(("/bin/sh", "-c", script), str(folder), timeout_s=LIMIT, keep=True, model="gate")
        self._runs = folder / "state/runs"

    async def begin(self) -> SupervisedRun:
        """A run that has said something."""
        run = await self.runner.start(self.request)
        until(lambda: text(run.log) == "before\n")
        return run

    async def left(self) -> RunRecord:
        """What is on record of a run that goes on without its npumon."""
        run = await self.begin()
        run.stop("left")
        record = await asyncio.wait_for(run.wait(), LIMIT)
        assert record.stopped_by == "left"
        assert record.log_bytes == len("before\n")
        return self.record()

    def record(self) -> RunRecord:
        """What is on record of the last run."""
        found = last_run(self._runs)
        assert found is not None
        return found


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    made = Place(tmp_path)
    yield made
    made.gate.touch()
    found = last_run(tmp_path / "state/runs")
    assert found is not None
    collect(found)


def collect(record: RunRecord) -> None:
    """Nothing of the run is left, not even a zombie."""
    until(lambda: not running(record) and marked(record.log) == [])
    with suppress(ChildProcessError):  # collected already, where the run was not left
        os.waitpid(record.supervisor, 0)


def running(record: RunRecord) -> bool:
    """Whether its supervisor lives. A zombie, as one is here whose npumon would have ended, does not."""
    process = read_process(record.supervisor)
    return process is not None and process.alive


def text(path: str) -> str:
    return Path(path).read_text()


async def ended(run: RunningModel) -> ExitRecord:
    return await asyncio.wait_for(run.wait(), LIMIT)


async def test_it_goes_on_and_is_heard_of_to_its_end(place: Place) -> None:
    record = await place.left()
    assert running(record)
    runner: ModelRunner = ReattachedRunner(record, place.runner)
    run = await runner.start(place.request)
    assert (run.id, run.log, run.started_at) == (record.id, record.log, record.started_at)
    assert 0 < run.age_s < 2 * LIMIT
    place.gate.touch()
    end = await ended(run)
    assert (end.exit_status, end.stopped_by, end.log_bytes) == (3, None, len("before\nafter\n"))
    assert text(run.log) == "before\nafter\n"


async def test_the_next_one_is_a_new_run(place: Place) -> None:
    record = await place.left()
    place.gate.touch()
    runner = ReattachedRunner(record, place.runner)
    first, second = await runner.start(place.request), await runner.start(place.request)
    assert isinstance(first, ReattachedRun)
    assert (first.id != second.id, second.age_s) == (True, 0)
    assert [(await ended(run)).exit_status for run in (first, second)] == [3, 3]


async def test_one_that_has_ended(place: Place) -> None:
    record = await place.left()
    place.gate.touch()
    until(lambda: not running(record))
    for known in (record, place.record()):  # what was read while it went on, and what is there now
        run = ReattachedRun(known)
        assert run.age_s == 0
        assert (await ended(run)).exit_status == 3


async def test_it_can_be_ended(place: Place) -> None:
    run = ReattachedRun(await place.left())
    run.stop("cancelled")
    end = await ended(run)
    assert (end.signal, end.stopped_by) == ("SIGTERM", "cancelled")
    run.stop("cancelled")  # there is nothing any more that could be ended


async def test_it_can_be_left_again(place: Place) -> None:
    record = await place.left()
    run = ReattachedRun(record)
    run.stop("left")
    assert (await ended(run)) == ExitRecord(stopped_by="left", log_bytes=len("before\n"))
    assert running(record)
    place.gate.touch()
    assert (await ended(ReattachedRun(record))).exit_status == 3


async def test_its_supervisor_is_killed(place: Place) -> None:
    record = await place.left()
    run = ReattachedRun(record)
    os.kill(record.supervisor, signal.SIGKILL)
    end = await ended(run)
    assert end.error == (
        f"The supervisor of the run (process {record.supervisor}) was killed, so how the run ended is unknown."
    )
    assert end.log_bytes == len("before\n")


async def test_a_stranger_with_its_supervisors_number(place: Place) -> None:
    """The number has been given out again: that process is neither waited for nor ended."""
    record = await place.left()
    stranger = record._replace(supervisor_started=record.supervisor_started - 1)
    run = ReattachedRun(stranger)
    run.stop("cancelled")
    assert (await ended(run)).error is not None
    assert running(record)


async def test_one_that_is_not_to_be_kept_ends_when_it_is_left(place: Place) -> None:
    place.request = place.request._replace(keep=False)
    run = await place.begin()
    run.stop("left")
    assert (await ended(run)).stopped_by == "cancelled"
    found = read_record(Path(run.record))
    assert found is not None
    assert found.exit is not None


async def test_it_is_left_only_while_it_runs(place: Place) -> None:
    run = await place.begin()
    place.gate.touch()
    assert (await ended(run)).exit_status == 3
    run.stop("left")
    assert (await ended(run)).stopped_by is None

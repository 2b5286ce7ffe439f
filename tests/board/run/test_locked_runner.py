"""Runs that keep other npumons away: real runs on a synthetic root."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from npumon.board.board_lock import FileBoardLock
from npumon.board.probe import SystemClock
from npumon.board.roots import Roots
from npumon.board.run.run_record import read_record
from npumon.board.run.runner import LockedRunner, SupervisedRunner
from npumon.core.problems import ProblemError
from npumon.ports import RunRequest
from tests import golden
from tests.command_line import until
from tests.scripted_board import ScriptedBoard

#: A npumon that starts a run which may outlive it, says which process that is under, and waits.
_NPUMON = """\
import asyncio, sys
from pathlib import Path
from npumon.board.probe import SystemClock
from npumon.board.run.runner import LockedRunner
from npumon.board.roots import Roots
from npumon.board.run.runner import SupervisedRunner
from npumon.ports import RunRequest

async def main(root, state, script):
    runner = LockedRunner(SupervisedRunner(Path(state), SystemClock()), Roots(Path(root)))
    running = await runner.start(RunRequest(("/bin/sh", "-c", script), "/", timeout_s=60, keep=True))
    print(running.log, flush=True)
    await running.wait()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
def board(tmp_path: Path) -> ScriptedBoard:
    made = ScriptedBoard(tmp_path / "root")
    made.load()
    return made


def runner_of(board: ScriptedBoard, tmp_path: Path) -> LockedRunner:
    return LockedRunner(SupervisedRunner(tmp_path / "state", SystemClock()), Roots(board.root))


def request(tmp_path: Path, *command: str) -> RunRequest:
    return RunRequest(command, str(tmp_path))


def text(path: str) -> str:
    return Path(path).read_text()


async def test_a_run_holds_the_board(board: ScriptedBoard, tmp_path: Path) -> None:
    runner = runner_of(board, tmp_path)
    lock = FileBoardLock(board.root / "run/lock")
    running = await runner.start(request(tmp_path, "/bin/sleep", "1000"))
    problem = lock.busy()
    golden.problem(problem, "board.busy this process")
    with pytest.raises(ProblemError) as caught:
        await runner.start(request(tmp_path, "/bin/true"))
    assert caught.value.problem == problem
    assert running.id in running.log
    assert running.started_at.endswith("+00:00")
    running.stop("cancelled")
    record = await running.wait()
    assert record.stopped_by == "cancelled"
    assert lock.busy() is None
    assert (await (await runner.start(request(tmp_path, "/bin/true"))).wait()).exit_status == 0


async def test_a_run_that_cannot_be_started_holds_nothing(board: ScriptedBoard, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("no folder")
    try:
        running = await runner_of(board, tmp_path).start(request(tmp_path, "/bin/true"))
    except ProblemError:
        pass
    else:
        await running.wait()
    assert FileBoardLock(board.root / "run/lock").busy() is None


async def test_without_the_device_node_no_lock_is_needed(tmp_path: Path) -> None:
    board = ScriptedBoard(tmp_path / "root")
    running = await runner_of(board, tmp_path).start(request(tmp_path, "/bin/true"))
    assert (await running.wait()).exit_status == 0
    assert not (board.root / "run/lock/npumon.lock").exists()


async def test_nothing_runs_while_the_driver_is_out(tmp_path: Path) -> None:
    """Between unloading and loading there is no device node either."""
    board = ScriptedBoard(tmp_path / "root")
    runner, lock = runner_of(board, tmp_path), FileBoardLock(board.root / "run/lock")
    with lock.hold("changes the NPU's driver"), pytest.raises(ProblemError, match="changes the NPU's driver"):
        await runner.start(request(tmp_path, "/bin/true"))
    assert (await (await runner.start(request(tmp_path, "/bin/true"))).wait()).exit_status == 0


async def test_without_a_place_for_the_lock_runs_go_on(board: ScriptedBoard, tmp_path: Path) -> None:
    (board.root / "run/lock").rmdir()
    running = await runner_of(board, tmp_path).start(request(tmp_path, "/bin/true"))
    assert (await running.wait()).exit_status == 0


def test_a_run_that_outlives_its_npumon_has_the_board(board: ScriptedBoard, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    script = f"echo began; until [ -e '{gate}' ]; do sleep 0.01; done"
    command = [sys.executable, "-c", _NPUMON, str(board.root), str(tmp_path / "state"), script]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as npumon:
        assert npumon.stdout is not None
        log = Path(npumon.stdout.readline().strip())
        until(lambda: log.read_text() == "began\n")
        npumon.kill()
    lock = FileBoardLock(board.root / "run/lock")
    problem = lock.busy()
    supervisor = read_record(log.with_suffix(".json"))
    assert supervisor is not None
    golden.problem(problem, "board.busy a run that is left", pid=supervisor.supervisor)
    with pytest.raises(ProblemError) as caught, lock.hold("changes the NPU's driver"):
        pass
    assert caught.value.problem == problem
    gate.touch()
    until(lambda: lock.busy() is None)


async def test_what_a_run_leaves_behind_does_not_have_the_board(board: ScriptedBoard, tmp_path: Path) -> None:
    """Only the supervisor shares the lock: the model's processes do not even know of it."""
    running = await runner_of(board, tmp_path).start(request(tmp_path, "/bin/ls", "-l", "/proc/self/fd"))
    await running.wait()
    listed = text(running.log)
    assert "/dev/pts/" in listed
    assert "npumon.lock" not in listed

"""Runs on a driver that has to be changed first, or that does not answer."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from npumon.board.run.run_record import read_record
from tests.vm import guest_system as board
from tests.vm.guest_npumon import driver

_LOCK = Path("/run/lock/npumon.lock")
_SEED_RUN = Path(__file__).parents[1] / "data/seed_run.txt"


def run_and_reload_at_once(npumon: Path) -> None:
    """`run --reload` switches profiling on, then runs. Meanwhile root's npumon finds the board busy."""
    for file in (_LOCK, _LOCK.with_name("npumon-driver-0.json")):  # as root's npumon leaves them when it is killed
        file.touch(mode=0o666)
    _LOCK.chmod(0o666)
    command = f"cat {_SEED_RUN}; exec sleep 600"
    run = board.start_as_user(npumon, "run", "--reload", "--", "/bin/sh", "-c", command)
    board.until(lambda: b"runs a model" in _LOCK.read_bytes(), "the run has the board")
    assert board.parameter("gpuProfiler") == "1"
    refused = subprocess.run(
        [npumon, "driver", "reload", "--no-profile", "--yes", "--format", "json"],
        capture_output=True,
        text=True,
        timeout=board.LIMIT_S,
    )
    problems = json.loads(refused.stdout)["refusals"]
    assert (refused.returncode, [problem["id"] for problem in problems]) == (3, ["board.busy"]), refused
    assert f"process {run.pid}" in problems[0]["what"]
    assert board.parameter("gpuProfiler") == "1"
    run.terminate()
    run.wait(board.LIMIT_S)


def model_hangs_in_the_kernel(npumon: Path) -> None:
    """A model that no signal reaches: the run ends all the same and says so, and npumon can be used meanwhile."""
    board.load(readHang=25)
    model = ("/bin/sh", "-c", "echo before; exec cat /dev/galcore")
    ended = board.as_user(npumon, "run", "--timeout", "1", "--", *model)
    assert board.references() == 1
    assert ended.returncode == 4, ended
    answer = driver(npumon, "reload", "--dry-run")
    assert (answer.status, answer.refusals) == (3, ["driver.in_use"]), answer
    [pid] = [holder["pid"] for holder in answer.document["driver"]["holders"]]
    said = f"processes that do not end even when killed: {pid}; they hang in the kernel, reboot the board"
    assert said in ended.stderr, ended
    log = max((board.HOME / ".local/state/npumon/runs").glob("*.log"))
    record = read_record(log.with_suffix(".json"))
    assert log.read_bytes().split() == [b"before"]
    assert record is not None
    assert record.exit is not None
    assert (record.exit.stopped_by, record.exit.survivors) == ("timeout", (pid,)), record
    assert record.exit.log_bytes == log.stat().st_size, record

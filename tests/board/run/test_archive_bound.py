"""Many runs of one npumon, whose logs together stay within their bound."""

from __future__ import annotations

import asyncio
from pathlib import Path

from npumon.board.probe import SystemClock
from npumon.board.run.archive_bound import BoundedArchiveRunner
from npumon.board.run.runner import SupervisedRunner
from npumon.ports import ModelRunner, RunRequest

#: Seconds after which a test gives up waiting. Nothing is measured against it.
LIMIT = 60.0

LOG = 1 << 20


def lengths(folder: Path) -> list[int]:
    return [log.stat().st_size for log in sorted(folder.glob("*.log"))]


async def logs_after(runner: ModelRunner, folder: Path, count: int, size: int) -> list[list[int]]:
    """The lengths of the logs after each of so many runs, the oldest first."""
    seen = []
    request = RunRequest(("head", "-c", str(size), "/dev/zero"), "/", timeout_s=LIMIT)
    for _ in range(count):
        running = await runner.start(request)
        assert (await asyncio.wait_for(running.wait(), LIMIT)).exit_status == 0
        seen.append(lengths(folder))
    return seen


async def test_together_they_stay_within_the_bound(tmp_path: Path) -> None:
    bounded = BoundedArchiveRunner(
        SupervisedRunner(tmp_path, SystemClock(), log_bytes=LOG), tmp_path / "runs", 4 * LOG, LOG
    )
    seen = await logs_after(bounded, tmp_path / "runs", 8, 900_000)
    assert [len(logs) for logs in seen] == [1, 2, 3, 4, 4, 4, 4, 4]


async def test_the_run_before_stays_whatever_it_takes(tmp_path: Path) -> None:
    bounded = BoundedArchiveRunner(SupervisedRunner(tmp_path, SystemClock()), tmp_path / "runs", LOG, None)
    seen = await logs_after(bounded, tmp_path / "runs", 4, 3 * LOG)
    assert [len(logs) for logs in seen] == [1, 2, 2, 2]


async def test_what_is_there_already_counts(tmp_path: Path) -> None:
    runner = SupervisedRunner(tmp_path, SystemClock())
    await logs_after(runner, tmp_path / "runs", 5, LOG)
    bounded = BoundedArchiveRunner(runner, tmp_path / "runs", 3 * LOG, None)
    assert await logs_after(bounded, tmp_path / "runs", 1, 10) == [[LOG, LOG, 10]]

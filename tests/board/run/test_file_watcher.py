"""The alarm where the kernel sends no events."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from npumon.board.run.file_watcher import FileWatcher

LIMIT = 60.0

#: Follows a log where the kernel has no inotify to give; prints what it read.
WITHOUT_INOTIFY = """
import asyncio, os, sys, threading
from npumon.board.run.tailer import WatchdogFollower

async def main(path):
    before = len(os.listdir("/proc/self/fd"))
    tail = WatchdogFollower(0.01).follow(path)
    size = 0
    async for chunk in tail.chunks():
        size += len(chunk.data)
        if size == 3:
            print("threads", threading.active_count())
            with open(path, "a") as file:
                file.write("more")
        if size == 7:
            tail.finish()
    print(size, "threads", threading.active_count(), "descriptors", len(os.listdir("/proc/self/fd")) - before)

asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.parametrize("what", ["instances", "watches"])
def test_without_inotify_the_time_alone_has_to_do(tmp_path: Path, what: str) -> None:
    enter = ["unshare", "--user", "--map-root-user", "sh", "-c"]
    limit = f"echo 0 > /proc/sys/user/max_inotify_{what}"
    if shutil.which("unshare") is None or subprocess.run([*enter, limit], capture_output=True, check=False).returncode:
        pytest.skip("NOT TESTED: the limit of inotify needs permission to make a user namespace (unshare -r)")
    (tmp_path / "log").write_text("abc")
    done = subprocess.run(
        [*enter, f'{limit} && exec "$@"', "sh", sys.executable, "-W", "error", "-c", WITHOUT_INOTIFY, tmp_path / "log"],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=True,
    )
    assert done.stderr == ""
    leaks = range(1 if what == "instances" else 4)  # watchdog up to 6 loses some when a watch is refused
    assert done.stdout in [f"threads 1\n7 threads 1 descriptors {leak}\n" for leak in leaks]


async def test_only_what_happens_to_the_file_rings(tmp_path: Path) -> None:
    watcher = FileWatcher(str(tmp_path / "log"))
    watcher.start()
    try:
        (tmp_path / "other").write_text("x")
        (tmp_path / "log").write_text("x")
        await asyncio.wait_for(watcher.wait(10 * LIMIT), LIMIT)
    finally:
        watcher.close()
    assert not [thread for thread in threading.enumerate() if "Observer" in thread.name]


async def test_rings_while_nobody_waits_count_as_one(tmp_path: Path) -> None:
    watcher = FileWatcher(str(tmp_path / "absent" / "log"))
    watcher.start()
    watcher.wake()
    watcher.wake()
    await asyncio.wait_for(watcher.wait(10 * LIMIT), LIMIT)
    waiting = asyncio.get_running_loop().create_task(watcher.wait(10 * LIMIT))
    for _ in range(10):  # far more turns of the loop than a wait that is over would take
        await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()
    watcher.close()
    watcher.close()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("steps", range(4))
async def test_a_ring_does_not_drown_a_cancellation(tmp_path: Path, steps: int) -> None:
    watcher = FileWatcher(str(tmp_path / "log"))

    async def listen() -> None:
        while True:
            await watcher.wait(10 * LIMIT)

    listening = asyncio.get_running_loop().create_task(listen())
    await asyncio.sleep(0)
    watcher.wake()
    for _ in range(steps):
        await asyncio.sleep(0)
    listening.cancel()
    await asyncio.wait([listening], timeout=LIMIT)
    assert listening.cancelled()

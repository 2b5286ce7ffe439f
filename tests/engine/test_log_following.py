"""Watching a real file that somebody else writes, woken by real inotify events or by polling."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest

from npumon.board.probe import SystemClock
from npumon.core.monitor.live import Live
from npumon.core.monitor.log_board import LogBoard
from npumon.core.problems import ProblemError
from npumon.core.run.statistics import EXACT
from npumon.engine.live_state import LiveState
from npumon.engine.log_following import LogFollowing
from npumon.engine.monitor import KEPT_OPERATIONS
from npumon.engine.reporting import Context
from npumon.ports import LogChunk
from tests import golden
from tests.viewer import LIMIT, Viewer, own

Open = Callable[..., Viewer]
Beside = Callable[[Coroutine[object, object, None]], asyncio.Task[None]]

#: Seconds between two looks: so seldom that without events a test would hang.
NEVER = 10 * LIMIT

HEAD = b"#productname=VIPNano-QI, pid=0x88\nStart run graph [3] times...\n"
TOTALS = b"Total   21.00ms or 21625.00us\nAverage 21.62ms or 21625.00us\n"
ITERATION = b"VPC_ELAPSETIME: 21124\nRun the 1 time: 21.00ms or 21609.00us\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "run.log"


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def ended(live: Live) -> list[tuple[int, str]]:
    return [(run.number, run.info.outcome) for run in live.runs]


@pytest.mark.parametrize("poll_s", [0.01, NEVER])
async def test_a_file_that_comes_and_grows(
    viewer: Open, beside: Beside, log: Path, seed_run: bytes, poll_s: float
) -> None:
    shown = viewer(poll_s=poll_s, context=Context(("dummy", "tench", "goldfish")))
    beside(shown.monitor.watch(str(log)))
    live = await shown.until(lambda live: live.activity.stage == "no file")
    assert live.activity.source == str(log)
    append(log, b"")
    await shown.until(lambda live: live.activity.stage == "following")
    append(log, HEAD + ITERATION)
    live = await shown.until(lambda live: live.history.ever)
    activity, run = live.activity, live.snapshot.run
    assert (activity.stage, activity.iteration, activity.iterations) == ("running", 2, 3)
    assert (activity.run, activity.model) == (1, None)
    assert activity.elapsed_s is not None
    assert run is not None
    assert (run.info.outcome, run.info.log, run.number, run.runs_in_log) == ("running", str(log), 1, None)
    append(log, seed_run)
    live = await shown.until(lambda live: len(live.runs) == 2)
    assert live.activity.stage == "following"
    assert ended(live) == [(1, "failed"), (2, "ok")], "the next run began in the middle of the first"
    run = live.snapshot.run
    assert run is not None
    assert (run.number, run.labels[0], run.metrics.figures.utilization) == (2, "goldfish", 0.982268)
    assert live.previous is not None
    assert live.previous.number == 1
    assert live.log.ever == 4 + seed_run.count(b"\n")
    assert live.latencies.samples == live.history.ever == 1, "a run of another kind shares no graph"


async def test_what_was_there_before_has_no_elapsed_time(
    viewer: Open, beside: Beside, log: Path, seed_run: bytes
) -> None:
    append(log, seed_run + HEAD + ITERATION)
    shown = viewer()
    beside(shown.monitor.watch(str(log)))
    live = await shown.until(lambda live: live.shown.runs == 2 and live.history.ever == 1)
    assert (live.activity.stage, live.activity.elapsed_s) == ("running", None)
    append(log, ITERATION)
    live = await shown.until(lambda live: live.history.ever == 2)
    assert live.activity.elapsed_s is None, "nobody saw it begin"
    append(log, HEAD)
    live = await shown.until(lambda live: len(live.runs) == 2)
    assert live.activity.elapsed_s is not None


async def test_a_run_that_ends_with_its_totals_is_not_said_to_hang(viewer: Open, beside: Beside, log: Path) -> None:
    append(log, HEAD + ITERATION * 3)
    shown = viewer()
    beside(shown.monitor.watch(str(log)))
    await shown.until(lambda live: live.activity.stage == "finishing")
    append(log, TOTALS)
    live = await shown.until(lambda live: live.activity.stage == "following")
    assert live.snapshot.run is not None
    assert (live.snapshot.run.info.outcome, live.runs) == ("ok", ()), "classes may still come"
    append(log, HEAD)
    live = await shown.until(lambda live: live.runs)
    assert ended(live) == [(1, "ok")]
    assert live.previous == live.runs[0]


TOP = b" --- Top5 ---\n" + b"".join(b"%3d: 0.%d00000\n" % (place, 9 - place) for place in range(5))
DEATH = b"Segmentation fault (core dumped)\n"


@pytest.mark.parametrize("after", [b"", HEAD + ITERATION * 3 + TOTALS + TOP])
@pytest.mark.parametrize("apart", [False, True])
async def test_a_program_that_dies_after_its_results_has_crashed(
    viewer: Open, beside: Beside, log: Path, apart: bool, after: bytes
) -> None:
    run = HEAD + ITERATION * 3 + TOTALS + TOP
    shown = viewer()
    append(log, run if apart else run + DEATH + after)
    beside(shown.monitor.watch(str(log)))
    if apart:
        live = await shown.until(lambda live: live.runs)
        assert ended(live) == [(1, "ok")]
        append(log, DEATH + after)
    others = [(2, "ok")] if after else []
    live = await shown.until(lambda live: ended(live) == [(1, "failed"), *others])
    assert live.runs[0].info.signal == "SIGSEGV"
    assert live.snapshot.run is not None
    assert live.snapshot.run.info.outcome == ("ok" if after else "failed")


async def test_a_writer_that_falls_silent(viewer: Open, beside: Beside, log: Path) -> None:
    append(log, HEAD + ITERATION)
    shown = viewer()
    beside(shown.monitor.watch(str(log)))
    live = await shown.until(lambda live: live.activity.silent_s)
    assert live.activity.silent_s is not None
    assert live.activity.silent_s >= 5
    append(log, ITERATION)
    await shown.until(lambda live: live.activity.silent_s is None)


async def test_truncated(viewer: Open, beside: Beside, log: Path, seed_run: bytes) -> None:
    append(log, seed_run)
    shown = viewer(poll_s=NEVER)
    beside(shown.monitor.watch(str(log)))
    await shown.until(lambda live: live.runs)
    os.truncate(log, 0)
    live = await shown.until(lambda live: live.activity.note)  # at once, not with the next text
    assert live.activity.note == "run.log was truncated; read from its beginning."
    assert (live.activity.stage, live.log.lines) == ("restarted", ())
    assert live.snapshot.run is not None, "what was seen is still shown"
    append(log, b"hello\n")
    live = await shown.until(lambda live: live.log.lines)
    assert live.activity.stage == "restarted", "that is no run"
    os.truncate(log, 0)
    append(log, HEAD)
    live = await shown.until(lambda live: live.activity.stage == "running")
    assert b"".join(line + b"\n" for line in live.log.lines) == HEAD, "the log is the new text"
    assert live.snapshot.run is not None
    assert live.snapshot.run.number == 1, "it is the first run of this text"
    assert live.shown.runs == 2, "runs are numbered through"
    append(log, ITERATION * 3 + seed_run)
    live = await shown.until(lambda live: len(live.runs) == 3)
    assert live.activity.note is None, "it is no news any more"


async def test_rotated(viewer: Open, beside: Beside, log: Path, seed_run: bytes) -> None:
    append(log, HEAD + ITERATION)
    shown = viewer(poll_s=NEVER)
    beside(shown.monitor.watch(str(log)))
    await shown.until(lambda live: live.history.ever)
    os.rename(log, log.with_suffix(".1"))
    append(log, seed_run[:200])
    live = await shown.until(lambda live: live.activity.note and live.runs)
    assert live.activity.note == "run.log was rotated; read from its beginning."
    assert ended(live) == [(1, "truncated")]


async def test_files_that_were_gone_are_told(viewer: Open, beside: Beside, log: Path, seed_run: bytes) -> None:
    append(log, seed_run)
    shown = viewer(poll_s=NEVER)
    beside(shown.monitor.watch(str(log)))
    await shown.until(lambda live: live.runs)
    for _ in range(2):  # before the loop has a turn
        os.unlink(log)
        append(log, seed_run[:200])
    live = await shown.until(lambda live: live.activity.note)
    what = "run.log was recreated, and 1 file in between could not be read"
    assert live.activity.note == f"{what}; read from its beginning."
    append(log, seed_run[200:])
    live = await shown.until(lambda live: len(live.runs) == 2)
    assert live.runs[-1].state.unread
    assert live.runs[-1].info.outcome == "ok"


async def test_deleted_and_recreated(viewer: Open, beside: Beside, log: Path, seed_run: bytes) -> None:
    append(log, seed_run)
    shown = viewer()
    beside(shown.monitor.watch(str(log)))
    await shown.until(lambda live: live.runs)
    os.unlink(log)
    live = await shown.until(lambda live: live.activity.note)
    assert (live.activity.stage, live.activity.note) == ("no file", "run.log is gone; waiting for a new one.")
    assert live.snapshot.run is not None, "what was seen is still shown"
    append(log, HEAD)
    live = await shown.until(lambda live: live.activity.stage == "running")
    assert live.activity.note == "run.log was recreated; read from its beginning."


async def test_a_long_log_is_read_in_small_pieces_and_says_how_far_behind_it_is(
    viewer: Open, beside: Beside, log: Path, seed_run: bytes
) -> None:
    count = 1_500
    append(log, seed_run * count)
    shown = viewer()
    turns = 0

    async def breathe() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside(breathe())
    beside(shown.monitor.watch(str(log)))
    live = await shown.until(lambda live: live.history.ever == count)
    behind = [live.activity.behind_bytes for live in shown.seen if live.activity.behind_bytes]
    assert behind == sorted(behind, reverse=True)
    assert behind[0] > 100_000
    assert live.activity.behind_bytes == 0
    assert turns > 3, "others had their turn between any two pieces"
    assert (len(live.runs), live.runs[-1].number) == (200, count)


async def test_the_newest_is_shown_while_figures_are_far_behind(
    viewer: Open, beside: Beside, log: Path, seed_run: bytes
) -> None:
    count = 3_000
    append(log, seed_run * count + b"the end\n")
    shown = viewer()
    beside(shown.monitor.watch(str(log)))
    await shown.until(lambda live: live.history.ever == count)
    early = [live for live in shown.seen if live.log.lines[-1:] == (b"the end",) and live.activity.behind_bytes]
    assert early
    assert {live.log.ever for live in early} == {seed_run.count(b"\n") * count + 1}
    assert early[0].history.ever < count // 2
    assert shown.live.log == early[0].log, "each line is shown once"


async def test_a_folder_is_no_log(viewer: Open, tmp_path: Path) -> None:
    shown = viewer()
    with pytest.raises(ProblemError, match="Is a directory"):
        await shown.monitor.watch(str(tmp_path))
    assert (shown.live.activity.stage, shown.live.activity.source) == ("idle", None)


async def test_names_are_visible_text(viewer: Open, beside: Beside, tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[2J\u202e.log"
    append(path, HEAD)
    shown = viewer()
    beside(shown.monitor.watch(str(path)))
    live = await shown.until(lambda live: live.activity.stage == "running")
    os.truncate(path, 0)
    append(path, b"x")
    assert live.activity.source == f"{tmp_path}/a\\x1b[2J\\u202e.log"
    live = await shown.until(lambda live: live.activity.note)
    assert (live.activity.note or "").isprintable()


async def test_watching_leaves_nothing_behind(viewer: Open, log: Path, seed_run: bytes) -> None:
    """Cancelled or closed; then the monitor is free for other work."""
    append(log, seed_run)
    shown = viewer()
    task = asyncio.get_running_loop().create_task(shown.monitor.watch(str(log)))
    await shown.until(lambda live: live.runs)
    task.cancel()
    await asyncio.wait([task])
    await shown.until(lambda live: live.activity.stage == "idle")
    before = own()
    for _ in range(3):
        task = asyncio.get_running_loop().create_task(shown.monitor.watch(str(log)))
        await shown.until(lambda live: live.activity.stage == "following")
        task.cancel()
        await asyncio.wait([task])
        await shown.until(lambda live: live.activity.stage == "idle")
    assert own() == before
    await shown.monitor.run(shown.shell("true"))
    await shown.until(lambda live: live.activity.stage == "idle")
    task = asyncio.get_running_loop().create_task(shown.monitor.watch(str(log)))
    await shown.until(lambda live: live.activity.stage == "following")
    await asyncio.wait_for(shown.monitor.close(), LIMIT)
    await asyncio.wait_for(task, LIMIT)


async def test_nothing_begins_once_it_is_closed(viewer: Open, log: Path) -> None:
    shown = viewer()
    await shown.monitor.close()
    for begin in (shown.monitor.watch(str(log)), shown.monitor.run(shown.job())):
        with pytest.raises(ProblemError) as caught:
            await begin
        golden.problem(caught.value.problem, "monitor.closed")


def frames(seed_run: bytes, begin: int, count: int) -> bytes:
    """What a camera program prints of so many pictures: a profile, its time, and what it found."""
    _, found, rest = seed_run.partition(b"layer id: 0")
    block = found + rest.partition(b"Run the 1 time")[0]
    lines = b"Done. inference :  0.%06d\nresultData.detect_num=1\ni:0 left:%d.5 right:2.25 top:8.0 bottom:64.0\n"
    return b"".join(block + lines % (30_000 + number % 977, number % 300) for number in range(begin, begin + count))


def test_an_hour_of_a_camera_takes_no_more_memory_than_its_first_minute(seed_run: bytes) -> None:
    """Apart from the times of iterations, which are counted in a histogram only from the ten thousandth on."""
    clock = SystemClock()
    state = LiveState(Context(), clock)
    following = LogFollowing("camera.log", state, clock, KEPT_OPERATIONS)
    minute, blocks = 30 * 60, []
    for number in range(60):
        text = frames(seed_run, number * minute, minute)
        for at in range(0, len(text), 60_000):
            following.take(LogChunk(text[at : at + 60_000]))
            state.live()
        gc.collect()
        blocks.append(sys.getallocatedblocks())
    assert state.run is not None
    assert state.run.state.iterations_ended == 60 * minute
    assert max(blocks) < blocks[0] + 2 * EXACT
    assert max(blocks[10:]) < max(blocks[:10]) + 1_000


async def test_the_log_tells_of_its_board_and_this_machine_is_left_alone(
    viewer: Open, beside: Beside, log: Path, seed_run: bytes
) -> None:
    append(log, b"khadas@Khadas:~$ uname -a\nLinux Khadas 4.9.241 #15 SMP\n" + seed_run)
    os.utime(log, (1_658_689_920, 1_658_689_920))
    shown = viewer()
    beside(shown.monitor.watch(str(log)))
    live = await shown.until(lambda live: live.runs)
    assert live.snapshot.log_board == LogBoard(None, "Khadas", "4.9.241", "2022-07-24T19:12:00+00:00")
    append(log, seed_run)
    live = await shown.until(lambda live: len(live.runs) == 2)
    assert live.snapshot.log_board == LogBoard(None, "Khadas", "4.9.241"), "it is being written"
    os.truncate(log, 0)
    append(log, b"root@other:~# ./net\n")
    live = await shown.until(lambda live: live.snapshot.log_board == LogBoard(host="other"))

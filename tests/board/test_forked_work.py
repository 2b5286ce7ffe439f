"""Real copies of this process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from npumon.board.forked_work import ForkedWorker, Work, other_processors
from tests.command_line import PATIENCE, alive, next_text, until

_ORPHAN = """import os, sys
from npumon.board.forked_work import ForkedWorker
def work(request):
    while True:
        pass
workers = [ForkedWorker(work if sys.argv[1] == "busy" else len) for _ in range(2)]
for worker in workers:
    worker.ask("x")
print(*(worker._pid for worker in workers), flush=True)
sys.stdin.read()
"""


def children() -> set[int]:
    return set(map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()))


def test_it_answers_one_request_after_the_other() -> None:
    before = children()
    known = {"a": 1}
    worker = ForkedWorker(lambda request: (known[request[0]], "x" * request[1], os.getpid()))
    known["a"] = 2
    for size in (0, 5, 3_000_000):  # the last fits in no pipe
        worker.ask(("a", size))
        number, text, pid = worker.answer()
        assert (number, text) == (1, "x" * size)
        assert pid != os.getpid()
    worker.stop()
    assert children() == before


def test_one_that_fails_or_is_killed_has_no_answer(capfd: pytest.CaptureFixture[str]) -> None:
    before = children()
    works: tuple[Work, ...] = (lambda request: 1 / request, lambda request: os.kill(os.getpid(), 9), Path)
    for work in works:
        worker = ForkedWorker(work)
        worker.ask(0)
        assert worker.answer() is None
        worker.ask(0)
        assert worker.answer() is None
        worker.stop()
    assert children() == before
    assert capfd.readouterr() == ("", "")


def test_one_that_works_is_stopped() -> None:
    before = children()
    worker = ForkedWorker(lambda request: signal.pause())
    worker.ask(0)
    worker.stop()
    assert children() == before


def test_where_there_is_no_room_nothing_is_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", no_room)
    opened = os.listdir("/proc/self/fd")
    with pytest.raises(BlockingIOError):
        ForkedWorker(len)
    assert os.listdir("/proc/self/fd") == opened


def test_it_ends_when_the_process_has_gone() -> None:
    root = str(Path(__file__).parents[2])
    environ = {**os.environ, "PYTHONPATH": root}
    with subprocess.Popen(
        [sys.executable, "-c", _ORPHAN, "idle"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ
    ) as process:
        workers = list(map(int, next_text(process).split()))
        assert all(map(alive, workers))
        process.kill()
        process.wait(PATIENCE)
        until(lambda: not any(map(alive, workers)))


@pytest.mark.parametrize(("allowed", "others"), [({3}, 0), ({0, 1}, 1), (set(range(64)), 3)])
def test_processors_that_may_be_used(monkeypatch: pytest.MonkeyPatch, allowed: set[int], others: int) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: allowed)
    assert other_processors() == others

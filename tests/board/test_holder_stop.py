"""Ending those who hold the driver: real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from npumon.board.holder_stop import stop_holders
from npumon.board.holders import find_holders
from npumon.board.roots import Roots
from npumon.core.snapshot import Holder
from tests.scripted_board import ScriptedBoard

Start = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture
def board(tmp_path: Path) -> ScriptedBoard:
    made = ScriptedBoard(tmp_path / "root")
    made.load()
    return made


@pytest.fixture
def start(board: ScriptedBoard) -> Iterator[Start]:
    """Starts a shell that has the device node open and then does something."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(text: str) -> subprocess.Popen[bytes]:
        script = f"exec 9<{board.root}/dev/galcore; {text}; echo ready; while :; do read -r x || sleep 1000; done"
        process = subprocess.Popen(
            ["/bin/sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        board.hold(process.pid)
        return process

    yield begin
    for process in started:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.communicate(timeout=60)


def holders(board: ScriptedBoard) -> tuple[Holder, ...]:
    return find_holders(Roots(board.root)).processes


def test_asked_first(board: ScriptedBoard, start: Start) -> None:
    process = start(":")
    assert [holder.pid for holder in holders(board)] == [process.pid]
    assert stop_holders(Roots(board.root), holders(board)) == ()
    assert process.wait(60) == -signal.SIGTERM


def test_killed_in_the_end(board: ScriptedBoard, start: Start) -> None:
    process = start("trap '' TERM")
    assert stop_holders(Roots(board.root), holders(board), grace_s=0.2) == ()
    assert process.wait(60) == -signal.SIGKILL


def test_another_program_of_that_number_is_left_alone(board: ScriptedBoard, start: Start) -> None:
    process = start(":")
    before = [holder._replace(command="another program") for holder in holders(board)]
    assert stop_holders(Roots(board.root), before) == ()
    assert process.poll() is None


def test_somebody_elses(
    board: ScriptedBoard, start: Start, without_rights: Callable[[], AbstractContextManager[None]]
) -> None:
    if os.geteuid() != 0:
        pytest.skip("an ordinary user has no process of another one")
    start(":")
    found = holders(board)
    with without_rights():  # may not even look into it, so as far as it can tell nobody is there
        problems = stop_holders(Roots(board.root), found, grace_s=0)
    assert problems == ()
    assert holders(board) == found


def test_a_process_of_another_system(board: ScriptedBoard) -> None:
    """Under another root the numbers mean nothing here: nobody is ended."""
    fd = board.root / "proc/1/fd"
    fd.mkdir(parents=True)
    (fd / "3").symlink_to(board.root / "dev/galcore")
    problems = stop_holders(Roots(board.root), holders(board))
    assert [problem.id for problem in problems] == ["driver.holder_foreign"]


def test_it_goes_by_itself(board: ScriptedBoard) -> None:
    began = time.monotonic()
    assert stop_holders(Roots(board.root), (Holder(2**22 + 1, None, None),)) == ()
    assert time.monotonic() - began < 60

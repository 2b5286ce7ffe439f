"""The table of processes, on synthetic tables and on real processes."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from npumon.board.procfs import MARK, descendants, marked, read_process, read_processes, session_of, signal_each


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, MARK: f"sleeper-{os.getpid()}"}
    process = subprocess.Popen(["sleep", "1000"], env=environment, start_new_session=True)
    yield process
    process.kill()
    process.wait()


def _row(proc: Path, pid: int, name: str, fields: str) -> None:
    """Synthetic: /proc/pid/stat with the fields that follow the name."""
    (proc / str(pid)).mkdir()
    (proc / str(pid) / "stat").write_text(f"{pid} ({name}) {fields} " + " ".join(["0"] * 15) + " 4711 0 0\n")


def test_names_may_hold_anything(tmp_path: Path) -> None:
    _row(tmp_path, 12, "a) R 1 (\n) S 9", "T 3 4 5")
    found = read_process(12, str(tmp_path))
    assert found is not None
    assert (found.pid, found.state, found.parent, found.group, found.session) == (12, "T", 3, 4, 5)
    assert found.started == 4711


def test_rows_that_break_off_are_left_out(tmp_path: Path) -> None:
    for pid, text in enumerate(("", "2 (cut", "3 (cut) S 1 2", ")"), 1):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "stat").write_text(text)
    (tmp_path / "self").mkdir()
    (tmp_path / "99").mkdir()
    assert read_processes(str(tmp_path)) == []


def test_descendants_of_all_generations_but_no_zombies(tmp_path: Path) -> None:
    for pid, fields in ((10, "S 1 10 10"), (11, "S 10 10 10"), (12, "Z 10 10 10"), (13, "S 11 13 13"), (14, "S 1 1 1")):
        _row(tmp_path, pid, "sh", fields)
    assert sorted(process.pid for process in descendants(10, str(tmp_path))) == [11, 13]


def test_a_session_outlives_its_leader_but_not_its_number(tmp_path: Path) -> None:
    _row(tmp_path, 21, "sh", "S 1 20 20")
    assert [process.pid for process in session_of(20, 4711, str(tmp_path))] == [21]
    _row(tmp_path, 20, "stranger", "S 1 20 20")
    assert {process.pid for process in session_of(20, 4711, str(tmp_path))} == {20, 21}
    assert session_of(20, 4000, str(tmp_path)) == []


def test_real_processes(sleeper: subprocess.Popen[bytes]) -> None:
    found = read_process(sleeper.pid)
    assert found is not None
    assert (found.parent, found.session, found.alive) == (os.getpid(), sleeper.pid, True)
    assert sleeper.pid in [process.pid for process in descendants(os.getpid())]
    assert [process.pid for process in session_of(sleeper.pid, found.started)] == [sleeper.pid]


def test_marked_and_signalled(sleeper: subprocess.Popen[bytes]) -> None:
    found = marked(f"sleeper-{os.getpid()}")
    while not found:  # between fork and exec the environment is still ours
        found = marked(f"sleeper-{os.getpid()}")
    assert [process.pid for process in found] == [sleeper.pid]
    assert marked("sleeper") == []
    signal_each(found, signal.SIGSTOP, signal.SIGKILL)
    assert sleeper.wait() == -signal.SIGKILL
    signal_each(found, signal.SIGKILL)  # nobody is there any more
    assert read_process(sleeper.pid) is None

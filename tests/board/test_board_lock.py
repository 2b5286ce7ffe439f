"""The lock that keeps two npumons apart: real files, real processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from npumon.board.board_lock import FileBoardLock, lock_folder
from npumon.board.procfs import read_process
from npumon.board.roots import Roots
from npumon.core.problems import ProblemError
from tests import golden

_HOLDER = """\
import sys
from pathlib import Path
from npumon.board.board_lock import FileBoardLock
with FileBoardLock(Path(sys.argv[1])).hold("runs a model"):
    print("held", flush=True)
    sys.stdin.read()
"""


def start_holder(folder: Path) -> subprocess.Popen[str]:
    """Another npumon that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str], number: int = signal.SIGKILL) -> None:
    process.send_signal(number)
    process.communicate(timeout=60)


def started(pid: int) -> int:
    """When that process started, in the unit of /proc."""
    process = read_process(pid)
    assert process is not None
    return process.started


def ended_process() -> int:
    """The pid of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def another_process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that does not hold the lock."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    process = start_holder(elsewhere)
    yield process
    end(process)


def test_free(tmp_path: Path) -> None:
    lock = FileBoardLock(tmp_path)
    assert lock.busy() is None
    with lock.hold("runs a model"):
        pass
    assert lock.busy() is None


def test_this_process(tmp_path: Path) -> None:
    lock = FileBoardLock(tmp_path)
    with lock.hold("runs a model"):
        problem = lock.busy()
        assert problem is not None
        assert problem.kind == "unavailable"
        golden.problem(problem, "board.busy this process")
        with pytest.raises(ProblemError) as caught, lock.hold("changes the driver"):
            pass
        assert caught.value.problem == problem


def test_another_process_is_named(tmp_path: Path) -> None:
    holder = start_holder(tmp_path)
    try:
        lock = FileBoardLock(tmp_path)
        with pytest.raises(ProblemError) as caught, lock.hold("changes the driver"):
            pass
        golden.problem(caught.value.problem, "board.busy another process", pid=holder.pid)
        assert caught.value.problem == lock.busy()
    finally:
        end(holder)


def test_a_killed_holders_lock_is_taken_over(tmp_path: Path) -> None:
    holder = start_holder(tmp_path)
    end(holder)
    lock = FileBoardLock(tmp_path)
    assert re.fullmatch(rf"{holder.pid} \d+ runs a model\n", (tmp_path / "npumon.lock").read_text())
    assert lock.busy() is None
    with lock.hold("changes the driver"):
        assert (tmp_path / "npumon.lock").read_text() == f"{os.getpid()} {started(os.getpid())} changes the driver\n"
    assert (tmp_path / "npumon.lock").read_text() == ""


def test_hostile_text_is_shown_as_text(tmp_path: Path) -> None:
    lock = FileBoardLock(tmp_path)
    with lock.hold("x"):
        (tmp_path / "npumon.lock").write_bytes(b"\x1b]0;evil\x07 x" * 100)
        problem = lock.busy()
        golden.problem(problem, "board.busy unknown process")
        (tmp_path / "npumon.lock").write_bytes(b"1 \x1b]0;evil\x07\nmore")
        problem = lock.busy()
        golden.problem(problem, "board.busy hostile text")


@pytest.mark.parametrize("of_another", [False, True], ids=["ended", "pid of another process"])
def test_a_process_that_is_not_there_is_not_said_to_hold_it(
    tmp_path: Path, another_process: subprocess.Popen[str], of_another: bool
) -> None:
    """All users may write to the file, and a pid may have been given to another process meanwhile."""
    lock, path = FileBoardLock(tmp_path), tmp_path / "npumon.lock"
    pid = another_process.pid if of_another else ended_process()
    with lock.hold("x"):
        path.write_text(f"{pid} {started(pid) + 1 if of_another else 1} runs a model\n")
        golden.problem(lock.busy(), "board.busy gone process", pid=pid, path=path)


def test_a_process_without_its_start_is_looked_for(tmp_path: Path, another_process: subprocess.Popen[str]) -> None:
    """Earlier versions did not write it."""
    pid = another_process.pid
    lock, path = FileBoardLock(tmp_path), tmp_path / "npumon.lock"
    with lock.hold("x"):
        path.write_text(f"{pid} runs a model\n")
        golden.problem(lock.busy(), "board.busy another process", pid=pid)
        path.write_text(f"{ended_process()} runs a model\n{pid} {started(pid)}\n")
        golden.problem(lock.busy(), "board.busy a run that is left", pid=pid)


@pytest.mark.parametrize("text", ["", "0 1 x\n", "-1 1 x\n", "²3 1 x\n", "99999999999 1 x\n", "x 1\n1 1\n"])
def test_what_is_no_pid(tmp_path: Path, text: str) -> None:
    lock = FileBoardLock(tmp_path)
    with lock.hold("x"):
        (tmp_path / "npumon.lock").write_text(text)
        golden.problem(lock.busy(), "board.busy unknown process")


def test_a_hard_link_to_another_file(tmp_path: Path) -> None:
    """It is refused before a byte of that file has changed, whoever made it."""
    other, path = tmp_path / "other", tmp_path / "npumon.lock"
    other.write_text("precious\n")
    path.hardlink_to(other)
    lock = FileBoardLock(tmp_path)
    with pytest.raises(ProblemError) as caught, lock.hold("runs a model"):
        pass
    assert caught.value.problem == lock.busy()
    golden.problem(caught.value.problem, "board.lock hard link", path=path)
    assert other.read_text() == "precious\n"


@pytest.mark.parametrize(
    ("kind", "key"),
    [("folder", "board.lock folder"), ("link", "board.lock link"), ("fifo", "board.lock fifo")],
)
def test_what_is_no_lock_file(tmp_path: Path, kind: str, key: str) -> None:
    path = tmp_path / "npumon.lock"
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to("/etc/passwd")
    else:
        os.mkfifo(path)
    lock = FileBoardLock(tmp_path)
    with pytest.raises(ProblemError) as caught, lock.hold("runs a model"):
        pass
    assert caught.value.problem == lock.busy()
    golden.problem(caught.value.problem, key, path=path)


def test_root_and_users_share_it(open_place: Path, without_rights: Callable[[], AbstractContextManager[None]]) -> None:
    open_place.chmod(0o1777)
    before = os.umask(0o077)
    try:
        with FileBoardLock(open_place).hold("runs a model"):
            with without_rights():
                problem = FileBoardLock(open_place).busy()
            golden.problem(problem, "board.busy this process")
        with without_rights(), FileBoardLock(open_place).hold("runs a model"):
            assert (open_place / "npumon.lock").read_text().endswith(" runs a model\n")
    finally:
        os.umask(before)


def test_a_folder_that_this_user_may_not_write_to(
    open_place: Path, without_rights: Callable[[], AbstractContextManager[None]]
) -> None:
    lock = FileBoardLock(open_place)
    open_place.chmod(0o555)
    with without_rights():
        problem = lock.busy()
        with pytest.raises(ProblemError) as caught, lock.hold("runs a model"):
            pass
    assert problem == caught.value.problem
    golden.problem(problem, "board.lock not permitted", folder=open_place)


def test_a_folder_that_has_gone(tmp_path: Path) -> None:
    golden.problem(FileBoardLock(tmp_path / "gone").busy(), "board.lock missing folder", folder=tmp_path / "gone")


def test_folder(tmp_path: Path) -> None:
    """The first one that everybody may write to, for root as well; without any the first one."""
    assert lock_folder(Roots(tmp_path)) is None
    (tmp_path / "tmp").mkdir(mode=0o755)
    assert lock_folder(Roots(tmp_path)) == tmp_path / "tmp"
    (tmp_path / "run/lock").mkdir(parents=True, mode=0o755)
    assert lock_folder(Roots(tmp_path)) == tmp_path / "run/lock"
    (tmp_path / "tmp").chmod(0o1777)
    assert lock_folder(Roots(tmp_path)) == tmp_path / "tmp"
    (tmp_path / "run/lock").chmod(0o1777)
    assert lock_folder(Roots(tmp_path)) == tmp_path / "run/lock"

from __future__ import annotations

import os
import pwd
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from npumon.board.driver.holders import Holders, find_holders, stop_holders
from npumon.board.roots import Roots
from npumon.core.driver.driver_state import Holder
from tests import golden
from tests.scripted_board import ScriptedBoard

Put = Callable[[str, "str | bytes"], Path]
ME = pwd.getpwuid(os.geteuid()).pw_name


def process(tree: Path, pid: int, *targets: str | Path) -> Path:
    """A synthetic process with these files open."""
    folder = tree / "proc" / str(pid)
    (folder / "fd").mkdir(parents=True)
    for number, target in enumerate(targets):
        (folder / "fd" / str(number)).symlink_to(target)
    return folder


def test_a_process_with_the_node_open_is_found(vim3: Path) -> None:
    node = vim3 / "dev/galcore"
    (process(vim3, 321, "/dev/pts/0", node, node) / "cmdline").write_bytes(b"./inceptionv3\0model.nb\0")
    process(vim3, 322, "/dev/null", "/dev/galcore0", "socket:[1]")
    assert find_holders(Roots(vim3)) == Holders((Holder(321, ME, "./inceptionv3 model.nb"),), 2)


@pytest.mark.parametrize("target", ["/dev/galcore", "/dev/galcore (deleted)"])
def test_a_link_may_read_as_the_process_sees_it(target: str, vim3: Path) -> None:
    process(vim3, 5, target)
    assert [holder.pid for holder in find_holders(Roots(vim3)).processes] == [5]


def test_a_root_that_is_a_link_or_relative_is_the_same(
    vim3: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process(vim3, 5, vim3 / "dev/galcore")
    (tmp_path / "link").symlink_to(vim3)
    monkeypatch.chdir(tmp_path)
    for root in (tmp_path / "link", Path("root")):
        assert find_holders(Roots(root)).descriptors == 1


def test_processes_come_in_the_order_of_their_numbers(vim3: Path) -> None:
    for pid in (100, 9, 20):
        process(vim3, pid, "/dev/galcore")
    assert [holder.pid for holder in find_holders(Roots(vim3)).processes] == [9, 20, 100]


def test_the_name_stands_in_for_a_missing_command_line(vim3: Path) -> None:
    folder = process(vim3, 7, "/dev/galcore")
    (folder / "cmdline").write_bytes(b"")
    assert find_holders(Roots(vim3)).processes == (Holder(7, ME, None),)
    (folder / "comm").write_text("npu_worker\n")
    assert find_holders(Roots(vim3)).processes == (Holder(7, ME, "npu_worker"),)


def test_a_process_of_a_run_of_ours_is_known_by_its_mark(vim3: Path) -> None:
    folder = process(vim3, 7, "/dev/galcore")
    (folder / "environ").write_bytes(b"HOME=/root\0_NPUMON_RUN=/state/a\x1b.log\0A=_NPUMON_RUN=/x\0")
    (process(vim3, 8, "/dev/galcore") / "environ").write_bytes(b"HOME=/root\0A=_NPUMON_RUN=/x\0")
    assert [holder.run for holder in find_holders(Roots(vim3)).processes] == ["/state/a\\x1b.log", None]


def test_a_hostile_command_line_is_cut_and_visible(vim3: Path) -> None:
    (process(vim3, 7, "/dev/galcore") / "cmdline").write_bytes(b"a\nb\x1b]0;t\x07\0" + b"\xff" * 10_000)
    (holder,) = find_holders(Roots(vim3)).processes
    assert holder.command is not None
    assert holder.command.startswith("a\\x0ab\\x1b]0;t\\x07 \\xff")
    assert len(holder.command) == 200


def test_a_process_of_another_user_is_not_seen(
    open_place: Path, without_rights: Callable[[], AbstractContextManager[None]]
) -> None:
    process(open_place, 7, "/dev/galcore")
    hidden = process(open_place, 8, "/dev/galcore") / "fd"
    hidden.chmod(0)
    try:
        with without_rights():
            assert [holder.pid for holder in find_holders(Roots(open_place)).processes] == [7]
    finally:
        hidden.chmod(0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to a user that does not exist")
def test_a_user_without_a_name_is_a_number(vim3: Path) -> None:
    os.chown(process(vim3, 7, "/dev/galcore"), 3_999_999, -1)
    assert find_holders(Roots(vim3)).processes == (Holder(7, "3999999", None),)


def test_an_odd_process_folder_harms_nobody(vim3: Path, put: Put) -> None:
    put("proc/11/fd", "a file")
    put("proc/12/fd/3", "not a link")
    put("proc/²/fd/3", "no number")
    (vim3 / "proc/13").symlink_to("13")
    (vim3 / "proc/14/fd").mkdir(parents=True)
    (vim3 / "proc/14/fd/loop").symlink_to("loop")
    assert find_holders(Roots(vim3)) == Holders()


def test_a_machine_without_proc_has_no_holders(tree: Path) -> None:
    assert find_holders(Roots(tree)) == Holders()


@pytest.mark.parametrize(("references", "unseen"), [(None, 0), (0, 0), (2, 0), (5, 3), (1, 0)])
def test_references_that_nobody_accounts_for_are_unseen(references: int | None, unseen: int) -> None:
    assert Holders((), 2).unseen(references) == unseen


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
    (problem,) = problems
    golden.problem(problem, "driver.holder_foreign", pid=1)


def test_it_goes_by_itself(board: ScriptedBoard) -> None:
    assert stop_holders(Roots(board.root), (Holder(2**22 + 1, None, None),)) == ()

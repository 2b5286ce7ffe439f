"""insmod, rmmod and modinfo of the board: real programs on the board's own tree."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from npumon.demo import galcore
from npumon.demo.board import DemoBoard

MakeBoard = Callable[..., DemoBoard]
RunModel = Callable[..., "subprocess.CompletedProcess[bytes]"]


def run(board: DemoBoard, tool: str, *arguments: str | Path) -> tuple[int, str, str]:
    done = subprocess.run([board.bin / tool, *arguments], capture_output=True, timeout=60, text=True)
    return done.returncode, done.stdout, done.stderr


def test_unload_and_load(make_board: MakeBoard, run_model: RunModel) -> None:
    board = make_board()
    before = (board.root / "proc/modules").read_text()
    assert run(board, "rmmod", "galcore") == (0, "", "")
    assert "galcore" not in (board.root / "proc/modules").read_text()
    assert "galcore" not in (board.root / "proc/interrupts").read_text()
    assert not (board.root / "sys/module/galcore").exists()
    assert not (board.root / "dev/galcore").exists()
    assert run_model(board).returncode == 255

    path = board.root / galcore.MODULE_FILE
    assert run(board, "insmod", path, "gpuProfiler=1", "showArgs=0", "unknown=7", "flag") == (0, "", "")
    assert (board.root / "proc/modules").read_text() == before
    parameters = board.root / "sys/module/galcore/parameters"
    assert (parameters / "gpuProfiler").read_text() == "1\n"
    assert (parameters / "showArgs").read_text() == "0\n"
    assert not (parameters / "unknown").exists()
    assert run_model(board).returncode == 0


def test_a_path_of_the_board_is_found_under_its_root(make_board: MakeBoard) -> None:
    board = make_board("driver-missing")
    assert run(board, "insmod", f"/{galcore.MODULE_FILE}") == (0, "", "")
    assert (board.root / "sys/module/galcore/parameters/gpuProfiler").read_text() == "0\n"


def test_loading_mends_a_board_without_driver(make_board: MakeBoard, run_model: RunModel) -> None:
    board = make_board("driver-missing")
    assert run_model(board).returncode == 255
    run(board, "insmod", board.root / galcore.MODULE_FILE, "gpuProfiler=1")
    assert b"GPUTOTALCYCLES" in run_model(board).stdout


def test_what_insmod_refuses(make_board: MakeBoard, tmp_path: Path) -> None:
    board = make_board()
    path = board.root / galcore.MODULE_FILE
    assert run(board, "insmod") == (1, "", "insmod: ERROR: missing filename.\n")
    status, _, errors = run(board, "insmod", path)
    assert (status, errors) == (1, f"insmod: ERROR: could not insert module {path}: File exists\n")
    status, _, errors = run(board, "insmod", tmp_path / "no.ko")
    assert (status, errors) == (
        1, f"insmod: ERROR: could not load module {tmp_path}/no.ko: No such file or directory\n"
    )  # fmt: skip
    (tmp_path / "other.ko").write_bytes(b"\x7fELF")
    status, _, errors = run(board, "insmod", tmp_path / "other.ko")
    assert (status, errors) == (
        1, f"insmod: ERROR: could not insert module {tmp_path}/other.ko: Invalid module format\n"
    )  # fmt: skip


def test_what_rmmod_refuses(make_board: MakeBoard) -> None:
    board = make_board("driver-missing")
    assert run(board, "rmmod") == (1, "", "rmmod: ERROR: missing module name.\n")
    assert run(board, "rmmod", "galcore") == (1, "", "rmmod: ERROR: Module galcore is not currently loaded\n")


def test_a_driver_in_use_stays(make_board: MakeBoard) -> None:
    board = make_board()
    with open(board.root / "dev/galcore", "rb"):
        assert run(board, "rmmod", "galcore") == (1, "", "rmmod: ERROR: Module galcore is in use\n")
        assert (board.root / "proc/modules").read_text().startswith("galcore 352256 1 ")
        assert os.readlink(board.root / f"proc/{os.getpid()}") == f"/proc/{os.getpid()}"
    assert run(board, "rmmod", "galcore") == (0, "", "")
    assert not (board.root / f"proc/{os.getpid()}").is_symlink()


def test_users_are_counted_as_the_kernel_does(make_board: MakeBoard) -> None:
    board = make_board()
    assert galcore.users(board.root) == {}
    with open(board.root / "dev/galcore", "rb"), open(board.root / "dev/galcore", "rb"):
        assert galcore.users(board.root) == {os.getpid(): 2}
        assert (board.root / "proc/modules").read_text().startswith("galcore 352256 2 ")
    assert galcore.users(board.root) == {}
    assert (board.root / "proc/modules").read_text().startswith("galcore 352256 0 ")


@pytest.mark.parametrize("arguments", [(), ("-n",)])
def test_modinfo_without_a_name(make_board: MakeBoard, arguments: tuple[str, ...]) -> None:
    assert run(make_board(), "modinfo", *arguments) == (1, "", "modinfo: ERROR: missing module or filename.\n")


def test_modinfo(make_board: MakeBoard) -> None:
    board = make_board()
    path = board.root / galcore.MODULE_FILE
    assert run(board, "modinfo", "-n", "galcore") == (0, f"{path}\n", "")
    assert run(board, "modinfo", "galcore")[1].splitlines()[1].split() == ["version:", "6.4.6.2"]
    fields = run(board, "modinfo", path)[1].splitlines()
    assert fields == run(board, "modinfo", "galcore")[1].splitlines()
    assert fields[0] == f"filename:       {path}"
    assert "vermagic:       4.9.241 SMP preempt mod_unload modversions aarch64" in fields
    assert "parm:           gpuProfiler:int" in fields
    assert run(board, "modinfo", "-n", "mali") == (1, "", "modinfo: ERROR: Module mali not found.\n")


def test_modinfo_of_something_else(make_board: MakeBoard, tmp_path: Path) -> None:
    (tmp_path / "other.ko").write_bytes(b"\x7fELF")
    status, out, errors = run(make_board(), "modinfo", tmp_path / "other.ko")
    assert (status, out, errors) == (1, "", "modinfo: ERROR: could not get modinfo from 'other': Invalid argument\n")


def test_only_the_owner_may_change_the_module(make_board: MakeBoard) -> None:
    """Whatever the umask: npumon refuses to load a module that others could change, on this board too."""
    before = os.umask(0)
    try:
        board = make_board(name="open")
    finally:
        os.umask(before)
    path = board.root / galcore.MODULE_FILE
    while path != board.root.parent:
        assert path.stat().st_mode & 0o022 == 0, path
        path = path.parent

"""What `npumon driver reload` says when something is wrong with the board, and how it leaves the driver.

On a synthetic root with real programs; tests/fault_matrix.csv names these tests.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import CommandLine, refused
from tests.scripted_board import ScriptedBoard

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0, reason="root may load only root's own files, and only root makes them"
)


@pytest.fixture
def board(tmp_path: Path) -> ScriptedBoard:
    """A board whose driver is loaded without profiling."""
    made = ScriptedBoard(tmp_path / "root")
    made.load()
    return made


def _linked(board: ScriptedBoard) -> None:
    elsewhere = board.root / "open"
    elsewhere.mkdir()
    elsewhere.chmod(0o777)
    board.module.rename(elsewhere / "galcore.ko")
    board.module.symlink_to(elsewhere / "galcore.ko")


def _bound_to_etnaviv(board: ScriptedBoard) -> None:
    driver = board.root / "sys/bus/platform/drivers/etnaviv-gpu"
    driver.mkdir(parents=True)
    (driver / "ff100000.npu").symlink_to(board.root)


def lock(board: ScriptedBoard) -> Path:
    return board.root / "run/lock/npumon.lock"


#: What is broken, and words of the refusal; R stands for the board's root.
Break = Callable[[ScriptedBoard], object]
REFUSED: list[tuple[str, Break, tuple[str, ...]]] = [
    ("missing", lambda board: board.module.unlink(), ("No galcore.ko was found for kernel 4.9.241.",)),
    ("kernel", lambda board: board.put("vermagic", "5.15.78 SMP\n"), ("is for kernel 5.15.78; this is 4.9.241.",)),
    ("no module", lambda board: board.put("no-modinfo", ""), ("could not get modinfo from 'x'",)),
    ("file", lambda board: board.module.chmod(0o666), ("galcore.ko is writable by all users.",)),
    ("folder", lambda board: board.module.parent.chmod(0o777), ("amlogic/npu is writable by all users.",)),
    ("link", _linked, ("R/open is writable by all users.",)),
    ("etnaviv", _bound_to_etnaviv, ("sudo modprobe -r etnaviv",)),
    ("built in", lambda board: board.put("modinfo-n", "(builtin)\n"), ("to the kernel's command line and reboot",)),
    ("insmod", lambda board: (board.root / "usr/sbin/insmod").unlink(), ("system: insmod.", "sudo apt install kmod")),
    ("rmmod", lambda board: (board.root / "usr/sbin/rmmod").unlink(), ("system: rmmod.", "sudo apt install kmod")),
    ("lock is a link", lambda board: os.symlink("x", lock(board)), ("sudo rm R/run/lock/npumon.lock",)),
    ("lock is a folder", lambda board: lock(board).mkdir(), ("sudo rm R/run/lock/npumon.lock",)),
    ("lock is a FIFO", lambda board: os.mkfifo(lock(board)), ("sudo rm R/run/lock/npumon.lock",)),
]  # fmt: skip


@pytest.mark.parametrize(("broken", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused(npumon: CommandLine, board: ScriptedBoard, broken: Break, words: tuple[str, ...]) -> None:
    broken(board)
    done = npumon("driver", "reload", "--yes", "--root", str(board.root))
    assert done.returncode == 3
    for word in words:
        assert word.replace("R/", f"{board.root}/") in done.stderr
    unchanged(board)


def unchanged(board: ScriptedBoard) -> None:
    """Nobody touched the driver."""
    assert (board.calls, board.journals) == ([], [])
    assert board.parameter("gpuProfiler") == "0"


def test_a_parameter_that_the_driver_does_not_have(npumon: CommandLine, board: ScriptedBoard) -> None:
    words = ("driver", "reload", "--yes", "--param", "gpuProfiller=1", "--root", str(board.root))
    refused(npumon(*words), 2, "The driver has no parameter gpuProfiller.", f"modinfo -p {board.module}")
    unchanged(board)


@pytest.mark.parametrize("place", ["note", "lock"])
def test_no_place_to_write(npumon: CommandLine, board: ScriptedBoard, place: str) -> None:
    if place == "note":
        (board.root / "run/lock/npumon-driver-0.json").mkdir()
    else:
        (board.root / "run/lock").rmdir()
    done = npumon("driver", "reload", "--yes", "--root", str(board.root))
    assert done.returncode == 3
    said = "npumon-driver-0.json cannot be written" if place == "note" else "There is no folder for npumon's lock file"
    assert said in done.stderr
    assert board.calls == []
    assert board.parameter("gpuProfiler") == "0"


def test_the_driver_cannot_be_unloaded(npumon: CommandLine, board: ScriptedBoard) -> None:
    board.put("rmmod-fails", "Module galcore is in use\n")
    done = npumon("driver", "reload", "--yes", "--root", str(board.root))
    assert done.returncode == 1
    assert "Module galcore is in use" in done.stderr
    assert (board.parameter("gpuProfiler"), board.journals) == ("0", [])


def test_the_driver_cannot_be_put_back_either(npumon: CommandLine, board: ScriptedBoard) -> None:
    """Whatever looks at the driver later says so, until it is put back."""
    board.put("insmod-fails", "No such device\nNo such device\n")
    words = ("--root", str(board.root))
    done = npumon("driver", "reload", "--yes", *words)
    assert done.returncode == 1
    assert "Putting the driver back failed too, so no driver is loaded." in done.stderr
    assert not board.loaded
    assert len(board.journals) == 1
    for command in (("driver", "status"), ("snapshot",), ("run", "--", "/bin/true")):
        assert "An earlier npumon was killed before" in npumon(*command[:1], *words, *command[1:]).stderr
    assert "An earlier npumon was killed before" in npumon("doctor", *words).stdout
    assert npumon("driver", "load", "--yes", *words).returncode == 0
    assert (board.parameter("gpuProfiler"), board.journals) == ("0", [])


def test_a_parameter_is_not_taken(npumon: CommandLine, board: ScriptedBoard) -> None:
    board.put("ignored-parameter", "")
    done = npumon("driver", "reload", "--yes", "--root", str(board.root))
    assert done.returncode == 1
    assert "galcore was loaded but ignored gpuProfiler=1." in done.stderr
    assert board.loaded


def test_no_device_node(npumon: CommandLine, board: ScriptedBoard) -> None:
    board.put("no-node", "")
    done = npumon("driver", "reload", "--yes", "--root", str(board.root))
    assert done.returncode == 3
    assert f"galcore is loaded, but {board.root}/dev/galcore does not exist" in done.stderr
    assert board.parameter("gpuProfiler") == "1"


def test_somebody_else_loads_it(npumon: CommandLine, board: ScriptedBoard) -> None:
    board.put("after-rmmod", f"mkdir -p {board.root}/sys/module/galcore/parameters; : >{board.root}/dev/galcore\n"
              f"echo 0 >{board.root}/sys/module/galcore/parameters/gpuProfiler\n", 0o755)  # fmt: skip
    done = npumon("driver", "reload", "--yes", "--root", str(board.root))
    assert done.returncode == 1
    assert "another program loaded or unloaded the driver meanwhile" in done.stderr
    assert board.parameter("gpuProfiler") == "0"
    assert board.calls == ["rmmod galcore"]

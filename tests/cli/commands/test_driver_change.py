"""`npumon driver reload`, `load` and `unload`: on the demo board and on a synthetic root with real programs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from npumon.board.board_lock import FileBoardLock
from tests.command_line import PATIENCE, CommandLine, alive, refused, until
from tests.scripted_board import ScriptedBoard

root_only = pytest.mark.skipif(
    os.geteuid() != 0, reason="root may load only root's own files, and only root makes them"
)
OFF = ("--demo", "--scenario", "profiling-off")


@pytest.fixture
def board(tmp_path: Path) -> ScriptedBoard:
    """A board whose driver is loaded without profiling."""
    made = ScriptedBoard(tmp_path / "root")
    made.load()
    return made


def document(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(done.stdout)
    assert parsed["schema"] == "npumon.reload/1"
    return parsed


# -- the demo board ----------------------------------------------------------------------------------------------------


def test_dry_run(npumon: CommandLine) -> None:
    done = npumon("driver", "reload", "--dry-run", *OFF)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "DEMO\n"
        "Load galcore with profiling on:\n"
        "  1. /usr/sbin/rmmod galcore\n"
        "     parameters are read only while the driver is loaded\n"
        "  2. /usr/sbin/insmod /lib/modules/4.9.241/kernel/drivers/amlogic/npu/galcore.ko\n"
        "     gpuProfiler=1 showArgs=1\n"
        "     sets gpuProfiler from 0 to 1\n"
        "     If that fails: /usr/sbin/insmod\n"
        "     /lib/modules/4.9.241/kernel/drivers/amlogic/npu/galcore.ko gpuProfiler=0\n"
        "     showArgs=1\n"
    )


def test_reload(npumon: CommandLine) -> None:
    done = npumon("driver", "reload", "--yes", *OFF)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "DEMO"
    assert lines[1].startswith("ok     /usr/sbin/rmmod galcore (done, ")
    assert lines[-1] == "galcore 6.4.6.2 is loaded; profiling is on."


def test_reload_as_json(npumon: CommandLine) -> None:
    done = npumon("driver", "reload", "--yes", "--format", "json", "--param", "stuckDump=2", *OFF)
    assert (done.returncode, done.stderr) == (0, "")
    found = document(done)
    assert (found["demo"], found["done"], found["action"], found["refusals"]) == (True, True, "reload", [])
    assert found["wanted"] == {"gpuProfiler": "0", "showArgs": "1", "stuckDump": "2"}
    assert [outcome["status"] for outcome in found["outcomes"]] == [0, 0]
    assert found["outcomes"][1]["argv"][0] == "/usr/sbin/insmod"
    assert found["driver"]["parameters"]["stuckDump"] == "2"
    assert (found["problem"], found["undone"]) == (None, None)


def test_nothing_to_do(npumon: CommandLine) -> None:
    done = npumon("driver", "reload", "--demo", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "DEMO\ngalcore is loaded with these parameters already.\n"
    assert document(npumon("driver", "reload", "--demo", "--format", "json"))["steps"] == []


def test_load_and_unload(npumon: CommandLine) -> None:
    done = npumon("driver", "load", "--demo", "--scenario", "driver-missing", "--yes", "--no-profile")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "galcore 6.4.6.2 is loaded; profiling is off.")
    done = npumon("driver", "unload", "--demo", "--yes")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "No NPU driver is loaded now.")


def test_nobody_to_ask(npumon: CommandLine) -> None:
    done = npumon("driver", "reload", *OFF)
    refused(done, 2, key="driver.no_terminal")


@pytest.mark.parametrize(
    ("answer", "status", "last"),
    [(b"y\n", 0, b"profiling is on."), (b"\n", 1, b""), (b"no\n", 1, b""), (b"\x04", 1, b"")],
)
def test_asked_on_a_terminal(npumon: CommandLine, answer: bytes, status: int, last: bytes) -> None:
    process, screen = npumon.on_terminal("driver", "reload", *OFF)
    screen.wait_for(b"npumon: Carry this out? [y/N] ")
    assert b"2. /usr/sbin/insmod" in screen.text
    screen.type(answer)
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == status
    assert out.strip().endswith(last)
    assert (b"Nothing was done." in screen.read()) is (status != 0)


def test_interrupted_at_the_question(npumon: CommandLine) -> None:
    process, screen = npumon.on_terminal("driver", "reload", *OFF)
    screen.wait_for(b"[y/N] ")
    screen.type(b"\x03")
    assert process.wait(PATIENCE) == 130


@pytest.mark.parametrize(
    "words",
    [
        ("status", "--yes"),
        ("status", "--profile"),
        ("unload", "--param", "a=1"),
        ("unload", "--no-profile"),
        ("sudoers", "--dry-run"),
        ("sudoers", "--wait"),
    ],
)
def test_options_that_mean_nothing_there(npumon: CommandLine, words: tuple[str, ...]) -> None:
    refused(npumon("driver", "--demo", *words), 2, f"{words[1]}", f"npumon driver {words[0]}")


@pytest.mark.parametrize(
    ("parameter", "said"),
    [
        ("gpuProfiller=1", "The driver has no parameter gpuProfiller."),
        ("x", "NAME=VALUE"),
        ("a=1;b", "not a valid module parameter"),
    ],
)
def test_parameters_that_are_none(npumon: CommandLine, parameter: str, said: str) -> None:
    done = npumon("driver", "reload", "--demo", "--yes", "--param", parameter)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_refusal_as_json(npumon: CommandLine, tmp_path: Path) -> None:
    done = npumon("driver", "reload", "--root", str(tmp_path), "--yes", "--format", "json")
    assert done.returncode == 3
    found = document(done)
    assert [problem["id"] for problem in found["refusals"]] == ["driver.module_missing", "driver.tools"]
    assert (found["done"], found["steps"]) == (False, [])
    assert done.stderr.count("npumon: ") == 2


# -- a synthetic root --------------------------------------------------------------------------------------------------


@root_only
def test_a_failure_is_undone_and_explained(npumon: CommandLine, board: ScriptedBoard) -> None:
    board.put("insmod-fails", "could not insert module galcore.ko: Invalid module format\n")
    board.put("dmesg", "[    1.000000] galcore: version magic '5.15.78' should be '4.9.241'\n")
    done = npumon("driver", "reload", "--root", str(board.root), "--yes")
    assert done.returncode == 1
    assert "the module was built for another kernel" in done.stderr
    assert "The driver was put back as it was." in done.stderr
    assert "put back:" in done.stdout
    assert done.stdout.splitlines()[-1].endswith("is loaded again, as it was; profiling is off.")
    assert board.parameter("gpuProfiler") == "0"


@root_only
def test_held(npumon: CommandLine, board: ScriptedBoard) -> None:
    with open(board.root / "dev/galcore"):
        board.hold(os.getpid())
        done = npumon("driver", "reload", "--root", str(board.root), "--yes")
        refused(done, 3, f"process {os.getpid()} (", "--wait", "--stop-holders")
        done = npumon("driver", "reload", "--root", str(board.root), "--yes", "--wait", "--timeout", "0.1")
        refused(done, 4, f"process {os.getpid()} (")
        done = npumon("driver", "reload", "--root", str(board.root), "--yes", "--stop-holders")
        refused(done, 2, "no terminal to ask on", str(os.getpid()))
    assert board.calls == []


@root_only
def test_wait(npumon: CommandLine, board: ScriptedBoard) -> None:
    with open(board.root / "dev/galcore"):
        board.hold(os.getpid())
        process, screen = npumon.on_terminal("driver", "reload", "--root", str(board.root), "--yes", "--wait")
        screen.wait_for(b"waiting: galcore is in use")
        board.put("proc/modules", "galcore 434176 0 - Live 0x0000000000000000 (O)\n")
    assert process.wait(PATIENCE) == 0
    assert board.parameter("gpuProfiler") == "1"


@root_only
def test_wait_for_another_npumon(npumon: CommandLine, board: ScriptedBoard) -> None:
    with FileBoardLock(board.root / "run/lock").hold("runs a model"):
        process, screen = npumon.on_terminal("driver", "reload", "--root", str(board.root), "--yes", "--wait")
        screen.wait_for(b"waiting: Another npumon instance (process %d, says the lock" % os.getpid())
    assert process.wait(PATIENCE) == 0
    assert board.parameter("gpuProfiler") == "1"


@root_only
@pytest.mark.parametrize("words", [("driver", "reload"), ("run", "--reload", "-q", "--", "/bin/true")])
@pytest.mark.parametrize("answer", [b"y", b"n"])
def test_waiting_is_offered(npumon: CommandLine, board: ScriptedBoard, words: tuple[str, ...], answer: bytes) -> None:
    command, *more = words
    with open(board.root / "dev/galcore"):
        board.hold(os.getpid())
        process, screen = npumon.on_terminal(command, "--root", str(board.root), *more)
        screen.wait_for(b"npumon: Wait until that has ended? [y/N] ")
        assert b"galcore is in use: process %d" % os.getpid() in screen.text
        screen.type(answer + b"\n")
        if answer == b"n":
            assert process.wait(PATIENCE) == 3
            assert board.calls == []
            return
        assert board.calls == []
        board.put("proc/modules", "galcore 434176 0 - Live 0x0000000000000000 (O)\n")
    if command == "driver":
        screen.wait_for(b"npumon: Carry this out? [y/N] ")
        screen.type(b"y\n")
    process.wait(PATIENCE)
    assert board.parameter("gpuProfiler") == "1"


@root_only
@pytest.mark.parametrize(("answer", "trap"), [(b"y", ""), (b"n", ""), (b"y", "trap '' TERM")])
def test_stop_holders(npumon: CommandLine, board: ScriptedBoard, answer: bytes, trap: str) -> None:
    """--yes does not answer the question whether somebody else's program is ended. Asked to end, or killed after a
    while, it makes way for the reload."""
    script = f"{trap}\nexec 9<{board.root}/dev/galcore; echo ready; exec sleep 1000"
    holder = subprocess.Popen(["/bin/sh", "-c", script], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"ready\n"
        until(lambda: b"sleep" in Path(f"/proc/{holder.pid}/cmdline").read_bytes())
        board.hold(holder.pid)
        rm = f"echo 'galcore 434176 0 - Live 0x0 (O)' >{board.root}/proc/modules"
        board.put("usr/sbin/modinfo", (board.root / "usr/sbin/modinfo").read_text().replace(
            "name=modinfo", f"name=modinfo\n[ -e /proc/{holder.pid}/fd/9 ] || {rm}"), 0o755)  # fmt: skip
        words = ("driver", "reload", "--root", str(board.root), "--yes", "--stop-holders")
        process, screen = npumon.on_terminal(*words)
        screen.wait_for(b"npumon: End process %d (sleep 1000)? [y/N] " % holder.pid)
        screen.type(answer + b"\n")
        if answer == b"y":
            assert holder.wait(PATIENCE) == -(signal.SIGKILL if trap else signal.SIGTERM)
            assert process.wait(PATIENCE) == 0
            assert board.parameter("gpuProfiler") == "1"
        else:
            assert process.wait(PATIENCE) == 3
            assert alive(holder.pid)
            assert board.calls == []
    finally:
        holder.kill()
        holder.communicate(timeout=PATIENCE)


@root_only
def test_killed_between_the_steps(npumon: CommandLine, board: ScriptedBoard) -> None:
    """The next start says so, and restores the driver as it was."""
    words = ("--root", str(board.root))
    board.put("after-rmmod", "kill -9 $PPID\n", 0o755)
    assert npumon("driver", "reload", "--yes", *words).returncode == -signal.SIGKILL
    (board.root / "after-rmmod").unlink()
    assert not board.loaded
    said = "An earlier npumon was killed before it had loaded the driver again."
    for command in (("driver", "status"), ("snapshot",), ("driver", "unload"), ("run", "--", "/bin/true")):
        done = npumon(*command[:1], *words, *command[1:])
        assert f"{said} npumon driver load restores it" in done.stderr
    findings = json.loads(npumon("doctor", "--format", "json", *words).stdout)["findings"]
    assert [found["what"] for found in findings if found["id"] == "driver.interrupted"] == [said]
    done = npumon("driver", "load", "--yes", *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert board.parameter("gpuProfiler") == "0"
    assert "earlier" not in npumon("driver", "status", *words).stderr


@root_only
def test_left_unloaded(npumon: CommandLine, board: ScriptedBoard) -> None:
    """Who unloads the driver after an interrupted reload says that this is how it is wanted."""
    words = ("--root", str(board.root))
    board.put("after-rmmod", "kill -9 $PPID\n", 0o755)
    assert npumon("driver", "reload", "--yes", *words).returncode == -signal.SIGKILL
    for more in ((), ("--dry-run", "--yes")):
        done = npumon("driver", "unload", *words, *more)
        assert (done.returncode, done.stdout) == (0, "galcore is not loaded.\n")
        assert done.stderr.endswith("npumon driver unload --yes leaves it unloaded.\n")
        assert len(board.journals) == 1
    done = npumon("driver", "unload", "--yes", *words)
    assert (done.returncode, done.stdout) == (0, "galcore is not loaded.\n")
    assert done.stderr.endswith("the driver stays unloaded.\n")
    assert board.journals == []
    assert npumon("driver", "unload", "--yes", *words).stderr == ""


@root_only
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_end_between_the_steps(npumon: CommandLine, board: ScriptedBoard, number: signal.Signals) -> None:
    """The driver is loaded again, and the result told, before npumon ends."""
    board.put("after-rmmod", f"kill -{int(number)} $PPID\n", 0o755)
    done = npumon("driver", "reload", "--yes", "--format", "json", "--root", str(board.root))
    assert (done.returncode, document(done)["done"], done.stderr) == (130, True, "")
    assert board.parameter("gpuProfiler") == "1"


@root_only
def test_asked_to_end_between_the_steps_nothing_is_run_afterwards(npumon: CommandLine, board: ScriptedBoard) -> None:
    board.put("after-rmmod", "kill -TERM $PPID\n", 0o755)
    script = npumon.script("run.sh", "#!/bin/sh\n>ran\n")
    done = npumon("run", "--reload", "--root", str(board.root), "--", script)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.endswith("npumon: Interrupted.\n")
    assert board.parameter("gpuProfiler") == "1"
    assert not (npumon.folder / "ran").exists()


@root_only
def test_one_at_a_time(npumon: CommandLine, board: ScriptedBoard) -> None:
    with FileBoardLock(board.root / "run/lock").hold("runs a model"):
        what = f"Another npumon instance (process {os.getpid()}, says the lock file) runs a model on this board."
        refused(npumon("driver", "reload", "--root", str(board.root), "--yes"), 3, what)
        done = npumon("run", "--root", str(board.root), "-q", "--", "/bin/true")
        refused(done, 3, what)
    assert board.calls == []


# -- run --reload ------------------------------------------------------------------------------------------------------


def test_run_offers_the_reload(npumon: CommandLine) -> None:
    done = npumon("run", "--format", "json", *OFF)
    assert done.returncode == 0
    assert "Profiling is off in the driver: npumon run --reload turns it on first." in done.stderr
    assert json.loads(done.stdout)["metrics"]["utilization"] is None


def test_run_with_reload(npumon: CommandLine) -> None:
    done = npumon("run", "--reload", "--format", "json", *OFF)
    assert done.returncode == 0
    assert json.loads(done.stdout)["metrics"]["utilization"] is not None
    assert "/usr/sbin/insmod" in done.stderr
    assert "Profiling is off" not in done.stderr


def test_run_with_reload_where_profiling_is_on(npumon: CommandLine) -> None:
    done = npumon("run", "--reload", "--demo", "--format", "json")
    assert done.returncode == 0
    assert "insmod" not in done.stderr


def test_run_with_a_reload_that_is_refused(npumon: CommandLine, tmp_path: Path) -> None:
    done = npumon("run", "--reload", "--root", str(tmp_path), "--", "/bin/true")
    refused(done, 3, "No galcore.ko was found")

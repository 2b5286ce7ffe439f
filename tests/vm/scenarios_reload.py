"""Loading the driver in another way: that it works, and that it is put back where it does not."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
from pathlib import Path

from npumon.core.driver.failures import failure
from npumon.core.driver.plan import Step, StepOutcome
from tests.vm import guest_system as board
from tests.vm.guest_npumon import driver

_FOREIGN = "/lib/modules/galcore-foreign.ko"


def status(npumon: Path) -> None:
    """An ordinary user sees all there is to see."""
    answer = driver(npumon, "status")
    assert answer.status == 0, answer
    assert (answer.document["name"], answer.document["version"]) == ("galcore", "6.4.6.2")
    assert answer.document["profiling"] is False


def reload_with_profiling(npumon: Path) -> None:
    """Profiling is on afterwards, other settings are kept; once more there is nothing to do."""
    board.load(powerManagement=0)
    answer = driver(npumon, "reload", "--yes")
    assert (answer.status, answer.document["done"]) == (0, True), answer
    assert [board.parameter(name) for name in ("gpuProfiler", "powerManagement")] == ["1", "0"]
    loads = _times_loaded()
    answer = driver(npumon, "reload", "--yes")
    assert (answer.status, answer.document["steps"]) == (0, []), answer
    assert _times_loaded() == loads


def insmod_fails_and_is_undone(npumon: Path) -> None:
    """The driver is back with the parameters it had, and the report has the kernel's reason."""
    board.load(gpuProfiler=0, powerManagement=0)
    answer = driver(npumon, "reload", "--yes", "--profile", "--param", f"failInit={errno.ENODEV}")
    assert (answer.status, answer.problem, answer.document["undone"]) == (1, "driver.no_device", True), answer
    assert any("probe fails, as asked" in message for message in answer.document["kernel_messages"]), answer
    assert [board.parameter(name) for name in ("gpuProfiler", "powerManagement")] == ["0", "0"]


def killed_between_the_steps(npumon: Path) -> None:
    """kill -9 while the driver is being unloaded: the next npumon says so, and puts it back as it was."""
    board.load(gpuProfiler=0, powerManagement=0, exitDelay=3)
    process = board.start_as_user(npumon, "driver", "reload", "--yes")
    state = board.PARAMETERS.parent / "initstate"
    board.until(lambda: state.read_text() == "going\n", "the driver is being unloaded")
    os.kill(process.pid, signal.SIGKILL)
    process.wait(board.LIMIT_S)
    board.until(lambda: not board.loaded(), "the driver is unloaded")
    answer = driver(npumon, "status")
    assert answer.status == 3, answer
    assert "npumon driver load" in answer.errors, answer
    answer = driver(npumon, "load", "--yes")
    assert (answer.status, answer.problem) == (0, None), answer
    assert [board.parameter(name) for name in ("gpuProfiler", "powerManagement")] == ["0", "0"]
    assert not list(Path("/run/lock").glob("npumon-driver-*"))


def words_of_kmod(npumon: Path) -> None:
    """npumon knows what this kernel's and this kmod's words mean."""
    module = str(board.MODULE)
    assert _understood("insmod", module) == "driver.changed"
    with board.NODE.open("rb"):
        assert _understood("rmmod", "galcore") == "driver.busy"
    board.root("rmmod", "galcore")
    assert _understood("rmmod", "galcore") == "driver.changed"
    assert _understood("insmod", _FOREIGN) == "driver.vermagic"
    assert _understood("insmod", "/lib/modules/none.ko") == "driver.module_missing"
    assert _understood("insmod", module, "gpuProfiler=many") == "driver.parameter"
    for number, name in (
        (errno.EBUSY, "busy"),
        (errno.ENOMEM, "memory"),
        (errno.EPERM, "not_permitted"),
        (errno.ENODEV, "no_device"),
    ):
        assert _understood("insmod", module, f"failInit={number}") == f"driver.{name}"


def _understood(tool: str, *words: str) -> str:
    """What npumon makes of a tool's failure, by the tool's own words alone."""
    argv = (f"/usr/sbin/{tool}", *words)
    ended = subprocess.run(argv, capture_output=True, text=True, timeout=board.LIMIT_S)
    assert ended.returncode != 0, argv
    return failure(StepOutcome(Step(argv, ""), ended.returncode, ended.stderr.strip(), 0.0)).id


def _times_loaded() -> int:
    return board.root("dmesg").count("Galcore version")

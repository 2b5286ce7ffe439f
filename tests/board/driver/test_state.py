from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from npumon.board.driver.state import NOT_READABLE, read_driver
from npumon.board.roots import Roots
from npumon.core.driver.driver_state import DriverState

Put = Callable[[str, "str | bytes"], Path]
MODULE = "sys/module/galcore"
PARAMETERS = f"{MODULE}/parameters"


def problem_ids(state: DriverState) -> list[str]:
    return [problem.id for problem in state.problems]


def test_a_driver_in_order_has_no_problems(vim3: Path) -> None:
    state = read_driver(Roots(vim3))
    assert (state.name, state.version) == ("galcore", "6.4.8.7.1.1.1")
    assert state.parameters == (
        ("gpuProfiler", "1"),
        ("hardwareResetNum", "0"),
        ("irqs", "36,-1,-1,-1"),
        ("nanoqFreq", "800000000"),
        ("showArgs", "1"),
    )
    assert (state.profiling, state.references, state.hardware_resets) == (True, 0, 0)
    assert (state.device_node, state.accessible) == (True, True)
    assert (state.holders, state.unseen_references, state.problems) == ((), 0, ())


def test_nothing_loaded_is_one_problem_with_the_command_that_loads_it(vim3: Path, put: Put) -> None:
    shutil.rmtree(vim3 / MODULE)
    put("proc/modules", "mali_kbase 491520 4 - Live 0x0\ngalcore_helper 1 0 - Live 0x0\n")
    state = read_driver(Roots(vim3))
    assert (state.name, state.version, state.parameters, state.profiling) == (None, None, (), None)
    (problem,) = state.problems
    assert (problem.id, problem.kind) == ("driver.missing", "unavailable")
    assert problem.remedy == "Load it: npumon driver load"


def test_a_kernel_without_the_module_needs_another_kernel(tree: Path, put: Put) -> None:
    put("proc/sys/kernel/osrelease", "6.11.0\n")
    (problem,) = read_driver(Roots(tree)).problems
    assert problem.id == "driver.missing"
    assert "6.11.0" in problem.remedy
    assert "vendor kernel" in problem.remedy


def test_profiling_that_is_off_is_a_problem(vim3: Path, put: Put) -> None:
    put(f"{PARAMETERS}/gpuProfiler", "0\n")
    state = read_driver(Roots(vim3))
    assert state.profiling is False
    (problem,) = state.problems
    assert (problem.id, problem.kind) == ("driver.profiling_off", "failed")
    assert problem.remedy == "Reload it: npumon driver reload"


def test_a_driver_in_use_cannot_be_reloaded_before_its_user_ends(vim3: Path, put: Put) -> None:
    put(f"{PARAMETERS}/gpuProfiler", "0\n")
    put("proc/modules", "galcore 434176 3 - Live 0x0\n")
    put("proc/77/comm", "camera\n")
    (vim3 / "proc/77/fd").mkdir()
    (vim3 / "proc/77/fd/4").symlink_to("/dev/galcore")
    state = read_driver(Roots(vim3))
    assert [holder.pid for holder in state.holders] == [77]
    assert state.unseen_references == 2
    assert state.problems[0].remedy.startswith("End process 77 (camera) first. Reload it: ")


def test_a_built_in_driver_takes_its_parameters_at_boot(vim3: Path, put: Put) -> None:
    put("proc/modules", "")
    (vim3 / MODULE / "initstate").unlink()
    (vim3 / MODULE / "refcnt").unlink()
    put(f"{PARAMETERS}/gpuProfiler", "N\n")
    state = read_driver(Roots(vim3))
    assert (state.name, state.references, state.profiling) == ("galcore", None, False)
    assert "galcore.gpuProfiler=1" in state.problems[0].remedy


@pytest.mark.parametrize(
    ("text", "profiling"),
    [("1", True), ("0", False), ("2", True), ("Y", True), ("N", False), ("", None), ("maybe", None)],
)
def test_profiling_is_a_truth_value(text: str, profiling: bool | None, vim3: Path, put: Put) -> None:
    put(f"{PARAMETERS}/gpuProfiler", text)
    assert read_driver(Roots(vim3)).profiling is profiling


def test_the_mainline_driver_is_named_and_a_problem(vim3: Path, put: Put) -> None:
    shutil.rmtree(vim3 / MODULE)
    put("proc/modules", "etnaviv 106496 2 - Live 0x0\n")
    state = read_driver(Roots(vim3))
    assert (state.name, problem_ids(state)) == ("etnaviv", ["driver.etnaviv"])
    assert "sudo modprobe -r etnaviv && sudo insmod " in state.problems[0].remedy


def test_the_mainline_driver_counts_when_it_holds_the_device(vim3: Path) -> None:
    folder = vim3 / "sys/bus/platform/drivers/etnaviv-gpu"
    folder.mkdir(parents=True)
    (folder / "module").symlink_to("/sys/module/etnaviv")
    (folder / "bind").touch()
    assert read_driver(Roots(vim3)).name == "galcore"
    (folder / "ff100000.npu").symlink_to("/sys/devices/platform/ff100000.npu")
    assert problem_ids(read_driver(Roots(vim3))) == ["driver.etnaviv"]


def test_a_missing_node_is_a_problem(vim3: Path) -> None:
    (vim3 / "dev/galcore").unlink()
    state = read_driver(Roots(vim3))
    assert (state.device_node, state.accessible) == (False, None)
    assert problem_ids(state) == ["driver.node_missing"]
    assert "dmesg" in state.problems[0].remedy


def test_a_folder_is_no_node(vim3: Path) -> None:
    (vim3 / "dev/galcore").unlink()
    (vim3 / "dev/galcore").mkdir()
    assert problem_ids(read_driver(Roots(vim3))) == ["driver.node_missing"]


def test_a_node_that_leads_nowhere_cannot_be_opened(vim3: Path) -> None:
    (vim3 / "dev/galcore").unlink()
    (vim3 / "dev/galcore").symlink_to("nowhere")
    state = read_driver(Roots(vim3))
    assert (state.device_node, state.accessible, problem_ids(state)) == (True, False, ["driver.node_denied"])


def test_a_node_of_another_user_is_denied(
    open_place: Path, vim3: Path, without_rights: Callable[[], AbstractContextManager[None]]
) -> None:
    tree = open_place / "root"
    shutil.copytree(vim3, tree)
    (tree / "dev/galcore").chmod(0o400)
    with without_rights():
        state = read_driver(Roots(tree))
    assert (state.accessible, problem_ids(state)) == (False, ["driver.node_denied"])
    assert f"sudo chmod a+rw {tree}/dev/galcore" in state.problems[0].remedy


def test_unknown_parameters_are_shown_as_they_are(vim3: Path, put: Put) -> None:
    put(f"{PARAMETERS}/mmuPageTablePool", "3\n")
    put(f"{PARAMETERS}/sRAMBases", "0xff000000,0x0 \n")
    parameters = dict(read_driver(Roots(vim3)).parameters)
    assert (parameters["mmuPageTablePool"], parameters["sRAMBases"]) == ("3", "0xff000000,0x0")


def test_hostile_parameters_are_harmless(vim3: Path, put: Put) -> None:
    put(f"{PARAMETERS}/escape", b"a\x1b]0;owned\x07\x1b[2Jb\n\xff")
    put(f"{PARAMETERS}/large", b"9" * 10_000_000)
    put(f"{PARAMETERS}/new\nline", "1")
    put(f"{PARAMETERS}/folder/x", "1")
    os.mkfifo(vim3 / PARAMETERS / "fifo")
    (vim3 / PARAMETERS / "loop").symlink_to("loop")
    parameters = dict(read_driver(Roots(vim3)).parameters)
    assert parameters["escape"] == "a\\x1b]0;owned\\x07b\\x0a\\xff"
    assert parameters["large"] == "9" * 4096 + "…"
    assert parameters["new\\x0aline"] == "1"
    assert {name for name, value in parameters.items() if value == NOT_READABLE} == {"folder", "fifo", "loop"}
    assert all((name + value).isprintable() for name, value in parameters.items())


def test_a_reset_counter_that_is_no_number_is_absent(vim3: Path, put: Put) -> None:
    put(f"{PARAMETERS}/hardwareResetNum", "3")
    assert read_driver(Roots(vim3)).hardware_resets == 3
    put(f"{PARAMETERS}/hardwareResetNum", "9" * 5000)
    assert read_driver(Roots(vim3)).hardware_resets is None


@pytest.mark.parametrize("text", ["", "galcore\n", "galcore x - - -\n", "\x1b\0\xff galcore\n"])
def test_the_list_of_modules_may_be_odd(text: str, vim3: Path, put: Put) -> None:
    put("proc/modules", text)
    state = read_driver(Roots(vim3))
    assert (state.name, state.references) == ("galcore", 0)


def test_an_empty_machine_has_no_driver(tree: Path) -> None:
    state = read_driver(Roots(tree))
    assert (state.name, state.device_node, problem_ids(state)) == (None, False, ["driver.missing"])
    assert "$(uname -r)" in state.problems[0].remedy

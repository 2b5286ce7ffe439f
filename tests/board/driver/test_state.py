from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.board.driver.state import NOT_READABLE, find_version, read_driver, read_version
from npumon.board.roots import Roots
from npumon.core.driver.driver_state import DriverState
from tests import golden

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
    assert problem.kind == "unavailable"
    golden.problem(problem, "driver.missing")


def test_a_kernel_without_the_module_needs_another_kernel(tree: Path, put: Put) -> None:
    put("proc/sys/kernel/osrelease", "6.11.0\n")
    (problem,) = read_driver(Roots(tree)).problems
    golden.problem(problem, "driver.missing and no module file", kernel="6.11.0")


def test_profiling_that_is_off_is_a_problem(vim3: Path, put: Put) -> None:
    put(f"{PARAMETERS}/gpuProfiler", "0\n")
    state = read_driver(Roots(vim3))
    assert state.profiling is False
    (problem,) = state.problems
    assert problem.kind == "failed"
    golden.problem(problem, "driver.profiling_off")


def test_a_driver_in_use_cannot_be_reloaded_before_its_user_ends(vim3: Path, put: Put) -> None:
    put(f"{PARAMETERS}/gpuProfiler", "0\n")
    put("proc/modules", "galcore 434176 3 - Live 0x0\n")
    put("proc/77/comm", "camera\n")
    (vim3 / "proc/77/fd").mkdir()
    (vim3 / "proc/77/fd/4").symlink_to("/dev/galcore")
    state = read_driver(Roots(vim3))
    assert [holder.pid for holder in state.holders] == [77]
    assert state.unseen_references == 2
    golden.problem(state.problems[0], "driver.profiling_off and in use")


def test_a_built_in_driver_takes_its_parameters_at_boot(vim3: Path, put: Put) -> None:
    put("proc/modules", "")
    (vim3 / MODULE / "initstate").unlink()
    (vim3 / MODULE / "refcnt").unlink()
    put(f"{PARAMETERS}/gpuProfiler", "N\n")
    state = read_driver(Roots(vim3))
    assert (state.name, state.references, state.profiling) == ("galcore", None, False)
    golden.problem(state.problems[0], "driver.profiling_off built in")


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
    golden.problem(state.problems[0], "driver.etnaviv", root=vim3)


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
    (problem,) = state.problems
    golden.problem(problem, "driver.node_missing", root=vim3)


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
    golden.problem(state.problems[0], "driver.node_denied", root=tree)


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
    golden.problem(state.problems[0], "driver.missing and no module file", kernel="(unknown)")


ATTRIBUTE = "sys/module/galcore/version"
DEBUGFS = "sys/kernel/debug/gc/version"
LOG = "dev/kmsg"


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=10), st.sampled_from(["", "Galcore version ", "v: "]))
def test_four_to_seven_numbers_are_a_version(numbers: list[int], before: str) -> None:
    text = ".".join(map(str, numbers))
    assert find_version(f"{before}{text}\n") == (text if 4 <= len(numbers) <= 7 else None)


@pytest.mark.parametrize("text", ["", "6.4.3", "6.4.3.2CB", "x6.4.3.2", "6..4.3.2", "1.2.3.4.5.6.7.8", "." * 1000])
def test_other_forms_are_not(text: str) -> None:
    assert find_version(text) is None


def test_a_version_may_end_a_sentence() -> None:
    assert find_version("Galcore version 6.4.8.7.1.1.1.") == "6.4.8.7.1.1.1"


def test_the_modules_own_attribute_comes_first(tree: Path, put: Put) -> None:
    put(LOG, "Galcore version 1.1.1.1\n")
    assert read_version(Roots(tree)) == "1.1.1.1"
    put(DEBUGFS, "6.4.6.2.345497 built at 10.0.0.1\n")
    assert read_version(Roots(tree)) == "6.4.6.2.345497"
    put(ATTRIBUTE, "6.4.8.7.1.1.1\n")
    assert read_version(Roots(tree)) == "6.4.8.7.1.1.1"


def test_an_unusual_version_is_shown_as_it_is(tree: Path, put: Put) -> None:
    put(DEBUGFS, "6.4.3CB\x1b built at 10.0.0.1\n")
    assert read_version(Roots(tree)) == "6.4.3CB\\x1b"


def test_the_last_load_in_the_kernel_log_counts(tree: Path, put: Put) -> None:
    put(
        LOG,
        b"6,1,1,-;[    5.1@1] Galcore version 6.4.4.3\n\xff\xfe\x1b junk\n6,2,2,-;npu_version: 2\n"
        b"6,3,3,-;[   69.264789@1] Galcore version 6.4.8.7.1.1.1\n",
    )
    assert read_version(Roots(tree)) == "6.4.8.7.1.1.1"


def test_a_log_that_gives_no_more_now_is_not_waited_for(tree: Path, put: Put) -> None:
    """A FIFO that somebody holds open answers like /dev/kmsg behind its last record: EAGAIN."""
    path = put(LOG, "")
    path.unlink()
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR)
    try:
        os.write(writer, b"6,1,1,-;Galcore version 6.4.6.2\n")
        assert read_version(Roots(tree)) == "6.4.6.2"
    finally:
        os.close(writer)


def test_a_log_of_endless_size_is_read_in_part(tree: Path, put: Put) -> None:
    path = put(LOG, "Galcore version 6.4.6.2\n")
    os.truncate(path, 10**9)
    assert read_version(Roots(tree)) == "6.4.6.2"


def test_nothing_to_ask_gives_nothing(tree: Path, put: Put) -> None:
    put(f"{LOG}/folder", "")
    put(f"{DEBUGFS}/folder", "")
    put(ATTRIBUTE, "\n")
    assert read_version(Roots(tree)) is None

"""Every reason not to touch the driver."""

from __future__ import annotations

import pytest

from npumon.core.driver.driver_state import DriverState, Holder
from npumon.core.driver.inputs import ModuleFile, PlanInputs
from npumon.core.driver.refusals import refusals
from npumon.core.problems import Problem

PATH = "/lib/modules/4.9.241/galcore.ko"
GOOD = PlanInputs(
    DriverState(name="galcore", references=0),
    "4.9.241",
    ModuleFile(PATH, "4.9.241 SMP aarch64", ("gpuProfiler", "showArgs")),
    None,
    "/usr/sbin/insmod",
    "/usr/sbin/rmmod",
)


def only(inputs: PlanInputs, parameters: dict[str, str] | None = None, *, loads: bool = True) -> Problem:
    """The one refusal there is."""
    found = refusals(inputs, parameters or {}, unloads=True, loads=loads)
    assert len(found) == 1
    return found[0]


def held(*holders: Holder, references: int, unseen: int = 0) -> PlanInputs:
    state = GOOD.driver._replace(holders=holders, references=references, unseen_references=unseen)
    return GOOD._replace(driver=state)


def test_none() -> None:
    assert refusals(GOOD, {"gpuProfiler": "1", "showArgs": "1"}, unloads=True, loads=True) == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [("", "1"), ("a b", "1"), ("1a", "1"), ("a", ""), ("a", "1 2"), ("a", "$(x)"), ("a", "x;y"), ("a", "1" * 201)],
)
def test_a_parameter_that_is_none(name: str, value: str) -> None:
    problem = only(GOOD._replace(module=ModuleFile(PATH)), {name: value})
    assert (problem.id, problem.kind) == ("driver.parameter", "usage")


def test_a_parameter_that_nobody_knows() -> None:
    problem = only(GOOD, {"gpuProfiler": "1", "gpuProfiller": "1"})
    assert (problem.id, problem.kind) == ("driver.parameter_unknown", "usage")
    assert problem.remedy == f"modinfo -p {PATH} lists those it has."
    assert refusals(GOOD._replace(module=ModuleFile(PATH)), {"newKnob": "4,5"}, unloads=True, loads=True) == ()


def test_etnaviv() -> None:
    problem = only(GOOD._replace(driver=DriverState(name="etnaviv")))
    assert (problem.id, problem.kind) == ("driver.etnaviv", "unavailable")
    assert "sudo modprobe -r etnaviv" in problem.remedy


def test_built_in() -> None:
    problem = only(GOOD._replace(built_in=True))
    assert problem.id == "driver.built_in"
    assert "galcore.gpuProfiler=1" in problem.remedy


def test_another_npumon() -> None:
    busy = Problem("board.busy", "Another npumon (process 7) runs a model on this board.", "Wait.", "unavailable")
    assert only(GOOD._replace(busy=busy)) == busy


def test_holders_are_named() -> None:
    problem = only(held(Holder(7, "khadas", "./inceptionv3 inception_v3.nb"), references=1))
    assert (problem.id, problem.kind) == ("driver.in_use", "unavailable")
    assert problem.what == "galcore is in use: process 7 (khadas: ./inceptionv3 inception_v3.nb)."
    assert problem.remedy == "Wait until they end, or end them (npumon driver: --wait, --stop-holders)."


def test_many_holders() -> None:
    holders = [Holder(pid, None, None) for pid in range(1, 6)]
    what = only(held(*holders, references=7, unseen=2)).what
    assert "process 1 (unknown user: unknown), " in what
    assert what.endswith("process 3 (unknown user: unknown), 2 more, 2 open in processes that this user may not see.")


def test_holders_that_cannot_be_seen() -> None:
    problem = only(held(references=2, unseen=2))
    assert problem.what == "galcore is in use: 2 open in processes that this user may not see."
    assert problem.remedy == "sudo npumon driver status shows them; wait until they end (npumon driver: --wait)."


def test_holders_do_not_matter_where_nothing_is_unloaded() -> None:
    assert refusals(held(Holder(7, None, None), references=1), {}, unloads=False, loads=True) == ()


def test_no_module_file() -> None:
    problem = only(GOOD._replace(module=None))
    assert problem.id == "driver.module_missing"
    assert problem.what == "No galcore.ko was found for kernel 4.9.241."
    assert "(unknown)" in only(GOOD._replace(module=None, kernel=None)).what


def test_a_module_file_that_is_none() -> None:
    problem = only(GOOD._replace(module=ModuleFile(PATH, fault="is no kernel module")))
    assert (problem.id, problem.what) == ("driver.module_fault", f"{PATH} is no kernel module.")


def test_another_kernels_module() -> None:
    problem = only(GOOD._replace(module=ModuleFile(PATH, "5.15.78 SMP aarch64")))
    assert problem.id == "driver.vermagic"
    assert problem.what == f"{PATH} is for kernel 5.15.78; this is 4.9.241."


@pytest.mark.parametrize("vermagic", [None, "", "4.9.241", "4.9.241 SMP preempt"])
def test_a_module_that_fits(vermagic: str | None) -> None:
    assert refusals(GOOD._replace(module=ModuleFile(PATH, vermagic)), {}, unloads=True, loads=True) == ()


def test_a_kernel_that_is_not_known_fits_any_module() -> None:
    assert refusals(GOOD._replace(kernel=None), {}, unloads=True, loads=True) == ()


def test_a_module_that_others_can_change() -> None:
    problem = only(GOOD._replace(module=ModuleFile(PATH, danger="/lib is writable by all users")))
    assert problem.id == "driver.module_unsafe"
    assert problem.what == f"{PATH} may not be loaded as root: /lib is writable by all users."


def test_what_would_put_the_driver_back_is_held_to_the_same() -> None:
    there = GOOD._replace(previous_module=ModuleFile("/usual.ko", danger="/usual.ko is writable by all users"))
    problem = only(there)
    assert problem.id == "driver.module_unsafe"
    assert problem.what.startswith("/usual.ko, which would put the driver back, may not be loaded as root: ")
    assert refusals(there, {}, unloads=False, loads=True) == ()
    assert refusals(there, {}, unloads=True, loads=False) == ()
    assert refusals(GOOD._replace(previous_module=GOOD.module), {}, unloads=True, loads=True) == ()


def test_tools() -> None:
    assert only(GOOD._replace(insmod=None)).what == "Not installed on this system: insmod."
    both = only(GOOD._replace(insmod=None, rmmod=None))
    assert (both.id, both.what) == ("driver.tools", "Not installed on this system: rmmod, insmod.")
    assert refusals(GOOD._replace(insmod=None), {}, unloads=True, loads=False) == ()


def test_all_at_once_the_gravest_first() -> None:
    inputs = held(Holder(7, None, None), references=1)._replace(module=None, insmod=None, built_in=True)
    found = refusals(inputs, {"a b": "1"}, unloads=True, loads=True)
    names = ["parameter", "built_in", "in_use", "module_missing", "tools"]
    assert [problem.id for problem in found] == [f"driver.{name}" for name in names]

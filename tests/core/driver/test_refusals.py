"""Every reason not to touch the driver."""

from __future__ import annotations

import pytest

from npumon.core.driver.driver_state import DriverState, Holder
from npumon.core.driver.inputs import ModuleFile, PlanInputs
from npumon.core.driver.refusals import refusals
from npumon.core.problems import Problem
from tests import golden

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
    golden.problem(problem, "driver.parameter_unknown", module=PATH)
    assert refusals(GOOD._replace(module=ModuleFile(PATH)), {"newKnob": "4,5"}, unloads=True, loads=True) == ()


def test_etnaviv() -> None:
    problem = only(GOOD._replace(driver=DriverState(name="etnaviv")))
    assert problem.kind == "unavailable"
    golden.problem(problem, "driver.etnaviv in the way of a plan")


def test_built_in() -> None:
    problem = only(GOOD._replace(built_in=True))
    golden.problem(problem, "driver.built_in")


def test_another_npumon() -> None:
    busy = Problem("board.busy", "Another npumon (process 7) runs a model on this board.", "Wait.", "unavailable")
    assert only(GOOD._replace(busy=busy)) == busy


def test_holders_are_named() -> None:
    problem = only(held(Holder(7, "khadas", "./inceptionv3 inception_v3.nb"), references=1))
    assert problem.kind == "unavailable"
    golden.problem(problem, "driver.in_use one process")


def test_many_holders() -> None:
    holders = [Holder(pid, None, None) for pid in range(1, 6)]
    golden.problem(only(held(*holders, references=7, unseen=2)), "driver.in_use many processes")


def test_holders_that_cannot_be_seen() -> None:
    problem = only(held(references=2, unseen=2))
    golden.problem(problem, "driver.in_use processes of others")


def test_holders_do_not_matter_where_nothing_is_unloaded() -> None:
    assert refusals(held(Holder(7, None, None), references=1), {}, unloads=False, loads=True) == ()


def test_no_module_file() -> None:
    problem = only(GOOD._replace(module=None))
    golden.problem(problem, "driver.module_missing for this kernel")
    golden.problem(only(GOOD._replace(module=None, kernel=None)), "driver.module_missing for an unknown kernel")


def test_a_module_file_that_is_none() -> None:
    problem = only(GOOD._replace(module=ModuleFile(PATH, fault="is not a kernel module")))
    golden.problem(problem, "driver.module_fault of a file", module=PATH)


def test_another_kernels_module() -> None:
    problem = only(GOOD._replace(module=ModuleFile(PATH, "5.15.78 SMP aarch64")))
    golden.problem(problem, "driver.vermagic of a file", module=PATH)


@pytest.mark.parametrize("vermagic", [None, "", "4.9.241", "4.9.241 SMP preempt"])
def test_a_module_that_fits(vermagic: str | None) -> None:
    assert refusals(GOOD._replace(module=ModuleFile(PATH, vermagic)), {}, unloads=True, loads=True) == ()


def test_a_kernel_that_is_not_known_fits_any_module() -> None:
    assert refusals(GOOD._replace(kernel=None), {}, unloads=True, loads=True) == ()


def test_a_module_that_others_can_change() -> None:
    problem = only(GOOD._replace(module=ModuleFile(PATH, danger="/lib is writable by all users")))
    golden.problem(problem, "driver.module_unsafe folder", module=PATH)


def test_what_would_put_the_driver_back_is_held_to_the_same() -> None:
    there = GOOD._replace(previous_module=ModuleFile("/usual.ko", danger="/usual.ko is writable by all users"))
    problem = only(there)
    golden.problem(problem, "driver.module_unsafe previous module")
    assert refusals(there, {}, unloads=False, loads=True) == ()
    assert refusals(there, {}, unloads=True, loads=False) == ()
    assert refusals(GOOD._replace(previous_module=GOOD.module), {}, unloads=True, loads=True) == ()


def test_tools() -> None:
    golden.problem(only(GOOD._replace(insmod=None)), "driver.tools one")
    golden.problem(only(GOOD._replace(insmod=None, rmmod=None)), "driver.tools both")
    assert refusals(GOOD._replace(insmod=None), {}, unloads=True, loads=False) == ()


def test_all_at_once_the_gravest_first() -> None:
    inputs = held(Holder(7, None, None), references=1)._replace(module=None, insmod=None, built_in=True)
    found = refusals(inputs, {"a b": "1"}, unloads=True, loads=True)
    names = ["parameter", "built_in", "in_use", "module_missing", "tools"]
    assert [problem.id for problem in found] == [f"driver.{name}" for name in names]

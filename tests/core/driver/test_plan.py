"""Plans for the driver: what is done, why, and what puts it back."""

from __future__ import annotations

import pytest

from npumon.core.driver.driver_state import DriverState, Holder
from npumon.core.driver.inputs import InterruptedReload, ModuleFile, Parameters, PlanInputs
from npumon.core.driver.plan import DriverPlan, ReloadReport, Step, StepOutcome, differences, plan, rule_commands
from npumon.core.problems import Problem

PATH = "/lib/modules/4.9.241/kernel/drivers/amlogic/npu/galcore.ko"
INSMOD = ("/usr/sbin/insmod", PATH)
RMMOD = ("/usr/sbin/rmmod", "galcore")
OFF = (("gpuProfiler", "0"), ("showArgs", "1"))
ON = (("gpuProfiler", "1"), ("showArgs", "1"))


def inputs(parameters: Parameters | None = OFF) -> PlanInputs:
    """A board on which everything may be done; `parameters` None: the driver is not loaded."""
    driver = DriverState() if parameters is None else DriverState(name="galcore", parameters=parameters, references=0)
    module = ModuleFile(PATH, "4.9.241 SMP preempt mod_unload aarch64")
    return PlanInputs(driver, "4.9.241", module, None, INSMOD[0], RMMOD[0])


def commands(made: DriverPlan) -> list[tuple[str, ...]]:
    return [step.argv for step in made.steps]


def test_reload_with_profiling() -> None:
    made = plan("reload", {"gpuProfiler": "1"}, inputs())
    assert made == DriverPlan(
        action="reload",
        steps=(
            Step(RMMOD, "parameters are read only while the driver is loaded"),
            Step((*INSMOD, "gpuProfiler=1", "showArgs=1"), "sets gpuProfiler from 0 to 1"),
        ),
        undo=(Step((*INSMOD, "gpuProfiler=0", "showArgs=1"), "restores the driver as it was"),),
        current=OFF,
        wanted=ON,
        driver=inputs().driver,
        asked=(("gpuProfiler", "1"),),
    )
    assert not made.nothing_to_do
    assert made.holders == ()


@pytest.mark.parametrize("value", ["1", "0x1", "Y", "y", "+1"])
def test_nothing_to_do(value: str) -> None:
    made = plan("reload", {"gpuProfiler": "1"}, inputs((("gpuProfiler", value),)))
    assert (made.steps, made.undo, made.refusals) == ((), (), ())
    assert made.nothing_to_do
    assert made.notes == ("galcore is loaded with these parameters already.",)


def test_nothing_to_do_is_never_refused() -> None:
    """Who asks for what is there already need not hear why it could not be changed."""
    holder = Holder(7, "khadas", "./inceptionv3")
    there = inputs(ON)
    there = there._replace(driver=there.driver._replace(holders=(holder,), references=1))
    made = plan("reload", {"gpuProfiler": "1"}, there)
    assert made.nothing_to_do
    assert made.holders == (holder,)


def test_reload_loads_what_is_not_loaded() -> None:
    made = plan("reload", {"gpuProfiler": "1"}, inputs(None))
    assert made.steps == (Step((*INSMOD, "gpuProfiler=1", "showArgs=1"), "galcore is not loaded"),)
    assert (made.current, made.wanted, made.undo) == (None, ON, ())


def test_a_reload_keeps_settings_and_hands_no_hardware_back() -> None:
    """Only settings away from their default are kept; what describes the hardware is found anew by the driver."""
    before = (
        ("contiguousSize", "8388608"),
        ("gpuProfiler", "0"),
        ("irqs", "35,-1"),
        ("powerManagement", "0"),
        ("recovery", "1"),
        ("showArgs", "0"),
        ("stuckDump", "(not readable)"),
    )
    made = plan("reload", {"gpuProfiler": "1"}, inputs(before))
    assert made.steps[1].argv == (*INSMOD, "gpuProfiler=1", "showArgs=1", "powerManagement=0")
    assert made.undo[0].argv == (*INSMOD, "gpuProfiler=0", "showArgs=0", "powerManagement=0")


def test_other_parameters_leave_profiling_as_it_is() -> None:
    made = plan("reload", {"stuckDump": "2", "nanoqFreq": "400000000"}, inputs(OFF))
    assert made.steps[1].argv[2:] == ("gpuProfiler=0", "showArgs=1", "stuckDump=2", "nanoqFreq=400000000")
    assert made.steps[1].why == "sets stuckDump from unset to 2, nanoqFreq from unset to 400000000"


def test_unreadable_profiling_is_loaded_as_usual() -> None:
    made = plan("reload", {"stuckDump": "2"}, inputs((("gpuProfiler", "(not readable)"),)))
    assert made.steps[1].argv[2:] == ("gpuProfiler=1", "showArgs=1", "stuckDump=2")
    assert made.undo[0].argv == INSMOD


def test_another_module_is_undone_with_the_usual_one() -> None:
    there = inputs()._replace(module=ModuleFile("/root/galcore.ko", "4.9.241 SMP"), previous_module=inputs().module)
    made = plan("reload", {"gpuProfiler": "1"}, there)
    assert made.steps[1].argv[1] == "/root/galcore.ko"
    assert made.undo[0].argv[1] == PATH


@pytest.mark.parametrize(
    "previous_module", [None, ModuleFile(PATH, fault="is no kernel module"), ModuleFile(PATH, "5.15.78 SMP aarch64")]
)
def test_a_file_that_cannot_be_what_is_loaded_puts_nothing_back(previous_module: ModuleFile | None) -> None:
    """It is no reason not to load another one either: naming that is what helps."""
    there = inputs()._replace(module=ModuleFile("/root/galcore.ko", "4.9.241 SMP"), previous_module=previous_module)
    made = plan("reload", {"gpuProfiler": "1"}, there)
    assert made.undo[0].argv[1] == "/root/galcore.ko"
    assert made.refusals == ()


def test_load() -> None:
    made = plan("load", {"recovery": "0"}, inputs(None))
    assert commands(made) == [(*INSMOD, "gpuProfiler=1", "showArgs=1", "recovery=0")]
    made = plan("load", {"gpuProfiler": "1"}, inputs(OFF))
    assert made.nothing_to_do
    assert made.notes == ("galcore is loaded already; npumon driver reload changes its parameters.",)


def test_load_after_an_interruption_puts_back_what_was() -> None:
    before = (("gpuProfiler", "0"), ("showArgs", "1"), ("powerManagement", "0"))
    there = inputs(None)._replace(interrupted=InterruptedReload(before))
    made = plan("load", {}, there)
    assert commands(made) == [(*INSMOD, "gpuProfiler=0", "showArgs=1", "powerManagement=0")]
    assert made.steps[0].why == "an earlier npumon was killed before it had loaded the driver again"
    assert commands(plan("load", {"gpuProfiler": "1"}, there))[0][2] == "gpuProfiler=1"


def test_unload() -> None:
    made = plan("unload", {}, inputs())
    assert made.steps == (Step(RMMOD, "as asked"),)
    assert (made.wanted, made.undo) == (None, ())
    made = plan("unload", {}, inputs(None))
    assert made.nothing_to_do
    assert made.notes == ("galcore is not loaded.",)


def test_unload_needs_no_module_file() -> None:
    assert commands(plan("unload", {}, inputs()._replace(module=None, insmod=None))) == [RMMOD]


def test_unload_of_another_driver_is_refused() -> None:
    there = inputs(None)._replace(driver=DriverState(name="etnaviv"))
    assert [problem.id for problem in plan("unload", {}, there).refusals] == ["driver.etnaviv"]


def test_a_refused_plan_has_no_steps() -> None:
    made = plan("reload", {"gpuProfiler": "1"}, inputs()._replace(module=None))
    assert (made.steps, made.undo) == ((), ())
    assert [problem.id for problem in made.refusals] == ["driver.module_missing"]
    assert not made.nothing_to_do


def test_refusals_that_pass() -> None:
    """Only for those is there a point in waiting."""
    holder = Holder(7, "khadas", "./inceptionv3")
    there = inputs()._replace(driver=inputs().driver._replace(holders=(holder,), references=1))
    busy = Problem("board.busy", "Another npumon (process 7) runs a model on this board.", "Wait.", "unavailable")
    for waits, found in (
        (True, there),
        (True, there._replace(busy=busy)),
        (False, there._replace(module=None)),
        (False, inputs()),
    ):
        assert plan("reload", {"gpuProfiler": "1"}, found).waits_for_others is waits


def test_a_module_that_does_not_name_its_kernel_is_noted() -> None:
    made = plan("load", {}, inputs(None)._replace(module=ModuleFile(PATH)))
    assert made.notes == ("The module file does not say which kernel it was built for.",)
    assert made.steps


def test_what_the_system_would_have_given_is_noted() -> None:
    """insmod does not know modprobe's configuration, and what the driver had cannot be told from what it found."""
    configured = (("contiguousSize", "0x1000000"), ("recovery", "1"), ("gpuProfiler", "0"), ("stuckDump", "1"))
    there = inputs(None)._replace(configured=configured)
    lost = "contiguousSize=0x1000000, stuckDump=1"
    note = f"modprobe's configuration gives galcore {lost}; npumon does not, unless you name it with --param."
    assert plan("load", {}, there).notes == (note,)
    assert plan("load", {"contiguousSize": "16777216", "stuckDump": "1"}, there).notes == ()
    assert plan("unload", {}, inputs()._replace(configured=configured)).notes == ()


def test_differences() -> None:
    assert differences([("a", "1"), ("b", "x"), ("c", "2")], (("a", "0x1"), ("b", "x"))) == (("c", "2"),)
    assert differences([("a", "1")], None) == (("a", "1"),)


def test_rule_commands() -> None:
    assert rule_commands(inputs(), {}) == (
        RMMOD,
        (*INSMOD, "gpuProfiler=1", "showArgs=1"),
        (*INSMOD, "gpuProfiler=0", "showArgs=1"),
    )
    loads = rule_commands(inputs((("gpuProfiler", "0"), ("showArgs", "0"), ("recovery", "0"))), {"stuckDump": "1"})
    assert loads[1:] == (
        (*INSMOD, "gpuProfiler=1", "showArgs=1", "recovery=0", "stuckDump=1"),
        (*INSMOD, "gpuProfiler=0", "showArgs=1", "recovery=0", "stuckDump=1"),
        (*INSMOD, "gpuProfiler=0", "showArgs=0", "recovery=0"),
    )
    assert len(rule_commands(inputs(None), {})) == 3


@pytest.mark.parametrize("missing", ["rmmod", "insmod", "module"])
def test_no_rule_without_something_to_allow(missing: str) -> None:
    assert rule_commands(inputs()._replace(**{missing: None}), {}) == ()  # type: ignore[arg-type]  # any field


def test_what_the_rule_allows_is_what_a_reload_does() -> None:
    for before, profiling in ((OFF, "1"), (ON, "0")):
        allowed = rule_commands(inputs(before), {})
        made = plan("reload", {"gpuProfiler": profiling}, inputs(before))
        assert made.steps
        assert {step.argv for step in (*made.steps, *made.undo)} <= set(allowed)


def test_outcomes() -> None:
    step = Step(RMMOD, "")
    assert StepOutcome(step, 0, "", 0.1).ok
    assert not StepOutcome(step, 1, "", 0.1).ok
    assert not StepOutcome(step, None, "", 30.0).ok
    assert ReloadReport((), DriverState()).ok
    assert not ReloadReport((), DriverState(), Problem("x", "X.", "Y.")).ok

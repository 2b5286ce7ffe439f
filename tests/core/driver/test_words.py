"""The words for a driver plan, its steps and its result: the lines that the command and the monitor show."""

from __future__ import annotations

import pytest

from npumon.core.driver.driver_state import DriverState
from npumon.core.driver.plan import DriverPlan, ReloadReport, Step, StepOutcome
from npumon.core.driver.words import PlanLine, outcome_lines, plan_lines, profiling_of, result_lines
from npumon.core.problems import Problem
from tests import golden

RMMOD = Step(("/usr/sbin/rmmod", "galcore"), "parameters are read only while the driver is loaded")
INSMOD = Step(("/usr/sbin/insmod", "/root/galcore.ko", "gpuProfiler=1"), "sets gpuProfiler from 0 to 1")
UNDO = Step(("/usr/sbin/insmod", "/root/galcore.ko", "gpuProfiler=0"), "restores the driver as it was")
LOADED = DriverState(name="galcore", version="6.4.6.2", profiling=True)
PLAN = DriverPlan("reload", (RMMOD, INSMOD), (UNDO,), (("gpuProfiler", "0"),), (("gpuProfiler", "1"),), LOADED)


def in_words(text: str) -> str:
    return text.replace("/root", "")


def shown(lines: list[PlanLine]) -> str:
    return "\n".join(f"{line.role}: {line.lead} {line.text}".replace("  ", " ") for line in lines)


def test_a_plan_with_its_reasons_and_what_puts_it_back() -> None:
    golden.text("words.plan", shown(list(plan_lines(PLAN, in_words))))


@pytest.mark.parametrize("value", ["1", "Y"])
def test_profiling_is_on_after_it(value: str) -> None:
    assert profiling_of(PLAN._replace(wanted=(("gpuProfiler", value),))) is True


def test_what_is_not_set_is_not_named() -> None:
    unloading = PLAN._replace(action="unload", steps=(RMMOD,), wanted=None)
    assert profiling_of(unloading) is None
    assert [line.role for line in plan_lines(unloading, in_words)] == ["heading", "step", "reason"]


def test_an_interrupted_reload_is_named() -> None:
    off = PLAN._replace(action="load", steps=(UNDO,), wanted=(("gpuProfiler", "N"),))
    golden.text("words.plan interrupted", shown(list(plan_lines(off, in_words, puts_back=True))))


def test_what_stands_against_it() -> None:
    refusals = (Problem("driver.in_use", "/root is in use.", "Stop it."), Problem("board.busy", "Busy.", ""))
    refused = PLAN._replace(steps=(), undo=(), refusals=refusals, notes=("/root/etc names further options.",))
    lines = list(plan_lines(refused, in_words))
    assert [line.role for line in lines] == ["heading", "refusal", "remedy", "refusal", "note"]
    assert [line.text for line in lines[1:]] == [" is in use.", "Stop it.", "Busy.", "/etc names further options."]


@pytest.mark.parametrize(
    ("status", "output", "undoing", "roles"),
    [(0, "ignored", False, ["ok"]), (1, "/root: no", True, ["failed", "output"]), (None, "", False, ["failed"])],
)
def test_how_a_step_went(status: int | None, output: str, undoing: bool, roles: list[str]) -> None:
    lines = list(outcome_lines(StepOutcome(RMMOD, status, output, 1.25, undoing), in_words))
    assert [line.role for line in lines] == roles
    golden.text({0: "words.step done", 1: "words.step put back", None: "words.step too slow"}[status], shown(lines))


@pytest.mark.parametrize(
    ("driver", "undone", "key"),
    [
        (LOADED, None, "words.result loaded"),
        (LOADED._replace(profiling=None, version=None), True, "words.result put back"),
        (DriverState(), None, "words.result none"),
        (DriverState(), False, "words.result lost"),
    ],
)
def test_the_result(driver: DriverState, undone: bool | None, key: str) -> None:
    lines = list(result_lines(ReloadReport((), driver, undone=undone, kernel_messages=("galcore: hello",))))
    assert lines[0] == PlanLine("kernel", "galcore: hello", "kernel:")
    golden.text(key, shown(lines[1:]))

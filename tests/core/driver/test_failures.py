"""Each cause that a failed step may have, by the words of kmod, the kernel and sudo."""

from __future__ import annotations

import pytest

from npumon.core.driver.failures import failure
from npumon.core.driver.plan import Step, StepOutcome
from tests import golden

STEP = Step(("/usr/sbin/insmod", "/lib/galcore.ko", "gpuProfiler=1"), "")


@pytest.mark.parametrize(
    ("said", "name", "kind"),
    [
        ("could not insert module galcore.ko: Invalid module format", "vermagic", "failed"),
        ("could not insert module galcore.ko: Exec format error", "vermagic", "failed"),
        ("could not insert module galcore.ko: Unknown symbol in module", "unknown_symbol", "failed"),
        ("could not insert module galcore.ko: Device or resource busy", "busy", "failed"),
        ("Module galcore is in use", "busy", "failed"),
        ("could not remove module galcore: Resource temporarily unavailable", "busy", "failed"),
        ("could not insert module galcore.ko: No such device", "no_device", "failed"),
        ("could not insert module galcore.ko: Operation not permitted", "not_permitted", "unavailable"),
        ("could not insert module galcore.ko: Key was rejected by service", "signature", "failed"),
        ("could not insert module galcore.ko: Cannot allocate memory", "memory", "failed"),
        ("could not load module galcore.ko: No such file or directory", "module_missing", "failed"),
        ("could not insert module galcore.ko: File exists", "changed", "failed"),
        ("Module galcore is not currently loaded", "changed", "failed"),
        ("could not insert module galcore.ko: Invalid argument", "parameter", "failed"),
        ("HAL user version 6.4.3 mismatch", "version_mismatch", "failed"),
        ("sudo: a password is required", "not_permitted", "unavailable"),
        ("sudo: 3 incorrect password attempts", "not_permitted", "unavailable"),
        ("Sorry, user x is not allowed to execute '/usr/sbin/insmod' as root", "not_permitted", "unavailable"),
        ("x is not in the sudoers file.", "not_permitted", "unavailable"),
        ("something that nobody knows", "failed", "failed"),
    ],
)
def test_causes(said: str, name: str, kind: str) -> None:
    problem = failure(StepOutcome(STEP, 1, said, 0.1))
    assert (problem.id, problem.kind) == (f"driver.{name}", kind)
    assert problem.what.startswith("/usr/sbin/insmod /lib/galcore.ko gpuProfiler=1 failed: ")
    assert said in problem.what
    assert problem.remedy


def test_the_kernel_knows_better() -> None:
    """insmod says little; what the kernel said meanwhile tells the cause."""
    outcome = StepOutcome(STEP, 1, "", 0.1)
    assert failure(outcome).id == "driver.failed"
    assert failure(outcome).what.endswith(" failed: status 1.")
    messages = ("[ 1.0] something else", "[ 1.1] galcore: Unknown symbol dma_buf_get (err 0)")
    assert failure(outcome, messages).id == "driver.unknown_symbol"
    assert failure(StepOutcome(STEP, 1, "No such device", 0.1), messages).id == "driver.no_device"


def test_a_step_that_was_done_in_vain() -> None:
    problem = failure(StepOutcome(STEP, 0, "", 0.1), ("[ 1.1] galcore: Unknown symbol dma_buf_get (err 0)",))
    assert problem.kind == "failed"
    golden.problem(problem, "driver.changed after a step")


def test_a_hang() -> None:
    problem = failure(StepOutcome(STEP, None, "", 30.0))
    golden.problem(problem, "driver.hangs")
    assert failure(StepOutcome(STEP, None, "it cannot be started: Permission denied", 0.0)).id == "driver.not_permitted"

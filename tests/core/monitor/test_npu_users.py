"""Who else uses the NPU. All programs are synthetic."""

from __future__ import annotations

import pytest

from npumon.core.driver.driver_state import DriverState, Holder
from npumon.core.monitor.npu_users import npu_users_notice

CAMERA = Holder(4711, "khadas", "/opt/camera/detect --fps 30")
OURS = Holder(12, "me", "./inceptionv3 model.nb", run="/state/1.log")


def driver(*holders: Holder) -> DriverState:
    return DriverState("galcore", holders=holders)


def test_nobody() -> None:
    assert npu_users_notice(driver(), ()) is None


def test_our_own_runs_do_not_count() -> None:
    assert npu_users_notice(driver(OURS), {"/state/1.log"}) is None
    assert npu_users_notice(driver(OURS, CAMERA), {"/state/1.log"}) == (
        "The NPU is in use by detect (4711); figures of other runs may be off."
    )


def test_the_run_of_another_npumon_does() -> None:
    assert "inceptionv3 (12)" in (npu_users_notice(driver(OURS), {"/state/2.log"}) or "")
    assert "inceptionv3 (12)" in (npu_users_notice(driver(OURS), {None}) or "")


def test_of_many_two_are_named() -> None:
    sentence = npu_users_notice(driver(*(CAMERA._replace(pid=pid) for pid in (1, 2, 3, 4))), ())
    assert sentence is not None
    assert "detect (1) and detect (2) and 2 more;" in sentence


@pytest.mark.parametrize(("command", "name"), [(None, "a program"), ("  ", "a program"), ("x" * 90, "x" * 24)])
def test_names(command: str | None, name: str) -> None:
    assert f" {name} (4711);" in (npu_users_notice(driver(CAMERA._replace(command=command)), ()) or "")


def test_what_cannot_be_looked_into_belongs_to_another_user() -> None:
    assert "by a program of another user;" in (npu_users_notice(driver(), (), 1) or "")
    assert "by detect (4711);" in (npu_users_notice(driver(CAMERA), (), 1) or "")

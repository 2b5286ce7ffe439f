from __future__ import annotations

import pytest

from npumon.core import activity
from npumon.core.activity import UNDER_WAY, Activity


def test_by_default_nothing_is_going_on() -> None:
    assert Activity().stage == activity.IDLE
    assert not Activity().under_way


@pytest.mark.parametrize("stage", ["starting", "creating", "verifying", "running", "finishing", "stopping"])
def test_a_program_is_under_way(stage: str) -> None:
    assert Activity(stage=stage).under_way
    assert stage in UNDER_WAY


@pytest.mark.parametrize("stage", ["idle", "reloading", "waiting", "following"])
def test_no_program_is_under_way(stage: str) -> None:
    assert not Activity(stage=stage).under_way

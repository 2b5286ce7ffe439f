from __future__ import annotations

import pytest

from npumon.core.monitor.activity import UNDER_WAY, Activity, SeriesProgress, Stage


def test_by_default_nothing_is_going_on() -> None:
    assert Activity().stage == "idle"
    assert not Activity().under_way


@pytest.mark.parametrize("stage", ["starting", "creating", "verifying", "running", "finishing", "stopping"])
def test_a_program_is_under_way(stage: Stage) -> None:
    assert Activity(stage=stage).under_way
    assert stage in UNDER_WAY


@pytest.mark.parametrize("stage", ["idle", "reloading", "no file", "following", "restarted"])
def test_no_program_is_under_way(stage: Stage) -> None:
    assert not Activity(stage=stage).under_way


@pytest.mark.parametrize(
    ("activity", "share"),
    [
        (Activity("running", iteration=1, iterations=1), None),
        (Activity("running", iteration=3), None),
        (Activity("running", iteration=3, iterations=4), 0.5),
        (Activity("running", iteration=9, iterations=4), 1.0),
        (Activity("starting", series_progress=SeriesProgress(1, 4, 3.0)), 0.25),
        (Activity("running", iteration=3, iterations=4, series_progress=SeriesProgress(1, 4, 3.0)), 0.375),
        (Activity("finishing", series_progress=SeriesProgress(4, 4, 3.0)), 1.0),
        (Activity("idle", iteration=3, iterations=4), None),
    ],
)
def test_how_much_of_the_work_is_over(activity: Activity, share: float | None) -> None:
    assert activity.share == share

"""The distribution of latencies: what is drawn of it in any room. All figures are synthetic."""

from __future__ import annotations

import pytest

from npumon.core.monitor.distribution import Distribution, StartTimes
from npumon.core.run.statistics import Times, statistics_of
from npumon.core.run.trend import NO_TREND
from npumon.tui.paint import Area
from npumon.tui.panes.distribution import NOTHING, distribution_lines
from tests.tui.moments import fits, texts

TIMES = [150.0 + number % 40 for number in range(500)]
STATISTICS = statistics_of(Times(begun=True).plus_all(TIMES))
BINS = tuple((150.0 + width, 151.0 + width, 12) for width in range(40))
ALONE = Distribution(STATISTICS, NO_TREND.plus_all(TIMES), 728.0, BINS, 20, run=1)
SERIES = ALONE._replace(
    run=None,
    starts=5,
    planned=7,
    rows=tuple(StartTimes(run, 100, 700.0, 169.0, 188.0, 189.0) for run in range(1, 6)),
    warmups=(900.0, 800.0),
)
CAMERA = Distribution(run=1, rates=NO_TREND.plus_all([30.0, 29.0, 12.0]))


def drawn(shown: Distribution | None, width: int, height: int, *, ascii_only: bool = False) -> str:
    return "\n".join(texts(distribution_lines(shown, Area(width, height, ascii_only))))


@pytest.mark.parametrize("shown", [None, ALONE, SERIES, CAMERA, ALONE._replace(bins=(), trend=NO_TREND)])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_it_keeps_to_its_room(shown: Distribution | None, ascii_only: bool) -> None:
    for width in (1, 12, 30, 56, 76, 118, 196):
        for height in (1, 2, 3, 5, 9, 14, 30, 56):
            area = Area(width, height, ascii_only)
            assert fits(distribution_lines(shown, area), area), (width, height)


def test_figures_come_first() -> None:
    one = drawn(ALONE, 118, 1)
    for part in ("median 169 µs", "first 728 µs", "min 150 µs", "p95 187 µs", "p99 189 µs", "max 189 µs", "std"):
        assert part in one
    assert "n 500 of run 1" in drawn(ALONE, 76, 2), "in as many lines as they need"


def test_then_the_histogram_and_how_it_changed() -> None:
    text = drawn(ALONE, 118, 20)
    assert "iterations by time, first ones apart" in text
    assert "and 20 up to 189 µs" in text
    assert "all 500 in order" in text
    assert "not from 0" in text
    assert "█" in text
    assert "█" not in drawn(ALONE, 118, 20, ascii_only=True)


def test_dots_are_explained_where_there_are_any() -> None:
    values = [*range(460, 485)] * 8
    several, single = (ALONE._replace(trend=NO_TREND.plus_all(map(float, some))) for some in (values, values[:20]))
    assert "all 200 in order: time, · max, axis 4" in drawn(several, 76, 20)
    assert "time, - max" in drawn(several, 76, 20, ascii_only=True)
    assert "max, axis" not in drawn(single, 76, 20) + drawn(single, 76, 20, ascii_only=True)


def test_a_series_has_a_table_of_its_starts() -> None:
    text = drawn(SERIES, 118, 40)
    assert "in 5 of 7 starts, runs 1 to 5" in text
    assert "in 900 starts to run 5" in drawn(SERIES._replace(starts=900, planned=0), 118, 40), "not all are kept"
    assert "warm-up 900 µs, 800 µs" in text
    assert len([line for line in text.splitlines() if line.endswith("188 µs    189 µs")]) == 5
    assert "last 4 of 5" in drawn(SERIES, 118, 20)


def test_starts_of_one_iteration_each_have_no_table() -> None:
    single = SERIES._replace(rows=tuple(row._replace(iterations=1, first_us=None) for row in SERIES.rows))
    assert "median  " not in drawn(single, 118, 40)


def test_a_camera_has_frames_a_second() -> None:
    text = drawn(CAMERA, 96, 10)
    assert "frames a second  now 12.0/s  mean 23.7/s  min 12.0/s  max 30.0/s  over 3 seconds" in text
    assert "axis 0/s to 30.0/s" in text


def test_a_camera_that_tells_its_times_has_both() -> None:
    text = drawn(ALONE._replace(rates=CAMERA.rates), 118, 40)
    assert "frames now 12.0/s" in text
    assert "all 500 in order: time" in text
    assert "all 3 in order: frames a second" in text


def test_one_iteration_has_none() -> None:
    assert drawn(None, 76, 10) == NOTHING

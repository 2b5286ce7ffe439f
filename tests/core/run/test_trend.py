"""Figures over time in a bounded number of parts. All figures are synthetic."""

from __future__ import annotations

from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from npumon.core.run.trend import NO_TREND, PARTS, Part, Trend


def test_few_figures_are_parts_of_their_own() -> None:
    assert NO_TREND.plus_all([3.0, 1.0]) == Trend(1, (Part(1, 3.0, 3.0, 3.0), Part(1, 1.0, 1.0, 1.0)))


@given(st.lists(st.floats(0, 1e6), max_size=700), st.integers(1, 300))
def test_none_is_dropped_however_many_there_are(figures: list[float], size: int) -> None:
    trend = NO_TREND
    for at in range(0, len(figures), size):
        trend = trend.plus_all(figures[at : at + size])
    assert trend == NO_TREND.plus_all(figures)
    assert trend.many == len(figures)
    assert len(trend.parts) <= PARTS
    assert all(part.many == trend.each for part in trend.parts[:-1])
    at = 0
    for part in trend.parts:
        some = figures[at : at + part.many]
        assert (part.least, part.most) == (min(some), max(some))
        assert isclose(part.mean, sum(some) / len(some), rel_tol=1e-9, abs_tol=1e-9)
        at += part.many


@given(st.integers(0, 300), st.integers(1, 200))
def test_columns(many: int, most: int) -> None:
    trend = NO_TREND.plus_all(map(float, range(many)))
    columns = trend.in_columns(most)
    assert len(columns) <= most
    assert sum(part.many for part in columns) == many
    assert [part.least for part in columns] == sorted(part.least for part in columns)

"""A graph of history."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.monitor.live import History, Sample
from npumon.engine.session_history import SampleRing
from npumon.tui.paint import Area
from npumon.tui.widgets.graph import Graph, Scale, column, nice, window


def history(*shares: float | None, ever: int | None = None) -> History:
    return History(tuple(Sample(utilization=share) for share in shares), len(shares) if ever is None else ever)


def graph() -> Graph:
    return Graph(lambda sample: sample.utilization)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, 1), (1.01, 1.5), (2131, 3000), (4000, 4000), (6001, 8000), (9.5, 10), (0.012, 0.015), (0.3, 0.3)],
)
def test_axes_end_at_round_numbers(number: float, expected: float) -> None:
    assert nice(number) == pytest.approx(expected)


def test_a_scale_stays_as_long_as_it_suits() -> None:
    scale = Scale()
    assert [scale.fit(figure) for figure in (None, 0.0, 2131, 1300, 2999, 3001, 1700, 1500, 5)] == [
        0, 0, 3000, 3000, 3000, 4000, 4000, 1500, 5,
    ]  # fmt: skip


@pytest.mark.parametrize("figure", [float("nan"), float("inf"), -1.0, None])
def test_a_scale_is_not_led_astray(figure: float | None) -> None:
    scale = Scale()
    scale.fit(10)
    assert scale.fit(figure) == 10


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (1.0, "██"), (0.5, " █"), (0.75, "▄█"), (0.0, " ▁"), (2.0, "██"), (-1.0, " ▁"), (None, "  "),
        (float("nan"), "  "), (0.001, " ▁"),
    ],
)  # fmt: skip
def test_columns(figure: float | None, expected: str) -> None:
    assert "".join(column(figure, 1.0, Area(1, 2))) == expected


def test_columns_in_ascii() -> None:
    cells = ["".join(column(eighths / 8, 1.0, Area(1, 1, ascii=True))) for eighths in range(9)]
    assert "".join(cells) == "....:::##"


def test_rows() -> None:
    rows = graph().rows(history(1.0, None, 0.5, 0.25), 1.0, Area(8, 2))
    assert rows == ["█   ", "█ █▄"]


def test_a_full_graph_makes_room_for_a_quarter_of_its_width() -> None:
    drawn = [8 - (ever - window(ever, 8)) for ever in range(13)]
    assert drawn == [8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 0, 1, 0]


def test_nearly_every_sample_changes_one_column_only() -> None:
    series, drawing, area = SampleRing(), graph(), Area(40, 3)
    before = drawing.rows(series.history, 1.0, area)
    whole = 0
    for number in range(200):
        series.add(Sample(utilization=number % 9 / 8))
        rows = drawing.rows(series.history, 1.0, area)
        grown = all(row[:-1] == old for row, old in zip(rows, before, strict=True))
        whole += not grown
        before = rows
    assert whole == 16  # (200 - 40) / (40 / 4)


@given(
    st.lists(st.none() | st.floats(0, 2), max_size=60),
    st.lists(st.integers(1, 30)),
    st.integers(1, 20),
    st.integers(1, 4),
)
def test_work_in_steps_gives_what_work_at_once_gives(
    shares: list[float | None], steps: list[int], width: int, height: int
) -> None:
    area, drawing, done = Area(width, height), graph(), 0
    for step in steps:
        done = min(done + step, len(shares))
        drawing.rows(history(*shares[:done]), 1.0, area)
    assert drawing.rows(history(*shares), 1.0, area) == graph().rows(history(*shares), 1.0, area)


def test_another_room_or_scale_is_drawn_anew() -> None:
    drawing = graph()
    drawing.rows(history(1.0, 0.5), 1.0, Area(8, 1))
    assert drawing.rows(history(1.0, 0.5), 2.0, Area(8, 1)) == ["▄▂"]
    assert drawing.rows(history(1.0, 0.5), 2.0, Area(8, 2)) == ["  ", "█▄"]


def test_a_history_that_begins_again() -> None:
    drawing = graph()
    drawing.rows(history(1.0, 0.5, 1.0), 1.0, Area(8, 1))
    assert drawing.rows(history(0.5), 1.0, Area(8, 1)) == ["▄"]


def test_samples_that_are_no_longer_kept_are_gaps() -> None:
    assert graph().rows(history(1.0, 1.0, ever=5), 1.0, Area(8, 1)) == ["   ██"]


def test_the_largest_figure_is_that_of_the_columns_shown() -> None:
    assert graph().largest(history(9.0, 1.0, None, 3.0, 2.0), 4) == 3.0
    assert graph().largest(history(), 4) is None

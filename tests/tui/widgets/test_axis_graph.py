"""A graph with its axis."""

from __future__ import annotations

import pytest

from npumon.tui.paint import Area
from npumon.tui.widgets.graph import AxisGraph, Graph, reach
from tests.tui.moments import history, roles, texts


def graph(name: str = "") -> AxisGraph:
    return AxisGraph(Graph(lambda sample: sample.utilization), 8, "read", name)


def test_the_axis_names_its_ends() -> None:
    lines = graph("DDR").lines(history(3), 1.0, "100", Area(20, 3))
    assert [line[:8] for line in texts(lines)] == ["DDR 100 ", " " * 8, "      0 "]
    assert roles(lines, "▁▂▅") == {"read"}


def test_one_line_names_its_upper_end() -> None:
    assert texts(graph("AXI").lines(history(3), 1.0, "100", Area(20, 1))) == ["AXI 100 ▁▁▂"]


@pytest.mark.parametrize("area", [Area(8, 3), Area(20, 0)])
def test_without_room_there_is_nothing(area: Area) -> None:
    assert graph().lines(history(3), 1.0, "100", area) == []


def test_how_far_back_it_goes() -> None:
    assert [reach(history(many), 8) for many in (0, 1, 2, 8, 9)] == [
        "",
        "",
        *(f"last {n} iterations" for n in (2, 8, 7)),
    ]

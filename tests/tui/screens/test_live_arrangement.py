"""Where the panes of the Live page stand."""

from __future__ import annotations

from itertools import product

import pytest
from textual.geometry import Region

from npumon.core.monitor.live_content import Content, Main
from npumon.tui.screens.live_arrangement import MAIN_PANES, Room, Wanted, arrangement

SIZES = [
    (200, 58),
    (120, 38),
    (80, 22),
    (70, 30),
    (60, 13),
    (59, 20),
    (40, 8),
    (80, 10),
    (50, 38),
    (30, 3),
    (3, 1),
    (1, 0),
]
MAINS: tuple[Main, ...] = tuple(MAIN_PANES)
ALL = (True, True, True)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("main", MAINS)
def test_panes_fill_the_room_without_covering_each_other(main: Main, size: tuple[int, int]) -> None:
    for there, wanted in product(product((False, True), repeat=6), (0, 5, 12, 900)):
        content = Content(main, *there)
        places = arrangement(content, Room(*size), Wanted(wanted, 3))
        whole = Region(0, 0, *size)
        assert all(whole.contains_region(place) and place.area for place in places.values()), (content, places)
        assert sum(place.area for place in places.values()) == (whole.area if places else 0), (content, places)
        kinds = ("bandwidth", "results", "log-tail", "", "distribution", "")
        allowed = {name for name, is_there in zip(kinds, there, strict=True) if is_there}
        allowed |= {"run-state", "verdict", MAIN_PANES[main]}
        assert places.keys() <= allowed
        if size[1] > 3:
            assert MAIN_PANES[main] in places


def test_the_main_pane_gets_what_it_wants_and_others_the_rest() -> None:
    places = arrangement(Content("operations", *ALL), Room(120, 38), Wanted(12, 2))
    assert places["operations"].height == 12
    assert [places[name].y for name in ("bandwidth", "results", "log-tail")] == [13, 13, 22]
    crowded = arrangement(Content("operations", *ALL), Room(120, 38), Wanted(900, 2))
    assert crowded["operations"].height > 20
    assert crowded["log-tail"].height == 9


def test_with_graphs_the_bandwidths_get_half_of_the_height() -> None:
    places = arrangement(Content("operations", True, True, True, True), Room(120, 38), Wanted(12, 2))
    assert places["bandwidth"].height == 11


def test_at_80x24_operations_may_take_all() -> None:
    places = arrangement(Content("operations", *ALL), Room(80, 22), Wanted(900, 3))
    assert places.keys() == {"run-state", "operations", "verdict"}


def test_at_80x24_the_last_lines_of_a_failed_run_have_room() -> None:
    places = arrangement(Content("operations", log=True, failed=True), Room(80, 22), Wanted(900, 3))
    assert places["log-tail"].height == 6
    assert places["operations"].height == 12


def test_what_is_absent_gives_its_room_away() -> None:
    whole = arrangement(Content("utilization", *ALL), Room(80, 22), Wanted(0, 2))
    without = arrangement(Content("utilization", bandwidth=False, results=True, log=True), Room(80, 22), Wanted(0, 2))
    assert without["results"].width > whole["results"].width
    alone = arrangement(Content("utilization"), Room(80, 22), Wanted(0, 2))
    assert alone["utilization"].height == 19


def test_the_distribution_stands_below_the_latency_else_on_large_screens_alone() -> None:
    content = Content("latency", results=True, log=True, distribution=True)
    small = arrangement(content, Room(80, 22), Wanted(5, 3))
    assert small.keys() == {"run-state", "latency", "distribution", "verdict"}
    high = arrangement(content, Room(120, 38), Wanted(5, 2))
    assert {"results", "log-tail", "distribution"} <= high.keys()
    assert high["distribution"].bottom == high["results"].y
    for main in ("operations", "utilization"):
        content = Content(main, *ALL, history=True, distribution=True)
        assert "distribution" not in arrangement(content, Room(120, 38), Wanted(12, 2))
        assert "distribution" in arrangement(content, Room(200, 58), Wanted(12, 2))


def test_frames_a_second_stand_beside_what_was_found() -> None:
    content = Content("results", results=True, log=True, distribution=True)
    small = arrangement(content, Room(80, 22), Wanted(0, 2))
    assert small.keys() == {"run-state", "results", "distribution", "log-tail", "verdict"}
    assert small["distribution"].height == 13
    alone = arrangement(content._replace(log=False), Room(80, 22), Wanted(0, 2))
    assert alone["distribution"].height == 19

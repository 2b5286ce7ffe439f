"""What holds at first sight is what a closer look finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from npumon.core.profile import Cycles, Iteration, Operation
from npumon.core.run.trust import WRAP, ClockTold, Counted, counters_of, lone_in_question, surely_holding

#: Windows in microseconds, by how much they are longer than the execution, and clocks in MHz.
WINDOWS = st.one_of(
    st.integers(0, 30_000), st.integers(15_000, 120_000), st.integers(1_000_000, 8_000_000), st.just(5_000)
)
OVER = st.one_of(st.integers(-2_000, 600), st.sampled_from((499, 500, 501, 3_000)))
CLOCKS = st.one_of(st.floats(770, 810), st.floats(0, 1_200), st.sampled_from((760.0, 800.0, 840.0, 836.0)))
NOMINAL = st.sampled_from((None, 800.0, 1_000.0))


Graph = list[tuple[int, int, int, int]]


@st.composite
def operations(draw: st.DrawFn) -> tuple[int, int, int, int]:
    window = draw(WINDOWS)
    total = min(int(window * draw(CLOCKS)), WRAP - 1)
    idle = draw(st.one_of(st.integers(0, total), st.sampled_from((0, total, total + 1))))
    return max(window - draw(OVER), 0), window, total, idle


def holds(graph: Graph, nominal: float | None, segments: int, mhz: float | None) -> bool:
    """Whether a closer look takes all as read, and finds this clock."""
    found = tuple(
        Operation(execution_us=execution, window_us=window, cycles=Cycles(total, idle))
        for execution, window, total, idle in graph
    )
    counters = counters_of(Iteration(1, 5.0, found, segments=segments), nominal)
    as_read = tuple(Counted(Cycles(total, idle), total - idle) for _, _, total, idle in graph)
    return counters.operations == as_read and counters.clock_mhz == mhz


def columns(graph: Graph) -> tuple[list[int], list[int], list[int], list[int]]:
    executions, windows, totals, idles = map(list, zip(*graph, strict=True))
    return executions, windows, totals, idles


@given(st.lists(operations(), min_size=1, max_size=6), NOMINAL, st.sampled_from((0, 0, 7)))
def test_what_surely_holds_is_taken_as_read(graph: Graph, nominal: float | None, segments: int) -> None:
    told = surely_holding(*columns(graph), nominal)
    assert told is None or holds(graph, nominal, segments, told.mhz)


@given(st.lists(operations(), min_size=1, max_size=6), NOMINAL, st.sampled_from((0, 0, 7)))
def test_of_iterations_with_one_operation_each_is_told_the_same(
    graph: Graph, nominal: float | None, segments: int
) -> None:
    doubtful = lone_in_question(*columns(graph), nominal)
    for place, one in enumerate(graph):
        if place not in doubtful:
            _, window, total, _ = one
            assert holds([one], nominal, segments, total / window if window >= 5_000 else None)


def test_ordinary_counters_hold_at_first_sight() -> None:
    graph = [332, 389, 348, 1337], [437, 653, 514, 1499], [432_000, 582_400, 452_800, 1_241_600], [411_510, 0, 5, 9]
    assert surely_holding(*graph, 800.0) == ClockTold(None)
    assert surely_holding([20_845], [21_124], [16_697_255], [296_080], 800.0) == ClockTold(16_697_255 / 21_124)
    assert lone_in_question([20_845], [21_124], [16_697_255], [296_080], 800.0) == []


def test_counters_that_need_a_closer_look() -> None:
    for execution, window, total, idle in (
        (20_845, 21_124, 0, 0),
        (20_845, 21_124, 16_697_255, 16_697_256),
        (20_000, 21_124, 16_697_255, 5),
        (5_300_000, 5_300_001, 5, 5),
        (20_845, 21_124, 20_697_255, 5),
    ):
        assert surely_holding([execution], [window], [total], [idle], 800.0) is None
        assert lone_in_question([execution], [window], [total], [idle], 800.0) == [0]

"""Counters that wrapped are mended, those that contradict themselves are marked, each within its limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.profile import Cycles, Iteration, Operation
from npumon.core.run.trust import WRAP, Counted, counters_of

NOMINAL = 800.0
#: The shortest window in which a counter can have wrapped at 1.05 times 800 MHz.
WRAPPING_US = 5_113_056


def operation(
    window_us: int | None, mhz: float = 800.0, *, busy: int = 1_000, execution: int | None = None
) -> Operation:
    """An operation whose counters are right, as they are read: with 32 bits."""
    total = round((window_us or 100) * mhz)
    took = window_us if execution is None else execution
    return Operation(execution_us=took, window_us=window_us, cycles=Cycles(total % WRAP, (total - busy) % WRAP))


def counted(*operations: Operation, nominal: float | None = NOMINAL, segments: int = 0) -> tuple[Counted, ...]:
    return counters_of(Iteration(1, None, operations, segments=segments), nominal).operations


def clock(*operations: Operation, nominal: float | None = NOMINAL) -> float | None:
    return counters_of(Iteration(1, None, operations), nominal).clock_mhz


VOTERS = (operation(100_000), operation(200_000), operation(300_000))
SLOW = tuple(operation(us, 400.0) for us in (100_000, 200_000, 300_000))


# -- the clock -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("window_us", "mhz"), [(20_000, 800.0), (19_999, None)])
def test_windows_of_twenty_milliseconds_tell_the_clock(window_us: int, mhz: float | None) -> None:
    assert clock(operation(window_us), operation(500, 1_000)) == mhz


@pytest.mark.parametrize(("window_us", "mhz"), [(5_000, 800.0), (4_999, None)])
def test_an_only_operation_tells_it_from_five_milliseconds_on(window_us: int, mhz: float | None) -> None:
    assert clock(operation(window_us)) == mhz


def test_the_clock_is_that_of_the_sums() -> None:
    assert clock(operation(30_000, 700.0), operation(90_000, 790.0)) == pytest.approx(767.5)


@pytest.mark.parametrize(
    ("operations", "why"),
    [
        ((operation(19_999), operation(300)), "no window is as long as 20 ms, and shorter ones tell no clock"),
        ((operation(4_000),), "no window is as long as 5 ms, and shorter ones tell no clock"),
        ((operation(None), operation(None)), "the text has no VPC_ELAPSETIME"),
        ((Operation(window_us=50_000), operation(300)._replace(cycles=Cycles(0, 0))), "the text has no cycles"),
        (
            (Operation(window_us=50_000, cycles=Cycles(-4, -5)), operation(300)),
            "no window is as long as 20 ms, and shorter ones tell no clock",
        ),
        ((operation(50_000, 400.0, execution=25_000),), "the windows that are long enough do not fit their cycles"),
    ],
)
def test_without_a_clock_there_is_a_reason(operations: tuple[Operation, ...], why: str) -> None:
    counters = counters_of(Iteration(1, None, operations), NOMINAL)
    assert (counters.clock_mhz, counters.without) == (None, why)


LATE = operation(180_000, 444.4444, execution=100_000, busy=5_000)  # 80 ms too long
ITS_NEIGHBOUR = operation(50_000, 2_080.0, busy=7_000)  # to which they belong


def test_a_late_window_is_trusted_and_the_next_operation_is_not() -> None:
    late, neighbour = counted(*VOTERS, LATE, ITS_NEIGHBOUR)[-2:]
    assert (late.trusted, late.late, late.busy) == (True, True, 5_000)
    assert late.doubt is not None
    assert (neighbour.trusted, neighbour.late, neighbour.busy) == (False, False, 7_000)
    assert neighbour.doubt is not None
    assert all(each.doubt is None for each in counted(*VOTERS, LATE, ITS_NEIGHBOUR)[:3])


def test_a_late_window_and_the_next_operation_count_both_or_neither() -> None:
    assert clock(*VOTERS, LATE, ITS_NEIGHBOUR) == pytest.approx(800.0, abs=0.01)
    assert clock(*VOTERS, LATE) == 800.0, "no neighbour"
    short = operation(19_000, 4_168.0)
    assert clock(*VOTERS, LATE, short, operation(500)) == 800.0, "its neighbour tells no clock"


def test_an_operation_that_is_not_trusted_tells_no_clock() -> None:
    assert clock(*VOTERS, operation(400_000, 2_400.0)) == 800.0
    assert clock(operation(400_000, 2_400.0)) is None
    assert clock(operation(400_000)._replace(cycles=Cycles(320_000_000, 320_000_001))) is None


# -- wraps -----------------------------------------------------------------------------------------------------------


def test_a_wrapped_counter_is_mended_by_the_clock_of_the_others() -> None:
    long = operation(8_000_000, busy=123_456)
    mended = counted(*VOTERS, long)[-1]
    assert mended.cycles == Cycles(6_400_000_000, 6_400_000_000 - 123_456, 1)
    assert (mended.trusted, mended.busy) == (True, 123_456)
    assert mended.doubt is not None
    assert clock(*VOTERS, long) == 800.0


def test_only_the_difference_of_a_wrapped_idle_counter_is_certain() -> None:
    """Total has wrapped twice and idle once, as it was read."""
    busy = 4_000_000_000
    mended = counted(*VOTERS, operation(12_000_000, busy=busy))[-1]
    assert (mended.cycles.wraps, mended.busy, mended.cycles.idle) == (2, busy, 9_600_000_000 - busy)


@pytest.mark.parametrize(("window_us", "wraps"), [(WRAPPING_US + 10, 1), (WRAPPING_US - 10, 0)])
def test_a_counter_can_have_wrapped_only_in_a_long_window(window_us: int, wraps: int) -> None:
    read = Operation(window_us=window_us, cycles=Cycles(1_000, 900))
    assert counted(read)[0].cycles.wraps == wraps


def test_a_board_that_runs_at_half_the_clock_is_neither_mended_nor_doubted() -> None:
    assert counted(*SLOW, operation(6_000_000, 400.0))[-1] == Counted(Cycles(2_400_000_000, 2_399_999_000), 1_000)
    assert counted(*SLOW, operation(10_400_000, 400.0))[-1].cycles.wraps == 0, "800 MHz would be as near"
    assert all(each.doubt is None for each in counted(*SLOW, operation(1_000, 400.0)))
    assert counted(operation(6_000_000, 400.0))[0].cycles.wraps == 0, "more than the chip's clock cannot be"


@pytest.mark.parametrize(("voters", "wraps"), [(SLOW, 0), (SLOW[:2], 1)])
def test_fewer_than_three_others_do_not_outvote_the_nominal_clock(voters: tuple[Operation, ...], wraps: int) -> None:
    assert counted(*voters, operation(10_400_000, 400.0))[-1].cycles.wraps == wraps


@pytest.mark.parametrize(("mhz", "wraps"), [(419.9, 0), (420.1, 1)])
def test_others_more_than_five_percent_apart_do_not_either(mhz: float, wraps: int) -> None:
    assert counted(*SLOW, operation(1_000_000, mhz), operation(10_400_000, 400.0))[-1].cycles.wraps == wraps


@pytest.mark.parametrize(("mhz", "known"), [(761.0, True), (759.0, False), (400.0, False), (839.0, True)])
def test_alone_a_counter_is_mended_only_to_the_nominal_clock(mhz: float, known: bool) -> None:
    alone = counted(operation(12_000_000, mhz))[0]
    assert (alone.cycles.total is not None) is known
    assert alone.doubt is not None
    late = operation(12_000_000, mhz)._replace(window_us=13_000_000, execution_us=12_000_000)
    assert (counted(late)[0].cycles.total is not None) is known, "the execution time tells it as well"


@pytest.mark.parametrize(("window_us", "wraps"), [(20_000, 0), (19_999, 1)])
def test_short_windows_have_no_vote(window_us: int, wraps: int) -> None:
    assert counted(*SLOW[:2], operation(window_us, 400.0), operation(10_400_000, 400.0))[-1].cycles.wraps == wraps


@pytest.mark.parametrize(("window_us", "known"), [(53_600_000, True), (53_800_000, False)])
def test_clocks_that_lie_too_close_together_are_not_told_apart(window_us: int, known: bool) -> None:
    mended = counted(*VOTERS, operation(window_us))[-1]
    assert (mended.cycles.total is not None) is known
    assert (mended.cycles.idle is not None, mended.busy is not None) == (known, known)
    assert mended.trusted
    assert mended.doubt is not None


def test_an_unknown_chip_is_mended_by_the_others_alone() -> None:
    assert counted(*VOTERS, operation(8_000_000), nominal=None)[-1].cycles.wraps == 1
    alone = counted(operation(8_000_000), nominal=None)[0]
    assert (alone.cycles, alone.busy) == (Cycles(), None)
    assert alone.doubt is not None


@pytest.mark.parametrize("cycles", [Cycles(0, 0), Cycles(), Cycles(None, 5)])
def test_counters_that_are_off_have_not_wrapped(cycles: Cycles) -> None:
    assert counted(*VOTERS, Operation(window_us=8_000_000, cycles=cycles))[-1].cycles == cycles


def test_a_total_without_idle_cycles_is_mended_too() -> None:
    read = Operation(window_us=8_000_000, cycles=Cycles(6_400_000_000 - WRAP))
    assert counted(*VOTERS, read)[-1] == Counted(Cycles(6_400_000_000, None, 1))


# -- doubt -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cycles", [Cycles(10, 11), Cycles(10, -1), Cycles(-10, -20)])
def test_more_idle_cycles_than_there_are_cannot_be(cycles: Cycles) -> None:
    for each in counted(*VOTERS, Operation(execution_us=300, window_us=300, cycles=cycles))[-1:]:
        assert (each.trusted, each.busy) == (False, None)
        assert each.doubt is not None


def off(milliseconds_too_many: float, *, window: float = 1.0, execution: float = 1.0, us: int = 100_000) -> Operation:
    total = round((us / 1_000 + milliseconds_too_many) * 800_000)
    return Operation(
        execution_us=round(us * execution), window_us=round(us * window), cycles=Cycles(total, total - 1_000)
    )


@pytest.mark.parametrize(
    ("read", "trusted"),
    [
        (off(5.1), False),  # more than 5 %
        (off(4.9), True),
        (off(-5.1), False),
        (off(-4.9), True),
        (off(5.1, window=1.06), True),  # both times must be off
        (off(5.1, execution=1.06), True),
        (off(0.51, us=300), False),  # more than 0.5 ms
        (off(0.49, us=300), True),
        (off(5.1)._replace(window_us=None), True),  # the other time is not known
        (off(5.1)._replace(execution_us=None), True),
    ],
)
def test_cycles_that_fit_neither_time_are_doubtful(read: Operation, trusted: bool) -> None:
    assert counted(*VOTERS, read)[-1].trusted is trusted


@pytest.mark.parametrize(("segments", "trusted"), [(6, False), (7, True)])
def test_each_segment_may_take_fifteen_microseconds(segments: int, trusted: bool) -> None:
    assert counted(*VOTERS, off(5.1), segments=segments)[-1].trusted is trusted


@pytest.mark.parametrize(("mhz", "trusted"), [(883.0, False), (881.0, True), (300.0, True)])
def test_alone_an_operation_is_doubtful_only_if_faster_than_the_chip(mhz: float, trusted: bool) -> None:
    """5 % above 1.05 times the nominal clock."""
    assert counted(operation(100_000, mhz))[0].trusted is trusted
    assert counted(*VOTERS[:2], operation(100_000, mhz))[-1].trusted is trusted, "two others are too few"


def test_of_an_unknown_chip_alone_nothing_is_doubted() -> None:
    assert counted(operation(100_000, 3_000.0), nominal=None)[0] == Counted(Cycles(300_000_000, 299_999_000), 1_000)


def test_a_cold_window_is_not_doubtful() -> None:
    """The public cold run: the window is long, and the cycles fit it."""
    assert counted(operation(119_000, execution=20_500))[0].doubt is None


def test_half_a_millisecond_of_anything_is_not_doubtful() -> None:
    short = [operation(us, mhz) for us, mhz in ((500, 960.0), (310, 1_300.0), (700, 640.0))]
    assert all(each.trusted and each.doubt is None for each in counted(*VOTERS, *short))


def test_most_of_the_others_decide_even_if_a_few_are_off() -> None:
    many = VOTERS * 3
    assert [each.trusted for each in counted(*many, off(9.0), off(30.0))[-2:]] == [False, False]


NUMBER = st.none() | st.integers(-5, 10**18)
OPERATIONS = st.lists(
    st.builds(
        lambda total, idle, window, execution: Operation(
            cycles=Cycles(total, idle), window_us=window, execution_us=execution
        ),
        NUMBER,
        NUMBER,
        NUMBER,
        NUMBER,
    ),
    max_size=6,
)


@given(OPERATIONS, st.sampled_from([None, 800.0, 1_000.0]))
def test_any_figures_are_judged(operations: list[Operation], nominal: float | None) -> None:
    counters = counters_of(Iteration(1, None, tuple(operations)), nominal)
    assert len(counters.operations) == len(operations)
    for each in counters.operations:
        assert each.trusted or each.doubt
        assert each.busy is None or each.busy >= 0
        if each.cycles.wraps:
            assert each.busy is None or each.cycles.total - each.cycles.idle == each.busy  # type: ignore[operator]
    assert (counters.clock_mhz is None) == (counters.without is not None)
    assert counters.clock_mhz is None or counters.clock_mhz > 0


@pytest.mark.parametrize(("mhz", "why"), [(400.0, "its clock was lower"), (1_600.0, "hold more than its own")])
def test_a_doubt_says_whether_there_are_too_many_cycles_or_too_few(mhz: float, why: str) -> None:
    read = counted(*VOTERS, operation(100_000, mhz))[-1]
    assert why in (read.doubt or "")

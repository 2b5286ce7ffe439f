"""The documented figures."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.profile import Bandwidth, Cycles, Iteration, Operation
from npumon.core.run.analysis import RunFacts, profile_of
from npumon.core.run.metrics import Figures, figures_of, rates_of
from npumon.core.run.operation_figures import ddr_rate, per_second, utilization

COUNT = st.none() | st.integers(0, 10**18)
MBYTE = st.none() | st.floats(-1e15, 1e15)
OPERATIONS = st.builds(
    lambda us, window, moved, total, idle: Operation(
        execution_us=us, window_us=window, bandwidth=Bandwidth(*moved), cycles=Cycles(total, idle)
    ),
    COUNT,
    COUNT,
    st.lists(MBYTE, min_size=6, max_size=6),
    COUNT,
    COUNT,
)


def figures(*operations: Operation, **facts: object) -> Figures:
    return figures_of(profile_of(Iteration(1, None, operations), RunFacts(**facts)))  # type: ignore[arg-type]


def test_the_real_run(iteration: Iteration) -> None:
    assert figures_of(profile_of(iteration)) == Figures(
        execution_us=20845,
        utilization=0.982268,  # (16697255 - 296080) / 16697255
        busy_us=20749.4,  # of 21124
        clock_mhz=790.4,  # 16697255 / 21124
        cycles=Cycles(16697255, 296080),
        bandwidth=Bandwidth(71.70338, 17.810649, 30.981305, 14.130429, 40.722075, 3.68022),
        bandwidth_per_s=Bandwidth(3439.8, 854.4, 1486.3, 677.9, 1953.6, 176.6),
    )


@pytest.mark.parametrize(
    ("cycles", "share"),
    [
        (Cycles(10, 0), 1.0),
        (Cycles(10, 10), 0.0),
        (Cycles(3, 1), 0.666667),
        (Cycles(10, 11), None),
        (Cycles(0, 0), None),
        (Cycles(None, 1), None),
        (Cycles(1, None), None),
    ],
)
def test_utilization_is_a_share_or_nothing(cycles: Cycles, share: float | None) -> None:
    assert utilization(cycles) == share


def test_figures_are_summed_over_the_operations(operation: Operation) -> None:
    sums = figures(operation, operation)
    assert sums.execution_us == 2 * 20845
    assert sums.cycles == Cycles(2 * 16697255, 2 * 296080)
    assert sums.bandwidth.ddr_read == 81.44415
    assert (sums.clock_mhz, sums.busy_us) == (790.4, 41498.8)


def test_a_sum_of_which_a_part_is_missing_is_absent(operation: Operation) -> None:
    partly = Operation(bandwidth=Bandwidth(total_read=1.0))
    assert figures(operation, partly) == Figures(clock_mhz=790.4, bandwidth=Bandwidth(total_read=72.70338))


@pytest.mark.parametrize("window_us", [None, 0])
def test_without_a_window_there_is_no_clock_and_busy_time_is_at_the_nominal_one(
    operation: Operation, window_us: int | None
) -> None:
    windowless = operation._replace(window_us=window_us)
    assert figures(windowless)[2:4] == (None, None)
    assert figures(windowless, nominal_clock_mhz=800.0)[2:4] == (20501.5, None)


def test_with_a_layer_dump_there_are_no_rates(operation: Operation) -> None:
    dumped = figures(operation, layer_dump=True)
    assert dumped.bandwidth_per_s == Bandwidth()
    assert dumped == figures(operation)._replace(bandwidth_per_s=Bandwidth())


def test_an_iteration_without_operations_has_no_figures() -> None:
    assert figures() == Figures()


@pytest.mark.parametrize("execution_us", [None, 0])
def test_without_a_time_there_is_no_rate(operation: Operation, execution_us: int | None) -> None:
    assert per_second(operation.bandwidth, execution_us) == Bandwidth()
    assert ddr_rate(operation.bandwidth, execution_us) is None


def test_the_ddr_rate_is_read_and_write_together(operation: Operation) -> None:
    assert ddr_rate(operation.bandwidth, operation.execution_us) == pytest.approx(1953.6 + 176.6)
    assert ddr_rate(operation.bandwidth._replace(ddr_read=None), 20845) is None
    assert ddr_rate(operation.bandwidth._replace(ddr_write=None), 20845) is None


@given(st.lists(OPERATIONS, max_size=4))
def test_every_figure_of_any_operations_is_finite(operations: list[Operation]) -> None:
    sums = figures(*operations, nominal_clock_mhz=800.0)
    values = (*sums[:4], *sums.cycles, *sums.bandwidth, *sums.bandwidth_per_s)
    assert all(value is None or math.isfinite(value) for value in values)
    assert sums.utilization is None or 0 <= sums.utilization <= 1


@given(
    st.lists(st.tuples(OPERATIONS, st.sampled_from((None, 0, 1, 5))), max_size=2),
    st.booleans(),
    st.booleans(),
)
def test_rates_alone_are_those_of_all_figures(
    operations: list[tuple[Operation, int | None]], gap: bool, dump: bool
) -> None:
    each = tuple(operation._replace(op_abs_id=number) for operation, number in operations)
    iteration = Iteration(1, 5.0, each, gap=gap)
    full = figures_of(profile_of(iteration, RunFacts(layer_dump=dump)))
    assert rates_of(iteration, layer_dump=dump) == Figures(
        utilization=full.utilization, bandwidth_per_s=full.bandwidth_per_s
    )


def test_rates_of_a_window_in_which_the_counter_wrapped() -> None:
    wrapped = Operation(execution_us=10_400_000, window_us=10_400_000, cycles=Cycles(4_025_032_704, 25_032_704))
    iteration = Iteration(1, 5.0, (wrapped,))
    assert rates_of(iteration).utilization == figures_of(profile_of(iteration)).utilization

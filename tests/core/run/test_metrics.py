"""The documented figures."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.profile import Bandwidth, Cycles, Iteration, Operation
from npumon.core.run.metrics import Figures, ddr_rate, figures_of, per_second, utilization

COUNT = st.none() | st.integers(0, 10**18)
MBYTE = st.none() | st.floats(-1e15, 1e15)
OPERATIONS = st.builds(
    lambda us, moved, total, idle: Operation(execution_us=us, bandwidth=Bandwidth(*moved), cycles=Cycles(total, idle)),
    COUNT,
    st.lists(MBYTE, min_size=6, max_size=6),
    COUNT,
    COUNT,
)


def test_the_real_run(iteration: Iteration) -> None:
    assert figures_of(iteration) == Figures(
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
    figures = figures_of(Iteration(1, None, 2 * 21124, (operation, operation)))
    assert figures.execution_us == 2 * 20845
    assert figures.cycles == Cycles(2 * 16697255, 2 * 296080)
    assert figures.bandwidth.ddr_read == 81.44415
    assert figures.clock_mhz == 790.4


def test_a_sum_of_which_a_part_is_missing_is_absent(operation: Operation) -> None:
    figures = figures_of(Iteration(1, None, 21124, (operation, Operation(bandwidth=Bandwidth(total_read=1.0)))))
    assert figures == Figures(bandwidth=Bandwidth(total_read=72.70338))


@pytest.mark.parametrize("window_us", [None, 0])
def test_without_a_window_there_is_no_clock(operation: Operation, window_us: int | None) -> None:
    assert figures_of(Iteration(1, None, window_us, (operation,))).clock_mhz is None


def test_an_iteration_without_operations_has_no_figures() -> None:
    assert figures_of(Iteration(1, 21609.0, 21124)) == Figures()


@pytest.mark.parametrize("execution_us", [None, 0])
def test_without_a_time_there_is_no_rate(operation: Operation, execution_us: int | None) -> None:
    assert per_second(operation.bandwidth, execution_us) == Bandwidth()
    assert ddr_rate(operation._replace(execution_us=execution_us)) is None


def test_the_ddr_rate_is_read_and_write_together(operation: Operation) -> None:
    assert ddr_rate(operation) == pytest.approx(1953.6 + 176.6)
    assert ddr_rate(operation._replace(bandwidth=operation.bandwidth._replace(ddr_read=None))) is None
    assert ddr_rate(operation._replace(bandwidth=operation.bandwidth._replace(ddr_write=None))) is None


@given(st.lists(OPERATIONS, max_size=4), COUNT)
def test_every_figure_of_any_operations_is_finite(operations: list[Operation], window_us: int | None) -> None:
    figures = figures_of(Iteration(1, None, window_us, tuple(operations)))
    values = (*figures[:4], *figures.cycles, *figures.bandwidth, *figures.bandwidth_per_s)
    assert all(value is None or math.isfinite(value) for value in values)
    assert figures.utilization is None or 0 <= figures.utilization <= 1

"""One iteration judged: what follows for each operation, and the sums."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.chips import chip_of_pid
from npumon.core.profile import (
    MBYTE_BYTES,
    TARGETS,
    Bandwidth,
    Cycles,
    GraphNode,
    Iteration,
    Operation,
    TilingRow,
)
from npumon.core.run.analysis import OperationProfile, RunFacts, facts_of, operation_keys, profile_of, sums_of
from npumon.core.run.roofs import Roof, Roofs
from npumon.core.run.state import EMPTY
from tests.core.run.judging import A311D, MACS, UNKNOWN, operation, row

ROOFS = Roofs(Roof(1_000.0, "measured here", "1,000 MAC a cycle"), Roof(1_000.0, "user"))


def judged(*operations: Operation, elapsed: float | None = None, **facts: object) -> tuple[OperationProfile, ...]:
    return profile_of(Iteration(1, elapsed, operations), RunFacts(800.0, **facts)).operations  # type: ignore[arg-type]


def test_the_real_run(iteration: Iteration) -> None:
    profile = profile_of(iteration, RunFacts(800.0))
    (each,) = profile.operations
    assert (each.key, each.order, each.id, each.share, each.busy_share) == ("0.0", 0, "0.0", 1.0, 1.0)
    assert (each.utilization, each.busy_us, each.trusted, each.doubt) == (0.982268, 20749.424, True, None)
    assert (each.macs, each.target_kind, each.limit, each.why) == (None, None, None, "")
    assert (profile.execution_us, profile.busy_us, profile.unaccounted_us) == (20845, 20749.4, 764.0)
    assert profile.clock_mhz == pytest.approx(790.44, abs=0.01)
    assert (profile.missing, profile.of) == (0, None)


def test_operations_are_joined_with_the_table_and_the_graph() -> None:
    first, second = judged(
        operation(0, busy=MACS // 100),
        operation(1, target="TP"),
        tiling=(row(0), row(1, "TP")),
        nodes=(GraphNode(101, "POOL", "pool_1"),),
    )
    assert (first.tiling, first.node) == (row(0), None)
    assert (first.macs, first.mac_per_cycle) == (MACS, 100.0)
    assert first.ddr_bytes_per_mac == round(2 * MBYTE_BYTES / MACS, 6)
    assert second.node == GraphNode(101, "POOL", "pool_1")
    assert (second.macs, second.mac_per_cycle, second.ddr_bytes_per_mac) == (None, None, None)


def test_the_table_says_which_engine_ran_an_operation_if_the_text_does_not() -> None:
    headless = operation(0, target="x")
    assert [each.target_kind for each in judged(headless)] == [None]
    assert [each.target_kind for each in judged(headless, tiling=(row(0, "SH"),))] == ["SH"]
    assert [each.target_kind for each in judged(headless, tiling=(row(0, "NBG"),))] == [None]
    assert [each.target_kind for each in judged(operation(0, target="TP"), tiling=(row(0, "SH"),))] == ["TP"]


def test_the_table_of_another_network_is_not_joined() -> None:
    """Of two networks only the last table is known; the first one's operations run elsewhere than it says."""
    profile = profile_of(
        Iteration(1, None, (operation(0, target="TP"),)), RunFacts(800.0, tuple(row(number) for number in range(9)))
    )
    assert (profile.missing, profile.operations[0].tiling) == (0, None)


def test_a_dump_leaves_busy_cycles_and_takes_rates() -> None:
    first, _ = judged(operation(0, busy=MACS // 100), operation(1), tiling=(row(0),), layer_dump=True, roofs=ROOFS)
    assert first.busy_us == pytest.approx(MACS / 80_000, abs=0.001)
    assert (first.mac_per_cycle, first.macs) == (100.0, MACS)
    assert (first.ddr_mbyte_per_s, first.ddr_bytes_per_mac, first.limit) == (None, None, "dump")


def test_a_doubtful_operation_keeps_its_busy_cycles_alone() -> None:
    off = operation(3, mhz=1_200.0, busy=24_000, ddr=5.0)
    *_, each = judged(*(operation(order) for order in range(3)), off, roofs=ROOFS, tiling=(row(3),))
    assert not each.trusted
    assert each.busy_us == pytest.approx(30.0, rel=0.2)
    assert each.doubt
    assert (each.utilization, each.ddr_mbyte_per_s, each.ddr_bytes_per_mac) == (None, None, None)


@pytest.mark.parametrize(
    ("busy_us", "ddr", "limit"),
    [
        (20_000, 6.0, "ddr"),  # 12 MByte in 20 ms of 1,000 MByte/s: 60 %
        (20_000, 5.9, None),
        (20_000, 12.5, "ddr"),
        (20_000, 12.6, None),  # more than the memory can carry
        (14_999, 1.0, "overhead"),  # busy for less than half of 30 ms
        (15_000, 1.0, None),
    ],
)
def test_what_limits_an_operation(busy_us: int, ddr: float, limit: str | None) -> None:
    each = judged(operation(0, target="TP", busy=busy_us * 800, ddr=ddr), operation(1), roofs=ROOFS)[0]
    assert each.limit == limit
    assert bool(each.why) is (limit is not None)


@pytest.mark.parametrize(
    ("rate", "limit", "words"),
    [
        (610, "compute", "61.0 % of 1,000 MAC a cycle (measured here)"),
        (590, None, ""),
        (1_700, "compute", "equivalent to dense"),
        (2_600, None, ""),
    ],
)
def test_the_rate_of_macs_limits_an_operation(rate: int, limit: str | None, words: str) -> None:
    busy = MACS // rate
    each = judged(operation(0, us=busy // 800 + 1, busy=busy, ddr=0.0), operation(1), roofs=ROOFS, tiling=(row(0),))[0]
    assert each.limit == limit
    assert words in each.why


def test_the_rate_of_a_compressed_kernel_is_equivalent_to_a_dense_one() -> None:
    busy = MACS // 700
    conv = operation(0, us=busy // 800 + 1, busy=busy, ddr=0.0)
    for size, words in ((36_864, ""), (30_000, "equivalent to dense")):
        each = judged(conv, operation(1), roofs=ROOFS, tiling=(row(0)._replace(kernel_bytes=size),))[0]
        assert each.limit == "compute"
        assert ("equivalent" in each.why) is bool(words)


def test_only_a_graph_waits_after_each_operation() -> None:
    assert judged(operation(0, busy=800))[0].limit is None
    assert judged(operation(0, busy=800), operation(1))[0].limit == "overhead"


def test_where_operations_are_missing_all_sums_are_absent() -> None:
    profile = profile_of(Iteration(1, 90_000.0, (operation(0), operation(2))), RunFacts(800.0))
    assert (profile.missing, profile.of, profile.clock_mhz) == (1, 3, 800.0)
    assert (profile.execution_us, profile.busy_us, profile.unaccounted_us) == (None, None, None)
    assert (profile.cycles, profile.bandwidth) == (Cycles(), Bandwidth())
    assert {each.share for each in profile.operations} == {each.busy_share for each in profile.operations} == {None}


def test_an_iteration_shorter_than_its_operations_has_nothing_unaccounted() -> None:
    assert profile_of(Iteration(1, 29_999.0, (operation(0),))).unaccounted_us is None
    assert profile_of(Iteration(1, None, (operation(0),))).unaccounted_us is None
    assert profile_of(Iteration(1, 30_000.0, (operation(0),))).unaccounted_us == 0


def test_the_mended_cycles_are_those_of_the_iteration_too() -> None:
    wrapped = operation(3, us=8_000_000, cycles=Cycles(6_400_000_000 - 2**32, 6_400_000_000 - 2**32 - 500))
    profile = profile_of(Iteration(1, None, (*(operation(order) for order in range(3)), wrapped)), RunFacts(800.0))
    assert profile.iteration.operations[-1].cycles == Cycles(6_400_000_000, 6_399_999_500, 1)
    assert profile.cycles.wraps == 1


def test_the_chip_gives_what_is_not_said() -> None:
    chip = chip_of_pid(A311D)
    assert chip is not None
    assert facts_of(EMPTY._replace(pid=A311D)) == RunFacts(800.0, roofs=chip.roofs)
    own = facts_of(EMPTY._replace(pid=A311D, layer_dump=True, cut=True), 700.0, ROOFS, (GraphNode(1),))
    assert own == RunFacts(700.0, (), (GraphNode(1),), True, ROOFS, True)
    half = facts_of(EMPTY._replace(pid=A311D), roofs=Roofs(ddr_mbyte_per_s=ROOFS.ddr_mbyte_per_s)).roofs
    assert half == Roofs(chip.roofs.mac_per_cycle, ROOFS.ddr_mbyte_per_s)
    assert facts_of(EMPTY._replace(pid=UNKNOWN)) == RunFacts()


NUMBER = st.none() | st.integers(-3, 10**18)
SHAPE = st.lists(st.integers(-3, 10**18), max_size=4).map(tuple)
OPERATIONS = st.lists(
    st.builds(
        Operation,
        layer_id=st.none() | st.integers(0, 3),
        operation=st.sampled_from(["VXNNE_OPERATOR_CONVOLUTION", "unkown operation type", None]),
        target=st.sampled_from([*TARGETS, None]),
        uid=st.none() | st.integers(-1, 3),
        op_abs_id=st.none() | st.integers(0, 3),
        execution_us=NUMBER,
        window_us=NUMBER,
        bandwidth=st.lists(st.none() | st.floats(-1e15, 1e15), min_size=6, max_size=6).map(lambda six: Bandwidth(*six)),
        cycles=st.builds(Cycles, NUMBER, NUMBER),
    ),
    max_size=5,
)
ROWS = st.lists(
    st.builds(
        TilingRow,
        st.integers(0, 4),
        st.sampled_from(["NN", "TP", "SH", "NBG"]),
        SHAPE,
        SHAPE,
        kernel_shape=st.none() | SHAPE,
        pad=st.tuples(st.integers(0, 9), st.integers(0, 9)),
        stride=st.tuples(st.integers(0, 3), st.integers(0, 3)),
        parents=st.lists(st.integers(0, 4), max_size=2).map(tuple),
    ),
    max_size=5,
).map(tuple)


@given(OPERATIONS, ROWS, st.booleans(), st.none() | st.floats(0, 1e12))
def test_any_figures_are_judged(
    operations: list[Operation], rows: tuple[TilingRow, ...], dump: bool, elapsed: float | None
) -> None:
    facts = RunFacts(800.0, rows, layer_dump=dump, roofs=ROOFS)
    profile = profile_of(Iteration(1, elapsed, tuple(operations)), facts)
    assert len(profile.operations) == len(operations)
    assert sums_of(Iteration(1, elapsed, tuple(operations)), facts) == profile._replace(operations=())
    for each in profile.operations:
        assert each.utilization is None or 0 <= each.utilization <= 1
        assert each.busy_share is None or 0 <= each.busy_share <= 1
        assert each.busy_us is None or each.busy_us >= 0
        assert each.macs is None or each.macs > 0
    keys = operation_keys(operations)
    assert len(set(keys)) == len(keys)

"""Operations under the roofs of their chip."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.profile import MBYTE_BYTES, Bandwidth, Cycles, Iteration, Operation, TilingRow
from npumon.core.run.analysis import IterationProfile, RunFacts, profile_of
from npumon.core.run.layers.roofline import AxisRange, Roofline, place_sentence, roofline_of
from npumon.core.run.roofs import Roof, Roofs

#: At 800 MHz this memory gives two bytes a cycle, so that the roofs meet at 500 MAC a byte.
ROOFS = Roofs(Roof(1_000.0, "best seen"), Roof(1_600e6 / MBYTE_BYTES, "data sheet"))
#: Operations read 640,000 bytes, do 80,000 MACs for each output channel, and are busy for 400,000 cycles.
READ = 640_000 / MBYTE_BYTES


def profile(*channels: int, clock: float | None = 800.0, roofs: Roofs = ROOFS, **more: object) -> IterationProfile:
    table = tuple(
        TilingRow(number, "NN", (100, 100, 8, 1), (100, 100, count, 1), kernel_shape=(1, 1, 8))
        for number, count in enumerate(channels)
    )
    operations = tuple(
        Operation(
            layer_id=number,
            operation="VXNNE_OPERATOR_CONVOLUTION",
            target="VXNNE_OPERATION_TARGET_NN",
            op_abs_id=number,
            execution_us=1_000,
            bandwidth=Bandwidth(READ, 0.0, 0.0, 0.0, READ, 0.0),
            cycles=Cycles(800_000, 400_000),
            window_us=1_000,
        )._replace(**more)  # type: ignore[arg-type]
        for number in range(len(channels))
    )
    return profile_of(Iteration(1, 5_000.0, operations), facts(table, clock, roofs))


def facts(table: tuple[TilingRow, ...] = (), clock: float | None = 800.0, roofs: Roofs = ROOFS) -> RunFacts:
    return RunFacts(clock, table, roofs=roofs)


def drawn(*channels: int) -> Roofline:
    found = roofline_of(profile(*channels), facts())
    assert found is not None
    return found


def test_points_stand_at_their_intensity_under_both_roofs() -> None:
    found = drawn(800, 4_000)
    assert [point.intensity for point in found.points] == pytest.approx([100.0, 500.0])
    assert [point.mac_per_cycle for point in found.points] == pytest.approx([160.0, 800.0])
    assert found.ddr_bytes_per_cycle == pytest.approx(2.0)
    assert [found.roof_at(at) for at in (100.0, 500.0, 2_000.0)] == [pytest.approx(200.0), 1_000.0, 1_000.0]
    assert found.unplaced == 0
    assert all(0 < found.across.place(point.intensity) < 1 for point in found.points)
    assert all(0 < found.up.place(point.mac_per_cycle) < 1 for point in found.points)
    assert 0 < found.across.place(500.0) < 1, "where the roofs meet"
    assert 0 < found.up.place(1_000.0) < 1, "the compute roof"


def test_the_place_is_told_in_words() -> None:
    judged = profile(800, 4_500)
    found = roofline_of(judged, facts())
    assert found is not None
    assert [place_sentence(row, found) for row in judged.operations] == [
        "80.0 % of the DDR roof of 200 MAC/cycle",
        "90.0 % of the compute roof of 1 000 MAC/cycle",
    ]
    assert place_sentence(judged.operations[0]._replace(key="another"), found) is None
    assert place_sentence(judged.operations[0], found._replace(compute=None, ddr_bytes_per_cycle=None)) is None
    memory_alone = found._replace(compute=None)
    assert place_sentence(judged.operations[1], memory_alone) == "80.0 % of the DDR roof of 1 125 MAC/cycle"


def test_doubtful_figures_are_hollow_and_have_no_words() -> None:
    judged = profile(800, 4_000, 60_000)
    doubted = judged._replace(
        operations=(
            judged.operations[0]._replace(doubt="it cannot be"),
            judged.operations[1]._replace(limit="dump"),
            judged.operations[2],
        )
    )
    found = roofline_of(doubted, facts())
    assert found is not None
    assert [point.hollow for point in found.points] == [True, True, True]  # the last one is far over the roof
    assert [place_sentence(row, found) for row in doubted.operations] == [None] * 3
    slow_memory = Roofs(None, Roof(10.0, "user"))
    beyond = roofline_of(profile(800), facts(roofs=slow_memory))
    assert beyond is not None
    assert [point.hollow for point in beyond.points] == [True]


def test_without_macs_counters_or_traffic_there_is_no_place() -> None:
    assert roofline_of(profile(800, bandwidth=Bandwidth()), facts()) is None
    assert roofline_of(profile(800, cycles=Cycles()), facts()) is None
    assert roofline_of(profile(0), facts()) is None
    judged = profile(800, 4_000)
    some = judged._replace(operations=(judged.operations[0]._replace(macs=None), judged.operations[1]))
    found = roofline_of(some, facts())
    assert found is not None
    assert (len(found.points), found.unplaced) == (1, 1)


def test_without_a_clock_or_roofs_there_are_only_points() -> None:
    judged = profile(800)._replace(clock_mhz=None)
    found = roofline_of(judged, facts(clock=None))
    assert found is not None
    assert found.ddr_bytes_per_cycle is None
    assert found.roof_at(1.0) == 1_000.0
    bare = roofline_of(judged, facts(roofs=Roofs()))
    assert bare is not None
    assert bare.roof_at(1.0) is None


@given(st.floats(-3, 6), st.floats(0.1, 9), st.floats(0, 1))
def test_a_place_and_its_value_agree(low: float, decades: float, place: float) -> None:
    axis = AxisRange(low, low + decades)
    assert axis.place(axis.value(place)) == pytest.approx(place, abs=1e-6)

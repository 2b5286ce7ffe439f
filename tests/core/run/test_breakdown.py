"""Where the time goes, by what operations share."""

from __future__ import annotations

import pytest

from npumon.core.profile import Cycles, Iteration, Operation
from npumon.core.run.analysis import GroupTime, IterationProfile, RunFacts, profile_of
from npumon.core.run.breakdown import by_layer, by_operation, by_shader, by_target, operator_of
from tests.core.run.judging import MACS, operation, row

CONV = operation(0, us=100, busy=8_000, ddr=1.5)
POOL = operation(1, "POOLING", "TP", us=300, busy=8_000)
SHADER = operation(2, "SOFTMAX", "SH", us=500, busy=16_000, shader="vxSoftmax")._replace(layer_id=0)
HELPER = operation(
    3, us=100, busy=8_000, operation="unkown operation type", target="unkown operation target", name=None
)


def profile(*operations: Operation, **facts: object) -> IterationProfile:
    return profile_of(Iteration(1, 5_000.0, operations), RunFacts(800.0, **facts))  # type: ignore[arg-type]


WHOLE = profile(CONV, POOL, SHADER, HELPER, tiling=(row(0),))


def keys(groups: tuple[GroupTime, ...]) -> list[str | None]:
    return [group.key for group in groups]


def test_the_engine_with_the_longest_time_is_first() -> None:
    groups = by_target(WHOLE)
    assert keys(groups) == ["SH", "TP", "NN", None]
    assert groups[2] == GroupTime("NN", 1, 100, 0.1, 10.0, 0.2, 3.0, MACS)
    assert groups[0][:6] == ("SH", 1, 500, 0.5, 20.0, 0.4)
    assert groups[0].macs is None
    assert sum(group.share or 0 for group in groups) == pytest.approx(1.0)


def test_with_a_dump_the_busiest_is_first() -> None:
    busy_pool = operation(1, "POOLING", "TP", us=300, busy=20_000)
    assert keys(by_target(profile(CONV, busy_pool, SHADER, layer_dump=True))) == ["TP", "SH", "NN"]
    assert keys(by_target(profile(CONV, busy_pool, SHADER))) == ["SH", "TP", "NN"]
    uncounted = busy_pool._replace(cycles=busy_pool.cycles._replace(idle=None))
    assert keys(by_target(profile(CONV, uncounted, SHADER, layer_dump=True))) == ["SH", "TP", "NN"], "not known"


def test_by_operator_layer_and_shader() -> None:
    assert keys(by_operation(WHOLE)) == ["SOFTMAX", "POOLING", "CONVOLUTION", None]
    assert keys(by_layer(WHOLE)) == ["0 ConvolutionLayer", "1 ConvolutionLayer", "3"]
    assert keys(by_shader(WHOLE)) == ["vxSoftmax"]
    assert by_layer(profile(Operation(execution_us=5)))[0].key is None


def test_an_operator_that_is_spelled_otherwise_keeps_its_name() -> None:
    (each,) = profile(CONV._replace(operation="CUSTOM")).operations
    assert operator_of(each) == "CUSTOM"


def test_a_sum_of_which_a_part_is_missing_is_absent() -> None:
    (group,) = by_target(profile(CONV, CONV._replace(op_abs_id=1, execution_us=None)))
    assert (group.operations, group.execution_us, group.share) == (2, None, None)


def test_where_operations_are_missing_nothing_is_broken_down() -> None:
    cut = profile(CONV, operation(2))
    assert cut.missing == 1
    assert (by_target(cut), by_operation(cut), by_layer(cut), by_shader(cut)) == ((), (), (), ())
    assert by_target(profile()) == ()


def test_an_operation_that_was_idle_for_longer_than_it_took_adds_nothing() -> None:
    """On an i.MX 8M Plus counters of short operations are so at times; the others' shares are known all the same."""
    odd = operation(1, us=100, cycles=Cycles(1_000, 1_010))
    whole = profile(CONV, odd, SHADER)
    nn, sh = by_target(whole)[1], by_target(whole)[0]
    assert (nn.operations, nn.busy_us, sh.busy_us) == (2, 10.0, 20.0)
    assert nn.busy_share == pytest.approx(1 / 3)
    assert sh.busy_share == pytest.approx(2 / 3)
    assert whole.busy_us == 30.0
    assert (whole.operations[1].busy_us, whole.operations[1].busy_share, whole.operations[1].trusted) == (
        None, None, False
    )  # fmt: skip

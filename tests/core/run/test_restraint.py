"""What the rules do not conclude: from mixed texts, from names in reasons, from guessed wraps."""

from __future__ import annotations

import pytest

from npumon.core.profile import Bandwidth, Cycles, Diagnostic, Operation
from npumon.core.run.iterations import remark, remark_mixed
from npumon.core.run.state import EMPTY
from tests import golden
from tests.core.run.judging import binary_graph, found, judged, operation, state

WARM = binary_graph()


def said(message: str) -> tuple[Diagnostic, ...]:
    return (Diagnostic(1, "error", "program", message),)


def test_no_sentence_rests_on_lines_of_two_programs() -> None:
    mixed = remark_mixed(state(WARM))
    assert found(mixed)[0] == "figures.contradict"
    golden.text("verdict figures.contradict of a mixed text", judged(mixed).verdict)
    assert "compute.bound" not in found(mixed)
    assert found(remark_mixed(state(times=(5.0,))))[0] == "profiling.off", "it holds no figures of operations"


def test_a_remedy_is_that_of_the_reason_not_of_a_name_in_it() -> None:
    failed = EMPTY._replace(diagnostics=said("./libs/libnn_nbg.so: undefined symbol: NPU_SetInput"))
    assert "library does not fit" in judged(failed, "failed").verdict
    file = EMPTY._replace(diagnostics=said("my.nbg: No such file or directory"))
    assert "not one for this chip" not in judged(file, "failed").verdict


def test_no_clock_is_low_by_a_guess_of_how_often_its_counter_wrapped() -> None:
    assert "clock.slow" not in found(state(operation(us=12_000_000, mhz=400.0)))
    assert "clock.slow" in found(state(operation(us=7_000_000, mhz=400.0)))
    assert "clock.slow" in found(
        state(*(operation(n, us=300_000, mhz=400.0) for n in range(3)), operation(3, us=12_000_000, mhz=400.0))
    )


def test_of_counters_alone_it_is_said_how_they_were_made_iterations() -> None:
    counters = tuple(Operation(cycles=Cycles(400_000, 300_000)) for _ in range(3))
    run = remark(state(*counters), "3 operations told by their counters alone are taken as one iteration")
    golden.text("remark operations.unnamed of one iteration", dict(judged(run).findings)["operations.unnamed"])


def test_negative_traffic_contradicts_itself() -> None:
    backwards = WARM._replace(bandwidth=Bandwidth(1.0, 1.0, 3.0, 3.0, -2.0, -2.0))
    assert found(state(backwards))[0] == "figures.contradict"
    golden.text("verdict figures.contradict by negative traffic", judged(state(backwards)).verdict)
    assert found(state(WARM._replace(bandwidth=Bandwidth(*[0.0] * 6))))[0] == "compute.bound"


@pytest.mark.parametrize(("ddr", "carries"), [(270.0, True), (285.0, False)])
def test_no_memory_carries_more_than_its_roof(ddr: float, *, carries: bool) -> None:
    """1.25 times 12,300 MByte/s for 36 ms are 553 MByte, half of them read."""
    moving = binary_graph(us=36_000)._replace(bandwidth=Bandwidth(ddr, ddr, 0.0, 0.0, ddr, ddr))
    sentence = dict(judged(state(moving)).findings)["compute.bound"]
    assert ("DDR carried" in sentence) is carries
    assert ("can carry" in sentence) is not carries

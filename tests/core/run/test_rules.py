"""Each rule has an example that fires it and one, as near as possible, that does not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from npumon.core.profile import (
    Bandwidth,
    Cycles,
    Detection,
    Diagnostic,
    GraphNode,
    Hang,
    Network,
    Operation,
    Reported,
    TopEntry,
)
from npumon.core.run.outcome import ExitInfo
from npumon.core.run.roofs import Roof, Roofs
from npumon.core.run.state import EMPTY, RunState
from npumon.core.run.verdict import REMARKS, RULES, VerdictContext, assess
from tests import golden
from tests.core.run.judging import MACS, UNKNOWN, binary_graph, found, judged, operation, row, state

#: 10 MByte/s and 1,000 MAC a cycle, by name.
ROOFS = Roofs(Roof(1_000.0, "measured here", "1,000 MAC a cycle"), Roof(1_000.0, "user", "1 000 MByte/s"))


class Case(NamedTuple):
    """A run, how it ended, and what is known apart from its text."""

    run: RunState
    outcome: str = "ok"
    context: dict[str, Any] = {}  # noqa: RUF012  # is not changed


FIVE = tuple(operation(order, "POOLING", "TP") for order in range(5))
SH = operation(0, "CONVOLUTION", "SH", busy=5_000_000)
SOFTMAX = operation(0, "SOFTMAX", "SH", busy=5_000_000)
TP = operation(1, "POOLING", "TP", busy=5_000_000)
WARM = binary_graph()
COLD = binary_graph(us=20_500, window=119_000, idle=0.828)
SLOW = binary_graph(mhz=400.0)
WAITING = tuple(operation(order, "POOLING", "TP", us=30_000, busy=12_000_000, ddr=7.0) for order in range(3))
NODES = (GraphNode(100, "CONV2D", "conv_1_depthwise"),)
COUNTERS = tuple(Operation(cycles=Cycles(400_000, 300_000)) for _ in range(3))
WRAPPED = operation(4, us=7_000_000)._replace(cycles=Cycles(5_600_000_000 - 2**32, 5_599_000_000 - 2**32))
TOTALS = tuple(Operation(cycles=Cycles(400_000)) for _ in range(2))
SCORES = tuple(TopEntry(rank, rank, 0.9 / rank) for rank in range(1, 6))


def scored(*scores: float | None) -> RunState:
    return state(WARM, top=tuple(TopEntry(rank, rank, score) for rank, score in enumerate(scores, 1)))


def gap(*operations: Operation) -> RunState:
    """A run whose last iteration lacks an unknown number of operations."""
    whole = state(*operations)
    return whole._replace(iterations=(whole.iterations[0]._replace(gap=True),))


def unsure(count: int) -> tuple[Operation, ...]:
    """Operations with more idle cycles than there are."""
    return tuple(operation(order)._replace(cycles=Cycles(5, 6)) for order in range(count))


def slow(*times_us: int) -> Case:
    """A graph at 600 MHz."""
    return Case(state(*(operation(order, us=us, mhz=600.0) for order, us in enumerate(times_us))))


def waiting(others: int) -> Case:
    """Operations that wait for memory in 36,000,000 busy cycles, and one that does not."""
    other = operation(3, "POOLING", "TP", us=100_000, busy=others)
    return Case(state(*WAITING, other), context={"roofs": ROOFS})


def short(elapsed: float, **fields: Any) -> Case:
    """Two short operations in an iteration of this length."""
    return Case(state(*(operation(order, us=10) for order in range(2)), elapsed=elapsed, **fields))


def said(message: str, level: str = "error", source: str = "program") -> tuple[Diagnostic, ...]:
    return (Diagnostic(1, level, source, message),)  # type: ignore[arg-type]


def padded(busy: int, others: int, *, name: str = "conv_1_depthwise", channels: int = 64) -> Case:
    run = state(
        operation(0, us=100_000, busy=busy),
        operation(1, "POOLING", "TP", us=100_000, busy=others),
        tiling=(row(0, channels=channels), row(1, "TP")),
    )
    return Case(run, context={"nodes": (GraphNode(100, "CONV2D", name),)})


def dense(busy: int, **fields: Any) -> Case:
    """One convolution of MACS in so many busy cycles."""
    run = state(
        operation(0, us=100_000, busy=busy),
        operation(1, "POOLING", "TP", us=100_000, busy=1_000),
        tiling=(row(0), row(1, "TP")),
    )
    return Case(run._replace(**fields), context={"roofs": ROOFS})


def covering(window: int, covered: int, *, idle: float = 0.0) -> Operation:
    """A network binary graph whose counters ran for a part of its window, at 800 MHz."""
    total = covered * 800
    return binary_graph(us=window, window=window)._replace(cycles=Cycles(total, round(total * idle)))


def moving(ddr: float, busy: int = 12_000_000, **fields: Any) -> Case:
    """Three operations that move so many MByte each way in 15 ms of work."""
    each = (operation(order, "POOLING", "TP", busy=busy, ddr=ddr) for order in range(3))
    return Case(state(*each)._replace(**fields), context={"roofs": ROOFS})


ENDED = ExitInfo(exit_status=3)
FIRES: dict[str, Case] = {
    "run.not_started": Case(EMPTY, "failed", {"ending": ExitInfo(error="./x cannot be executed: no.")}),
    "run.failed": Case(EMPTY._replace(phase="verifying"), "failed", {"ending": ENDED}),
    "run.crashed": Case(state(WARM), "failed", {"ending": ExitInfo(signal="SIGSEGV")}),
    "run.timeout": Case(state(WARM), "timeout"),
    "run.cancelled": Case(state(WARM), "cancelled"),
    "run.truncated": Case(state(WARM), "truncated"),
    "run.empty": Case(EMPTY, "empty"),
    "figures.contradict": Case(state(WARM._replace(bandwidth=Bandwidth(5.0, 1.0, 1.0, 1.0, 1.0, 0.0)))),
    "operations.missing": Case(state(SH, operation(2))),
    "shader.convolution": Case(state(SH, TP)),
    "dump.on": Case(state(*FIVE, layer_dump=True)),
    "profiling.off": Case(state(operation(cycles=Cycles()))),
    "detection.ok": Case(EMPTY._replace(frames=1, detections=(Detection(1),), phase="running")),
    "run.cold": Case(state(COLD, elapsed=120_000.0)),
    "clock.slow": Case(state(SLOW)),
    "ddr.bound": moving(7.0),
    "nn.padded": padded(1_000_000, 1_000_000),
    "operation.dominates": Case(state(*FIVE[:4], operation(4, "POOLING", "TP", us=200_000))),
    "shader.busy": Case(state(SOFTMAX, TP)),
    "host.bound": Case(state(binary_graph(), elapsed=61_000.0)),
    "compute.bound": Case(state(WARM)),
    "npu.idle": Case(state(binary_graph(idle=0.3))),
    "run.running": Case(EMPTY._replace(phase="verifying"), "running"),
    "run.ok": Case(state(*FIVE)),
    "npu.hung": Case(state(WARM, hung=Hang("12.5", True, "NP[0] hang"))),
    "scores.garbage": Case(scored(*[71494644084506624.0] * 5)),
    "shader.part": Case(state(SOFTMAX, TP, TP, TP)),
    "run.first": Case(state(WARM, times=(100_000.0, 31_000.0))),
    "profiling.cost": Case(state(*(operation(order, us=400) for order in range(3)))),
    "nbg.block": Case(state(WARM)),
    "operations.unnamed": Case(state(*COUNTERS)),
}
REFRAINS: dict[str, Case] = {
    "run.not_started": Case(state(WARM), "failed", {"ending": ENDED}),
    "run.failed": Case(state(WARM)),
    "run.crashed": Case(state(WARM), "failed", {"ending": ENDED}),
    "run.timeout": Case(state(WARM), "cancelled"),
    "run.cancelled": Case(state(WARM), "timeout"),
    "run.truncated": Case(state(WARM)),
    "run.empty": Case(state(WARM)),
    "figures.contradict": Case(state(WARM)),
    "operations.missing": Case(state(SH, TP)),
    "shader.convolution": Case(state(SH, TP._replace(cycles=Cycles(24_000_000, 18_999_999)))),
    "dump.on": Case(state(*FIVE)),
    "profiling.off": Case(state(WARM)),
    "detection.ok": Case(state(WARM, frames=1)),
    "run.cold": Case(state(binary_graph(window=50_000, idle=0.3), elapsed=60_000.0)),
    "clock.slow": Case(state(binary_graph(mhz=780.0))),
    "ddr.bound": moving(4.0),
    "nn.padded": padded(1_000_000, 1_000_000, name="conv_1"),
    "operation.dominates": Case(state(*FIVE)),
    "shader.busy": Case(state(SH, TP)),
    "host.bound": Case(state(*FIVE, elapsed=2_000_000.0)),
    "compute.bound": Case(state(binary_graph(idle=0.3))),
    "npu.idle": Case(state(*FIVE)),
    "run.running": Case(state(WARM), "running"),
    "run.ok": Case(state(WARM)),
    "npu.hung": Case(state(WARM)),
    "scores.garbage": Case(state(WARM, top=SCORES)),
    "shader.part": Case(state(SOFTMAX, TP)),
    "run.first": Case(state(WARM, times=(32_000.0, 31_000.0))),
    "profiling.cost": Case(state(*FIVE, elapsed=900_000.0)),
    "nbg.block": Case(state(operation(), TP)),
    "operations.unnamed": Case(state(*COUNTERS[:1], FIVE[1])),
}


def ids(case: Case) -> list[str]:
    return found(case.run, case.outcome, **case.context)


@pytest.mark.parametrize("rule", [rule.id for rule in (*RULES, *REMARKS)])
def test_each_rule_has_an_example_and_a_counter_example(rule: str) -> None:
    assert rule in ids(FIRES[rule])
    assert rule not in ids(REFRAINS[rule])


def test_the_rules_go_before_each_other_in_the_documented_order() -> None:
    documented = [
        "run.not_started",
        "run.failed",
        "run.crashed",
        "run.timeout",
        "run.cancelled",
        "run.truncated",
        "run.empty",
        "figures.contradict",
        "operations.missing",
        "shader.convolution",
        "dump.on",
        "profiling.off",
        "run.cold",
        "clock.slow",
        "ddr.bound",
        "nn.padded",
        "operation.dominates",
        "host.bound",
        "compute.bound",
        "npu.idle",
        "run.ok",
    ]
    assert [rule.id for rule in RULES if rule.id in documented] == documented
    assert len({rule.id for rule in (*RULES, *REMARKS)}) == len((*RULES, *REMARKS))


def test_every_rule_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs/verdicts.md").read_text(encoding="utf-8")
    tables = "".join(line for line in page.splitlines() if line.startswith("| `"))
    assert re.findall(r"`([a-z]+\.[a-z_]+)`(?=[ ,])", tables) == [rule.id for rule in (*RULES, *REMARKS)]


@pytest.mark.parametrize(
    "key",
    [
        "verdict run.not_started",
        "verdict run.failed",
        "verdict run.crashed",
        "verdict run.timeout",
        "verdict run.cancelled",
        "verdict run.truncated",
        "verdict run.empty",
        "verdict figures.contradict",
        "verdict operations.missing",
        "verdict shader.convolution",
        "verdict dump.on",
        "verdict profiling.off",
        "verdict detection.ok",
        "verdict run.cold",
        "verdict clock.slow",
        "verdict ddr.bound",
        "verdict nn.padded",
        "verdict operation.dominates",
        "verdict shader.busy",
        "verdict host.bound",
        "verdict compute.bound",
        "verdict npu.idle",
        "verdict run.running",
        "verdict run.ok",
    ],
)
def test_a_verdict_is_the_first_rule_that_holds_and_one_sentence(key: str) -> None:
    rule = key.split()[1]
    case = FIRES[rule]
    metrics = judged(case.run, case.outcome, **case.context)
    assert (metrics.verdict_id, metrics.verdict) == metrics.findings[0]
    assert metrics.verdict_id == rule
    golden.text(key, metrics.verdict)
    for _, sentence in metrics.findings:
        assert sentence.endswith(".")
        assert ". " not in sentence


@pytest.mark.parametrize(
    "key",
    [
        "remark npu.hung",
        "remark scores.garbage",
        "remark run.first",
        "remark profiling.cost",
        "remark nbg.block",
        "remark operations.unnamed",
    ],
)
def test_remarks_are_sentences_beside_a_verdict(key: str) -> None:
    rule = key.split()[1]
    case = FIRES[rule]
    golden.text(key, dict(judged(case.run, case.outcome, **case.context).findings)[rule])


# -- the limits of each rule: just inside it holds, just outside it does not -------------------------------------------


@pytest.mark.parametrize(
    ("case", "rule", "holds"),
    [
        # shader.convolution: half of the busy time
        (Case(state(SH, TP)), "shader.convolution", True),
        (Case(state(SH._replace(cycles=Cycles(24_000_000, 19_000_001)), TP)), "shader.convolution", False),
        (Case(state(SH._replace(operation="VXNNE_OPERATOR_SOFTMAX"), TP)), "shader.convolution", False),
        (Case(state(SH._replace(target="VXNNE_OPERATION_TARGET_NN"), TP)), "shader.convolution", False),
        (Case(state(SH, TP, layer_dump=True)), "shader.convolution", True),
        # an operation of which the busy time is not known may have been busy all the time
        (Case(state(SH, TP, operation(2)._replace(cycles=Cycles(1, 2)))), "shader.convolution", False),
        (Case(state(SH, operation(1, "POOLING", "TP")._replace(cycles=Cycles(1, 2)))), "shader.convolution", True),
        (Case(state(SH, operation(1)._replace(cycles=Cycles()))), "shader.convolution", False),
        (Case(state(SH, TP._replace(cycles=Cycles(-5, 1)))), "shader.convolution", False),
        (Case(state(SH._replace(cycles=Cycles(9, 9)), TP._replace(cycles=Cycles(9, 9)))), "shader.convolution", False),
        # run.cold: window longer than 1.5 times the execution, busy for less than 60 %
        (Case(state(binary_graph(window=45_001, idle=0.41), elapsed=60_000.0)), "run.cold", True),
        (Case(state(binary_graph(window=45_000, idle=0.41), elapsed=60_000.0)), "run.cold", False),
        (Case(state(binary_graph(window=45_001, idle=0.399), elapsed=60_000.0)), "run.cold", False),
        (Case(state(COLD, elapsed=120_000.0, layer_dump=True)), "run.cold", False),
        (Case(state(COLD, TP, elapsed=170_000.0)), "run.cold", False),
        (Case(state(COLD._replace(execution_us=None), elapsed=120_000.0)), "run.cold", False),
        (Case(state(COLD._replace(window_us=None), elapsed=120_000.0)), "run.cold", False),
        # clock.slow: below 95 % by window and by execution, of windows of 20 ms, in the majority of the time
        (Case(state(binary_graph(us=30_250, window=30_250, mhz=759.9))), "clock.slow", True),
        (Case(state(binary_graph(us=30_250, window=30_250, mhz=760.1))), "clock.slow", False),
        (Case(state(binary_graph(us=20_000, window=20_000, mhz=700.0))), "clock.slow", True),
        (Case(state(binary_graph(us=19_999, window=19_999, mhz=700.0))), "clock.slow", False),
        (
            Case(state(binary_graph(us=28_000, window=30_000, mhz=714.0), elapsed=31_000.0)),
            "clock.slow",
            False,
        ),  # 765 by execution
        (
            Case(state(binary_graph(us=28_000, window=30_000, mhz=708.0), elapsed=31_000.0)),
            "clock.slow",
            True,
        ),  # 758.6 by execution
        (Case(state(SLOW._replace(execution_us=None))), "clock.slow", False),
        (Case(state(SLOW, pid=UNKNOWN)), "clock.slow", False),
        (Case(state(SLOW, pid=UNKNOWN), context={"nominal_clock_mhz": 800.0}), "clock.slow", True),
        (Case(state(SLOW), context={"held_back": False}), "clock.slow", False),
        (Case(state(SLOW), context={"held_back": True}), "clock.slow", True),
        # 956 segments at 9 microseconds each make 772 MHz of 800
        (
            Case(state(binary_graph(us=250_000, window=255_000, mhz=755.0), elapsed=256_000.0, segments=200)),
            "clock.slow",
            False,
        ),
        (
            Case(state(binary_graph(us=250_000, window=255_000, mhz=740.0), elapsed=256_000.0, segments=200)),
            "clock.slow",
            True,
        ),
        (slow(21_000, 10_500, 10_499), "clock.slow", True),
        (slow(21_000, 10_500, 10_500), "clock.slow", False),
        # ddr.bound: 60 % of the roof while busy, in half of the busy time
        (moving(4.501), "ddr.bound", True),
        (moving(4.499), "ddr.bound", False),
        (moving(9.37), "ddr.bound", True),
        (moving(9.38), "ddr.bound", False),  # more than the memory can carry
        (moving(7.0, layer_dump=True), "ddr.bound", False),
        (Case(moving(7.0).run._replace(pid=UNKNOWN)), "ddr.bound", False),
        (Case(moving(7.0).run), "ddr.bound", False),  # the chip's own roof is far higher
        (waiting(36_000_000), "ddr.bound", True),
        (waiting(36_000_001), "ddr.bound", False),
        # nn.padded: 10 % of the busy time in depthwise layers with more than one channel a kernel
        (padded(100_000, 900_000), "nn.padded", True),
        (padded(100_000, 900_001), "nn.padded", False),
        (padded(100_000, 900_000, channels=1), "nn.padded", False),
        (Case(padded(100_000, 900_000).run), "nn.padded", False),
        # operation.dominates: half of the busy time, of five
        (Case(state(*FIVE[:4], operation(4, us=120_000))), "operation.dominates", True),
        (Case(state(*FIVE[:4], operation(4, us=119_999))), "operation.dominates", False),
        (Case(state(*FIVE[:3], operation(3, us=120_000))), "operation.dominates", False),
        # shader.busy: half of the busy time, not by convolutions
        (Case(state(SOFTMAX, TP)), "shader.busy", True),
        (Case(state(SOFTMAX._replace(cycles=Cycles(24_000_000, 19_000_001)), TP)), "shader.busy", False),
        (Case(state(SOFTMAX._replace(target="VXNNE_OPERATION_TARGET_TP"), TP)), "shader.busy", False),
        # host.bound: half of an iteration outside the operation of a graph that is profiled as one
        (Case(state(binary_graph(window=30_000), elapsed=60_000.0)), "host.bound", True),
        (Case(state(binary_graph(window=30_000), elapsed=59_999.0)), "host.bound", False),
        (Case(state(binary_graph(window=30_001), elapsed=60_000.0)), "host.bound", False),
        (Case(state(binary_graph(window=30_000)._replace(window_us=None), elapsed=60_000.0)), "host.bound", True),
        (Case(state(binary_graph(), elapsed=61_000.0, layer_dump=True)), "host.bound", False),
        (Case(state(binary_graph()._replace(execution_us=None), elapsed=60_000.0)), "host.bound", False),
        # compute.bound and npu.idle: 85 % of the window of a graph that is profiled as one
        (Case(state(binary_graph(idle=0.149))), "compute.bound", True),
        (Case(state(binary_graph(idle=0.151))), "compute.bound", False),
        (Case(state(binary_graph(idle=0.151))), "npu.idle", True),
        (Case(state(binary_graph(idle=0.149))), "npu.idle", False),
        (Case(state(binary_graph(idle=0.149), layer_dump=True)), "compute.bound", False),
        (Case(state(binary_graph(idle=0.151), layer_dump=True)), "npu.idle", False),
        # neither, if the counters cover less than half of a window of less than 5 ms, at the nominal clock
        (Case(state(covering(4_999, 2_500))), "compute.bound", True),
        (Case(state(covering(4_999, 2_499))), "compute.bound", False),
        (Case(state(covering(5_000, 2_499))), "compute.bound", True),
        (Case(state(covering(4_999, 2_500, idle=0.3))), "npu.idle", True),
        (Case(state(covering(4_999, 2_499, idle=0.3))), "npu.idle", False),
        (Case(state(covering(4_999, 4_999), pid=UNKNOWN)), "compute.bound", False),
        (Case(state(covering(5_000, 4_999), pid=UNKNOWN)), "compute.bound", True),
        # compute.bound of a graph: 60 % of the roof
        (dense(int(MACS / 601)), "compute.bound", True),
        (dense(int(MACS / 599)), "compute.bound", False),
        (dense(int(MACS / 2_490)), "compute.bound", True),
        (dense(int(MACS / 2_510)), "compute.bound", False),  # more than the core can do
        (dense(int(MACS / 601), layer_dump=True), "compute.bound", False),
        (Case(dense(int(MACS / 601)).run._replace(pid=UNKNOWN)), "compute.bound", False),
        (Case(dense(int(MACS / 601)).run, context={"roofs": ROOFS, "nodes": NODES}), "compute.bound", False),  # zeros
        # profiling.cost: 5 % of an iteration
        (short(12_000.0), "profiling.cost", True),
        (short(12_001.0), "profiling.cost", False),
        (short(12_000.0, layer_dump=True), "profiling.cost", False),
        # run.first: 1.5 times the median
        (Case(state(WARM, times=(46_500.0, 31_000.0), elapsed=31_000.0)), "run.first", True),
        (Case(state(WARM, times=(46_499.0, 31_000.0), elapsed=31_000.0)), "run.first", False),
        (Case(state(WARM)), "run.first", False),
        # scores.garbage: five equal ones, or outside 0 to 1 unless they are logarithms
        (Case(scored(0.2, 0.2, 0.2, 0.2, 0.2)), "scores.garbage", True),
        (Case(scored(0.2, 0.2, 0.2, 0.2)), "scores.garbage", False),
        (Case(scored(1.0, 0.0)), "scores.garbage", False),
        (Case(scored(1.01, 0.0)), "scores.garbage", True),
        (Case(scored(255.0, 0.0)), "scores.garbage", True),
        (Case(scored(0.5, -0.01)), "scores.garbage", True),
        (Case(scored(0.0, -9.5, -12.0)), "scores.garbage", False),
        (Case(scored(float("nan"), 0.5)), "scores.garbage", True),
        (Case(scored(None)), "scores.garbage", False),
        # figures.contradict: more than half of the operations
        (Case(state(*unsure(2), TP._replace(op_abs_id=2))), "figures.contradict", True),
        (Case(state(*unsure(1), TP)), "figures.contradict", False),
        (Case(state(*unsure(1))), "figures.contradict", True),
    ],
)
def test_the_limits_of_a_rule(case: Case, rule: str, holds: bool) -> None:
    assert (rule in ids(case)) is holds


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
@pytest.mark.parametrize(
    "change",
    [
        {"create_us": 5, "verify_us": 10**9},
        {"average_us": 1.0},
        {"other_lines": 900, "driver_version": "6.4.3", "product": "another"},
        {"unrecognized": 3},
        {"axi_sram_bytes": 0, "vip_sram_bytes": 0},
        {"power_management": False, "cnn_perf": True, "command_dump": True},
        {"top": SCORES},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_does_not_decide_changes_no_verdict(rule: str, change: dict[str, Any]) -> None:
    case = FIRES[rule]
    assert ids(case._replace(run=case.run._replace(**change)))[0] == rule


@pytest.mark.parametrize(
    "rule",
    [
        *("shader.convolution", "dump.on", "run.cold", "clock.slow", "ddr.bound", "nn.padded", "operation.dominates"),
        *("shader.busy", "host.bound", "compute.bound", "npu.idle", "run.ok"),
    ],
)
@pytest.mark.parametrize(
    "change",
    [{"layer_id": 7}, {"shader": "vxOther"}, {"name": "OtherLayer"}, {"operation_index": 3}],
    ids=lambda change: next(iter(change)),
)
def test_who_an_operation_is_changes_no_verdict(rule: str, change: dict[str, Any]) -> None:
    case = FIRES[rule]
    (iteration,) = case.run.iterations
    other = iteration._replace(operations=tuple(each._replace(**change) for each in iteration.operations))
    assert ids(case._replace(run=case.run._replace(iterations=(other,))))[0] == rule


# -- sentences that depend on more than their rule --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "rule", "key"),
    [
        (
            Case(
                state(
                    operation(0, "CONVOLUTION", "SH", us=900_000, busy=500_000_000),
                    operation(1, "CONVOLUTION", "SH", us=900_000, busy=700_000_000),
                    operation(2, busy=100_000),
                    tiling=(
                        row(0, "SH")._replace(input_shape=(13, 26, 128, 1), output_shape=(1152, 338, 1, 1)),
                        row(1, "SH")._replace(input_shape=(1152, 338, 1, 1), output_shape=(13, 26, 255, 1)),
                        row(2),
                    ),
                )
            ),
            "shader.convolution",
            "verdict shader.convolution with a gain",
        ),
        (
            Case(
                state(
                    operation(0, "CONVOLUTION", "SH", busy=1_000),
                    operation(1, "CONVOLUTION", "SH", busy=50_000),
                    operation(2, us=100, busy=49_000),
                    tiling=(
                        row(0, "SH")._replace(input_shape=(13, 26, 128, 1), output_shape=(1152, 338, 1, 1)),
                        row(1, "SH")._replace(input_shape=(1152, 338, 1, 1), output_shape=(13, 26, 255, 1)),
                        row(2),
                    ),
                )
            ),
            "shader.convolution",
            "verdict shader.convolution without a gain",
        ),
        (
            Case(state(*(SH._replace(name=name, op_abs_id=n, layer_id=n) for n, name in enumerate("abc")))),
            "shader.convolution",
            "verdict shader.convolution of three layers",
        ),
        (Case(state(SH._replace(name=None))), "shader.convolution", "verdict shader.convolution without a name"),
        (Case(EMPTY._replace(layer_dump=True)), "dump.on", "verdict dump.on without figures"),
        (dense(int(MACS / 700)), "compute.bound", "verdict compute.bound by MAC"),
        (dense(int(MACS / 1_700)), "compute.bound", "verdict compute.bound of compressed kernels"),
        (
            Case(state(binary_graph(), times=(60_000.0,), elapsed=61_000.0)),
            "host.bound",
            "verdict host.bound of a later iteration",
        ),
        (
            Case(state(*COUNTERS, *COUNTERS, Operation(cycles=Cycles(9_000_000, 1_000_000)))),
            "operation.dominates",
            "verdict operation.dominates without a name",
        ),
        (
            Case(
                state(
                    *(each._replace(layer_id=None, name=None) for each in FIVE), operation(5, layer_id=None, us=300_000)
                )
            ),
            "operation.dominates",
            "verdict operation.dominates without a layer",
        ),
        (
            Case(state(SH._replace(name="x" * 999), SH._replace(op_abs_id=1))),
            "shader.convolution",
            "verdict shader.convolution of a long name",
        ),
        (Case(state(WARM, segments=66)), "nbg.block", "remark nbg.block of segments"),
        (Case(scored(255.0, 3.0)), "scores.garbage", "remark scores.garbage raw"),
        (Case(state(WARM, hung=Hang(None, False, "hang"))), "npu.hung", "remark npu.hung for good"),
        (
            Case(state(*unsure(2))),
            "figures.contradict",
            "verdict figures.contradict idle",
        ),
        (
            Case(state(*(operation(n, mhz=2_000.0) for n in range(2)))),
            "figures.contradict",
            "verdict figures.contradict too fast",
        ),
        (
            Case(EMPTY._replace(reported=Reported("tengine", 10, average_us=2_950.0), phase="done")),
            "run.ok",
            "verdict run.ok of another program",
        ),
        (
            Case(state(*COUNTERS, reported=Reported("benchmark_model", 12, average_us=29_683.5))),
            "run.ok",
            "verdict run.ok of another program with counters",
        ),
        (
            Case(EMPTY._replace(reported=Reported("nnstreamer", average_us=2_950.0), phase="done")),
            "run.ok",
            "verdict run.ok of another program without a number",
        ),
        (Case(state(*TOTALS)), "run.ok", "verdict run.ok without figures"),
        (Case(state(*TOTALS, elapsed=30_500.0, times=(9_000.0,))), "run.ok", "verdict run.ok of iterations"),
        (
            Case(state(*(each._replace(window_us=None) for each in FIVE), pid=UNKNOWN)),
            "run.ok",
            "verdict run.ok of an unknown clock",
        ),
        (
            Case(EMPTY._replace(diagnostics=said("Create node[0] NBG fail")), "failed"),
            "run.failed",
            "verdict run.failed by its network file",
        ),
        (
            Case(EMPTY._replace(diagnostics=said("x.so: undefined symbol: NPU_SetInput")), "failed"),
            "run.failed",
            "verdict run.failed by its library",
        ),
        (
            Case(EMPTY._replace(diagnostics=said("libovxlib.so: cannot open shared object file")), "failed"),
            "run.failed",
            "verdict run.failed without its library",
        ),
        (
            Case(EMPTY._replace(diagnostics=said("Failed to open device, errno=2.", source="driver")), "failed"),
            "run.failed",
            "verdict run.failed without the driver",
        ),
        (Case(gap(*FIVE)), "operations.missing", "verdict operations.missing behind a gap"),
        (
            Case(state(*FIVE[:4], operation(4)._replace(cycles=Cycles(idle=5)))),
            "run.ok",
            "verdict run.ok without some counters",
        ),
        (Case(state(operation(us=12_000_000, mhz=400.0))), "run.ok", "verdict run.ok of unknown wraps"),
        (
            Case(state(*FIVE[:4], WRAPPED)),
            "run.ok",
            "verdict run.ok of a wrapped counter",
        ),
    ],
)
def test_sentences_that_depend_on_more(case: Case, rule: str, key: str) -> None:
    golden.text(key, dict(judged(case.run, case.outcome, **case.context).findings)[rule])


def test_what_the_network_file_holds_is_said_of_its_block() -> None:
    network = Network(path="net.nb", operations=(("NN", 12), ("TP", 3)))
    findings = dict(assess(state(WARM), VerdictContext("ok"), network).findings)
    golden.text("remark nbg.block of a known file", findings["nbg.block"])
    unknown = dict(assess(state(WARM), VerdictContext("ok"), Network(path="net.nb")).findings)
    golden.text("remark nbg.block of a file", unknown["nbg.block"])


def test_no_sentence_rests_on_figures_that_do_not_hold() -> None:
    contradictory = FIRES["figures.contradict"]
    assert ids(contradictory) == ["figures.contradict"]
    cut = state(*FIVE[:4], operation(5, us=900_000), layer_dump=True)
    assert found(cut) == ["operations.missing"]


def test_findings_are_all_that_holds_the_verdict_first() -> None:
    assert found(state(WARM, hung=Hang(None, True, ""))) == ["compute.bound", "npu.hung", "nbg.block"]


def test_a_failed_run_still_says_what_its_figures_mean() -> None:
    assert found(state(WARM), "failed", ending=ENDED) == ["run.failed", "compute.bound", "nbg.block"]


def test_advice_on_a_log_from_elsewhere_is_about_the_board_that_wrote_it() -> None:
    case = Case(state(operation(cycles=Cycles())), context={"elsewhere": True})
    assert (
        "on the board that wrote this log, reload galcore"
        in dict(judged(case.run, **case.context).findings)["profiling.off"]
    )

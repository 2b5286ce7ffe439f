"""Where the time goes: groups, the slowest operations, and their reasons."""

from __future__ import annotations

from typing import Any

import pytest

from npumon.core.monitor.time_table import TimeTable, reason_in_short, time_table
from npumon.core.profile import Cycles, GraphNode, Iteration, Operation
from npumon.core.run.analysis import IterationProfile, OperationProfile, RunFacts, profile_of
from npumon.core.run.breakdown import basis_of, groupings_of
from npumon.core.run.metrics import Metrics
from npumon.core.run.roofs import Roof, Roofs
from tests.core.run.judging import judged, operation, row, state

NN = operation(0, us=100_000, busy=8_000_000, ddr=1.0)
TP = operation(1, "POOLING", "TP", us=300_000, busy=4_000_000, ddr=3.0)
SH = operation(2, "SOFTMAX", "SH", us=500_000, busy=4_000_000, ddr=4.0, shader="vxSoftmax")
THREE = (NN, TP, SH)
ROOFS = Roofs(Roof(1_000.0, "user"), Roof(1_000.0, "user"))


def metrics(*operations: Operation, elapsed: float | None = 1_000_000.0, **fields: Any) -> Metrics:
    run = state(*operations, **fields)
    return judged(run._replace(iterations=(run.iterations[-1]._replace(elapsed_us=elapsed),)))


def table(found: Metrics, by: Any = "target") -> TimeTable:
    shown = time_table(found, by)
    assert shown is not None
    return shown


def profile(*operations: Operation, **facts: Any) -> IterationProfile:
    return profile_of(Iteration(1, 1_000_000.0, operations), RunFacts(800.0, **facts))


def uncounted(each: Operation) -> Operation:
    return each._replace(cycles=Cycles())


def untimed(each: Operation) -> Operation:
    return each._replace(execution_us=None, window_us=None)


def test_shares_are_of_the_whole_iteration_what_is_between_operations_included() -> None:
    shown = table(metrics(*THREE))
    assert shown.basis == "time"
    assert shown.whole_us == 1_000_000
    assert [(each.group.key, each.share) for each in shown.groups] == [("SH", 0.5), ("TP", 0.3), ("NN", 0.1)]
    assert (shown.between_us, shown.between) == (100_000, 0.1)
    assert [each.profile.order for each in shown.operations] == [2, 1, 0]
    assert [each.share for each in shown.operations] == [0.5, 0.3, 0.1]
    assert [each.so_far for each in shown.operations] == pytest.approx([0.5, 0.8, 0.9])


def test_without_the_iteration_s_time_shares_are_of_the_operations() -> None:
    shown = table(metrics(*THREE, elapsed=None))
    assert (shown.whole_us, shown.between_us, shown.between) == (900_000, None, None)
    assert sum(each.share or 0 for each in shown.groups) == pytest.approx(1.0)


def test_with_a_dump_it_is_the_busy_time_that_counts() -> None:
    shown = table(metrics(*THREE, layer_dump=True))
    assert shown.basis == "busy"
    assert [each.profile.order for each in shown.operations] == [0, 1, 2]
    assert [each.share for each in shown.operations] == [0.5, 0.25, 0.25]
    assert [each.group.key for each in shown.groups] == ["NN", "TP", "SH"]


def test_where_times_are_mostly_those_of_waiting_it_is_the_busy_time_too() -> None:
    assert basis_of(profile(*(operation(order, us=400) for order in range(3)))) == "busy"
    assert basis_of(profile(*(operation(order, us=700) for order in range(3)))) == "time"
    assert basis_of(profile(operation(us=400))) == "time", "a graph that is profiled as one waits once"


def test_counters_alone_and_times_alone() -> None:
    assert basis_of(profile(*map(untimed, THREE))) == "busy"
    shown = table(metrics(*map(uncounted, THREE)))
    assert shown.basis == "time"
    assert [each.so_far for each in shown.operations] == pytest.approx([0.5, 0.8, 0.9])


def test_with_neither_it_is_the_traffic_or_the_order() -> None:
    bare = [untimed(uncounted(each)) for each in THREE]
    shown = table(metrics(*bare, elapsed=None))
    assert (shown.basis, shown.whole_us) == ("ddr", None)
    assert [each.profile.order for each in shown.operations] == [2, 1, 0]
    assert [each.share for each in shown.operations] == pytest.approx([0.5, 0.375, 0.125])
    none = [each._replace(bandwidth=each.bandwidth._replace(ddr_read=None)) for each in bare]
    shown = table(metrics(*none, elapsed=None))
    assert shown.basis == "order"
    assert [(each.profile.order, each.share, each.so_far) for each in shown.operations] == [
        (order, None, None) for order in range(3)
    ]


def test_where_operations_are_missing_there_are_no_shares() -> None:
    shown = table(metrics(NN, SH))
    assert shown.groups == ()
    assert [(each.share, each.so_far) for each in shown.operations] == [(None, None)] * 2


def test_without_an_iteration_there_is_no_table() -> None:
    assert time_table(Metrics(), "target") is None


def test_no_grouping_makes_no_groups() -> None:
    assert table(metrics(*THREE), None).groups == ()


def test_only_what_the_text_tells_groups() -> None:
    assert groupings_of(profile(*THREE)) == ("target", "operation", "layer", "shader")
    assert groupings_of(profile(NN, TP)) == ("target", "operation", "layer")
    assert groupings_of(profile(Operation(execution_us=5), Operation(execution_us=5))) == ()


def test_what_the_verdict_speaks_of_is_marked() -> None:
    shown = table(metrics(operation(0, "CONVOLUTION", "SH", us=300_000, busy=90_000_000), TP, NN))
    assert [(each.group.key, each.spoken_of) for each in shown.groups] == [("SH", True), ("TP", False), ("NN", False)]
    assert [each.spoken_of for each in shown.operations] == [True, False, False]
    assert reason_in_short(shown.operations[0].profile) == "not on the NN core"


def test_beside_a_verdict_the_remark_on_the_shader_core_marks_too() -> None:
    shown = table(metrics(*THREE, layer_dump=True))
    assert [each.group.key for each in shown.groups if each.spoken_of] == ["SH"]
    assert not any(each.spoken_of for each in table(metrics(NN, TP, operation(2, us=100))).groups)


def reason(each: Operation, basis: Any = "time", **facts: Any) -> str:
    return reason_in_short(profile(each, operation(7, "POOLING", "TP", us=900_000), **facts).operations[0], basis)


@pytest.mark.parametrize(
    ("each", "facts", "words"),
    [
        (SH, {}, "shader core"),
        (operation(0, "CONVOLUTION", "SH"), {}, "not on the NN core"),
        (operation(0, us=20_000, busy=12_000_000, ddr=7.0), {"roofs": ROOFS}, "DDR"),
        (operation(0, us=100_000, busy=71_000), {"roofs": ROOFS, "tiling": (row(0),)}, "compute"),
        (
            operation(0, us=100_000, busy=71_000),
            {"roofs": ROOFS, "tiling": (row(0),), "nodes": (GraphNode(100, "CONV2D", "x_depthwise"),)},
            "dense depthwise",
        ),
        (operation(0, us=20_000), {"tiling": (row(0, channels=3),)}, "input has 3 channels"),
        (operation(0, us=20_000), {"tiling": (row(0, channels=1),)}, "input has 1 channel"),
        (operation(0, us=20_000), {"tiling": (row(0, channels=64),)}, ""),
        (operation(0, us=20_000), {"tiling": (row(0)._replace(kernel_shape=None),)}, ""),
        (operation(0, us=20_000), {"tiling": (row(0)._replace(kernel_shape=(3, 3)),)}, ""),
        (operation(0, "POOLING", "TP", us=20_000), {"tiling": (row(0, "TP", channels=3),)}, ""),
        (operation(0, us=20_000, busy=8_000), {}, "waiting for the host"),
        (operation(0, us=20_000), {"layer_dump": True}, "file writing"),
        (operation(0)._replace(cycles=Cycles(5, 6)), {}, "doubtful"),
    ],
)
def test_reasons_in_short(each: Operation, facts: dict[str, Any], words: str) -> None:
    assert reason(each, **facts) == words


def test_what_says_nothing_of_the_busy_time_is_no_reason_for_it() -> None:
    assert reason(operation(0, us=20_000), "busy", layer_dump=True) == ""
    assert reason(operation(0, us=20_000, busy=8_000), "busy") == ""


def test_an_operation_of_which_nothing_is_known_has_no_reason() -> None:
    assert reason_in_short(OperationProfile("0", 0, Operation())) == ""


def test_where_there_is_room_reasons_are_sentences() -> None:
    waiting = operation(0, "SOFTMAX", "SH", us=20_000_000, busy=8_000)
    shown = table(metrics(waiting, TP))
    told = [shown.sentence(row) for row in shown.operations]
    assert told[0].startswith("shader core: busy 0.0 %")
    assert told[1].startswith("Waiting for the host: ") or told[1].startswith("waiting for the host: ")
    dumped = table(metrics(*THREE, layer_dump=True))
    assert [dumped.sentence(row) for row in dumped.operations] == ["", "", "shader core"]
    silent = table(metrics(uncounted(NN), uncounted(TP)))
    assert [silent.sentence(row) for row in silent.operations] == ["", ""]
    busy = table(metrics(operation(0, us=20_000), operation(1, us=10_000)))
    assert busy.sentence(busy.operations[0]).startswith("Unknown: no roof is near")

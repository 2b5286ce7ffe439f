"""An iteration as a table."""

from __future__ import annotations

import pytest

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.monitor.activity import Activity
from npumon.core.monitor.layer_source import source_of, why_no_layers
from npumon.core.monitor.live import Live, ShownPlace, Snapshot
from npumon.core.profile import Bandwidth, Cycles, Detection, GraphNode, Iteration, Operation, TilingRow
from npumon.core.run.analysis import OperationProfile, RunFacts, operation_keys, profile_of
from npumon.core.run.layers.rows import ORDERS, matching_layers, ordered_layers, telling, total_row
from npumon.core.run.metrics import Metrics
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.roofs import Roof, Roofs
from npumon.core.run.state import RunState
from tests import golden

CONV = Operation(
    0, "Conv1", 0, "CONVOLUTION", "NN", 4, 0, 300, Bandwidth(2, 1, 1.5, 0.5, 0.5, 0.5), Cycles(1000, 10), 120
)
POOL = Operation(0, "pool1", 1, "POOLING", "TP", 5, 1, 100, Bandwidth(6, 2, 1, 1, 5, 1), Cycles(1000, 300), 120)
BARE = Operation()
ITERATION = Iteration(1, 500.0, (CONV, POOL))
UNKNOWN = DriverState()


ROOFS = Roofs(None, Roof(7e6, "user"))


def layer_rows(iteration: Iteration) -> tuple[OperationProfile, ...]:
    return profile_of(iteration, RunFacts(800.0, roofs=ROOFS)).operations


def run(state: RunState, outcome: str = "ok", **info: object) -> RunReport:
    return RunReport(RunInfo(outcome=outcome, **info), state, Metrics())  # type: ignore[arg-type]


def live(newest: RunReport | None, *runs: RunReport, driver: DriverState = UNKNOWN, source: str | None = None) -> Live:
    return Live(Snapshot("", BoardState(), driver, newest), Activity(source=source), runs=runs)


def test_a_row_has_what_follows_from_the_figures() -> None:
    conv, pool = layer_rows(ITERATION)
    assert (conv.key, conv.order, conv.id, conv.share, conv.utilization) == ("0.0", 0, "0.0", 0.75, 0.99)
    assert conv.ddr_mbyte_per_s == pytest.approx(3333.4)
    assert (conv.limit, pool.limit) == ("overhead", "ddr")
    assert not conv.total


def test_what_the_text_did_not_say_is_none() -> None:
    row = layer_rows(Iteration(1, operations=(BARE, CONV)))[0]
    assert (row.id, row.share, row.utilization, row.ddr_mbyte_per_s, row.limit) == ("", None, None, None, None)
    assert layer_rows(Iteration(1, operations=(CONV, BARE)))[0].share is None
    assert layer_rows(Iteration(1, operations=(CONV._replace(execution_us=0),)))[0].share is None
    assert layer_rows(Iteration(1, operations=(Operation(layer_id=3),)))[0].id == "3"


def test_keys_are_unique_and_the_same_each_time() -> None:
    keys = operation_keys((CONV, POOL, CONV, BARE, BARE))
    assert len(set(keys)) == 5
    assert keys == operation_keys((CONV._replace(execution_us=1), POOL, CONV, BARE, BARE))


#: What depends on the whole, on the table or on a shader, which there are not.
_UNKNOWN = {"share", "busy_share", "macs", "mac_per_cycle", "intensity", "shader", "input", "output", "kernel"}


@pytest.mark.parametrize("order", ORDERS)
def test_each_order_has_the_rows_without_the_figure_last(order: str) -> None:
    rows = layer_rows(Iteration(1, operations=(BARE, CONV, POOL)))
    up, down = (ordered_layers(rows, order, descending=descending) for descending in (False, True))
    assert set(up) == set(down) == set(rows)
    if order in _UNKNOWN:
        assert up == down == rows
    elif order == "order":
        assert up == down[::-1] == rows
    elif order == "name":
        assert up == down[::-1] == (rows[1], rows[0], rows[2])
    elif order == "id":  # both are of layer 0
        assert up == down == (rows[1], rows[2], rows[0])
    else:
        assert up[2] == down[2] == rows[0]
        assert up[:2] == down[1::-1]


def test_what_is_absent_or_0_throughout_tells_nothing() -> None:
    rows = layer_rows(ITERATION)
    assert not telling(rows) & {"shader", "layer", "macs", "intensity", "input", "output", "kernel", "id"}
    assert telling(rows) >= {"order", "name", "operation", "target", "time", "share", "why", "axi_read", "ddr_rate"}
    assert telling(()) == frozenset()
    no_axi = CONV._replace(bandwidth=Bandwidth(2, 1, 0.0, 0.0, 2, 1), target="unkown operation target")
    assert not telling(layer_rows(Iteration(1, operations=(no_axi,)))) & {"axi_read", "axi_write", "target"}


def test_shapes_and_names_of_the_graph_tell() -> None:
    convolution = CONV._replace(operation="VXNNE_OPERATOR_CONVOLUTION", target="VXNNE_OPERATION_TARGET_NN")
    table = TilingRow(0, "NN", (8, 8, 3, 1), (8, 8, 16, 1), kernel_shape=(1, 1, 3))
    facts = RunFacts(800.0, (table,), (GraphNode(4, "CONV", "first"),), roofs=ROOFS)
    rows = profile_of(Iteration(1, operations=(convolution,)), facts).operations
    assert telling(rows) >= {"layer", "macs", "mac_per_cycle", "intensity", "input", "output", "kernel"}


def test_another_order_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        ordered_layers((), "colour", descending=True)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", [CONV, POOL]),
        ("conv1", [CONV]),
        ("POOL tp", [POOL]),
        ("uid:4", [CONV]),
        ("abs:1", [POOL]),
        ("0.1", [POOL]),
        ("ddr-bound", [POOL]),
        ("overhead", [CONV]),
        ("host", [CONV]),
        ("conv pool", []),
    ],
)
def test_words_narrow_the_rows(words: str, found: list[Operation]) -> None:
    assert [row.operation for row in matching_layers(layer_rows(ITERATION), words)] == found


def test_rows_without_names_can_be_searched() -> None:
    assert matching_layers(layer_rows(Iteration(1, operations=(BARE,))), "x") == ()


def test_the_sums() -> None:
    row = total_row(layer_rows(ITERATION))
    assert (row.total, row.operation.name, row.operation.execution_us, row.share) == (True, "sum of 2", 400, 1.0)
    assert row.operation.bandwidth == Bandwidth(8, 3, 2.5, 1.5, 5.5, 1.5)
    assert row.utilization == pytest.approx(0.845)
    assert row.ddr_mbyte_per_s == pytest.approx(17500.0)
    assert row.id == ""


def test_the_sum_of_a_dump_has_no_rate() -> None:
    rows = profile_of(ITERATION, RunFacts(layer_dump=True)).operations
    assert total_row(rows).ddr_mbyte_per_s is None


def test_the_sum_of_nothing_or_of_the_unknown_is_unknown() -> None:
    for rows in ((), layer_rows(Iteration(1, operations=(CONV, BARE)))):
        row = total_row(rows)
        assert (row.operation.execution_us, row.share, row.ddr_mbyte_per_s) == (None, None, None)


def test_the_newest_iteration_with_operations_is_shown() -> None:
    newest = run(RunState(iterations=(ITERATION, Iteration(2))))
    source = source_of(live(newest))
    assert source is not None
    assert source.iteration is ITERATION
    assert source_of(live(None)) is None


def test_while_a_run_has_none_the_one_before_is_shown() -> None:
    before = run(RunState(iterations=(ITERATION,)))
    starting = run(RunState(operations=(CONV,)), "running")
    source = source_of(live(starting, before))
    assert source is not None
    assert source.report is before
    first = source_of(live(starting))
    assert first is not None
    assert first.progress is not None


def test_a_run_that_broke_off_shows_how_far_it_came() -> None:
    source = source_of(live(run(RunState(operations=(CONV,)), "failed")))
    assert source is not None
    assert not source.iteration.complete
    assert source.iteration.operations == (CONV,)
    for state in (RunState(), RunState(iterations=(Iteration(1),), operations=(CONV,))):
        assert source_of(live(run(state, "failed"))) is None


@pytest.mark.parametrize(
    ("shown", "key"),
    [
        (live(None), "layers.none"),
        (live(None, source="/x.log"), "layers.none in a watched log"),
        (live(run(RunState(), "running")), "layers.later"),
        (live(run(RunState(frames=2))), "layers.detection"),
        (live(run(RunState(detections=(Detection(),)))), "layers.detection"),
        (live(run(RunState(), "failed", signal="SIGSEGV")), "layers.broken by a signal"),
        (live(run(RunState(), "failed", exit_status=3)), "layers.broken"),
        (live(run(RunState(), "timeout")), "layers.broken by the time limit"),
        (live(run(RunState(), "failed"))._replace(shown=ShownPlace(2, 2)), "layers.broken after another run"),
        (live(run(RunState(iterations_ended=1)), driver=DriverState(profiling=False)), "layers.profiling"),
        (live(run(RunState(iterations_ended=1))), "layers.variables"),
    ],
)
def test_why_there_is_nothing(shown: Live, key: str) -> None:
    golden.problem(why_no_layers(shown), key)

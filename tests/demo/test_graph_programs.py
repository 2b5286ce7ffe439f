"""Programs with layered graphs, dumps, loops and sessions, as npumon reads them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from npumon.core.log.parser import ProfileParser
from npumon.core.profile import Reported
from npumon.core.run.analysis import facts_of, profile_of
from npumon.core.run.graph_nodes import graph_nodes
from npumon.core.run.outcome import outcome
from npumon.core.run.roofs import Roofs
from npumon.core.run.splitter import RunCompleted, RunSplitter
from npumon.core.run.state import RunState
from npumon.demo.board import DemoBoard
from npumon.demo.figures import SyntheticRun
from npumon.demo.models import MODELS
from npumon.demo.reported import count_line, timings_line
from npumon.demo.scenarios import SCENARIOS
from npumon.demo.writer import write

MakeBoard = Callable[..., DemoBoard]
RunModel = Callable[..., "subprocess.CompletedProcess[bytes]"]

PROFILED = {"VIV_VX_PROFILE": "1", "VIV_VX_DEBUG_LEVEL": "1"}


def runs_of(text: bytes) -> list[RunState]:
    parser, splitter = ProfileParser(), RunSplitter()
    completed = [*splitter.feed([*parser.feed(text), *parser.close()]), *splitter.close()]
    return [each.state for each in completed if isinstance(each, RunCompleted)]


@pytest.fixture
def read(make_board: MakeBoard, run_model: RunModel) -> Callable[..., RunState]:
    """The state of a scenario's run."""

    def run(scenario: str, environment: Mapping[str, str] = PROFILED) -> RunState:
        (state,) = runs_of(run_model(make_board(scenario), environment).stdout)
        assert (state.unrecognized, state.ended) == (0, "text")
        return state

    return run


Read = Callable[..., RunState]


def profile(state: RunState) -> Any:
    assert state.measured is not None
    return profile_of(state.measured, facts_of(state, 800.0, Roofs(), ()))


class TestGraph:
    def test_operations_are_those_of_the_table(self, read: Read) -> None:
        state = read("graph")
        operations = state.iterations[0].operations
        assert len(operations) == len(state.tiling) == 33
        assert [each.op_abs_id for each in operations] == [row.number for row in state.tiling] == list(range(33))
        assert [each.target_kind for each in operations] == [row.target for row in state.tiling]
        layers = [each.layer_id for each in operations]
        assert layers[:4] == [22, 0, 0, 23]
        assert layers != sorted(layers, key=lambda layer: layer or 0)

    def test_helpers_and_the_resize_are_spelled_as_the_driver_does(self, read: Read) -> None:
        operations = read("graph").iterations[0].operations
        assert [each.uid for each in operations if each.operation == "VXNNE_OPERATOR_RESHUFFLE"] == [-1]
        (resize,) = (each for each in operations if each.name == "TensorScale")
        assert (resize.operation, resize.target_kind) == ("unkown operation type", "SH")
        assert resize.shader == "vxDemoResize_I8toI8_opt"

    def test_floats_run_on_the_shader_core_in_pairs(self, read: Read) -> None:
        judged = profile(read("graph-float")).operations
        pairs = [each for each in judged if each.operation.name == "ConvolutionLayer"]
        assert [each.operation.operation_index for each in pairs] == [0, 1] * 8
        assert {each.target_kind for each in pairs} == {"SH"}
        assert sum(each.busy_share or 0 for each in pairs) > 0.95
        rates = [each.mac_per_cycle for each in pairs[1::2]]
        assert rates == pytest.approx([4.2] * 8, rel=0.02)

    def test_cnn_perf_alone_gives_times(self, read: Read) -> None:
        state = read("graph", {"CNN_PERF": "1", "VIV_VX_DEBUG_LEVEL": "1"})
        assert (state.cnn_perf, state.power_management) == (True, False)
        assert len(state.iterations[0].operations) == 33
        for each in state.iterations[0].operations:
            assert each.execution_us is not None
            assert (each.cycles.total, each.window_us, each.bandwidth.total_read) == (None, None, None)

    def test_without_debug_level_there_are_counters_alone(self, read: Read) -> None:
        state = read("graph", {"VIV_VX_PROFILE": "1"})
        assert len(state.iterations[0].operations) == 33
        assert {(each.name, each.execution_us) for each in state.iterations[0].operations} == {(None, None)}
        assert state.tiling == ()


class TestDump:
    def test_times_are_those_of_writing(self, read: Read) -> None:
        state = read("dump")
        assert state.layer_dump
        judged = profile(state)
        assert judged.busy_us < 10_000 < 1_000_000 < judged.execution_us
        assert judged.clock_mhz == pytest.approx(800, rel=0.01)

    def test_the_nodes_of_the_graph_are_written_beside_the_log(
        self, make_board: MakeBoard, run_model: RunModel
    ) -> None:
        board = make_board("dump")
        (state,) = runs_of(run_model(board).stdout)
        nodes = {
            each.uid: each.op for each in graph_nodes(json.loads((board.model_folder / "graph.json").read_bytes()))
        }
        assert all(nodes[each.uid or 0] for each in state.iterations[0].operations if each.uid != -1)
        assert nodes[state.iterations[0].operations[2].uid or 0] == "CONV2D"

    def test_nothing_is_written_without_it(self, make_board: MakeBoard, run_model: RunModel) -> None:
        board = make_board("graph")
        before = sorted(board.model_folder.iterdir())
        run_model(board)
        assert sorted(board.model_folder.iterdir()) == before

    def test_wrapped_counters_are_mended(self, read: Read) -> None:
        state = read("wrap")
        assert all((each.cycles.total or 0) < 2**32 for each in state.iterations[0].operations)
        judged = profile(state)
        wrapped = [each for each in judged.operations if each.operation.cycles.wraps]
        assert [each.order for each in wrapped] == [3, 20]
        for each in wrapped:
            assert each.operation.cycles.total / each.operation.window_us == pytest.approx(800, rel=0.001)

    def test_mended_counters_are_those_that_were_written(self) -> None:
        scenario = SCENARIOS["wrap"]
        counted = SyntheticRun(MODELS[scenario.model], scenario, 3, 1, dumping=True).iteration(1)
        state = RunState(layer_dump=True, iterations=(counted,), iterations_ended=1)
        (read,) = runs_of(write(state))
        assert [each.operation for each in profile(read).operations] == list(counted.operations)

    def test_a_late_window_is_doubtful_and_its_neighbour_not_trusted(self, read: Read) -> None:
        judged = profile(read("late-counters"))
        assert [each.order for each in judged.operations if each.doubt] == [3, 4]
        assert [each.order for each in judged.operations if not each.trusted] == [4]
        assert judged.clock_mhz == pytest.approx(800, rel=0.01)


def test_a_graph_that_does_not_verify(make_board: MakeBoard, run_model: RunModel) -> None:
    done = run_model(make_board("verify-fails"))
    assert done.returncode == 255
    (state,) = runs_of(done.stdout + done.stderr)
    assert (state.phase, state.iterations, outcome(state)) == ("verifying", (), "failed")
    assert [(each.source, each.message.partition(":")[0]) for each in state.diagnostics] == [
        ("driver", 'Node 0x55a1b2c3d4("conv6")'), ("ovxlib", "[vnn_VerifyGraph"), ("ovxlib", "[main")
    ]  # fmt: skip


class TestLoop:
    def test_the_first_iteration_takes_several_times_as_long(self, read: Read) -> None:
        state = read("loop")
        times = [each.elapsed_us or 0.0 for each in state.iterations]
        assert (state.loops, len(times)) == (100, 100)
        assert 3 * max(times[1:]) < times[0] < 5 * min(times[1:])
        assert sum(times) * 1.1 < (state.total_us or 0.0)

    def test_the_user_may_ask_for_another_number(self, read: Read) -> None:
        assert read("loop", PROFILED | {"VNN_LOOP_TIME": "7"}).loops == 7


class TestBenchmarkModel:
    def test_long_averages_have_an_exponent(self) -> None:
        warmup = Reported("benchmark_model", 1, 12_049_107.0, 12_049_107.0, 12_049_107.0, 12_049_107.0)
        told = Reported("benchmark_model", 50, 28_057.0, 27_409.0, 32_655.0, 29_683.5, 374.0, 33_207.0, warmup)
        assert count_line(warmup) == "count=1 curr=12049107"
        assert count_line(told).endswith("max=32655 avg=29683.5 std=374")
        assert "Warmup (avg): 1.20491e+07, Inference (avg): 29683.5" in timings_line(told)

    def test_counters_belong_to_the_inferences_that_it_counted(self, read: Read) -> None:
        state = read("benchmark-model")
        assert [len(each.operations) for each in state.iterations] == [33] * 51
        assert state.reported is not None
        assert (state.reported.count, state.reported.init_us) == (50, 33_207.0)
        assert state.reported.warmup is not None
        assert (state.reported.warmup.first_us or 0) > 10 * (state.reported.max_us or 0)
        assert outcome(state) == "ok"

    def test_its_own_figures_alone(self, read: Read) -> None:
        state = read("benchmark-model", {})
        assert state.iterations == ()
        assert state.reported is not None
        assert state.reported.count == 50

    def test_a_debug_level_gives_names_too(self, make_board: MakeBoard) -> None:
        board = make_board("benchmark-model")
        argv = [f"./{board.model.program}", "--graph=yolov3_tiny.tflite"]
        text = subprocess.run(argv, cwd=board.model_folder, env=PROFILED, capture_output=True, timeout=60).stdout
        (state,) = runs_of(text)
        named = [[each.op_abs_id for each in it.operations] for it in state.iterations]
        assert named == [list(range(33))] * 51


def test_a_session_is_three_runs(make_board: MakeBoard, run_model: RunModel) -> None:
    text = run_model(make_board("session")).stdout
    runs = runs_of(text)
    assert [outcome(state) for state in runs] == ["ok", "failed", "ok"]
    assert [(state.command or "").partition(" ")[0] for state in runs] == ["./mnist", "./yolov3tiny", "./yolov3tiny"]
    assert [len(state.iterations) for state in runs] == [20, 0, 1]
    assert {state.ended for state in runs} == {"prompt"}
    assert text.count(b"layer_id: ") == 2 * 33  # once in the dump of commands, which runs nothing
    assert [state.command_dump for state in runs] == [False, False, True]
    assert len(runs[2].iterations[0].operations) == 33


def test_print_numbers_run_on_through_the_whole_program(make_board: MakeBoard, run_model: RunModel) -> None:
    lines = run_model(make_board("graph"), PROFILED | {"VNN_LOOP_TIME": "2"}).stdout.decode().splitlines()
    numbers = [int(line[1:7]) for line in lines if line.startswith("[")]
    assert numbers == list(range(1, 2 * 33 * 8 + 1))


@pytest.mark.parametrize("scenario", ["dump", "wrap", "late-counters"])
def test_nobody_waits_as_long_as_the_text_says(make_board: MakeBoard, run_model: RunModel, scenario: str) -> None:
    board = make_board(scenario)
    (state,) = runs_of(run_model(board).stdout)
    assert (state.total_us or 0.0) / 1e6 / board.scenario.pace < 5

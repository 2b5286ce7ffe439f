"""The model programs, run as a user runs them: through the board's run.sh."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from npumon.core.log.events import ObjectDetected
from npumon.core.log.parser import ProfileParser
from npumon.core.run.state import RunState
from npumon.demo import galcore
from npumon.demo.board import DemoBoard, temporary_board
from npumon.demo.program import next_run

MakeBoard = Callable[..., DemoBoard]
RunModel = Callable[..., "subprocess.CompletedProcess[bytes]"]
ReadState = Callable[[bytes], RunState]
OpenTerminal = Callable[..., Any]

SEED_RUN = (Path(__file__).parents[1] / "data/seed_run.txt").read_bytes()
PROFILED = {"VIV_VX_PROFILE": "1", "VIV_VX_DEBUG_LEVEL": "1"}
COUNTED = ("steady", "cold", "layers", "ksnn", "slow-ddr", "throttled", "garbled")


def utilization(state: RunState) -> float:
    cycles = [each.cycles for each in state.iterations[-1].operations]
    total, idle = sum(each.total or 0 for each in cycles), sum(each.idle or 0 for each in cycles)
    return (total - idle) / total


def clock_mhz(state: RunState) -> float:
    it = state.iterations[-1]
    return sum(each.cycles.total or 0 for each in it.operations) / (it.vpc_elapsed_us or 0)


def test_the_first_run_is_the_public_run(make_board: MakeBoard, run_model: RunModel) -> None:
    done = run_model(make_board())
    assert (done.returncode, done.stdout, done.stderr) == (0, SEED_RUN, b"")


@pytest.mark.parametrize("scenario", ["steady", "layers", "garbled"])
def test_the_same_seed_gives_the_same_runs(make_board: MakeBoard, run_model: RunModel, scenario: str) -> None:
    boards = [
        make_board(scenario, 7, name="one"),
        make_board(scenario, 7, name="two"),
        make_board(scenario, 8, name="x"),
    ]
    one, two, other = ([run_model(board).stdout for _ in range(2)] for board in boards)
    assert one == two
    assert one[0] != one[1]
    assert one[0] != other[0]


def test_later_runs_differ_by_a_few_percent(make_board: MakeBoard, run_model: RunModel, read_state: ReadState) -> None:
    board = make_board()
    first, second = (read_state(run_model(board).stdout) for _ in range(2))
    before, after = first.iterations[0].operations[0], second.iterations[0].operations[0]
    assert before.execution_us is not None
    assert after.execution_us is not None
    assert before != after
    assert abs(after.execution_us / before.execution_us - 1) < 0.05
    assert first.top == second.top


@pytest.mark.parametrize("scenario", COUNTED)
def test_the_figures_obey_the_invariants(
    make_board: MakeBoard, run_model: RunModel, read_state: ReadState, scenario: str
) -> None:
    board = make_board(scenario, 3)
    state = read_state(run_model(board, PROFILED | {"VNN_LOOP_TIME": "4"}).stdout)
    assert len(state.iterations) == (1 if scenario == "ksnn" else 4)
    for it in state.iterations:
        assert it.elapsed_us is not None
        assert it.vpc_elapsed_us is not None
        assert it.elapsed_us >= it.vpc_elapsed_us >= sum(each.execution_us or 0 for each in it.operations) > 0
        for each in it.operations:
            figures = each.bandwidth
            for direction in ("read", "write"):
                total, axi, ddr = (getattr(figures, f"{kind}_{direction}") for kind in ("total", "axi", "ddr"))
                assert f"{total:.6f}" == f"{axi + ddr:.6f}"
            assert 0 <= (each.cycles.idle or 0) <= (each.cycles.total or 0)
    if scenario != "ksnn":
        assert state.total_us is not None
        assert state.total_us >= sum(it.elapsed_us or 0 for it in state.iterations)


@pytest.mark.parametrize(("text", "loops"), [("3", 3), (" 2 times", 2), ("many", 1), ("0", 1), ("-4", 1)])
def test_the_number_of_iterations_is_read_as_c_does(
    make_board: MakeBoard, run_model: RunModel, read_state: ReadState, text: str, loops: int
) -> None:
    state = read_state(run_model(make_board(), PROFILED | {"VNN_LOOP_TIME": text}).stdout)
    assert [it.number for it in state.iterations] == list(range(1, loops + 1))
    assert state.loops == loops


class TestWhatIsAskedFor:
    def test_without_debug_level_and_profile_there_are_times_only(
        self, make_board: MakeBoard, run_model: RunModel
    ) -> None:
        words = [line.split()[0] for line in run_model(make_board(), {}).stdout.decode().splitlines()]
        assert words[:6] == ["Create", "Verify...", "Verify", "Start", "Run", "vxProcessGraph"]
        assert words[6:9] == ["Total", "Average", "---"]
        assert len(words) == 9 + 5

    def test_the_debug_level_alone_gives_no_counters(
        self, make_board: MakeBoard, run_model: RunModel, read_state: ReadState
    ) -> None:
        state = read_state(run_model(make_board(), {"VIV_VX_DEBUG_LEVEL": "1"}).stdout)
        assert state.product == "VIPNano-QI"
        assert state.iterations[0].operations == ()

    def test_the_profile_alone_gives_counters_without_layers(
        self, make_board: MakeBoard, run_model: RunModel, read_state: ReadState
    ) -> None:
        state = read_state(run_model(make_board(), {"VIV_VX_PROFILE": "1"}).stdout)
        assert state.product is None
        assert state.iterations[0].operations[0].name is None
        assert state.iterations[0].operations[0].cycles.total == 16697255

    def test_a_talkative_log_level_gives_a_message_on_stderr(self, make_board: MakeBoard) -> None:
        board = make_board()
        done = subprocess.run(
            ["./inceptionv3", *board.model.files],
            cwd=board.model_folder,
            env={"VSI_NN_LOG_LEVEL": "3"},
            capture_output=True,
            timeout=60,
        )
        assert done.stderr.startswith(b"I [main:")

    def test_python_variables_of_the_user_do_not_change_the_buffering(
        self, make_board: MakeBoard, run_model: RunModel
    ) -> None:
        done = run_model(make_board("crash"), PROFILED | {"PYTHONUNBUFFERED": "1", "PYTHONVERBOSE": "1"})
        assert (done.stdout, done.stderr) == (b"", b"Segmentation fault\n")


class TestScenarios:
    def test_cold(self, make_board: MakeBoard, run_model: RunModel, read_state: ReadState) -> None:
        board = make_board("cold")
        cold, warm = (read_state(run_model(board).stdout) for _ in range(2))
        assert utilization(cold) == pytest.approx(0.17, abs=0.01)
        assert utilization(warm) > 0.95
        assert (cold.iterations[0].vpc_elapsed_us or 0) > 5 * (warm.iterations[0].vpc_elapsed_us or 0)
        works = [state.iterations[0].operations[0].execution_us or 0 for state in (cold, warm)]
        assert works[0] == pytest.approx(works[1], rel=0.05)

    def test_layers(self, make_board: MakeBoard, run_model: RunModel, read_state: ReadState) -> None:
        text = run_model(make_board("layers")).stdout
        operations = read_state(text).iterations[0].operations
        assert [(each.layer_id, each.operation_index) for each in operations] == [
            (0, 0), (0, 1), (1, 0), (2, 0), (2, 1), (3, 0), (4, 0)
        ]  # fmt: skip
        assert b"layer_id: 2 layer name:conv2 operation[1]" in text
        assert b"abs_op_id: 6" in text

    def test_detection(self, make_board: MakeBoard, run_model: RunModel, read_state: ReadState) -> None:
        state = read_state(run_model(make_board("detection")).stdout)
        assert (state.frames, len(state.detections), state.iterations) == (1, 3, ())
        assert state.unrecognized == 0

    def test_ksnn(self, make_board: MakeBoard, run_model: RunModel, read_state: ReadState) -> None:
        text = run_model(make_board("ksnn"), {}).stdout
        state = read_state(text)
        assert state.ksnn_version == "v1.3"
        assert b"----- Show Top5 +-----" in text
        assert b"Run the" not in text
        assert state.iterations[0].operations[0].execution_us == 4812
        assert state.top[0].class_index == 2
        assert state.unrecognized == 0

    def test_slow_ddr(self, make_board: MakeBoard, run_model: RunModel, read_state: ReadState) -> None:
        state = read_state(run_model(make_board("slow-ddr")).stdout)
        operation = state.iterations[0].operations[0]
        assert 2 * 20845 <= (operation.execution_us or 0) <= 3 * 20845
        assert 0.5 <= utilization(state) <= 0.65
        assert (operation.bandwidth.ddr_read or 0) > 5 * (operation.bandwidth.axi_read or 0)

    def test_throttled(self, make_board: MakeBoard, run_model: RunModel, read_state: ReadState) -> None:
        board = make_board("throttled")
        assert clock_mhz(read_state(run_model(board).stdout)) == pytest.approx(500, abs=10)
        assert int((board.root / "sys/class/thermal/thermal_zone0/temp").read_text()) > 85_000

    @pytest.mark.parametrize("scenario", ["steady", "cold", "layers", "slow-ddr"])
    def test_the_clock_of_all_others(
        self, make_board: MakeBoard, run_model: RunModel, read_state: ReadState, scenario: str
    ) -> None:
        assert 790 <= clock_mhz(read_state(run_model(make_board(scenario, 5)).stdout)) <= 800

    def test_driver_missing(self, make_board: MakeBoard, run_model: RunModel, read_state: ReadState) -> None:
        done = run_model(make_board("driver-missing"))
        assert (done.returncode, done.stdout) == (255, b"")
        (diagnostic,) = read_state(done.stderr).diagnostics
        assert (diagnostic.level, diagnostic.source) == ("error", "ovxlib")
        assert diagnostic.message.endswith("cannot open /dev/galcore: No such file or directory")

    def test_profiling_off(self, make_board: MakeBoard, run_model: RunModel, read_state: ReadState) -> None:
        state = read_state(run_model(make_board("profiling-off")).stdout)
        assert state.iterations[0].operations == ()
        assert state.iterations[0].vpc_elapsed_us is None
        assert state.iterations[0].elapsed_us == 21609.0
        assert len(state.top) == 5

    def test_garbled(self, make_board: MakeBoard, run_model: RunModel, read_state: ReadState) -> None:
        done = run_model(make_board("garbled"))
        state, defer_signals = read_state(done.stdout), read_state(SEED_RUN)
        for field in ("product", "create_us", "verify_us", "iterations", "total_us", "top", "phase"):
            assert getattr(state, field) == getattr(defer_signals, field)
        for mark in (b"\x00\xff", b"\x1b[1;32m", b"\x1b]52;c;", b"\r\n", b"#" * 100_000, b"10%\rload", b"BANDW\n"):
            assert mark in done.stdout
        assert done.stderr.startswith(b"W [vnn_Disturb:")

    def test_crash(
        self, make_board: MakeBoard, run_model: RunModel, read_state: ReadState, open_terminal: OpenTerminal
    ) -> None:
        board = make_board("crash")
        on_pipe = run_model(board, PROFILED | {"VNN_LOOP_TIME": "3"})
        assert (on_pipe.returncode, on_pipe.stdout, on_pipe.stderr) == (128 + 11, b"", b"Segmentation fault\n")
        terminal = open_terminal(board, PROFILED | {"VNN_LOOP_TIME": "3"})
        state = read_state(terminal.read_all())
        assert terminal.process.wait(60) == 128 + 11
        assert len(state.iterations) == 1  # run 1 of the board dies in its second iteration
        assert state.broken
        assert state.operations[0].bandwidth.axi_read is not None
        assert state.operations[0].bandwidth.ddr_read is None
        assert [each.source for each in state.diagnostics] == ["shell"]
        assert [path.name for path in board.model_folder.iterdir() if "core" in path.name] == []
        assert galcore.users(board.root) == {}


class TestBadInput:
    def run(self, board: DemoBoard, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        argv = ["./inceptionv3", *arguments]
        return subprocess.run(argv, cwd=board.model_folder, env=PROFILED, capture_output=True, timeout=60)

    def test_too_few_arguments(self, make_board: MakeBoard, read_state: ReadState) -> None:
        done = self.run(make_board(), "inception_v3.nb")
        assert (done.returncode, done.stdout) == (255, b"Usage: ./inceptionv3 data_file inputs...\n")
        assert read_state(done.stdout).diagnostics[0].level == "error"

    def test_a_missing_file(self, make_board: MakeBoard) -> None:
        done = self.run(make_board(), "nothing.nb", "../goldfish_299x299.jpg")
        assert (done.returncode, done.stdout) == (255, b"")
        assert done.stderr == b"E [main:128]cannot open nothing.nb: No such file or directory\n"


def test_a_run_leaves_its_traces_on_the_board(make_board: MakeBoard, run_model: RunModel) -> None:
    board = make_board()
    interrupts, zone = board.root / "proc/interrupts", board.root / "sys/class/thermal/thermal_zone1/temp"
    before = interrupts.read_text(), zone.read_text()
    run_model(board, PROFILED | {"VNN_LOOP_TIME": "5"})
    after = interrupts.read_text(), zone.read_text()
    assert " 35:       4128 " in before[0]
    assert " 35:       4138 " in after[0]
    assert before[1] != after[1]
    assert [path.name for path in (board.root / "proc").iterdir() if path.name.startswith(".")] == []


def test_runs_are_counted_one_by_one(make_board: MakeBoard) -> None:
    board = make_board()
    assert [next_run(board.folder) for _ in range(3)] == [0, 1, 2]


def test_runs_that_start_at_once_get_numbers_of_their_own(make_board: MakeBoard) -> None:
    board = make_board(seed=9)
    started = [
        subprocess.Popen(board.command, cwd=board.model_folder, env=PROFILED, stdout=subprocess.PIPE) for _ in range(4)
    ]
    texts = {process.communicate(timeout=60)[0] for process in started}
    assert len(texts) == 4
    assert (board.folder / "runs").read_text() == "4"


WaitUntil = Callable[[Callable[[], bool]], None]
Members = Callable[[int], list[int]]


class TestHang:
    def test_only_a_kill_of_the_whole_group_ends_it(
        self, make_board: MakeBoard, open_terminal: OpenTerminal, members: Members, wait_until: WaitUntil
    ) -> None:
        board = make_board("hang")
        terminal = open_terminal(board)
        terminal.read_until(b"AXI_READ_BANDWIDTH")
        group = terminal.process.pid
        assert len(members(group)) == 3  # sh, the program and its child
        os.killpg(group, signal.SIGTERM)
        assert terminal.process.wait(60) == -signal.SIGTERM
        assert len(members(group)) == 2
        os.killpg(group, signal.SIGTERM)
        assert len(members(group)) == 2
        os.killpg(group, signal.SIGKILL)
        wait_until(lambda: members(group) == [])
        assert b"VPC_ELAPSETIME" not in terminal.text

    def test_it_says_nothing_on_a_pipe(self, make_board: MakeBoard, members: Members, wait_until: WaitUntil) -> None:
        board = make_board("hang")
        with subprocess.Popen(
            board.command, cwd=board.model_folder, env=PROFILED, stdout=subprocess.PIPE, start_new_session=True
        ) as process:
            wait_until(lambda: len(galcore.users(board.root)) == 2)
            os.killpg(process.pid, signal.SIGKILL)
            assert process.stdout is not None
            assert process.stdout.read() == b""
        wait_until(lambda: members(process.pid) == [])

    def test_it_ends_with_its_board(self, open_terminal: OpenTerminal, members: Members, wait_until: WaitUntil) -> None:
        with temporary_board("hang", speed=0) as board:
            terminal = open_terminal(board)
            terminal.read_until(b"AXI_READ_BANDWIDTH")
        wait_until(lambda: members(terminal.process.pid) == [])


class TestCamera:
    def test_frames_come_until_it_is_stopped(
        self, make_board: MakeBoard, open_terminal: OpenTerminal, read_state: ReadState
    ) -> None:
        terminal = open_terminal(make_board("camera"))
        terminal.read_until(b"inference :", times=50)
        os.killpg(terminal.process.pid, signal.SIGINT)
        text = terminal.read_all()
        state = read_state(text)
        assert terminal.process.wait(60) != 0
        assert len(state.iterations) >= 49
        # of all frames: the last one may have been cut off before its first object
        seen = [event for event in ProfileParser().feed(text) if isinstance(event, ObjectDetected)]
        assert {event.detection.label for event in seen} == {"person", "bicycle"}
        assert state.ksnn_version == "v1.3"
        assert state.unrecognized == 0

    def test_it_dies_silently_when_nobody_reads(self, make_board: MakeBoard) -> None:
        board = make_board("camera")
        argv = [sys.executable, "yolov3-cap.py"]
        with subprocess.Popen(argv, cwd=board.model_folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            select.select([process.stdout], [], [], 60)
            process.stdout.close()
            assert process.wait(60) == -signal.SIGPIPE
            assert process.stderr.read() == b""

    def test_it_ends_with_its_board(self, wait_until: WaitUntil) -> None:
        with temporary_board("camera", speed=0) as board:
            process = subprocess.Popen(
                board.command, cwd=board.model_folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
            wait_until(lambda: len(galcore.users(board.root)) == 1)
        assert not board.folder.parent.exists()
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (255, b"")

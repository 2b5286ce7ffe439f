"""Programs that do not end by themselves: silent ones and busy ones."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from npumon.core.log.events import ObjectDetected
from npumon.core.log.parser import ProfileParser
from npumon.core.run.state import RunState
from npumon.demo.board import DemoBoard, temporary_board

MakeBoard = Callable[..., DemoBoard]
OpenTerminal = Callable[..., Any]
ReadState = Callable[[bytes], RunState]
WaitUntil = Callable[[Callable[[], bool]], None]
Members = Callable[[int], list[int]]

PROFILED = {"VIV_VX_PROFILE": "1", "VIV_VX_DEBUG_LEVEL": "1"}


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
            wait_until(lambda: board.count_users() == 2)
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
            wait_until(lambda: board.count_users() == 1)
        assert not board.folder.parent.exists()
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (255, b"")

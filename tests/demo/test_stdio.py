"""Buffering as in C: blocks on a pipe, lines on a terminal."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from npumon.demo.board import DemoBoard
from npumon.demo.stdio import number

MakeBoard = Callable[..., DemoBoard]
OpenTerminal = Callable[..., Any]

PROFILED = {"VIV_VX_PROFILE": "1", "VIV_VX_DEBUG_LEVEL": "1"}
SEED_RUN = (Path(__file__).parents[1] / "data/seed_run.txt").read_bytes()


@pytest.mark.parametrize(
    ("text", "value"),
    [(None, 7), ("", 0), ("12", 12), (" -3x", -3), ("+4", 4), ("x1", 0), ("٣", 0), ("9" * 40, 10**18 - 1)],
)
def test_numbers_are_read_as_c_does(text: str | None, value: int) -> None:
    assert number(text, 7) == value


class TestBuffering:
    def test_on_a_pipe_all_text_comes_at_once_at_the_end(self, make_board: MakeBoard) -> None:
        board = make_board(speed=0.5)
        with subprocess.Popen(board.command, cwd=board.model_folder, env=PROFILED, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert os.read(process.stdout.fileno(), 65536) == SEED_RUN
            assert os.read(process.stdout.fileno(), 65536) == b""

    def test_on_a_terminal_each_line_comes_when_it_is_printed(
        self, make_board: MakeBoard, open_terminal: OpenTerminal
    ) -> None:
        terminal = open_terminal(make_board(speed=0.0005))  # the network takes two minutes to create
        text = terminal.read_until(b"Created VX Thread: 0xa69a21c0\r\n")
        assert b"Create Neural Network" not in text
        assert terminal.process.poll() is None

    def test_on_a_terminal_the_text_is_the_same(self, make_board: MakeBoard, open_terminal: OpenTerminal) -> None:
        assert open_terminal(make_board()).read_all().replace(b"\r\n", b"\n") == SEED_RUN

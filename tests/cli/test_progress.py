from __future__ import annotations

import os
from typing import Any

import pyte
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from npumon.cli.diagnostics import Diagnostics
from npumon.cli.progress import Progress, duration, progress_line
from npumon.core.run.state import EMPTY, RunState
from npumon.export.drawing import Style

STYLE = Style()
UTF8 = {"LANG": "C.UTF-8", "TERM": "xterm"}


def running(ended: int, loops: int | None = 10, failed: int = 0) -> RunState:
    return EMPTY._replace(phase="running", loops=loops, iterations_ended=ended, iterations_failed=failed)


@pytest.mark.parametrize(
    ("state", "line"),
    [
        (EMPTY, "starting · 1 s"),
        (EMPTY._replace(phase="creating"), "creating the network · 1 s"),
        (EMPTY._replace(phase="verifying"), "verifying the graph · 1 s"),
        (running(0), "iteration 1 of 10 · 1 s"),
        (running(2, failed=1), "iteration 4 of 10 · 1 s"),
        (running(10), "iteration 10 of 10 · 1 s"),
        (running(0, None), "running · 1 s"),
        (running(6, None), "iteration 7 · 1 s"),
        (running(6, -1), "iteration 7 · 1 s"),
        (running(0, None)._replace(frames=12), "frame 12 · 1 s"),
        (running(10)._replace(phase="finishing"), "finishing · 1 s"),
        (running(10)._replace(phase="done"), "finishing · 1 s"),
    ],
)
def test_the_line_says_in_words_how_far_it_is(state: RunState, line: str) -> None:
    assert progress_line(state, 1.9, STYLE) == line


def test_label_and_eta() -> None:
    line = progress_line(running(2), 12, STYLE, remaining_s=48, label="run 2 of 5")
    assert line == "run 2 of 5 · iteration 3 of 10 · 12 s · ETA 48 s"
    assert progress_line(running(2), 12, Style(ascii=True), remaining_s=48).isascii()


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (48, "run 2 of 5 · iteration 3 of 10 · 12 s · ETA 48 s"),
        (47, "iteration 3 of 10 · 12 s · ETA 48 s"),
        (34, "iteration 3 of 10 · 12 s"),
        (23, "iteration 3 of 10"),
        (9, "iteration"),
        (1, "i"),
    ],
)
def test_a_narrow_terminal_gets_what_matters_most(width: int, line: str) -> None:
    assert progress_line(running(2), 12, Style(width=width), remaining_s=48, label="run 2 of 5") == line


@hypothesis(deadline=None)
@given(st.integers(0, 10**9), st.none() | st.integers(-5, 10**9), st.floats(0, 1e9), st.integers(1, 200), st.booleans())
def test_the_line_always_fits(ended: int, loops: int | None, elapsed_s: float, width: int, ascii_only: bool) -> None:
    style = Style(width=width, ascii=ascii_only)
    line = progress_line(running(ended, loops), elapsed_s, style, remaining_s=elapsed_s, label="x" * 30)
    assert 0 < len(line) <= width
    assert line.isprintable()
    assert line.isascii() or not ascii_only


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0 s"),
        (0.99, "0 s"),
        (59.9, "59 s"),
        (60, "1 min 00 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 00 min"),
        (90_061, "25 h 01 min"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def screen(text: str) -> list[str]:
    """What a terminal of 40 columns shows after this text."""
    shown = pyte.Screen(40, 3)
    pyte.Stream(shown).feed(text)
    return [line.rstrip() for line in shown.display]


def test_the_line_is_redrawn_and_erased(terminal: Any) -> None:
    clock = Clock()
    text = ""
    with Progress(Diagnostics(fd=terminal.fd, environ=UTF8), "run 1 of 2", clock) as progress:
        progress.update(EMPTY)
        text += terminal.read()
        assert screen(text) == ["run 1 of 2 · starting · 0 s", "", ""]
        clock.now_s += 2
        progress.update(running(0))
        clock.now_s += 2
        progress.update(running(1))
        text += terminal.read()
        assert screen(text) == ["iteration 2 of 10 · 4 s · ETA 18 s", "", ""]
    text += terminal.read()
    assert screen(text) == ["", "", ""]


def test_at_most_ten_redraws_a_second_but_a_new_phase_at_once(terminal: Any) -> None:
    clock = Clock()
    progress = Progress(Diagnostics(fd=terminal.fd, environ=UTF8), clock=clock)
    progress.update(running(0))
    terminal.read()
    for ended in range(1, 10):
        clock.now_s += 0.01
        progress.update(running(ended))
    assert terminal.read() == ""
    progress.update(running(10)._replace(phase="finishing"))
    assert "finishing" in terminal.read()


def test_silence_where_there_is_no_terminal() -> None:
    read, write = os.pipe()
    with Progress(Diagnostics(fd=write, environ=UTF8)) as progress:
        progress.update(running(1))
    os.close(write)
    assert os.read(read, 100) == b""
    os.close(read)


def test_plain_ascii_where_the_terminal_knows_no_more(terminal: Any) -> None:
    Progress(Diagnostics(fd=terminal.fd, environ={"TERM": "linux", "LANG": "C.UTF-8"})).update(running(1))
    assert terminal.read() == "\riteration 2 of 10 - 0 s"

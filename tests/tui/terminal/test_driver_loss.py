"""The driver when the program is stopped, continued or ended, and when its terminal is slow, stuck or gone."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.pty_app import Start, finish, left_as_it_was, starting, until_painted


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the program on a terminal of its own."""
    with starting(Path(__file__).with_name("driven_program.py"), tmp_path) as start:
        yield start


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_an_ending_signal_leaves_the_terminal_as_it_was(start: Start, tmp_path: Path, number: signal.Signals) -> None:
    app = start("slow")
    app.signal(number)
    assert app.next_state() == "ended 0"
    left_as_it_was(app)
    assert (tmp_path / "stopped").read_text() == f"{int(number)} "
    assert (tmp_path / "cleaned").exists()
    assert b"Traceback" not in app.output


def test_an_error_in_a_widget_is_told_on_the_terminal_as_it_was(start: Start) -> None:
    app = start()
    app.type(b"x")
    assert app.next_state() == "ended 1"
    left_as_it_was(app)
    assert b"a widget broke" in app.output.rpartition(b"\x1b[?1049l")[2]


@pytest.mark.parametrize("how", ["from outside", "key", "twice"])
def test_stopped_and_continued(start: Start, how: str) -> None:
    app = start()
    for _ in range(2 if how == "twice" else 1):
        if how == "key":
            app.type(b"\x1a")
        else:
            app.signal(signal.SIGTSTP)
        assert app.next_state() == f"stopped {int(signal.SIGTSTP)}"
        left_as_it_was(app)
        before = len(app.output)
        app.foreground()
        until_painted(app, before)
        app.until(app.raw)
    app.type(b"a")
    app.until_shown("key a")
    finish(app)


def test_stopped_without_a_chance_to_tidy_up(start: Start) -> None:
    app = start()
    app.signal(signal.SIGSTOP)
    assert app.next_state() == f"stopped {int(signal.SIGSTOP)}"
    app.restore()  # as a shell does
    before = len(app.output)
    app.foreground()
    until_painted(app, before)
    app.until(app.raw)
    app.type(b"\x1a")  # and the settings of before are still known
    app.next_state()
    assert app.settings() == app.before
    app.foreground()
    app.until(app.raw)
    app.type(b"a")
    app.until_shown("key a")
    app.type(b"q")
    assert app.next_state() == "ended 0"
    assert app.settings() == app.before


def test_continued_without_having_been_stopped(start: Start) -> None:
    app = start()
    before = len(app.output)
    app.signal(signal.SIGCONT)
    until_painted(app, before)
    finish_settings = app.before
    app.type(b"q")
    assert app.next_state() == "ended 0"
    assert app.settings() == finish_settings


def test_continued_in_the_background_it_waits_for_the_foreground(start: Start) -> None:
    app = start()
    app.signal(signal.SIGTSTP)
    app.next_state()
    before = len(app.output)
    app.background()
    assert app.next_state() == f"stopped {int(signal.SIGTTOU)}"
    assert app.read()[before:] == b""
    assert app.settings() == app.before
    app.foreground()
    until_painted(app, before)
    finish(app)


def test_where_no_shell_could_continue_it_nothing_stops(start: Start) -> None:
    app = start(orphaned=True)
    before = len(app.output)
    app.type(b"\x1a")
    until_painted(app, before)
    app.until(app.raw)
    finish(app)


def test_given_away_for_a_while(start: Start) -> None:
    app = start()
    app.type(b"s")
    app.until(lambda: b"given away" in app.read())
    assert app.settings() == app.before
    app.signal(signal.SIGTSTP)  # stops like any program
    assert app.next_state() == f"stopped {int(signal.SIGTSTP)}"
    before = len(app.output)
    app.foreground()
    app.type(b"answer\n")
    until_painted(app, before)
    assert app.raw()
    finish(app)


@pytest.mark.parametrize("words", [["slow"], ["slow", "ignored"]])
def test_a_lost_terminal_ends_the_program_after_its_cleaning(start: Start, tmp_path: Path, words: list[str]) -> None:
    """The kernel sends SIGHUP to the leader of the session only, so here the program has to notice by itself; the
    second time with SIGHUP ignored, as under nohup."""
    app = start(*words, stderr=tmp_path / "err.log", hup_ignored="ignored" in words)
    before = app.cpu_seconds()
    app.type(b"f")
    app.until(lambda: app.cpu_seconds() > before + 0.1)
    app.hang_up()
    assert app.next_state(reading=False) == "ended 0"
    assert (tmp_path / "stopped").read_text() == f"{int(signal.SIGHUP)} "
    assert (tmp_path / "cleaned").exists()
    assert "Traceback" not in (tmp_path / "err.log").read_text()


def test_a_lost_terminal_ends_a_program_that_does_not_care(start: Start, tmp_path: Path) -> None:
    app = start("unhandled", stderr=tmp_path / "err.log")
    app.hang_up()
    assert app.next_state(reading=False) == f"ended {-signal.SIGHUP}"
    assert (tmp_path / "err.log").read_text() == ""


def test_a_lost_terminal_costs_no_time_while_the_cleaning_lasts(start: Start, tmp_path: Path) -> None:
    app = start("slow")
    app.hang_up()
    app.until((tmp_path / "stopped").exists)
    begin = app.cpu_seconds()
    used = begin
    while not (tmp_path / "cleaned").exists():
        used = app.cpu_seconds() or used
    assert used - begin < 0.75, "of the 1.5 s that the cleaning waits"
    app.next_state(reading=False)


def test_a_terminal_that_takes_nothing_stops_nothing(start: Start, tmp_path: Path) -> None:
    app = start("slow")
    app.type(b"f")
    app.until((tmp_path / "flooded").exists, reading=False)
    app.signal(signal.SIGTERM)
    assert app.next_state(reading=False) == "ended 0"
    assert (tmp_path / "cleaned").exists()
    assert app.settings() == app.before
    app.read()
    assert app.output.rstrip().endswith(b"the end")


def test_a_slow_terminal_gets_the_latest_screen(start: Start, tmp_path: Path) -> None:
    app = start()
    app.type(b"f")
    app.until((tmp_path / "flooded").exists, reading=False)
    turn = 200
    app.until(lambda: int(app.shown().split()[0]) >= turn * 7919, "what was drawn last")
    app.signal(signal.SIGTERM)
    assert app.next_state() == "ended 0"
    left_as_it_was(app)


def test_no_descriptor_is_left_open(start: Start) -> None:
    app = start()
    before = set(os.listdir(f"/proc/{app.pid}/fd"))
    for _ in range(3):
        app.signal(signal.SIGTSTP)
        app.next_state()
        app.foreground()
        app.until(app.raw)
    app.type(b"a")
    app.until_shown("key a")
    assert set(os.listdir(f"/proc/{app.pid}/fd")) == before
    finish(app)

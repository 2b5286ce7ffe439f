"""Runs in the live monitor that outlive it, and monitors that take them up again. What they print is synthetic."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from npumon.board.run.run_record import read_record
from npumon.ports import ExitRecord
from tests.command_line import CommandLine, alive, until
from tests.e2e.live_terminal import Live, LiveTerminal, gone
from tests.tui.pty_app import left_as_it_was

KEPT = {"NPUMON_RUN_KEEP": "true"}
GOES_ON = "The run continues: npumon watch --last follows it."


@pytest.fixture
def gate(npumon: CommandLine) -> Path:
    """A model prints an iteration, waits for this file, and prints another one."""
    path = npumon.folder / "gate"
    npumon.script(
        "gated/run.sh",
        "#!/bin/sh\n"
        "echo 'Start run graph [2] times...'\n"
        "echo 'Run the 1 time: 21.00ms or 21609.00us'\n"
        f"until [ -e '{path}' ]; do sleep 0.01; done\n"
        "echo 'Run the 2 time: 21.00ms or 21611.00us'\n",
    )
    return path


def begun(live: Live, npumon: CommandLine) -> tuple[LiveTerminal, list[int]]:
    """A monitor whose run is to be kept and has done one iteration; and the run's processes."""
    app = live(environ=KEPT)
    app.type(b"4")
    app.until_shown("gated")
    app.type(b"\r")
    family = app.until_running(2)
    until(lambda: any("Run the 1 time" in log.read_text() for log in npumon.runs.glob("*.log")))
    return app, family[:2]  # what comes after the supervisor and the shell are short sleeps


def end_of(npumon: CommandLine) -> ExitRecord:
    """How the only run ended."""
    (path,) = npumon.runs.glob("*.json")
    found: list[ExitRecord] = []

    def ended() -> bool:
        record = read_record(path)
        found[:] = [] if record is None or record.exit is None else [record.exit]
        return bool(found)

    until(ended)
    return found[0]


@pytest.mark.parametrize(
    ("leave", "status"),
    [
        (lambda app: app.type(b"ql"), 0),
        (lambda app: app.type(b"\x03"), 0),
        (lambda app: app.signal(signal.SIGTERM), 130),
        (lambda app: app.signal(signal.SIGHUP), 130),
    ],
    ids=["q", "Ctrl-C", "SIGTERM", "SIGHUP"],
)
def test_left_and_taken_up_again(
    live: Live, npumon: CommandLine, gate: Path, leave: Callable[[LiveTerminal], None], status: int
) -> None:
    app, family = begun(live, npumon)
    leave(app)
    assert app.next_state() == f"ended {status}"
    left_as_it_was(app)
    assert GOES_ON.encode() in app.output
    assert all(map(alive, family))
    again = live("watch", "--last", shows="gated")
    again.until_shown("1/2" if "1/2" in again.shown() else "2/2")
    gate.touch()
    again.until_shown("ok in")
    again.type(b"q")
    assert again.next_state() == "ended 0"
    assert GOES_ON.encode() not in again.output
    gone(family)
    assert (end_of(npumon).exit_status, end_of(npumon).stopped_by) == (0, None)


def test_a_connection_that_is_cut(live: Live, npumon: CommandLine, gate: Path) -> None:
    app, family = begun(live, npumon)
    app.hang_up()
    app.next_state(reading=False)
    assert all(map(alive, family))
    gate.touch()
    gone(family)
    assert (end_of(npumon).exit_status, end_of(npumon).stopped_by) == (0, None)
    (log,) = npumon.runs.glob("*.log")
    assert log.read_text().endswith("Run the 2 time: 21.00ms or 21611.00us\n")


def test_taken_up_left_and_ended(live: Live, npumon: CommandLine, gate: Path) -> None:
    """q leaves it to itself once more, x ends it, r runs the model again."""
    app, family = begun(live, npumon)
    app.type(b"ql")
    assert app.next_state() == "ended 0", app.output[-4000:]
    app = live("watch", "--last", shows="x stop")
    app.type(b"ql")
    assert app.next_state() == "ended 0", app.output[-4000:]
    assert GOES_ON.encode() in app.output
    assert all(map(alive, family))
    app = live("watch", "--last", shows="x stop")
    app.type(b"x")
    gone(family)
    app.until_shown("r run")
    assert end_of(npumon).stopped_by == "cancelled"
    gate.touch()
    app.type(b"r")
    until(lambda: len(list(npumon.runs.glob("*.log"))) == 2)
    app.until_shown("ok in")
    app.type(b"q")
    assert app.next_state() == "ended 0", app.output[-4000:]
    newest = max(os.listdir(npumon.runs))
    assert (npumon.runs / newest).with_suffix(".log").read_text().count("Run the") == 2

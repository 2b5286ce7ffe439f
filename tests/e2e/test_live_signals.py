"""The live monitor when it is ended, stopped or killed while a model runs that does not care."""

from __future__ import annotations

import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import WITHIN_S, CommandLine
from tests.e2e.live_terminal import STUBBORN, Live, LiveTerminal, gone, until_stopped_by
from tests.tui.pty_app import finish, left_as_it_was

#: The supervisor, the shell that starts the demo board's program, the program, and its child.
HANGING = 4


@pytest.fixture
def hanging(live: Live) -> Callable[[], tuple[LiveTerminal, list[int]]]:
    """Starts npumon with the demo board's hanging model; it and its processes, once they ignore what asks them."""

    def start() -> tuple[LiveTerminal, list[int]]:
        app = live("--scenario", "hang", shows="AXI_READ")
        return app, app.until_running(HANGING)

    return start


def ends(app: LiveTerminal, family: list[int], asked: float, status: int) -> None:
    """npumon ends in time with this status; the model is gone, and the terminal as it was."""
    gone(family)
    assert app.next_state() == f"ended {status}"
    assert time.monotonic() - asked < WITHIN_S
    left_as_it_was(app)
    assert b"Traceback" not in app.output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
def test_a_signal(hanging: Callable[[], tuple[LiveTerminal, list[int]]], number: signal.Signals) -> None:
    app, family = hanging()
    asked = time.monotonic()
    app.signal(number)
    ends(app, family, asked, 130)


@pytest.mark.parametrize("key", [b"qs", b"\x03"], ids=["q", "Ctrl-C"])
def test_a_key(hanging: Callable[[], tuple[LiveTerminal, list[int]]], key: bytes) -> None:
    app, family = hanging()
    asked = time.monotonic()
    app.type(key)
    ends(app, family, asked, 0)


def test_signals_and_keys_one_after_the_other(hanging: Callable[[], tuple[LiveTerminal, list[int]]]) -> None:
    app, family = hanging()
    asked = time.monotonic()
    app.type(b"xq\x03")
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        app.signal(number)
    gone(family)
    assert app.next_state() in ("ended 0", "ended 130")
    assert time.monotonic() - asked < WITHIN_S
    left_as_it_was(app)


def test_the_terminal_goes_away(live: Live, npumon: CommandLine) -> None:
    app = live("--scenario", "hang", shows="AXI_READ", stderr=npumon.folder / "errors")
    family = app.until_running(HANGING)
    asked = time.monotonic()
    app.hang_up()
    gone(family)
    assert app.next_state(reading=False) == "ended 130"
    assert time.monotonic() - asked < WITHIN_S
    assert re.fullmatch(r"npumon: stopped inceptionv3 after [0-9.]+ m?s\n", (npumon.folder / "errors").read_text())


@pytest.mark.slow
@pytest.mark.parametrize("how", ["key", "signal"])
def test_stopped_and_continued(hanging: Callable[[], tuple[LiveTerminal, list[int]]], how: str) -> None:
    app, family = hanging()
    for _ in range(2):
        if how == "key":
            app.type(b"\x1a")
        else:
            app.signal(signal.SIGTSTP)
        assert app.next_state() == f"stopped {int(signal.SIGTSTP)}"
        left_as_it_was(app)
        assert app.family() == family  # the model has its own job
        app.until_more(app.foreground, b"AXI_READ")
        app.until(app.raw)
    app.settled()
    app.type(b"x")
    app.until_shown("stopped after")
    gone(family)
    finish(app)


def catches(pid: int, number: signal.Signals) -> bool:
    """Whether a process has a handler of its own for a signal: a bit of a mask, see proc(5)."""
    mask = Path(f"/proc/{pid}/status").read_text().partition("SigCgt:")[2].split()[0]
    return bool(int(mask, 16) >> (number - 1) & 1)


@pytest.mark.parametrize("size", [0, 1, 2_000, 3_500])
def test_a_signal_at_any_moment_of_the_start(npumon: CommandLine, size: int) -> None:
    """Before there is a screen, while it is made, when it is there, and while the model starts."""
    app = LiveTerminal(npumon, "--demo")
    try:
        app.until(lambda: catches(app.pid, signal.SIGTERM), "a handler")
        app.until(lambda: len(app.read()) >= size, "output")
        app.signal(signal.SIGTERM)
        assert app.next_state() == "ended 130"
        left_as_it_was(app)
        assert b"Traceback" not in app.output
        assert b"broke" not in app.output
    finally:
        app.close()


def test_kill_ends_the_demo_run(hanging: Callable[[], tuple[LiveTerminal, list[int]]], npumon: CommandLine) -> None:
    app, family = hanging()
    asked = time.monotonic()
    app.signal(signal.SIGKILL)
    gone(family)
    assert time.monotonic() - asked < WITHIN_S
    assert app.next_state() == f"ended {-signal.SIGKILL}"
    (board,) = npumon.temporary.glob("npumon-demo-*")  # nobody is left who could remove it
    shutil.rmtree(board)


def test_kill_ends_a_model_run_and_its_record_says_so(live: Live, npumon: CommandLine) -> None:
    npumon.script("stubborn/run.sh", STUBBORN)
    app = live()
    app.type(b"4")
    app.until_shown("stubborn")
    app.type(b"\r")
    family = app.until_running(3)
    app.until(lambda: "Run the 2 time" in "".join(log.read_text() for log in npumon.runs.glob("*.log")))
    asked = time.monotonic()
    app.signal(signal.SIGKILL)
    gone(family)
    assert time.monotonic() - asked < WITHIN_S
    app.next_state()
    (log,) = npumon.runs.glob("*.log")
    until_stopped_by(log, "watcher")
    assert log.read_text().endswith("Run the 2 time: 21.00ms or 21611.00us\n")

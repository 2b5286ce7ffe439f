"""The live monitor at a terminal."""

from __future__ import annotations

from pathlib import Path

from tests.vm import guest_system as board
from tests.vm.guest_terminal import Terminal

_DIALOG = "Driver galcore"


def reload_in_the_monitor(npumon: Path) -> None:
    """`g` shows the plan, `y` carries it out; where sudo asks, it gets the terminal meanwhile."""
    with Terminal(npumon) as terminal:
        terminal.until_shown("profiling OFF")
        _reload(terminal)
        terminal.until_shown("Done: galcore", "profiling is on.")
        assert board.parameter("gpuProfiler") == "1"
        terminal.type("n")
        terminal.until_gone(_DIALOG)
        terminal.until_shown("profiling on")
        board.allow(board.WITH_PASSWORD)
        _reload(terminal)
        terminal.until_shown(f"password for {board.USER}:")
        terminal.type(board.PASSWORD + "\n")
        terminal.until_shown("Done: galcore", "profiling is off.")
        assert board.parameter("gpuProfiler") == "0"
        terminal.type("n")
        terminal.until_gone(_DIALOG)
        terminal.until_shown("profiling OFF")
        terminal.type("q")
        assert terminal.end() == 0


def _reload(terminal: Terminal) -> None:
    terminal.type("g")
    terminal.until_shown(_DIALOG, "Carry this out?")
    terminal.type("y")

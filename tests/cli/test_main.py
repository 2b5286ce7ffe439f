"""The command as a whole: what it prints about itself, and how it ends."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from npumon import __version__
from tests.command_line import PATIENCE, CommandLine, refused, until


@pytest.mark.parametrize("words", [("--version",), ("run", "--version"), ("-q", "--version")], ids=" ".join)
def test_version(npumon: CommandLine, words: tuple[str, ...]) -> None:
    done = npumon(*words)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"npumon {__version__}\n", "")


def test_help(npumon: CommandLine) -> None:
    done = npumon("--help")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "usage: npumon [option ...] [COMMAND ...]"
    assert max(map(len, lines)) <= 80
    assert "  npumon --demo  " in done.stdout, "examples come from the README's first minutes"
    assert (
        lines.index("commands:")
        < lines.index("examples:")
        < lines.index("exit status:")
        < lines.index("shared options:")
    )


def test_no_words_open_the_live_monitor(npumon: CommandLine) -> None:
    """Without a terminal that is refused, with what does without one."""
    for words in ((), ("--demo",), ("--root", str(npumon.home))):
        refused(npumon(*words), 2, key="monitor.no_terminal")


def test_quiet(npumon: CommandLine) -> None:
    for option in ("-q", "--quiet"):
        assert npumon("snapshot", option, "--root", str(npumon.home)).stderr == ""
        assert npumon(option, "parse", "missing").stderr.startswith("npumon: missing cannot be read")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_signals_end_it_quietly(npumon: CommandLine, number: signal.Signals) -> None:
    gate = npumon.folder / "gate"
    os.mkfifo(gate)
    process = npumon.start("parse", str(gate))
    with gate.open("wb"):  # opened on both sides: it waits for the log
        process.send_signal(number)
        output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output, errors) == (130, b"", b"npumon: Interrupted.\n")


def test_a_demo_board_goes_also_when_a_signal_comes_early(npumon: CommandLine) -> None:
    """The fixture sees that nothing is left among the temporary files, whenever the signal came."""
    process = npumon.start("run", "--demo", "--scenario", "hang")
    until(lambda: list(npumon.temporary.iterdir()))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 130


def test_debug_shows_where_an_interruption_came(npumon: CommandLine) -> None:
    gate = npumon.folder / "gate"
    os.mkfifo(gate)
    process = npumon.start("--debug", "parse", str(gate))
    with gate.open("wb"):
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE)
    assert errors.startswith(b"Traceback")
    assert errors.endswith(b"npumon: Interrupted.\n")


def test_it_is_a_module_too(npumon: CommandLine) -> None:
    program = "import sys; from npumon.cli.main import main; sys.exit(main(['parse', 'missing']))"
    done = npumon.run([sys.executable, "-c", program])
    assert (done.returncode, done.stdout) == (2, "")

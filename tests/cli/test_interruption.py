"""Signals in inconvenient moments: real signals to a real interpreter."""

from __future__ import annotations

import signal

import pytest

from tests.command_line import CommandLine

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]

_BEGIN = """\
import os, signal, sys, threading, weakref
from npumon.cli.interruption import let_signals_interrupt
let_signals_interrupt()
number = int(sys.argv[1])
try:
"""
_END = """
except KeyboardInterrupt as interruption:
    sys.exit(interruption.number)
"""


def ends(npumon: CommandLine, program: str, number: int) -> None:
    """The program hears of the signal, and its status says so."""
    done = npumon.run([npumon.python, "-c", f"{_BEGIN}    {program}{_END}", str(int(number))])
    assert (done.returncode, done.stdout, done.stderr) == (number, "", "")


@pytest.mark.parametrize("number", SIGNALS)
def test_anywhere(npumon: CommandLine, number: signal.Signals) -> None:
    ends(npumon, "signal.raise_signal(number)", number)


@pytest.mark.parametrize("number", SIGNALS)
def test_in_code_that_comes_from_a_string(npumon: CommandLine, number: signal.Signals) -> None:
    ends(npumon, "eval('signal.raise_signal(number)')", number)


@pytest.mark.parametrize("number", SIGNALS)
def test_where_exceptions_are_dropped(npumon: CommandLine, number: signal.Signals) -> None:
    """As in the callback of a weak reference, which imports use."""
    thing = "thing = type('Thing', (), {})()"
    watched = "watch = weakref.ref(thing, lambda _: signal.raise_signal(number))"
    ends(npumon, f"{thing}; {watched}; del thing; threading.Event().wait(60)", number)


def test_other_dropped_exceptions_are_told(npumon: CommandLine) -> None:
    program = "thing = type('Thing', (), {})(); watch = weakref.ref(thing, lambda _: 1 / 0); del thing"
    done = npumon.run([npumon.python, "-c", f"{_BEGIN}    {program}{_END}", "0"])
    assert (done.returncode, "ZeroDivisionError" in done.stderr) == (0, True)


def test_nohup_is_respected(npumon: CommandLine) -> None:
    program = "signal.raise_signal(number)"
    begin = f"import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n{_BEGIN}"
    done = npumon.run([npumon.python, "-c", f"{begin}    {program}{_END}", str(int(signal.SIGHUP))])
    assert (done.returncode, done.stderr) == (0, "")


def test_a_worker_that_was_forked_just_ends(npumon: CommandLine) -> None:
    program = """pid = os.fork()
    if pid == 0:
        signal.raise_signal(number)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))"""
    done = npumon.run([npumon.python, "-c", f"{_BEGIN}    {program}{_END}", str(int(signal.SIGTERM))])
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{128 + signal.SIGTERM}\n", "")

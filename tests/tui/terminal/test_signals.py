"""Signals reach whoever ends the monitor."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys

import pytest

from npumon.core.signals import ENDING
from npumon.tui.terminal.signals import ending_signals


@pytest.mark.parametrize("number", ENDING)
async def test_each_signal_calls_stop_on_the_loop(number: signal.Signals) -> None:
    called: asyncio.Queue[int] = asyncio.Queue()
    with ending_signals(called.put_nowait):
        signal.raise_signal(number)
        assert called.empty()  # not within the signal handler
        assert await asyncio.wait_for(called.get(), 60) == number


async def test_only_the_first_hang_up_counts() -> None:
    called: asyncio.Queue[int] = asyncio.Queue()
    with ending_signals(called.put_nowait):
        for number in (signal.SIGHUP, signal.SIGHUP, signal.SIGINT):
            signal.raise_signal(number)
            await asyncio.sleep(0)
        signal.raise_signal(signal.SIGTERM)
        numbers = [await asyncio.wait_for(called.get(), 60) for _ in range(3)]
    assert numbers == [signal.SIGHUP, signal.SIGINT, signal.SIGTERM]
    assert called.empty()


@pytest.mark.parametrize("before", [signal.SIG_DFL, signal.SIG_IGN])
async def test_afterwards_the_signals_do_what_they_did(before: signal.Handlers) -> None:
    found = {number: signal.signal(number, before) for number in ENDING}
    try:
        with ending_signals(lambda number: None):
            assert all(signal.getsignal(number) is not before for number in ENDING)
        assert all(signal.getsignal(number) is before for number in ENDING)
    finally:
        for number, handler in found.items():
            signal.signal(number, handler)


def test_a_job_is_suspended_as_a_whole() -> None:
    """What a wrapper sees when the program in its process group asks to be suspended."""
    program = (
        "import signal, sys\n"
        "from npumon.tui.terminal.signals import suspend_job\n"
        "signal.signal(signal.SIGTSTP, lambda *_: sys.exit(7))\n"
        "suspend_job()"
    )
    wrapper = (
        "import signal, subprocess, sys\n"
        "told = []\n"
        "signal.signal(signal.SIGTSTP, lambda *_: told.append('told'))\n"
        "print(subprocess.run([sys.executable, '-c', sys.argv[1]]).returncode, told)"
    )
    done = subprocess.run(
        [sys.executable, "-c", wrapper, program], capture_output=True, text=True, start_new_session=True, timeout=60
    )
    assert done.stdout == "7 ['told']\n", done

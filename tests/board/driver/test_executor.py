"""Signals that are put off: real signals to this process, which pytest runs in its main thread."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from npumon.board.driver.executor import block_signals, defer_signals

ENDING = [signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture(autouse=True)
def handlers() -> Iterator[list[int]]:
    """What reaches handlers that were there before; they are put back by the test's end."""
    came: list[int] = []
    before = {number: signal.signal(number, lambda number, frame: came.append(number)) for number in ENDING}
    yield came
    for number, handler in before.items():
        signal.signal(number, handler)


def blocked() -> set[int]:
    """The signals that a program finds blocked which is started now. Format: proc(5), SigBlk."""
    (line,) = [
        line
        for line in subprocess.run(["cat", "/proc/self/status"], capture_output=True, text=True).stdout.splitlines()
        if line.startswith("SigBlk:")
    ]
    mask = int(line.split()[1], 16)
    return {int(number) for number in [*ENDING, signal.SIGTSTP] if mask >> (number - 1) & 1}


@pytest.mark.parametrize("number", ENDING)
def test_they_are_noted(handlers: list[int], number: signal.Signals) -> None:
    with defer_signals(asking=False) as put_off:
        assert not put_off.asked
        signal.raise_signal(number)
        assert put_off.asked
    assert handlers == []
    signal.raise_signal(number)
    assert handlers == [number]


def test_being_stopped_is_no_wish_to_end() -> None:
    with defer_signals(asking=False) as put_off:
        signal.raise_signal(signal.SIGTSTP)
    assert not put_off.asked


@pytest.mark.parametrize("number", ENDING)
def test_keys_belong_to_the_program_that_asks(handlers: list[int], number: signal.Signals) -> None:
    with defer_signals(asking=True) as put_off:
        signal.raise_signal(number)
    assert put_off.asked == (number in (signal.SIGTERM, signal.SIGHUP))
    assert handlers == []


def test_nohup_is_respected() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with defer_signals(asking=False) as put_off:
        signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    assert not put_off.asked


async def test_an_event_loop_hears_of_them_at_once() -> None:
    """The live monitor begins to leave, and waits for what is under way."""
    heard = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, heard.set)
    try:
        with defer_signals(asking=False) as put_off:
            signal.raise_signal(signal.SIGTERM)
            await asyncio.wait_for(heard.wait(), 60)
        assert put_off.asked
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


def test_in_another_thread_there_is_nothing_to_put_off() -> None:
    seen: list[bool] = []

    def work() -> None:
        before = [signal.getsignal(number) for number in ENDING]
        with defer_signals(asking=False) as put_off:
            seen.append([signal.getsignal(number) for number in ENDING] == before and not put_off.asked)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [True]


@pytest.mark.parametrize("asking", [False, True])
def test_programs_are_shielded(asking: bool) -> None:
    keys = {int(number) for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP)}
    everything = {*keys, int(signal.SIGTERM), int(signal.SIGHUP)}
    for context, expected in (
        (nullcontext(), set()),
        (block_signals(asking=asking), everything - (keys if asking else set())),
    ):
        with context:
            assert blocked() == expected
    assert blocked() == set()

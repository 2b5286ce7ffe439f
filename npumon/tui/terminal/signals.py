"""Signals that end or suspend the live monitor. `core.signals` lists every way in which npumon treats them."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from npumon.core.signals import ENDING


@contextmanager
def ending_signals(stop: Callable[[int], None]) -> Iterator[None]:
    """Let SIGTERM, SIGHUP, SIGINT and SIGQUIT call `stop` with their number on the running event loop.

    Each is passed on as often as it is sent, SIGHUP once: a lost terminal is noticed in more than one way. An
    inherited "ignore" (nohup) does not count, because a monitor without its terminal is of no use.
    Works in the main thread only. Enter it before the terminal is taken (`on_load`) and leave it when the app is done;
    the former handlers are then restored, except those of an event loop.
    """
    loop = asyncio.get_running_loop()
    hung_up = False

    def call(number: int) -> None:
        nonlocal hung_up
        if number == signal.SIGHUP:
            if hung_up:
                return
            hung_up = True
        stop(number)

    before = {number: signal.getsignal(number) for number in ENDING}
    for number in ENDING:
        loop.add_signal_handler(number, call, int(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            if handler is not None:  # None: not installed from Python, so not to be put back from there either
                signal.signal(number, handler)


def suspend_job() -> None:
    """Do what a terminal does on Ctrl-Z: stop the whole foreground job, including a wrapper (sudo, uv) that started
    this program, so that the shell comes back. The driver's own handler gives the terminal back first."""
    os.killpg(os.getpgrp(), signal.SIGTSTP)

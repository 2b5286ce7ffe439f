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
    """While this lasts, SIGTERM, SIGHUP, SIGINT and SIGQUIT call `stop` with their number, on the running event loop.

    They come as often as they are sent, SIGHUP once: a terminal that goes away is noticed in more than one way. An
    inherited "ignore" (nohup) does not count, because a monitor without its terminal has nobody to monitor for.
    Works in the main thread only. To be entered before the terminal is taken (`on_load`), and left when the app is
    done; what the signals did before is put back then, except that handlers of an event loop are not.
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
    """Do what a terminal does for Ctrl-Z: stop the whole foreground job, with it the wrapper (sudo, uv) that started
    this program, so that the shell comes back. The driver's own handler gives the terminal back first."""
    os.killpg(os.getpgrp(), signal.SIGTSTP)

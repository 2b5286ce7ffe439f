"""Work that must not be cut in two by the signals which end or stop a program."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

#: What a terminal sends for Ctrl-C, Ctrl-\\ and Ctrl-Z, and what others send.
_KEYS = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP)
_OTHERS = (signal.SIGTERM, signal.SIGHUP)


class DeferredSignals:
    """Whether anybody asked this process to end meanwhile."""

    def __init__(self) -> None:
        self.asked = False

    def note(self, number: int, frame: object) -> None:
        """A handler for signals."""
        self.asked = self.asked or number != signal.SIGTSTP


@contextmanager
def defer_signals(*, asking: bool) -> Iterator[DeferredSignals]:
    """Signals that end this process are only noted while the block runs; those that were ignored are ignored.

    `asking` leaves the terminal's keys to the program that asks for a password there: they are no word to us. Handlers
    of an event loop are called nevertheless: they wait for what is under way. Without effect outside the main thread,
    which alone gets signals.
    """
    import threading

    put_off = DeferredSignals()
    if threading.current_thread() is not threading.main_thread():
        yield put_off
        return
    before = {}
    for number in (*_KEYS, *_OTHERS):
        ignored = signal.getsignal(number) == signal.SIG_IGN or (asking and number in _KEYS)
        before[number] = signal.signal(number, signal.SIG_IGN if ignored else put_off.note)
    try:
        yield put_off
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


@contextmanager
def block_signals(*, asking: bool) -> Iterator[None]:
    """The programs that this thread starts inherit that such signals are blocked: a terminal sends its own to all of
    them. `asking` leaves out its keys, which the program that asks there wants to hear."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _OTHERS if asking else (*_KEYS, *_OTHERS))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

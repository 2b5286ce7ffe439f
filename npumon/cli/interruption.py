"""Signals that end npumon end it as Ctrl-C does: by an exception, so that what it made for itself is removed.

`core.signals` lists every way in which npumon treats them."""

from __future__ import annotations

import os
import signal
import sys

from npumon.core.signals import ENDING

TYPE_CHECKING = False  # every command imports this module
if TYPE_CHECKING:
    from types import FrameType

#: Seconds until a signal that was not heard is sent again.
_AGAIN_S = 0.01


class Interrupted(KeyboardInterrupt):
    """npumon was asked to end, by this signal.

    A class of its own: Python ends itself by SIGINT, whatever the exit status should be, once a plain KeyboardInterrupt
    has passed through code that was compiled from a string, such as that of a named tuple.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class InterruptFlag:
    """Whether npumon was asked to end: Python now and then turns the exception into another one."""

    def __init__(self) -> None:
        self.requested = False
        self._process = os.getpid()

    def set(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal."""
        if os.getpid() != self._process:  # a worker that was forked a moment ago
            os._exit(128 + number)
        self.requested = True
        raise Interrupted(number)


def let_signals_interrupt() -> InterruptFlag:
    """Make the ending signals raise `Interrupted` in the main thread, unless they are handled already. `nohup` is
    respected.

    Python drops exceptions in some places, such as the callbacks of weak references in the middle of an import. One
    that is dropped there comes again.
    """
    wish = InterruptFlag()

    usual = (signal.SIG_DFL, signal.default_int_handler)
    for number in ENDING:
        if signal.getsignal(number) in usual:
            signal.signal(number, wish.set)
    told = sys.unraisablehook

    def tell(unraisable: sys.UnraisableHookArgs) -> None:
        if isinstance(unraisable.exc_value, Interrupted):
            _send_again(unraisable.exc_value.number)
        else:
            told(unraisable)

    sys.unraisablehook = tell
    return wish


def _send_again(number: int) -> None:
    """Send the signal again a little later: an exception raised here would be dropped, too."""
    signal.signal(signal.SIGALRM, lambda alarm, frame: signal.raise_signal(number))
    signal.setitimer(signal.ITIMER_REAL, _AGAIN_S)

"""Calls to come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.message_pump import MessagePump


def after(seconds: float, pump: MessagePump, call: Callable[[], None]) -> asyncio.TimerHandle:
    """Have an application, a screen or a widget make a call in so many seconds, unless it has gone by then.

    Textual's timers are not for calls that must come: when the machine takes the processor away between two of their
    lines, for as long as the timer is to wait, one that rings once has rung already and never calls.
    """

    def ring() -> None:
        pump.call_later(call)

    return asyncio.get_running_loop().call_later(seconds, ring)

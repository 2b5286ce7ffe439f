"""When views get changes: the first at once, further ones at a bounded rate, more of the same at a lower one, and while
there is no keeping up at one that leaves the time to catch up; the last one always."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

from npumon.core.monitor.activity import BEHIND_BYTES

#: Shortest time between two deliveries.
INTERVAL_S = 0.1
#: Shortest time before a delivery of more of the same. No eye follows figures that change more often.
STEADY_S = 0.25
#: Longest time before a delivery while there is no keeping up, and the part of all time that deliveries take then.
LATE_S, SHARE = 1.0, 0.1

#: What a change is: news, more of the same, or one of so many that others should rather be read than shown.
Change = Literal["news", "steady", "flood"]


#: More text than this between two deliveries is out of date sooner than the steady pace would show it.
_MUCH_TEXT = 64 << 10


def change_by(new_bytes: int, behind_bytes: int) -> Change | None:
    """Return what so much new text is, while as many bytes are unread; None if that depends on what it says."""
    if behind_bytes > BEHIND_BYTES:
        return "flood"
    return "news" if new_bytes > _MUCH_TEXT else None


class Timer(Protocol):
    """A call to come."""

    def cancel(self) -> None: ...


class Throttle:
    """Turns any number of changes into at most one delivery in each interval, and fewer while they are steady.

    `deliver` takes what is newest when it is called. `clock` gives seconds, `call_later` calls back after so many.
    The interval begins when a delivery is over, so a slow view is never left without a pause.
    """

    def __init__(
        self,
        deliver: Callable[[], None],
        clock: Callable[[], float],
        call_later: Callable[[float, Callable[[], None]], Timer],
    ) -> None:
        self._deliver = deliver
        self._clock = clock
        self._call_later = call_later
        self._timer: Timer | None = None
        self._due_s = 0.0
        self._delivered_s = float("-inf")
        self._took_s = 0.0
        self._closed = False

    @property
    def waiting(self) -> bool:
        """Whether a change is still to be delivered."""
        return self._timer is not None

    def request(self, within_s: float = 0.0, change: Change = "news") -> None:
        """Deliver a change, up to `within_s` later together with what changes until then."""
        if self._closed:
            return
        now_s = self._clock()
        due_s = max(self._delivered_s + self._interval_s(change), now_s + within_s)
        if self._timer is not None:
            if self._due_s <= due_s:
                return
            self._timer.cancel()
            self._timer = None
        if due_s > now_s:
            self._due_s = due_s
            self._timer = self._call_later(due_s - now_s, self._fire)
        else:
            self._now()

    def _interval_s(self, change: Change) -> float:
        if change == "flood":
            return max(INTERVAL_S, min(self._took_s / SHARE, LATE_S))
        return STEADY_S if change == "steady" else INTERVAL_S

    def close(self) -> None:
        """Deliver what is still due, and nothing after that."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._fire()

    def _fire(self) -> None:
        self._timer = None
        self._now()

    def _now(self) -> None:
        began_s = self._delivered_s = self._clock()  # a change made while delivering waits its turn
        try:
            self._deliver()
        finally:
            self._delivered_s = self._clock()
            self._took_s = self._delivered_s - began_s

"""The machine's clocks."""

from __future__ import annotations

import time
from datetime import datetime, timezone


class SystemClock:
    """An implementation of `ports.Clock`. Durations never come from `now`: boards without a battery jump when NTP sets
    the time."""

    def now(self) -> str:
        """Return the time in UTC as ISO 8601, to the millisecond."""
        return datetime.now(timezone.utc).isoformat(timespec="milliseconds")

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start."""
        return time.monotonic()

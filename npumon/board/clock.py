"""The machine's clocks."""

from __future__ import annotations

import time
from datetime import datetime, timezone


class SystemClock:
    """Implements `ports.Clock`. Durations never come from `now`: boards without a battery jump at NTP."""

    def now(self) -> str:
        """ISO 8601 in UTC, milliseconds."""
        return datetime.now(timezone.utc).isoformat(timespec="milliseconds")

    def monotonic(self) -> float:
        """Seconds."""
        return time.monotonic()

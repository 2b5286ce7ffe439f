"""How much of a text is read at a time: large pieces cost less for each byte, small ones keep everything else quick."""

from __future__ import annotations

#: Bytes read at a time, at least and at most: reading takes some seven times as much memory for a moment.
LEAST, MOST = 4 << 10, 256 << 10
#: Seconds that one piece may take its reader. Meanwhile no key, signal or timer is heeded.
QUICK_S, SLOW_S = 0.004, 0.010


class ReadingPace:
    """Adapts the size of pieces (`size`, in bytes) to the time that they take: it grows only while there is more to
    read."""

    def __init__(self) -> None:
        self.size = LEAST

    def took(self, length: int, seconds: float) -> None:
        """Take into account that a piece of that length took so long."""
        if seconds > SLOW_S:
            self.size = max(LEAST, self.size // 2)
        elif seconds < QUICK_S and length >= self.size:
            self.size = min(MOST, self.size * 2)

"""The text of a steady stream, gathered: each write to a log wakes everybody who follows it.

Belongs to the supervisor's program: only the standard library, and little of that, is imported here.
"""

from __future__ import annotations

import time

TYPE_CHECKING = False  # what `typing` would say; importing it takes longer than all the rest here
if TYPE_CHECKING:
    from collections.abc import Callable

#: Seconds for which text is held back at most, from the write before it on.
GATHER_S = 0.05
#: Text of this length is not held back, so that a flood costs no memory.
_ENOUGH = 1 << 16


class GatheredText:
    """Passes text on to `write`: at once where nothing came for a while, else with what comes until `due`.

    `due` is a time of the monotonic clock in seconds, None as long as nothing is held back.
    """

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._held = b""
        self._written = float("-inf")

    @property
    def due(self) -> float | None:
        """When what is held back is to be passed on."""
        return self._written + GATHER_S if self._held else None

    def add(self, data: bytes) -> None:
        """Take text, and pass it on if it is time."""
        self._held = self._held + data if self._held else data
        self.pass_on_due()

    def pass_on_due(self) -> None:
        """Pass on what is held back, if it is time."""
        if self._held and (len(self._held) >= _ENOUGH or time.monotonic() >= self._written + GATHER_S):
            self.pass_on()

    def pass_on(self) -> None:
        """Pass on what is held back."""
        held, self._held = self._held, b""
        if held:
            self._write(held)
            self._written = time.monotonic()

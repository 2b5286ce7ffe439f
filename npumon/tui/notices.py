"""What the monitor says of itself, for a moment, below the top line: what was done, and what went wrong."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from npumon.core.problems import Problem

if TYPE_CHECKING:
    from textual.app import App

    Base = App[int]
else:
    Base = object

#: How long it is to be seen what was done, and what went wrong: seconds.
NOTICE_S, COMPLAINT_S = 3.0, 8.0
#: How long no key takes away what went wrong: seconds. It may come while somebody types.
READING_S = 1.0


class Notices(Base):
    """A part of `MonitorApp`. The next key is a sign that what was said before it has been read."""

    #: From when on a key takes it away; None while nothing is said.
    _read_at: float | None = None

    def complain(self, problem: Problem) -> None:
        """Say what went wrong and what helps. Its words may come from outside: they are no markup."""
        self.notify(problem.remedy, title=problem.what, severity="error", markup=False, timeout=COMPLAINT_S)
        self._read_at = monotonic() + READING_S

    def say(self, text: str) -> None:
        """Say that something was done."""
        self.notify(text, markup=False, timeout=NOTICE_S)
        self._read_at = self._read_at or monotonic()

    def hush(self) -> None:
        """A key was pressed: what was said goes, a complaint only when there was time to read it."""
        if self._read_at is not None and monotonic() >= self._read_at:
            self._read_at = None
            self.clear_notifications()

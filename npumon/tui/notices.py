"""Short notices of the monitor, below the top line: what was done, and what went wrong."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from npumon.core.problems import Problem

if TYPE_CHECKING:
    from textual.app import App

#: Seconds for which a notice of what was done, and of what went wrong, stays.
INFO_S, ERROR_S = 3.0, 8.0
#: Seconds for which no key takes an error away. It may come while the user is typing.
READING_S = 1.0


class Notifier:
    """Shows notices. The next key is a sign that the notice before it has been read."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        #: From when on a key takes the notice away; None while there is none.
        self.read_at: float | None = None

    def error(self, problem: Problem) -> None:
        """Show what went wrong and what helps. Its words may come from outside: they are not markup."""
        self._app.notify(problem.remedy, title=problem.what, severity="error", markup=False, timeout=ERROR_S)
        self.read_at = monotonic() + READING_S

    def info(self, text: str) -> None:
        """Show that something was done."""
        self._app.notify(text, markup=False, timeout=INFO_S)
        self.read_at = self.read_at or monotonic()

    def clear(self) -> None:
        """Clear the notices after a key; an error stays until there was time to read it."""
        if self.read_at is not None and monotonic() >= self.read_at:
            self.read_at = None
            self._app.clear_notifications()

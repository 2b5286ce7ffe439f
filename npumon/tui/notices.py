"""Short notices of the monitor: what was done, and what went wrong. One row shows one of them, in place of the keys."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from npumon.core.problems import Problem
from npumon.tui.textual_workarounds import after

if TYPE_CHECKING:
    import asyncio

    from textual.app import App

#: Seconds for which a notice of what was done stays. One of what went wrong stays until a key.
INFO_S = 4.0
#: Seconds for which no key takes an error away. It may come while the user is typing.
READING_S = 1.0
#: The number of notices that can be read again.
KEPT = 12


class Notice(NamedTuple):
    """A sentence or two. Its words may come from outside: they are not markup."""

    text: str
    error: bool = False


class Notifier:
    """Keeps what is to be shown. The next key is a sign that the notice before it has been read.

    A notice replaces the one before it, but an error that nobody can have read yet stays, and the notice follows it.
    """

    def __init__(self, app: App[Any], on_change: Callable[[], None]) -> None:
        """`on_change` is called when `shown` has changed."""
        self._app = app
        self._on_change = on_change
        self._next: Notice | None = None
        self._said: deque[Notice] = deque(maxlen=KEPT)
        self._expiry: asyncio.TimerHandle | None = None
        self._read_at = 0.0
        #: The notice to be seen now.
        self.shown: Notice | None = None
        #: The path of the file that was written last.
        self.written: str | None = None

    @property
    def said(self) -> Sequence[Notice]:
        """The last notices, the newest first."""
        return tuple(reversed(self._said))

    def error(self, problem: Problem) -> None:
        """Show what went wrong and what helps."""
        self._tell(Notice(str(problem), error=True))

    def info(self, text: str) -> None:
        """Show that something was done."""
        self._tell(Notice(text))

    def file_written(self, path: str, text: str) -> None:
        """Show that a file was written, and remember where it is."""
        self.written = path
        self.info(text)

    def clear(self) -> None:
        """Clear the notice after a key or a click; an error stays until there was time to read it."""
        if self.shown is not None and monotonic() >= self._read_at:
            self._show(self._next)

    def _tell(self, notice: Notice) -> None:
        self._said.append(notice)
        if self.shown is not None and self.shown.error and not notice.error:
            self._next = notice
        else:
            self._show(notice)

    def _show(self, notice: Notice | None) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
        self.shown, self._next, self._expiry = notice, None, None
        if notice is not None:
            self._read_at = monotonic() + (READING_S if notice.error else 0)
            if not notice.error:
                self._expiry = after(INFO_S, self._app, lambda: self._expire(notice))
        self._on_change()

    def _expire(self, notice: Notice) -> None:
        if self.shown is notice:
            self._show(None)

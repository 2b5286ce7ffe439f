"""The line between the supervisor and the npumon that watches the run.

npumon sends the run, as `marshal` writes it, behind a line with its length in bytes, and after it lines: a reason to
stop, or that the run is to outlive npumon; both sides are the same Python. The supervisor sends one JSON object a line.

Belongs to the supervisor's program: only the standard library, and little of that, is imported here.
"""

from __future__ import annotations

import marshal
import os

from npumon.board.supervisor.json_object import json_object

TYPE_CHECKING = False  # what `typing` would say; importing it takes longer than all the rest here
if TYPE_CHECKING:
    from typing import Any

_PIECE = 1 << 16

#: Lets the run go on when npumon is gone.
KEEP = "keep"
#: The reasons to stop. Lines with other words are ignored.
_REASONS = ("cancelled", "timeout", "watcher")


class ControlChannel:
    """The two ends of the line: `commands` is the descriptor that brings the run and the stop requests, `reports` the
    one for events."""

    def __init__(self, commands: int, reports: int) -> None:
        self.commands = commands
        self._reports = reports
        self._pending = b""
        #: Whether npumon has said that the run is to outlive it.
        self.kept = False

    def read_spec(self) -> dict[str, Any] | None:
        """Wait for what to run. None if npumon went away before it was said."""
        while b"\n" not in self._pending:
            if not self._receive():
                return None
        line, _, self._pending = self._pending.partition(b"\n")
        length = int(line)
        while len(self._pending) < length:
            if not self._receive():
                return None
        spec: dict[str, Any] = marshal.loads(self._pending[:length])  # noqa: S302 - npumon's own, from its pipe
        self._pending = self._pending[length:]
        return spec

    def read_stop(self) -> tuple[str | None, bool]:
        """Read what has come since. Return the reason to stop, if one was given, and whether npumon is gone."""
        here = self._receive()
        return self.pending_stop(), not here

    def pending_stop(self) -> str | None:
        """Return the first reason to stop among the lines already read."""
        *lines, self._pending = self._pending.split(b"\n")
        words = [line.decode("utf-8", "replace") for line in lines]
        self.kept = self.kept or KEEP in words
        return next((word for word in words if word in _REASONS), None)

    def send(self, event: str, fields: dict[str, object]) -> None:
        """Report an event. npumon may be gone."""
        data = json_object({"event": event, **fields}) + b"\n"
        try:
            while data:
                data = data[os.write(self._reports, data) :]
        except OSError:
            pass

    def _receive(self) -> bool:
        """Wait for more. Return False if npumon has gone."""
        piece = os.read(self.commands, _PIECE)
        self._pending += piece
        return bool(piece)

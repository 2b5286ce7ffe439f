"""The line between the supervisor and the npumon that watches the run: one JSON object a line, in both directions.

Belongs to the supervisor's program: only the standard library, and little of that, is imported here.
"""

from __future__ import annotations

import json
import os

TYPE_CHECKING = False  # what `typing` would say; importing it takes longer than all the rest here
if TYPE_CHECKING:
    from typing import Any

_PIECE = 1 << 16


class ControlChannel:
    """The two ends of the line: `commands` is the descriptor that brings the run and the stop requests, `reports` the
    one for events."""

    def __init__(self, commands: int, reports: int) -> None:
        self.commands = commands
        self._reports = reports
        self._pending = b""

    def read_spec(self) -> dict[str, Any] | None:
        """Wait for the first line, which says what to run. None if npumon went away before that."""
        while b"\n" not in self._pending:
            piece = os.read(self.commands, _PIECE)
            if not piece:
                return None
            self._pending += piece
        line, _, self._pending = self._pending.partition(b"\n")
        spec: dict[str, Any] = json.loads(line)
        return spec

    def read_stop(self) -> tuple[str | None, bool]:
        """Read what has come since. Return the reason to stop, if one was given, and whether npumon is gone."""
        piece = os.read(self.commands, _PIECE)
        self._pending += piece
        return self.pending_stop(), not piece

    def pending_stop(self) -> str | None:
        """Return the first reason to stop among the lines already read. Lines that are not commands are ignored."""
        *lines, self._pending = self._pending.split(b"\n")
        reasons = (_stop_reason(line) for line in lines)
        return next((reason for reason in reasons if reason is not None), None)

    def send(self, event: str, fields: dict[str, object]) -> None:
        """Report an event. npumon may be gone."""
        data = json.dumps({"event": event, **fields}).encode() + b"\n"
        try:
            while data:
                data = data[os.write(self._reports, data) :]
        except OSError:
            pass


def _stop_reason(line: bytes) -> str | None:
    try:
        return str(json.loads(line)["stop"])
    except (ValueError, LookupError, TypeError):
        return None

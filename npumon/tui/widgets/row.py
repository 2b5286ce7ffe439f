"""What a table shows."""

from __future__ import annotations

from typing import Protocol


class Row(Protocol):
    """The key tells a row from all others for as long as it is there."""

    @property
    def key(self) -> str: ...

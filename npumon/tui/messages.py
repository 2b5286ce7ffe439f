"""What the application is told."""

from __future__ import annotations

from textual.message import Message

from npumon.core.monitor.live import Live


class LiveArrived(Message):
    """The engine has a newer value. Of several in the queue only the last one counts."""

    def __init__(self, live: Live) -> None:
        super().__init__()
        self.live = live

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, LiveArrived)

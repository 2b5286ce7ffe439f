"""What was said: the path of the last written file, and the last notices in full."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType

from npumon.tui.screens.dialog import TextDialog


class NoticesDialog(TextDialog):
    """The newest notice first."""

    NAME = "Written and said"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f2", "leave", "close", show=False)]

    def lines(self) -> list[Text]:
        notifier = self.host.notifier
        lines: list[Text] = []
        if notifier.written is not None:
            lines += [Text("Last written file", "bold"), Text(notifier.written), Text()]
        if notifier.said:
            lines.append(Text("Last notices", "bold"))
            lines += [Text(f"{'!' if notice.error else '-'} {notice.text}") for notice in notifier.said]
        return lines

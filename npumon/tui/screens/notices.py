"""What was said: the path of the last written file, and the last notices in full."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Button

from npumon.tui.screens.dialog import Dialog, DialogText, words


class NoticesDialog(Dialog[None]):
    """A text that scrolls, the newest notice first."""

    NAME = "Written and said"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2,enter", "leave", "close", show=False),
        Binding("j,down", "scroll(1)", "down", show=False),
        Binding("k,up", "scroll(-1)", "up", show=False),
    ]

    def body(self) -> list[Widget]:
        notifier = self.host.notifier
        lines: list[Text] = []
        if notifier.written is not None:
            lines += [Text("Last written file", "bold"), Text(notifier.written), Text()]
        if notifier.said:
            lines.append(Text("Last notices", "bold"))
            lines += [Text(f"{'!' if notice.error else '-'} {notice.text}") for notice in notifier.said]
        close = Button("Close (Esc)", id="close", compact=True)
        return [DialogText(words(Text("\n").join(lines))), Horizontal(close, classes="foot")]

    @on(Button.Pressed, "#close")
    def _close(self) -> None:
        self.action_leave()

"""How to install npumon on a board: commands to copy."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Button

from npumon.tui.screens.dialog import Dialog, DialogText, words

#: In a clone of the repository on this machine; README says the same.
FROM_HERE = (
    "scp -r . khadas@BOARD:npumon",
    "ssh khadas@BOARD pipx install ./npumon",
    "ssh -t khadas@BOARD .local/bin/npumon",
)


class InstallDialog(Dialog[None]):
    """A few commands. Nothing is carried out."""

    NAME = "Install npumon on a board"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i,enter", "leave", "close", show=False),
        Binding("j,down", "scroll(1)", "down", show=False),
        Binding("k,up", "scroll(-1)", "up", show=False),
    ]

    def body(self) -> list[Widget]:
        lines = [
            Text("In a clone of npumon's repository, with the board's name or address for BOARD:"),
            Text(),
            *(Text(f"  {command}", "bold") for command in FROM_HERE),
            Text(),
            Text("On the board, npumon doctor says what is missing, and npumon alone opens this monitor."),
        ]
        close = Button("Close (Esc)", id="close", compact=True)
        return [DialogText(words(Text("\n").join(lines))), Horizontal(close, classes="foot")]

    @on(Button.Pressed, "#close")
    def _close(self) -> None:
        self.action_leave()

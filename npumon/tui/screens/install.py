"""How to install npumon on a board: commands to copy."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType

from npumon.tui.screens.dialog import TextDialog

#: In a clone of the repository on this machine; README says the same.
FROM_HERE = (
    "scp -r . khadas@BOARD:npumon",
    "ssh khadas@BOARD pipx install ./npumon",
    "ssh -t khadas@BOARD .local/bin/npumon",
)


class InstallDialog(TextDialog):
    """A few commands. Nothing is carried out."""

    NAME = "Install npumon on a board"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("i", "leave", "close", show=False)]

    def lines(self) -> list[Text]:
        return [
            Text("In a clone of npumon's repository, with the board's name or address for BOARD:"),
            Text(),
            *(Text(f"  {command}", "bold") for command in FROM_HERE),
            Text(),
            Text("On the board, npumon doctor says what is missing, and npumon alone opens this monitor."),
        ]

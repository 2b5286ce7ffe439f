"""The help: every key, grouped by where it works."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import ClassVar

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Static

from npumon.tui.keys import KEYS, PAGE_NAMES, Key
from npumon.tui.screens.dialog import Dialog, words
from npumon.tui.screens.page import page_class

#: Cells for the keys: two blanks, the longest key, two blanks.
_KEY_WIDTH = 13


class HelpDialog(Dialog[None]):
    """The keys, in a text that scrolls."""

    NAME = "Keys"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "leave", "close", show=False),
        Binding("j", "scroll(1)", "down", show=False),
        Binding("k", "scroll(-1)", "up", show=False),
    ]

    def body(self) -> list[Widget]:
        self._text = VerticalScroll(Static(_sections(_all_keys())))
        close = Button("Close (Esc)", id="close", compact=True)
        return [self._text, Horizontal(words("arrows, j k scroll  ", "faint"), close, classes="foot")]

    def on_mount(self) -> None:
        """Let keys scroll the text."""
        self._text.focus()

    @on(Button.Pressed, "#close")
    def _close(self) -> None:
        self.action_leave()


def _all_keys() -> list[Key]:
    """Return the keys that work everywhere, then those of each page."""
    return [*KEYS, *(key for name in PAGE_NAMES for key in page_class(name).PAGE_KEYS)]


def _sections(keys: Iterable[Key]) -> Group:
    """Lay out a heading and a grid for each group. Long meanings wrap within their column."""
    parts: list[Text | Table] = []
    for scope, some in groupby(keys, lambda key: key.scope):
        head = "Everywhere" if scope == "everywhere" else f"On the page {scope.capitalize()}"
        parts.append(Text(f"\n{head}" if parts else head, "bold"))
        grid = Table.grid(expand=True)
        grid.add_column(width=_KEY_WIDTH, no_wrap=True)
        grid.add_column(ratio=1)
        for key in some:
            grid.add_row(Text(f"  {key.shown}", "bold"), Text(key.meaning))
        parts.append(grid)
    return Group(*parts)

"""A page to come."""
from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import Static

from npumon.tui.screens.page import Page


class _P(Page):
    def body(self) -> Iterable[Widget]:
        yield Static(f"{self.NAME}: to come")

"""Every key, by where it works."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget

from npumon.tui.keys import KEYS, PAGES, Key, page_keys
from npumon.tui.screens.dialog import Dialog, words


class HelpDialog(Dialog[None]):
    """The keys, scrollable."""

    NAME = "Keys"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "leave", "close", show=False),
        Binding("j", "scroll(1)", "down", show=False),
        Binding("k", "scroll(-1)", "up", show=False),
    ]

    def body(self) -> list[Widget]:
        self._text = VerticalScroll(words(_text(_all_keys())))
        return [self._text, words("arrows, j k, PgUp PgDn scroll - Esc closes", "faint foot")]

    def on_mount(self) -> None:
        """Keys scroll it."""
        self._text.focus()


def _all_keys() -> list[Key]:
    """Those that work everywhere, then those of each page that has some of its own."""
    return [*KEYS, *(key for name in PAGES for key in page_keys(name))]


def _text(keys: Iterable[Key]) -> Text:
    lines: list[Text] = []
    place = ""
    for key in keys:
        if key.place != place:
            place = key.place
            head = "Everywhere" if place == "everywhere" else f"On the page {place.capitalize()}"
            lines += [Text(), Text(head, "bold")] if lines else [Text(head, "bold")]
        lines.append(Text.assemble((f"  {key.shown:<10}", "bold"), f" {key.meaning}"))
    return Text("\n").join(lines)

"""The help: every key, grouped by where it works."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Button

from npumon.core.layout import wrapped
from npumon.tui.keys import Key, keys_for, pages_for
from npumon.tui.page_keys import PAGE_KEYS
from npumon.tui.screens.dialog import Dialog, DialogText, words

#: Cells for the keys: two blanks, the longest key, two blanks.
_KEY_WIDTH = 13


class KeyList(Widget):
    """A heading and the keys of each group. Long meanings wrap within their column.

    Text drawn line by line: measuring and wrapping a table of Rich's takes several times as long as everything else
    that opening a dialog does.
    """

    DEFAULT_CSS = "KeyList { width: 100%; height: auto; }"

    def __init__(self, *, watching: bool) -> None:
        """Where a log is watched, keys for boards are left out."""
        super().__init__()
        self._watching = watching

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(_lines(width, self._watching))

    def render_line(self, y: int) -> Strip:
        width, plain = self.size.width, self.rich_style
        lines = _lines(width, self._watching)
        if y >= len(lines):
            return Strip.blank(width, plain)
        bold, rest = lines[y]
        parts = [Segment(bold, plain + Style(bold=True)), Segment(rest, plain)]
        return Strip(parts, len(bold) + len(rest)).adjust_cell_length(width, plain)


class HelpDialog(Dialog[None]):
    """The keys, in a text that scrolls."""

    NAME = "Keys"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "leave", "close", show=False),
        Binding("j", "scroll(1)", "down", show=False),
        Binding("k", "scroll(-1)", "up", show=False),
    ]

    def body(self) -> list[Widget]:
        self._text = DialogText(KeyList(watching=self.host.backend.watched is not None))
        close = Button("Close (Esc)", id="close", compact=True)
        return [self._text, Horizontal(words("arrows, j k scroll  ", "faint"), close, classes="foot")]

    def on_mount(self) -> None:
        """Let keys scroll the text."""
        self._text.focus()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Begin at the top, wherever the text was left. (Textual calls the base class's handler, too.)"""
        self._text.scroll_home(animate=False, immediate=True)
        self._text.focus()

    @on(Button.Pressed, "#close")
    def _close(self) -> None:
        self.action_leave()


def _all_keys(*, watching: bool) -> list[Key]:
    """Return the keys that work everywhere, then those of each page."""
    pages = pages_for(watching=watching)
    return [*keys_for(watching=watching), *(key for page in pages for key in PAGE_KEYS[page.name])]


@lru_cache(4)
def _lines(width: int, watching: bool) -> tuple[tuple[str, str], ...]:
    """Return the lines of the help, each with its bold beginning and the rest."""
    return tuple(_sections(_all_keys(watching=watching), width))


def _sections(keys: Iterable[Key], width: int) -> Iterator[tuple[str, str]]:
    for number, (scope, some) in enumerate(groupby(keys, lambda key: key.scope)):
        if number:
            yield "", ""
        yield "Everywhere" if scope == "everywhere" else f"On the page {scope.capitalize()}", ""
        for key in some:
            head = f"  {key.shown}".ljust(_KEY_WIDTH)
            for line in wrapped(key.meaning, max(width - _KEY_WIDTH, 1)):
                yield head, line
                head = " " * _KEY_WIDTH

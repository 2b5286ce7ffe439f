"""The help: the keys of the present page, then those that work everywhere, then the other pages', folded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Button, Input

from npumon.core.layout import wrapped
from npumon.tui.keys import Key, keys_for, pages_for
from npumon.tui.page_keys import PAGE_KEYS
from npumon.tui.screens.dialog import Dialog, DialogText, words

if TYPE_CHECKING:
    from npumon.tui.host import Host

#: Cells for the keys: two blanks, the longest key, two blanks.
_KEY_WIDTH = 13
_EVERYWHERE = "everywhere"
_HINT = "/ search  Enter unfolds  j k scroll  "


class HelpLine(NamedTuple):
    """A line: its bold beginning, the rest, and of a heading the scope that a click on it folds or unfolds."""

    bold: str
    rest: str = ""
    scope: str = ""


class KeyList(Widget):
    """Headings and, of those that are unfolded, the keys. Long meanings wrap within their column.

    Text drawn line by line: measuring and wrapping a table of Rich's takes several times as long as everything else
    that opening a dialog does.
    """

    DEFAULT_CSS = "KeyList { width: 100%; height: auto; }"

    def __init__(self, *, watching: bool, ascii_only: bool) -> None:
        super().__init__()
        self._watching = watching
        self._marks = (">", "v") if ascii_only else ("▸", "▾")
        self._page = ""
        self._open: frozenset[str] = frozenset()
        self._words = ""
        self._known: tuple[int, tuple[HelpLine, ...]] = (-1, ())

    def begin(self, page: str) -> None:
        """Show the keys of this page first."""
        self._page, self._open, self._words = page, frozenset((page, _EVERYWHERE)), ""
        self._changed()

    def search(self, typed: str) -> None:
        """Show only keys with these words, of all pages; without words all again."""
        self._words = typed.lower()
        self._changed()

    def unfold(self) -> int | None:
        """Unfold the first page that is folded and return the line of its heading; None if there is none."""
        folded = [scope for scope in self._scopes() if scope not in self._open]
        if not folded or self._words:
            return None
        self._open |= {folded[0]}
        self._changed()
        return next(y for y, line in enumerate(self._lines(self.size.width)) if line.scope == folded[0])

    def fold(self) -> None:
        """Fold all but the present page and what works everywhere."""
        self._open = frozenset((self._page, _EVERYWHERE))
        self._changed()

    def _changed(self) -> None:
        self._known = (-1, ())
        self.refresh(layout=True)

    def _scopes(self) -> list[str]:
        others = [page.name for page in pages_for(watching=self._watching) if page.name != self._page]
        return [self._page, _EVERYWHERE, *others]

    def _lines(self, width: int) -> tuple[HelpLine, ...]:
        if self._known[0] != width:
            self._known = (width, tuple(self._made(width)))
        return self._known[1]

    def _made(self, width: int) -> Iterator[HelpLine]:
        first = True
        for scope in self._scopes():
            keys = self._keys(scope)
            if not keys:
                continue
            if not first:
                yield HelpLine("")
            first = False
            is_open = scope in self._open or bool(self._words)
            title = "Everywhere" if scope == _EVERYWHERE else f"On the page {scope.capitalize()}"
            yield HelpLine(f"{self._marks[is_open]} {title}", "" if is_open else f"  {len(keys)} keys", scope)
            for key in keys if is_open else ():
                head = f"  {key.shown}".ljust(_KEY_WIDTH)
                for line in wrapped(key.meaning, max(width - _KEY_WIDTH, 1)):
                    yield HelpLine(head, line)
                    head = " " * _KEY_WIDTH
        if first:
            yield HelpLine("", "No key has these words.")

    def _keys(self, scope: str) -> list[Key]:
        keys = keys_for(watching=self._watching) if scope == _EVERYWHERE else PAGE_KEYS.get(scope, ())
        parts = self._words.split()
        return [key for key in keys if all(part in f"{key.shown} {key.word} {key.meaning}".lower() for part in parts)]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render_line(self, y: int) -> Strip:
        width, plain = self.size.width, self.rich_style
        lines = self._lines(width)
        if y >= len(lines):
            return Strip.blank(width, plain)
        bold, rest, _ = lines[y]
        parts = [Segment(bold, plain + Style(bold=True)), Segment(rest, plain)]
        return Strip(parts, len(bold) + len(rest)).adjust_cell_length(width, plain)

    def on_click(self, event: events.Click) -> None:
        """Fold or unfold a page on a click on its heading. The dialog hears nothing of it: its box becomes another."""
        event.stop()
        lines = self._lines(self.size.width)
        scope = lines[event.y].scope if event.y < len(lines) else ""
        if scope and not self._words:
            self._open ^= {scope}
            self._changed()


class HelpDialog(Dialog[None]):
    """The keys, in a text that scrolls and can be searched."""

    NAME = "Keys"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "leave", "close", show=False),
        Binding("j", "scroll(1)", "down", show=False),
        Binding("k", "scroll(-1)", "up", show=False),
        Binding("enter,right,l", "unfold", "unfold", show=False),
        Binding("left,h", "fold", "fold", show=False),
        Binding("slash", "search", "search", show=False),
    ]

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._searching = False

    def body(self) -> list[Widget]:
        backend = self.host.backend
        self._keys = KeyList(watching=backend.watched is not None, ascii_only=backend.display.ascii)
        self._text = DialogText(self._keys)
        self._search = Input(placeholder="words to look for; Esc shows all", compact=True, id="search")
        self._search.display = False
        close = Button("Close (Esc)", id="close", compact=True)
        self._hint = words(_HINT, "faint")
        return [self._text, Horizontal(self._search, self._hint, close, classes="foot")]

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Begin with the present page, wherever the text was left. (Textual calls the base class's handler, too.)"""
        self._end_search()
        self._keys.begin(self.host.app.current_mode)
        self._text.scroll_home(animate=False, immediate=True)

    def action_unfold(self) -> None:
        """Unfold the next page, and show its keys; say so where there is none."""
        line = self._keys.unfold()
        if line is None:
            self._hint.update("nothing is folded  j k scroll  ")
        else:
            self._text.scroll_to(y=line, animate=False)

    def action_fold(self) -> None:
        """Fold the other pages again."""
        self._keys.fold()
        self._hint.update(_HINT)

    def action_search(self) -> None:
        """Open the search line."""
        self._searching = self._search.display = True
        self._hint.display = False
        self._search.focus()

    def action_leave(self) -> None:
        """End the search; without one, close."""
        if self._searching:
            self._end_search()
            self._keys.search("")
        else:
            self.dismiss(None)

    def _end_search(self) -> None:
        self._searching = self._search.display = False
        self._search.value = ""
        self._hint.display = True
        self._hint.update(_HINT)
        self._text.focus()

    @on(Input.Changed)
    def _searched(self, message: Input.Changed) -> None:
        if self._searching:
            self._keys.search(message.value)
            self._text.scroll_home(animate=False, immediate=True)

    @on(Input.Submitted)
    def _found(self) -> None:
        self._text.focus()

    @on(Button.Pressed, "#close")
    def _close(self) -> None:
        self.dismiss(None)

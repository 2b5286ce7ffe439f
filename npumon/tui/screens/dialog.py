"""What all dialogs have in common: a framed box over the page that Escape closes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Static

from npumon.tui.textual_workarounds import LatestSize, StylesKept, read_styles

if TYPE_CHECKING:
    from npumon.tui.host import Host

Result = TypeVar("Result")


class DialogText(VerticalScroll):
    """The text of a dialog, which scrolls. The dialog's frame shows which part of it is visible."""

    class Resized(Message):
        """More or less of the text is visible: Textual's own event is told to nobody else."""

    def on_resize(self) -> None:
        """Tell the dialog."""
        self.post_message(self.Resized())


class Dialog(LatestSize, StylesKept, ModalScreen[Result]):
    """A question or a text over the page. Subclasses provide its widgets with `body`."""

    CSS_PATH = "../styles/dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "close", show=False),
        Binding("ctrl+c", "app.quit_now", "quit", show=False),
    ]
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-tiny"), (50, "-broad")]  # noqa: RUF012  # as Textual
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-low"), (18, "-tall")]  # noqa: RUF012  # declares them
    #: The title in the frame.
    NAME = ""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self.host = host
        read_styles(self)

    def compose(self) -> ComposeResult:
        self.set_class(self.host.backend.display.ascii, "-ascii")
        box = Vertical(*self.body(), id="box")
        box.border_title = self.NAME
        yield box

    def body(self) -> list[Widget]:
        """Return the dialog's own widgets."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Watch how much of the text is visible. (Textual calls the subclass's handler, too.)"""
        for text in self.query(DialogText):
            self.watch(text, "scroll_y", self._show_position, init=False)
            self.watch(text, "virtual_size", self._show_position, init=False)

    @on(DialogText.Resized)
    def _show_position(self) -> None:
        """Show in the frame which part of the text is visible."""
        text = self.query_one(DialogText)
        lines, height, first = text.virtual_size.height, text.size.height, round(text.scroll_y)
        shown = "" if lines <= height else f"j k: {first + 1}-{min(first + height, lines)} of {lines}"
        self.query_one("#box").border_subtitle = shown

    def on_click(self, event: events.Click) -> None:
        """Close the dialog on a click beside the box, as Escape does."""
        if event.widget is self:
            self.action_leave()

    def action_scroll(self, lines: int) -> None:
        """Scroll the text, if it does not fit."""
        self.query_one(DialogText).scroll_relative(y=lines, animate=False)

    def action_leave(self) -> None:
        """Close the dialog without an answer."""
        self.dismiss(None)


class TextDialog(Dialog[None]):
    """A text that scrolls, and a button. Subclasses provide the text with `lines`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "leave", "close", show=False),
        Binding("j,down", "scroll(1)", "down", show=False),
        Binding("k,up", "scroll(-1)", "up", show=False),
    ]

    def body(self) -> list[Widget]:
        close = Button("Close (Esc)", id="close", compact=True)
        return [DialogText(words(Text("\n").join(self.lines()))), Horizontal(close, classes="foot")]

    def lines(self) -> list[Text]:
        """Return the text; it may come from outside."""
        raise NotImplementedError

    @on(Button.Pressed, "#close")
    def _close(self) -> None:
        self.action_leave()


def words(text: str | Text, classes: str = "") -> Static:
    """Make a widget of some text, which may come from outside and is not markup."""
    return Static(Text(text) if isinstance(text, str) else text, classes=classes, markup=False)

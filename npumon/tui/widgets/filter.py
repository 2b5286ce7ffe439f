"""The `/` line: words that narrow a list or find places in a text.

A page yields a `FilterLine` as the last of its own widgets, so that it stands above the key bar, spreads
`FILTER_BINDINGS` into its BINDINGS and `FILTER_KEYS` into its row of `page_keys.PAGE_KEYS`, and has these methods:

    def action_filter(self) -> None:              # key /
        self.filter_line.open()
    def action_clear_filter(self) -> None:        # key Esc, when the list has the focus
        self.filter_line.clear()
    def action_next_match(self, step: int) -> None: ...     # keys n and N: +1 and -1
    def on_filter_line_changed(self, message: FilterLine.Changed) -> None:
        ...  # narrow by message.text, empty for none; then self.filter_line.tell("3 of 40")

Enter keeps the words and returns the focus to the widget that had it; Esc clears the words and closes the line. It
opens empty; Up and Down bring back what was looked for before.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from npumon.core.text import visible
from npumon.tui.page_keys import FILTER_KEYS

#: Longer than anything typed; a paste may be longer.
LONGEST = 200
#: So many words are remembered.
_REMEMBERED = 20


FILTER_BINDINGS: list[BindingType] = [Binding(key.keys, key.action, key.word, show=False) for key in FILTER_KEYS]


class FilterLine(Horizontal):
    """One line, hidden until `open`. It posts `Changed` at each change."""

    DEFAULT_CSS = """
    FilterLine { height: 1; background: $background; }
    FilterLine > .filter--word { width: auto; text-style: bold; }
    FilterLine > .filter--found { width: auto; text-style: dim; }
    FilterLine > Input { width: 1fr; background: $background; background-tint: $background 0%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "clear", show=False),
        Binding("up", "recall(-1)", "words before", show=False),
        Binding("down", "recall(1)", "words after", show=False),
    ]

    class Changed(Message):
        """The words have changed; empty text means no filter. `text` is visible text without surrounding blanks."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, prompt: str = "/", placeholder: str = "words; Enter keeps them, Esc clears") -> None:
        super().__init__()
        self.display = False
        self._prompt = prompt
        self._placeholder = placeholder
        self._text = ""
        self._back: Widget | None = None
        self._past: list[str] = []
        self._recalled = 0

    def compose(self) -> ComposeResult:
        yield Static(self._prompt, markup=False, classes="filter--word")
        self._input = Input(placeholder=self._placeholder, max_length=LONGEST, compact=True, select_on_focus=False)
        self._input.cursor_blink = False
        self._input.can_focus = False  # nothing focuses what cannot be seen
        yield self._input
        self._found = Static("", markup=False, classes="filter--found")
        yield self._found

    @property
    def text(self) -> str:
        """The current words."""
        return self._text

    @property
    def is_open(self) -> bool:
        """Whether the line is visible."""
        return self.display

    def open(self) -> None:
        """Show the line, empty, and type into it."""
        focused = self.screen.focused
        if focused is not self._input:
            self._back = focused
        self._remember()
        self._input.value = ""
        self._change("")
        self._input.can_focus = True
        self.display = True
        self._input.focus()

    def clear(self) -> None:
        """Remove the filter and hide the line."""
        self._remember()
        self._input.value = ""
        self._change("")
        self._leave()
        self._input.can_focus = False
        self.display = False

    def tell(self, text: str) -> None:
        """Show the result at the line's right end."""
        if str(self._found.content) != text:
            self._found.update(text)

    def action_clear(self) -> None:
        """Clear on Esc while typing."""
        self.clear()

    def action_recall(self, step: int) -> None:
        """Bring back what was looked for before, or after that; behind the last one is nothing."""
        self._recalled = min(max(self._recalled + step, 0), len(self._past))
        self._input.value = (*self._past, "")[self._recalled]
        self._input.cursor_position = len(self._input.value)

    def _remember(self) -> None:
        """Remember the words, as the last ones."""
        if self._text:
            self._past = [*(words for words in self._past if words != self._text), self._text][-_REMEMBERED:]
        self._recalled = len(self._past)

    def on_input_changed(self, message: Input.Changed) -> None:
        """Report the words typed so far."""
        message.stop()
        if self.is_open:
            self._change(visible(message.value).strip())

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Keep the words; close if there are none."""
        message.stop()
        if self._text:
            self._leave()
        else:
            self.clear()

    def _change(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.post_message(self.Changed(text))

    def _leave(self) -> None:
        if self.screen.focused is self._input:
            self.screen.set_focus(self._back if self._back is not None and self._back.is_attached else None)

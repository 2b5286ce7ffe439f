"""The repeat dialog: how many runs, and how many warm-up runs before them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text
from textual import events, on
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Button, Input, Label

from npumon.tui.screens.dialog import Dialog, words

if TYPE_CHECKING:
    from npumon.tui.host import Host

MOST = 100_000


class RepeatRequest(NamedTuple):
    """How many runs, and how many warm-up runs before them."""

    runs: int
    warmup: int


class RepeatDialog(Dialog[RepeatRequest | None]):
    """Asks for two numbers. Enter in either of them starts the series. It is kept for further questions (`ask`)."""

    NAME = "Run several times"

    def __init__(self, host: Host, model: str, runs: int = 10, warmup: int = 1) -> None:
        super().__init__(host)
        self._model = words(model)
        self._series = self._shown = RepeatRequest(runs, warmup)

    def ask(self, model: str, usual: RepeatRequest | None = None) -> None:
        """Begin anew, for this model, with the numbers of its last series if there was one."""
        self._model.update(Text(model))
        self._shown = usual or self._series
        if self.is_mounted:
            self._count.value, self._warmup.value = map(str, self._shown)
            self._wrong.update("")

    def body(self) -> list[Widget]:
        self._count = Input(str(self._shown.runs), type="integer", max_length=6, id="count", compact=True)
        self._warmup = Input(str(self._shown.warmup), type="integer", max_length=6, id="warmup", compact=True)
        self._wrong = words("", "wrong")
        return [
            self._model,
            Horizontal(Label("Runs", markup=False), self._count, classes="field"),
            Horizontal(Label("Warm-up runs before", markup=False), self._warmup, classes="field"),
            self._wrong,
            Horizontal(
                Button("Start", id="start", compact=True),
                Button("Cancel", id="cancel", compact=True),
                classes="buttons",
            ),
            words("Tab moves on, Enter starts, Esc closes", "faint"),
        ]

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Select the number, so that typing replaces it. (Textual calls the base class's handler, too.)"""
        self._count.focus()
        self._count.select_all()

    @on(Input.Submitted)
    @on(Button.Pressed, "#start")
    def start(self) -> None:
        """Answer with the numbers, if they are valid."""
        count, warmup = _number(self._count.value), _number(self._warmup.value)
        if count is None or count < 1 or warmup is None:
            self._wrong.update(f"Enter 1 to {MOST} runs, and 0 or more warm-up runs.")
            return
        self.dismiss(RepeatRequest(count, warmup))

    @on(Button.Pressed, "#cancel")
    def cancel(self) -> None:
        """Close without an answer."""
        self.dismiss(None)


def _number(text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else None
    return None if number is None or number > MOST else number

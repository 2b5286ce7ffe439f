"""How a model is run: a command line of the user's own, or the environment and the labels of a model that was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, on
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Button, Input, Label

from npumon.core.own_line import LONGEST
from npumon.core.problems import Problem
from npumon.tui.backend import ModelWish
from npumon.tui.screens.dialog import Dialog, words

if TYPE_CHECKING:
    from npumon.core.monitor.live import ModelChoice
    from npumon.tui.host import Host

_HINT_OF_LINE = (
    "NAME=value words, then the command. No shell reads it: no $NAME, no *, no |. It is remembered as typed."
)
_HINT_OF_FOUND = "Variables as NAME=value, a blank between two. They are remembered for this model."
_KEYS = "Tab moves on, Enter saves, Esc closes"


class ModelDialog(Dialog[bool]):
    """Asks how a model is run; None asks for a new line. The answer is whether something was remembered."""

    def __init__(self, host: Host, choice: ModelChoice | None) -> None:
        super().__init__(host)
        self._choice = choice
        self.own = choice is None or choice.line is not None
        self.NAME = "A command of your own" if self.own else "How the model is run"

    def body(self) -> list[Widget]:
        choice = self._choice
        chosen = "" if choice is None or not choice.labels_chosen else choice.labels or ""
        self._line = _field("" if choice is None else choice.line or "", "line")
        self._place = _field("" if choice is None else choice.folder, "folder", "the one npumon was started in")
        self._environment = _field("" if choice is None else choice.environment, "environment")
        self._labels = _field(chosen, "labels", "none: those beside the model")
        self._wrong = words("", "wrong")
        first = [("Command", self._line), ("Folder", self._place)] if self.own else [("Variables", self._environment)]
        fields = [*first, ("Labels file", self._labels)]
        named = [] if choice is None or self.own else [words(choice.full_name)]
        return [
            *named,
            *(Horizontal(Label(name, markup=False), field, classes="entry") for name, field in fields),
            words(_HINT_OF_LINE if self.own else _HINT_OF_FOUND, "faint"),
            self._wrong,
            Horizontal(
                Button("Save", id="save", compact=True), Button("Cancel", id="cancel", compact=True), classes="buttons"
            ),
            words(_KEYS, "faint"),
        ]

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Begin with what matters most. (Textual calls the base class's handler, too.)"""
        (self._line if self.own else self._environment).focus()

    @on(Input.Submitted)
    @on(Button.Pressed, "#save")
    def save(self) -> None:
        """Remember it, if it can be meant; else say what is wrong and stay."""
        if self.own:
            wish = ModelWish(line=self._line.value, folder=self._place.value, labels=self._labels.value)
        else:
            wish = ModelWish(environment=self._environment.value, labels=self._labels.value)
        backend, choice = self.host.backend, self._choice

        def kept(done: None) -> None:
            if self.is_mounted:
                self.dismiss(True)

        def refused(problem: Problem) -> None:
            if self.is_mounted:
                self._wrong.update(str(problem))

        self.host.controller.background(lambda: backend.change_model(choice, wish), kept, refused)

    @on(Button.Pressed, "#cancel")
    def cancel(self) -> None:
        """Close without an answer."""
        self.dismiss(False)


def _field(value: str, name: str, empty: str = "") -> Input:
    field = Input(value, placeholder=empty, max_length=LONGEST, id=name, compact=True, select_on_focus=False)
    field.cursor_blink = False
    return field

"""The export dialog: in which format the selected run is written. Enter writes JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Button

from npumon.tui.screens.dialog import Dialog, words

if TYPE_CHECKING:
    from npumon.core.monitor.live import Live
    from npumon.tui.backend import ExportFormat
    from npumon.tui.host import Host

#: The formats, each with its key, its name and what it is for.
_CHOICES: tuple[tuple[ExportFormat, str, str, str], ...] = (
    ("json", "j", "JSON", "all figures, for programs; also Enter"),
    ("csv", "c", "CSV", "a row for each operation and iteration"),
    ("markdown", "m", "Markdown", "a report with tables, for people"),
    ("svg", "v", "SVG", "a picture of this page"),
    ("png", "p", "PNG", "the same as pixels"),
)


class ExportDialog(Dialog["ExportFormat | None"]):
    """Ends with the format, None for none."""

    NAME = "Export"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"choose('{form}')", name, show=False) for form, key, name, _ in _CHOICES),
        Binding("enter", "choose('json')", "JSON", show=False),
    ]

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._without_png = host.backend.without_png

    def body(self) -> list[Widget]:
        rows: list[Widget] = []
        for form, key, name, meaning in _CHOICES:
            missing = self._without_png if form == "png" else None
            button = Button(f"{name} ({key})", id=form, compact=True)
            button.can_focus = False  # Enter is JSON wherever the focus is
            rows.append(Horizontal(button, words(missing or meaning, "faint"), classes="choice"))
        self._said = words("")
        return [words(_run_words(self.host.shown)), *rows, self._said, words("Esc writes nothing", "faint")]

    @on(Button.Pressed)
    def _pressed(self, message: Button.Pressed) -> None:
        self.action_choose(next(form for form, *_ in _CHOICES if form == message.button.id))

    def action_choose(self, form: ExportFormat) -> None:
        """Answer with this format, unless there is nothing to make it with."""
        if form == "png" and self._without_png is not None:
            self._said.update(Text(self._without_png, "bold"))
        else:
            self.dismiss(form)


def _run_words(shown: Live) -> Text:
    """Name what is written."""
    run, place = shown.snapshot.run, shown.shown
    name = "The run" if run is None else run.info.model or "The run"
    number = f", run {place.run} of {place.runs}" if place.run is not None and place.runs > 1 else ""
    return Text.assemble((name, "bold"), number)

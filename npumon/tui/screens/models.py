"""The Models page: the models that can be run, what is inside them, and how to get one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget

from npumon.core.monitor.live import Live, ModelChoice
from npumon.core.problems import Problem, ProblemError
from npumon.tui.keys import Hint
from npumon.tui.page_keys import MODELS_KEYS
from npumon.tui.paint import Area, Line, Span, clipped, joined, span
from npumon.tui.screens.page import Page
from npumon.tui.textual_workarounds import after
from npumon.tui.widgets.canvas import Canvas
from npumon.tui.widgets.filter import FILTER_BINDINGS, FilterLine
from npumon.tui.widgets.model_details import Inspection, ModelDetails, how_to_get_one, of_model
from npumon.tui.widgets.model_table import COLUMNS, ModelTable, matching_models
from npumon.tui.widgets.table import Table

#: Seconds for which a row is selected before its network files are read.
REST_S = 0.3
#: The number of inspections kept.
_REMEMBERED = 64


class ModelsCaptionPane(Canvas):
    """How many models there are, and what Enter does."""

    DEFAULT_CSS = "ModelsCaptionPane { height: 1; }"
    count: int | None = None
    shown = 0

    def draw(self, live: Live, area: Area) -> Sequence[Line]:
        """Draw the line."""
        return [clipped(joined(self._parts(), " - " if area.ascii else " · "), area)]

    def _parts(self) -> Iterable[Line]:
        yield (Span("Models", "accent"),)
        if self.count is None:
            yield span("looking for models", "label")
        elif self.count:
            yield span(f"{self.shown} of {self.count} shown" if self.shown != self.count else f"{self.count} found")
            yield span("Enter runs the selected one", "label")


class ModelsPage(Page):
    """A list, and beside or below it the details of the row under the cursor."""

    NAME = "Models"
    CSS_PATH = "../styles/models.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *FILTER_BINDINGS,
        *(Binding(key.keys, key.action, key.word, show=False) for key in MODELS_KEYS),
    ]

    def body(self) -> Iterable[Widget]:
        self._choices: tuple[ModelChoice, ...] | None = None
        self._told: str | None = None
        #: Whether a line was just entered, which stands first.
        self._to_top = False
        self._inspections: dict[str, Inspection] = {}
        self._reading: str | None = None
        self._inspect_later: asyncio.TimerHandle | None = None
        self.caption = ModelsCaptionPane(ascii_only=self.ascii_only)
        self.table = ModelTable(COLUMNS, ascii_only=self.ascii_only)
        self.details = ModelDetails(ascii_only=self.ascii_only, title="Selected")
        self.filter_line = FilterLine()
        yield self.caption
        with Container(id="models"):
            yield self.table
            yield self.details
        yield self.filter_line

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Look for models on the first visit. (Textual calls the base class's handlers, too.)"""
        if self._choices is None and self.is_current:
            self.action_refresh()

    @property
    def settled(self) -> bool:
        """Whether the list is complete, and the details of the selected model."""
        row = self.table.current
        known = row is None or all(network in self._inspections for network in row.choice.networks)
        return self._choices is not None and known

    def hints(self, live: Live) -> Sequence[Hint]:
        some = bool(self._choices)
        runs = some and not live.activity.under_way
        return (
            Hint("Enter", "run it", "screen.run", runs),
            Hint("a", "add", "screen.add_line", self.caption.count is not None),
            Hint("p", "options", "screen.change_model", some),
            Hint("/", "filter", "screen.filter", some),
            Hint("F5", "refresh", "screen.refresh", self.caption.count == 0),
        )

    # -- models ------------------------------------------------------------------------------------------------------

    def action_refresh(self) -> None:
        """Look for models again, and forget the inspections of their files."""
        backend = self.host.backend
        self.caption.count = None
        self.caption.redraw()

        def look() -> tuple[tuple[ModelChoice, ...], Problem | None, Sequence[str]]:
            try:
                models, problem = tuple(backend.models()), None
            except ProblemError as error:
                models, problem = (), error.problem
            return models, problem, () if models else backend.where_models_are_looked_for()

        self.host.controller.background(look, lambda found: self._found(*found))

    def _found(self, models: tuple[ModelChoice, ...], problem: Problem | None, folders: Sequence[str]) -> None:
        if not self.is_mounted:
            return
        first = not self._choices
        self._choices, self._told = models, None
        self._inspections.clear()
        self.caption.count = len(models)
        self.set_class(not models, "-none")
        self.details.border_title = "Selected" if models else "No model"
        if models:
            self._fill()
            if self._to_top:
                self.table.go(0)
            if first and not self.filter_line.is_open:
                self.table.focus()
        else:
            self.table.fill(())
            self.details.tell(how_to_get_one(folders, problem), from_start=True)
        self._to_top = False
        self.show(self.host.shown)

    def _fill(self) -> None:
        rows = matching_models(self._choices or (), self.filter_line.text)
        self.caption.shown = len(rows)
        self.caption.redraw()
        self.filter_line.tell(f"{len(rows)} of {len(self._choices or ())}")
        if len(rows) != len(self.table.rows):
            self.table.refresh(layout=True)
        self.table.fill(rows)
        self._tell()

    def on_table_moved(self, message: Table.Moved) -> None:
        """Show the details of another row."""
        self._tell()

    # -- details -----------------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        """Show the details of the row under the cursor; read its files if the cursor stays there."""
        if not self._choices:
            return
        row = self.table.current
        choice = None if row is None else row.choice
        other = self._told != (choice and choice.id)
        self._told = choice and choice.id
        if choice is None:
            self.details.tell((), from_start=True)
            return
        inspections = [self._inspections.get(network) for network in choice.networks]
        self.details.tell(of_model(choice, inspections), from_start=other)
        if None in inspections:
            if self._inspect_later is not None:
                self._inspect_later.cancel()
            self._inspect_later = after(REST_S, self, self._inspect)

    def _inspect(self) -> None:
        """Read the first unread network file of the selected model; one file at a time."""
        row = self.table.current
        if row is None or self._reading is not None:
            return
        missing = [network for network in row.choice.networks if network not in self._inspections]
        if not missing:
            return
        network = self._reading = missing[0]
        backend = self.host.backend
        self.host.controller.background(
            lambda: backend.inspection(network),
            lambda text: self._read(network, Inspection(text)),
            lambda problem: self._read(network, Inspection(str(problem), failed=True)),
        )

    def _read(self, network: str, inspection: Inspection) -> None:
        self._reading = None
        while len(self._inspections) >= _REMEMBERED:
            del self._inspections[next(iter(self._inspections))]
        self._inspections[network] = inspection
        if self.is_mounted:
            self._tell()

    # -- keys --------------------------------------------------------------------------------------------------------

    def on_table_chosen(self, message: Table.Chosen) -> None:
        """Run the model, on Enter or a double click."""
        self.action_run()

    def action_run(self) -> None:
        """Run the selected model and go to the Live page."""
        row = self.table.current
        if row is not None:
            self.host.run_model(row.choice)

    def action_add_line(self) -> None:
        """Ask for a command line of the user's own."""
        self._ask(None)

    def action_change_model(self) -> None:
        """Ask how the selected model is to be run."""
        row = self.table.current
        if row is not None:
            self._ask(row.choice)

    def _ask(self, choice: ModelChoice | None) -> None:
        from npumon.tui.screens.model_dialog import ModelDialog

        def answered(kept: bool | None) -> None:
            if kept:
                self._to_top = choice is None or choice.line is not None
                self.action_refresh()

        if self.caption.count is not None:
            self.app.push_screen(ModelDialog(self.host, choice), answered)

    def action_forget_model(self) -> None:
        """Forget the selected line, or how the selected model is to be run."""
        row = self.table.current
        if row is None:
            return
        choice, backend, notifier = row.choice, self.host.backend, self.host.notifier
        if choice.line is None and not (choice.environment or choice.labels_chosen or choice.runs):
            notifier.info(f"Nothing is remembered of {choice.full_name}.")
            return

        def forgotten(done: None) -> None:
            notifier.info(f"Forgotten: {choice.line or f'how {choice.full_name} is run'}")
            if self.is_mounted:
                self.action_refresh()

        self.host.controller.background(lambda: backend.forget_model(choice), forgotten)

    def action_scroll_details(self, step: int) -> None:
        """Scroll the details by half of their height."""
        self.details.scroll_by(step * max(self.details.content_size.height // 2, 1))

    def action_filter(self) -> None:
        """Open the filter line."""
        if self._choices:
            self.filter_line.open()

    def action_clear_filter(self) -> None:
        """Show all models again."""
        self.filter_line.clear()

    def action_next_match(self, step: int) -> None:
        """Move to the next matching row."""
        self.table.next(step)

    def on_filter_line_changed(self, message: FilterLine.Changed) -> None:
        """Filter the list."""
        self._fill()

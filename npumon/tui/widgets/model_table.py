"""The list of models that can be run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from npumon.core.monitor.live import ModelChoice
from npumon.core.ordering import matching
from npumon.tui.paint import Area, Line, Span, span
from npumon.tui.widgets.table import Column, Table

COLUMNS = (
    Column("name", "model", 18, 0, right=False, flexible=True, descending=None),
    Column("variant", "for", 6, 1, right=False, descending=None),
    Column("kind", "kind", 9, 2, right=False, descending=None),
    Column("command", "command", 34, 3, right=False, descending=None),
)


class ModelRow(NamedTuple):
    """A model as a row."""

    choice: ModelChoice

    @property
    def key(self) -> str:
        """The row's key."""
        return self.choice.id


class ModelTable(Table[ModelRow]):
    """Models, those for this chip first. One for another chip, or with something missing, has a mark."""

    DEFAULT_CSS = "ModelTable { height: 1fr; }"

    def cell(self, row: ModelRow, column: Column, area: Area) -> Line:
        """Return the name with its mark, or another property of the model."""
        choice = row.choice
        role = "" if choice.preferred else "off"
        if column.key == "name":
            mark = Span("! " if choice.remarks else "", "warn")
            return (mark, Span(choice.full_name, role)) if choice.remarks else span(choice.full_name, role)
        texts = {"variant": choice.variant or "any", "kind": choice.kind, "command": choice.command}
        return span(texts[column.key], role or "label")


def matching_models(choices: Iterable[ModelChoice], words: str) -> list[ModelRow]:
    """Return the models that contain all words, in any case: in the name, kind, files or paths."""
    return [ModelRow(choice) for choice in matching(choices, words, _text)]


def _text(choice: ModelChoice) -> str:
    parts = (choice.full_name, choice.kind, choice.variant or "", choice.folder, choice.command, *choice.files)
    return "\n".join(parts)

"""The dialog in which a log is chosen: the folders and logs of a folder, and a line for a path."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Label

from npumon.core import units
from npumon.core.monitor.folder_view import FileChoice, FolderView, completed
from npumon.core.problems import Problem
from npumon.tui.paint import ROLES, Area, Line, span
from npumon.tui.screens.dialog import Dialog, words
from npumon.tui.widgets.table import Column, Table

if TYPE_CHECKING:
    from npumon.tui.host import Host

_COLUMNS = (
    Column("name", "log or folder", 20, 0, right=False, flexible=True, descending=None),
    Column("size", "size", 8, 2, descending=None),
    Column("modified", "changed", 16, 1, right=False, descending=None),
)
_LONGEST = 4096
_KEYS = "Enter opens, h goes up, / types a path, Esc closes"
_TYPING = "Tab completes, Enter opens, Esc goes back to the list"


class FileRow(NamedTuple):
    """A log or a folder as a row."""

    choice: FileChoice

    @property
    def key(self) -> str:
        """The row's key."""
        return self.choice.path


class FilesTable(Table[FileRow]):
    """Logs and folders. The keys that sort other tables go up and into folders here."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("backspace", "sort(-1)", show=False)]

    class Left(Message):
        """The folder above is wanted."""

    def cell(self, row: FileRow, column: Column, area: Area) -> Line:
        """Return the name, the size or the time of the last change."""
        choice = row.choice
        folder = choice.kind == "folder"
        if column.key == "name":
            return span(choice.name + "/" * folder, "accent" if folder else "")
        if column.key == "size":
            return span("" if choice.size is None else units.size(choice.size), "label")
        return span(time.strftime("%Y-%m-%d %H:%M", time.localtime(choice.modified_s)), "label")

    def action_sort(self, step: int) -> None:
        """Go up, or into the folder under the cursor."""
        if step < 0:
            self.post_message(self.Left())
        elif self.current is not None and self.current.choice.kind == "folder":
            self.action_choose()

    def action_reverse(self) -> None:
        """Do nothing: the newest is always first."""


class FilePicker(Dialog[str | None]):
    """Asks for a log. The answer is its path."""

    NAME = "Open a log"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"ink--{role}" for role in ROLES}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "type", "type a path", show=False),
        Binding("escape", "back", "back", show=False),
        Binding("tab", "complete", "complete", show=False, priority=True),
    ]

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._view = FolderView("", "")

    def body(self) -> list[Widget]:
        self._path = Input(max_length=_LONGEST, id="path", compact=True, select_on_focus=False)
        self._path.cursor_blink = False
        self.table = FilesTable(_COLUMNS, ascii_only=self.host.backend.display.ascii)
        self._said = words("", "said")
        self._foot = words(_KEYS, "faint")
        return [
            Horizontal(Label("Path ", markup=False), self._path, classes="path"),
            self.table,
            self._said,
            self._foot,
        ]

    def on_mount(self) -> None:
        """Show the current folder."""
        self.table.focus()
        self._look(None)

    # -- folders -----------------------------------------------------------------------------------------------------

    def _look(self, path: str | None, *, came_from: str | None = None) -> None:
        """Show a folder; the cursor goes to the entry that was left."""
        backend = self.host.backend

        self.host.controller.background(lambda: backend.folder(path), lambda view: self._show(view, came_from))

    def _show(self, view: FolderView, came_from: str | None = None) -> None:
        """Show a folder that was read. One that cannot be read does not take the place of another."""
        if not self.is_mounted:
            return
        if view.trouble is not None and self._view.path:
            self._say(f"{view.shown}: {view.trouble}.", wrong=True)
            return
        self._view = view
        self._path.value = view.typed
        self._path.cursor_position = len(view.typed)
        self.table.fill([FileRow(entry) for entry in view.entries])
        here = [number for number, entry in enumerate(view.entries) if entry.path == came_from]
        self.table.go(here[0] if here else 0)
        self._tell_what_is_there()

    def _tell_what_is_there(self) -> None:
        view = self._view
        if view.trouble is not None:
            self._say(f"{view.shown}: {view.trouble}.", wrong=True)
        elif not any(entry.kind == "log" for entry in view.entries):
            self._say("No log is in this folder." if view.entries else "Neither logs nor folders are here.")
        else:
            others = f"{view.left_out} other files are" if view.left_out > 1 else "1 other file is"
            more = f"; {others} not shown" if view.left_out else ""
            self._say(f"Logs first, then folders, the newest first{more}.")

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self._said.set_class(wrong, "wrong")
        self._said.update(Text(text))

    def on_table_chosen(self, message: Table.Chosen) -> None:
        """Open the log, or show the folder."""
        row = self.table.current
        if row is None:
            return
        if row.choice.kind == "folder":
            self._look(row.choice.path)
        else:
            self.dismiss(row.choice.path)

    def on_files_table_left(self, message: FilesTable.Left) -> None:
        """Show the folder above."""
        here = self._view.path
        above = here.rstrip("/").rpartition("/")[0] or "/"
        if above != here:
            self._look(above, came_from=here)

    # -- the path ----------------------------------------------------------------------------------------------------

    def action_type(self) -> None:
        """Let a path be typed."""
        self._path.focus()
        self._foot.update(Text(_TYPING))

    def action_back(self) -> None:
        """Return from the path to the list; from there close the dialog."""
        if self._path.has_focus:
            self.table.focus()
            self._foot.update(Text(_KEYS))
        else:
            self.dismiss(None)

    def action_complete(self) -> None:
        """Complete the path as far as it is certain; from the list, go to the path."""
        if not self._path.has_focus:
            self.action_type()
            return
        typed = self._path.value
        backend, base = self.host.backend, self._view.path

        def look() -> tuple[str, FolderView]:
            view = backend.folder(typed.rpartition("/")[0] + "/" if "/" in typed else base, base)
            return completed(typed, view), view

        def show(found: tuple[str, FolderView]) -> None:
            text, view = found
            if not self.is_mounted or self._path.value != typed:
                return
            self._path.value = text
            self._path.cursor_position = len(text)
            if view.trouble is not None:
                self._say(f"{view.shown}: {view.trouble}.", wrong=True)
            elif text == typed and not typed.endswith("/"):
                stem = typed.rpartition("/")[2]
                some = [entry.name for entry in view.entries if entry.name.startswith(stem)]
                self._say(", ".join(some[:8]) + (" and more" if len(some) > 8 else "") if some else "Nothing fits.")

        self.host.controller.background(look, show)

    @on(Input.Submitted)
    def _opened(self, event: Input.Submitted) -> None:
        """Open what was typed: show a folder, answer with a file."""
        backend, base = self.host.backend, self._view.path

        def show(found: str | FolderView) -> None:
            if not self.is_mounted:
                return
            if isinstance(found, str):
                self.dismiss(found)
            else:
                self._show(found)
                self.action_back()

        def refused(problem: Problem) -> None:
            if self.is_mounted:
                self._say(str(problem), wrong=True)

        self.host.controller.background(lambda: backend.log_or_folder(event.value, base), show, refused)

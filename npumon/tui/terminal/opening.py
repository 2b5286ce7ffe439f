"""The terminal before Textual is there: taken at once, with one plain line where the header will stand."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import NamedTuple

from npumon.core.layout import cell_width, head
from npumon.core.text import visible
from npumon.tui.terminal.ascii_fallback import to_ascii
from npumon.tui.terminal.traits import TerminalTraits, entering, leaving
from npumon.tui.terminal.tty import PATIENCE_S, Tty


class Shown(NamedTuple):
    """What the terminal shows: one line at the top of a screen of this size."""

    columns: int
    rows: int
    line: str


class Opening:
    """Takes the terminal and shows a line on it; `terminal_driver` goes on with it. As a context it gives the terminal
    back at the end, unless that was done already.

    Keys that are pressed meanwhile wait for the driver, Ctrl-C and Ctrl-Z among them.
    """

    def __init__(self, traits: TerminalTraits, environ: Mapping[str, str]) -> None:
        self.tty = Tty()
        self.shown: Shown | None = None
        self._traits = traits
        self._environ = environ

    def __enter__(self) -> Opening:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.tty.raw:
            self.tty.write_within(leaving(self._traits).encode("ascii"), PATIENCE_S)
            self.tty.restore()
        self.tty.close()

    def show(self, left: str, right: str) -> None:
        """Show a text at the left of the first line and one at its right end, which stays if there is little room."""
        self.tty.make_raw()
        columns, rows = self.tty.size(self._environ)
        line = self._line(visible(left), right, columns)
        self.shown = Shown(columns, rows, line)
        encoding = "ascii" if self._traits.ascii else "utf-8"
        unsent = self.tty.write((entering(self._traits) + line).encode(encoding, "replace"))
        if unsent:  # a stuck terminal: the driver sends everything once more
            self.shown = None

    def _line(self, left: str, right: str, columns: int) -> str:
        if self._traits.ascii:
            left = to_ascii(left)
        right = head(right, columns)
        left = head(left, max(columns - len(right) - 1, 0))
        return (left + " " * (columns - cell_width(left) - len(right)) + right).rstrip()

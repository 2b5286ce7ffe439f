"""The yardstick of `make bench`: a Textual monitor as one writes it without a thought about cost.

Header, footer and four bordered panes, each with a Sparkline and eight rows of text, all changed every second; p
pauses, q quits. Run by the interpreter that runs npumon, it says what Textual alone costs there.
"""

from __future__ import annotations

import random
from collections import deque

from textual.app import App, ComposeResult
from textual.containers import Grid, Vertical
from textual.widgets import Footer, Header, Sparkline, Static

PANES = 4
SAMPLES = 116


class Pane(Vertical):
    """A history graph above eight rows of figures."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.border_title = f"Pane {number + 1}"
        self._numbers = random.Random(number)
        self._history = deque((self._numbers.random() for _ in range(SAMPLES)), SAMPLES)

    def compose(self) -> ComposeResult:
        yield Sparkline(list(self._history))
        yield Static(self._rows())

    def _rows(self) -> str:
        return "\n".join(
            f"figure {row}  read {self._figure():8.2f}  write {self._figure():8.2f} MByte/s" for row in range(8)
        )

    def _figure(self) -> float:
        return self._numbers.uniform(0, 999)

    def tick(self) -> None:
        """One more sample, eight new rows."""
        self._history.append(self._numbers.random())
        self.query_one(Sparkline).data = list(self._history)
        self.query_one(Static).update(self._rows())


class MinimalApp(App[None]):
    """Four panes that change each second."""

    TITLE = "minimal"
    BINDINGS = [("p", "pause", "Pause"), ("q", "quit", "Quit")]  # noqa: RUF012  (Textual declares it without ClassVar)
    CSS = """
    Grid { grid-size: 2 2; }
    Pane { border: round $primary; }
    Sparkline { height: 4; }
    """

    paused = False

    def compose(self) -> ComposeResult:
        yield Header()
        with Grid():
            for number in range(PANES):
                yield Pane(number)
        yield Footer()

    def on_mount(self) -> None:
        self.set_interval(1.0, self.tick)

    def tick(self) -> None:
        """Changes everything, unless paused."""
        if not self.paused:
            for pane in self.query(Pane):
                pane.tick()

    def action_pause(self) -> None:
        """Stands still, or goes on; says which."""
        self.paused = not self.paused
        self.sub_title = "paused" if self.paused else "running"


if __name__ == "__main__":
    MinimalApp().run()

"""The bottom line: the keys that can be pressed now. A click on one presses it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import events

from npumon.core.live import Live
from npumon.tui.paint import Line, Room, Span, width_of
from npumon.tui.widgets.canvas import Canvas


class Hint(NamedTuple):
    """A key as it is written, a word for what it does, the action it runs, and whether it can be pressed now."""

    key: str
    word: str
    action: str
    enabled: bool = True


class KeyBar(Canvas):
    """One line; keys that do not fit are left out from the right, but the last two (help, quit) always stay.

    Textual's own Footer is a widget a key, each of which would be styled and laid out with every page.
    """

    DEFAULT_CSS = "KeyBar { dock: bottom; height: 1; }"

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__(ascii_only=ascii_only)
        self._hints: tuple[Hint, ...] = ()
        self._places: list[tuple[int, int, Hint]] = []
        self._aside = ""

    def offer(self, hints: Sequence[Hint], aside: str = "") -> None:
        """What can be pressed now; `aside` stands at the right end."""
        if (tuple(hints), aside) != (self._hints, self._aside):
            self._hints, self._aside = tuple(hints), aside
            self.redraw()

    def draw(self, live: Live, room: Room) -> Sequence[Line]:
        hints = [hint for hint in self._hints if hint.enabled]
        width = room.width - (len(self._aside) + 1 if self._aside else 0)
        while len(hints) > 2 and sum(len(hint.key) + len(hint.word) + 3 for hint in hints) > width:
            del hints[-3]
        line: list[Span] = []
        self._places.clear()
        at = 0
        for hint in hints:
            spans = (Span(f" {hint.key}", "key"), Span(f" {hint.word} ", "label"))
            line.extend(spans)
            self._places.append((at, at + width_of(spans), hint))
            at += width_of(spans)
        if self._aside and at + len(self._aside) < room.width:
            line.append(Span(" " * (room.width - at - len(self._aside))))
            line.append(Span(self._aside, "label"))
        return [tuple(line)]

    async def on_click(self, event: events.Click) -> None:
        """Press the key under the pointer."""
        for left, right, hint in self._places:
            if left <= event.x < right:
                await self.app.run_action(hint.action, default_namespace=self.screen)

"""The command palette: every key's action by name, the pages, the themes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from npumon.tui.keys import KEYS
from npumon.tui.screens.latest_size import LatestSize
from npumon.tui.themes import NAMES

if TYPE_CHECKING:
    from npumon.tui.app import MonitorApp

_LEFT_OUT = frozenset({"command_palette", "next_page(1)", "next_page(-1)"})


class Palette(LatestSize, CommandPalette):
    """Textual's palette."""


class MonitorCommands(Provider):
    """What the palette offers."""

    async def discover(self) -> Hits:
        """Everything, before anything is typed."""
        for name, meaning, action in self._commands():
            yield DiscoveryHit(name, partial(self.app.run_action, action), help=meaning)

    async def search(self, query: str) -> Hits:
        """What resembles the query."""
        matcher = self.matcher(query)
        for name, meaning, action in self._commands():
            score = max(matcher.match(name), matcher.match(meaning))
            if score > 0:
                yield Hit(score, matcher.highlight(name), partial(self.app.run_action, action), help=meaning)

    def _commands(self) -> Iterable[tuple[str, str, str]]:
        for key in KEYS:
            if key.action not in _LEFT_OUT:
                yield f"{key.word} ({key.shown})", key.meaning, key.action
        for theme in NAMES:
            yield f"theme {theme}", f"take the theme {theme}", f"take_theme('{theme}')"
        for pace in cast("MonitorApp", self.app).paces:
            yield f"refresh {pace:g} s", f"look at the board every {pace:g} s", f"take_pace({pace!r})"

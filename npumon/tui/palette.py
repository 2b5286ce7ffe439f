"""The command palette: the actions of all keys and pages by name, the models, the themes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from rich.text import Text
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider, SearchIcon

from npumon.core.problems import ProblemError
from npumon.tui.host import key_state
from npumon.tui.key_state import When, always, has_ended_run, has_run
from npumon.tui.keys import COMMANDS, Key, keys_for, pages_for
from npumon.tui.page_keys import PAGE_COMMANDS, PAGE_KEYS
from npumon.tui.textual_workarounds import LatestSize
from npumon.tui.themes import NAMES
from npumon.tui.widgets.table import Table

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.screen import Screen

    from npumon.core.monitor.live import ModelChoice
    from npumon.tui.host import Host

_LEFT_OUT = frozenset({"command_palette"})
#: Actions that move within a list or concern the selected row: useless from another page.
_MOVES = frozenset(
    ("step", "screenful", "top", "bottom", "move", "turn", "start", "end", "slide", "scroll_details", "next_match",
     "clear_filter", "choose", "run")
)  # fmt: skip
#: When pages hold anything that their keys could be about.
_FILLED: Mapping[str, When] = {"layers": has_run, "runs": has_ended_run}
#: Seconds that the list waits for the models. A slow disk must not hold up everything else.
_MODELS_S = 0.5


class Command(NamedTuple):
    """A command; `name` may come from outside, `meaning` never does."""

    name: str
    meaning: str
    run: Callable[[], object]


class Palette(LatestSize, CommandPalette):
    """Textual's palette with characters that every terminal has."""

    def __init__(self, host: Host, paces: Sequence[float]) -> None:
        """`paces` are the sampling intervals to offer, in seconds."""
        super().__init__(providers=[commands_for(host, paces)], placeholder="Search for commands")

    def on_mount(self) -> None:
        """Replace the icon by a sign of one cell."""
        self.query_one(SearchIcon).icon = ">"


class MonitorCommands(Provider):
    """The commands of the palette."""

    _host: ClassVar[Host]
    _paces: ClassVar[Sequence[float]]

    @property
    def _watching(self) -> bool:
        return self._host.backend.watched is not None

    async def startup(self) -> None:
        """Start looking for models while everything else is shown."""
        self._models = asyncio.get_running_loop().create_task(self._look_for_models())

    async def shutdown(self) -> None:
        """Stop looking for models."""
        self._models.cancel()

    async def discover(self) -> Hits:
        """Offer everything until something is typed."""
        for name, meaning, run in await self._commands():
            yield DiscoveryHit(Text(name), run, help=meaning)

    async def search(self, query: str) -> Hits:
        """Offer what resembles the query."""
        matcher = self.matcher(query)
        for name, meaning, run in await self._commands():
            score = max(matcher.match(name), matcher.match(meaning))
            if score > 0:
                yield Hit(score, Text(name), run, help=meaning)

    async def _look_for_models(self) -> Sequence[ModelChoice]:
        backend = self._host.backend
        if self._watching:
            return ()
        try:
            return await asyncio.to_thread(backend.models)
        except ProblemError:
            return ()  # the Models page shows why

    async def _commands(self) -> list[Command]:
        done, _ = await asyncio.wait({self._models}, timeout=_MODELS_S)
        models = self._models.result() if done else ()
        here = self.app.current_mode
        commands = [*self._of_page(here), *self._everywhere()]
        run = self._host.run_model
        commands += [Command(f"Run {choice.full_name}", "run this model", partial(run, choice)) for choice in models]
        for page in pages_for(watching=self._watching):
            if page.name != here:
                commands += self._of_page(page.name, elsewhere=True)
        return [*commands, *self._looks()]

    def _everywhere(self) -> Iterator[Command]:
        state, shown = key_state(self._host), self._host.shown
        for key in (*keys_for(watching=self._watching), *COMMANDS):
            if key.action not in _LEFT_OUT and key.when(state, shown):
                yield Command(_name(key), key.meaning, partial(self.app.run_action, key.action))

    def _of_page(self, page: str, *, elsewhere: bool = False) -> Iterator[Command]:
        state, shown = key_state(self._host), self._host.shown
        if not _FILLED.get(page, always)(state, shown):
            return
        for key in (*PAGE_COMMANDS.get(page, ()), *PAGE_KEYS[page]):
            moves = key.action.partition("(")[0] in _MOVES
            if key.when(state, shown) and not (elsewhere and moves):
                run = partial(self._act_on_page, page, key.action)
                yield Command(f"{page.capitalize()}: {_name(key)}", key.meaning, run)

    def _act_on_page(self, name: str, action: str) -> None:
        """Go to a page and run the action of one of its keys."""
        self._host.action_page(name)
        page = self.app.screen
        page.call_later(self._act, page, action)

    async def _act(self, page: Screen[Any], action: str) -> None:
        """Run an action of the page, or of its focused list."""
        target: DOMNode = page
        if not hasattr(page, f"action_{action.partition('(')[0]}"):
            target = page.focused if isinstance(page.focused, Table) else page.query(Table).first()
        await self._host.app.run_action(action, default_namespace=target)

    def _looks(self) -> Iterator[Command]:
        for theme in NAMES:
            yield Command(
                f"theme {theme}", f"switch to the theme {theme}", partial(self.app.run_action, f"take_theme('{theme}')")
            )
        for pace in () if self._watching else self._paces:  # there is no board to sample
            yield Command(
                f"refresh {pace:g} s",
                f"sample the board every {pace:g} s",
                partial(self.app.run_action, f"take_pace({pace!r})"),
            )


def _name(key: Key) -> str:
    """Name a command by what people want, with its key."""
    words = key.wish or (key.meaning.partition(",")[0] if key.action.startswith("sort_by") else key.word)
    return f"{words} ({key.shown})" if key.shown else words


def commands_for(host: Host, paces: Sequence[float]) -> type[MonitorCommands]:
    """Return the provider class of this application's commands; Textual creates the instances itself."""

    class Commands(MonitorCommands):
        _host = host
        _paces = paces

    return Commands

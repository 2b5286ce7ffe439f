"""Builds ahead what keys open, so that no key waits for it: the pages and some dialogs, one piece at a time."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from npumon.tui import themes
from npumon.tui.screens.page import page_class
from npumon.tui.textual_workarounds import SteadyApp, after, terminal_of

if TYPE_CHECKING:
    from textual.screen import Screen

#: Seconds between two pieces. A piece takes some ten milliseconds, for which a key has to wait at worst.
PAUSE_S = 0.05
#: Seconds without a key before the next piece.
QUIET_S = 0.3


class Preparation:
    """Belongs to one application; `begin` is called when its first frame is on the screen.

    `pages` are the names of the pages there are. `dialogs` are those that are kept, by the name under which they are
    pushed: what makes each.
    """

    def __init__(self, app: SteadyApp, pages: Iterable[str], dialogs: Mapping[str, Callable[[], Screen[Any]]]) -> None:
        self._app = app
        self._pieces = deque(self._all_pieces(pages, dialogs))
        self._waiting = False

    @property
    def done(self) -> bool:
        """Whether there is nothing left to prepare."""
        return not self._pieces

    def begin(self) -> None:
        """Go on with the next piece after a pause. Without a terminal nobody waits."""
        if terminal_of(self._app) is not None and not self._waiting:
            self._wait(PAUSE_S)

    def _wait(self, seconds: float) -> None:
        self._waiting = True
        after(seconds, self._app, self._next)

    def theme_changed(self) -> None:
        """Prepare the next theme."""
        self._pieces.append(self._prepare_theme)
        self.begin()

    def _next(self) -> None:
        self._waiting = False
        terminal = terminal_of(self._app)
        if terminal is None or not self._app.is_running:
            return
        if terminal.quiet_s < QUIET_S:
            self._wait(QUIET_S)
            return
        if self._pieces:
            piece = self._pieces.popleft()
            piece()
            self._wait(PAUSE_S)

    def _all_pieces(
        self, pages: Iterable[str], dialogs: Mapping[str, Callable[[], Screen[Any]]]
    ) -> Iterator[Callable[[], object]]:
        app = self._app
        for page in pages:
            yield partial(page_class, page)
            yield partial(app.prepare_mode, page)
            # A page takes another layout once it knows its size.
            yield from [partial(app.lay_out_mode, page)] * 2
        yield self._import_dialogs
        for name, make in dialogs.items():
            yield partial(app.prepare_screen, name, make)
            yield from [partial(app.lay_out_screen, name)] * 2
        yield self._prepare_theme
        # What is here now stays. Looking through it for garbage would make a key wait for some thirty milliseconds.
        yield gc.collect
        yield gc.freeze

    def _prepare_theme(self) -> None:
        self._app.prepare_theme(themes.after(self._app.theme))

    @staticmethod
    def _import_dialogs() -> None:
        from npumon.tui.screens import help as _help
        from npumon.tui.screens import reload, repeat

        del _help, reload, repeat

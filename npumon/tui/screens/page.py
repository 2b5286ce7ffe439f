"""What all pages have in common: the top line, the keys, and the way of a live value to their panes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widget import Widget

from npumon.core.monitor.live import Live
from npumon.tui.host import key_state
from npumon.tui.keys import PAGES, Hint
from npumon.tui.paint import ROLES
from npumon.tui.panes.header import HeaderPane
from npumon.tui.textual_workarounds import LatestSize, StylesKept, read_styles
from npumon.tui.widgets.canvas import Canvas
from npumon.tui.widgets.key_bar import KeyBar, hints_in

if TYPE_CHECKING:
    from npumon.tui.host import Host


class Page(LatestSize, StylesKept, Screen[None]):
    """A page. Subclasses provide its widgets with `body` and the keys it adds with `hints`.

    `show` is called with each live value, at most ten times a second, and only while the page is visible.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"ink--{role}" for role in ROLES}
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012  # as Textual declares it
        (0, "-tiny"),
        (60, "-narrow"),
        (80, "-normal"),
        (110, "-wide"),
    ]
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012  # as Textual declares it
        (0, "-flat"),
        (15, "-low"),
        (24, "-medium"),
        (36, "-high"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [  # Textual's screens move the focus with these
        Binding("tab", "app.next_page(1)", show=False),
        Binding("shift+tab", "app.next_page(-1)", show=False),
    ]
    #: The page's name, in the key bar and in the help.
    NAME = ""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self.host = host
        self.ascii_only = host.backend.display.ascii
        read_styles(self)
        self._panes: list[Canvas] = []

    def compose(self) -> ComposeResult:
        self.header = HeaderPane(ascii_only=self.ascii_only, known=self.host.backend.display.known)
        self.key_bar = KeyBar(ascii_only=self.ascii_only)
        yield self.header
        yield from self.body()
        yield self.key_bar

    def body(self) -> Iterable[Widget]:
        """Return the page's own widgets."""
        raise NotImplementedError

    def hints(self, live: Live) -> Sequence[Hint]:
        """Return the page's own keys, which come before those that work everywhere."""
        return ()

    def on_mount(self) -> None:
        """Collect the panes and show the newest value."""
        self.set_class(self.ascii_only, "-ascii")
        self._panes = list(self.query(Canvas))
        self.show(self.host.shown)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Show the newest value again."""
        if self._panes:
            self.show(self.host.shown)

    def _compositor_refresh(self) -> None:
        """Compose nothing while the page is held back: Textual would throw it away."""
        if not self.app._batch_count:
            super()._compositor_refresh()

    @property
    def settled(self) -> bool:
        """Whether everything the page looks up by itself has arrived, so that a picture of it is complete."""
        return True

    def show(self, live: Live) -> None:
        """Show a live value. Subclasses with more than canvases extend this."""
        self.header.paused = self.host.paused
        self.offer_keys()
        for pane in self._panes:
            pane.show(live)

    def offer_keys(self) -> None:
        """Show the keys that can be pressed now."""
        host = self.host
        hints = hints_in(key_state(host), self.hints(host.shown), host.shown)
        self.key_bar.offer(hints, host.overhead_text(), host.notifier.shown)


def page_class(name: str) -> type[Page]:
    """Return the class of a page, importing it."""
    entry = next(page for page in PAGES if page.name == name)
    found: type[Page] = getattr(import_module(f"npumon.tui.screens.{entry.module}"), entry.class_name)
    return found

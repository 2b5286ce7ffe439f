"""What screens, dialogs, the palette and the parts of the application need from the application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from textual.app import App

    from npumon.core.monitor.live import Live, ModelChoice
    from npumon.core.run.report import RunReport
    from npumon.tui.backend import MonitorBackend
    from npumon.tui.controller import RunController
    from npumon.tui.notices import Notifier


class Host(Protocol):
    """The application; implemented by `app.MonitorApp`."""

    #: The newest value.
    live: Live
    #: The run that others are compared with.
    marked: RunReport | None
    #: Whether the display is frozen.
    paused: bool

    @property
    def app(self) -> App[object]:
        """Textual's side of the application: screens, themes, actions."""
        ...

    @property
    def backend(self) -> MonitorBackend: ...

    @property
    def controller(self) -> RunController: ...

    @property
    def notifier(self) -> Notifier: ...

    def show_live(self) -> None:
        """Show the newest value on every visible page."""
        ...

    def action_page(self, name: str) -> None:
        """Go to a page."""
        ...

    def run_model(self, choice: ModelChoice) -> None:
        """Run this model and go to the Live page."""
        ...

    def overhead_text(self) -> str:
        """Return npumon's own cost for the right end of the key bar; empty unless it is shown."""
        ...

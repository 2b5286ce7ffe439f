"""What screens, dialogs, the palette and the parts of the application need from the application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from npumon.core.problems import Problem
from npumon.tui.key_state import KeyState

if TYPE_CHECKING:
    from textual.app import App

    from npumon.core.monitor.live import Live, ModelChoice
    from npumon.core.monitor.selection import Selection
    from npumon.core.profile import Operation
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
    #: The line to which the Log page goes when it is shown next, or the operation whose lines it looks for; and the
    #: operation to which the Layers page goes.
    sought_line: int | Operation | None
    sought_operation: Operation | None

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

    @property
    def shown(self) -> Live:
        """The same with the selected run and iteration in the place of the newest: what pages show."""
        ...

    @property
    def selection(self) -> Selection:
        """Which run and iteration are selected."""
        ...

    def select(self, selection: Selection) -> None:
        """Show this run and iteration on all pages."""
        ...

    def show_live(self) -> None:
        """Show the newest value on every visible page, as it is selected."""
        ...

    def leave_for(self, words: tuple[str, ...]) -> None:
        """Leave, and go on with another command line of npumon's."""
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


def refused_while_watching(host: Host) -> bool:
    """Return whether a log is being watched, which another machine may have written: this one's NPU is left alone.
    Tell the user if so."""
    if host.backend.watched is None:
        return False
    host.notifier.error(
        Problem("run.watching", "This monitor is watching a log.", "Start npumon without watch to run models.")
    )
    return True


def refused_while_running(host: Host) -> bool:
    """Return whether a run is in progress, beside which nothing else can be done. Tell the user if so."""
    if host.controller.busy:
        host.notifier.info("A run is in progress: x stops it.")
    return host.controller.busy


def key_state(host: Host) -> KeyState:
    """Return what it depends on which keys do anything now."""
    return KeyState(
        page=host.app.current_mode,
        watching=host.backend.watched is not None,
        repeatable=host.controller.can_repeat,
        marked=host.marked is not None,
        paused=host.paused,
    )

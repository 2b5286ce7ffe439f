"""The question before leaving while a model runs: stop it, leave it running, or stay."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Button

from npumon.core.units import seconds
from npumon.tui.screens.dialog import Dialog, words
from npumon.tui.textual_workarounds import after

if TYPE_CHECKING:
    from npumon.core.monitor.activity import Activity
    from npumon.tui.host import Host

#: Seconds between two looks at the run: it may end while the question is read.
_LOOK_S = 0.5


class QuitDialog(Dialog[bool | None]):
    """Ends with True to leave the run running, False to stop it, None to stay.

    Enter stays, and so does a second q: only the letters and the mouse end anything.
    """

    NAME = "Quit"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "stop", "stop it", show=False),
        Binding("l", "leave_running", "leave it running", show=False),
        Binding("n,enter", "leave", "stay", show=False),
    ]

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._keeps = host.backend.keeps_runs
        self._next_look: asyncio.TimerHandle | None = None

    def body(self) -> list[Widget]:
        activity = self.host.live.activity
        stop = Button("Stop it (s)", id="stop", compact=True)
        keep = Button("Leave it running (l)", id="keep", compact=True, disabled=not self._keeps)
        for button in (stop, keep):
            button.can_focus = False  # Enter presses what has the focus
        stay = Button("Stay (Esc)", id="stay", compact=True)
        buttons = [stop, keep, stay] if self._keeps else [stop, stay]
        self._said = words("")
        hint = "npumon watch --last takes it up again." if self._keeps else "A simulated board ends with npumon."
        return [words(_running(activity)), self._said, Horizontal(*buttons, classes="buttons"), words(hint, "faint")]

    def on_mount(self) -> None:
        """Look at the run from time to time."""
        self._look()

    def on_unmount(self) -> None:
        """Look no longer."""
        if self._next_look is not None:
            self._next_look.cancel()

    def _look(self) -> None:
        if not self.is_current or self.host.controller.runs:
            self._next_look = after(_LOOK_S, self, self._look)
        else:
            self.host.notifier.info("The run has ended: q quits.")
            self.dismiss(None)

    @on(Button.Pressed, "#stop")
    def action_stop(self) -> None:
        """Stop the run and leave."""
        self.dismiss(False)

    @on(Button.Pressed, "#keep")
    def action_leave_running(self) -> None:
        """Leave, and let the run go on; say so where that is not possible."""
        if self._keeps:
            self.dismiss(True)
        else:
            self._said.update(Text("It cannot be left running here.", "bold"))

    @on(Button.Pressed, "#stay")
    def _stay(self) -> None:
        self.action_leave()


def _running(activity: Activity) -> Text:
    """Say what runs, and for how long."""
    which = f", run {activity.part} of {activity.parts}" if activity.parts and activity.parts > 1 else ""
    since = "" if activity.elapsed_s is None else f" for {seconds(activity.elapsed_s)}"
    return Text.assemble((activity.model or "A program", "bold"), f" has been running{since}{which}.")

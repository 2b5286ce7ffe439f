"""What can be done without a board: a simulated one, a log, installing npumon where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from npumon.core.monitor.off_board import offers_other_ways
from npumon.tui.host import refused_while_running

if TYPE_CHECKING:
    from collections.abc import Callable

    from npumon.tui.host import Host


class OtherWays:
    """The actions of these ways. Their keys work only on a machine that is no board, the palette offers them always."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def action_press_demo_board(self) -> None:
        """Start the simulated board, off a board."""
        self._pressed(self.action_demo_board)

    def action_press_open_log(self) -> None:
        """Choose a log, off a board."""
        self._pressed(self.action_open_log)

    def action_press_install(self) -> None:
        """Show how to install npumon on a board, off a board."""
        self._pressed(self.action_install)

    def _pressed(self, action: Callable[[], None]) -> None:
        host = self._host
        seems_none = host.backend.display.off_board
        if host.app.current_mode == "live" and offers_other_ways(host.live, seems_none=seems_none):
            action()

    def action_demo_board(self) -> None:
        """Go on with the simulated board in place of this machine."""
        self._go_on("--demo")

    def action_open_log(self) -> None:
        """Choose a log and go on with it in place of this machine."""
        from npumon.tui.screens.file_picker import FilePicker

        def chosen(path: str | None) -> None:
            if path is not None:
                self._go_on("watch", "--", path)

        if not refused_while_running(self._host):
            self._host.app.push_screen(FilePicker(self._host), chosen)

    def action_install(self) -> None:
        """Show how to install npumon on a board."""
        from npumon.tui.screens.install import InstallDialog

        self._host.app.push_screen(InstallDialog(self._host))

    def _go_on(self, *words: str) -> None:
        if not refused_while_running(self._host):
            self._host.leave_for(words)

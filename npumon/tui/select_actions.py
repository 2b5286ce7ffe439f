"""The keys that go from the newest run to others, and from one iteration to another, on every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from npumon.core.monitor.selection import NEWEST, selected_run, step_iteration, step_run

if TYPE_CHECKING:
    from npumon.tui.host import Host


class SelectActions:
    """The actions of the keys that select a run or an iteration. What they select, all pages show."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def action_run_step(self, step: int) -> None:
        """Show the run before, or the next one."""
        host = self._host
        wanted = step_run(host.live, host.selection, step)
        if wanted != host.selection:
            host.select(wanted)
        elif host.shown.shown.run is None:
            host.notifier.info("No run has ended yet: r runs a model.")
        else:
            host.notifier.info("This is the first run that is kept." if step < 0 else "This is the newest run.")

    def action_iteration_step(self, step: int) -> None:
        """Show the iteration before, or the next one, of the same run."""
        host = self._host
        wanted = step_iteration(host.live, host.selection, step)
        if wanted != host.selection:
            host.select(wanted)
        elif selected_run(host.live, host.selection) is None or host.shown.shown.iteration is None:
            host.notifier.info("There is no iteration to go to.")
        else:
            host.notifier.info(
                "This is the run's first iteration." if step < 0 else "This is the run's last iteration."
            )

    def action_newest(self) -> None:
        """Go back to the newest run."""
        self._host.select(NEWEST)

"""How runs begin and end: again, several times, by the model. Where profiling is off, it is offered first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from npumon.core.problems import Problem
from npumon.core.text import visible
from npumon.tui.notices import Notices

if TYPE_CHECKING:
    from npumon.core.monitor.live import Live
    from npumon.core.monitor.model_choice import ModelChoice
    from npumon.tui.backend import MonitorBackend
    from npumon.tui.controller import RunController


class Running(Notices):
    """A part of `MonitorApp`, which has what is named here."""

    backend: MonitorBackend
    live: Live
    controller: RunController
    #: Whether the question if profiling should be switched on was answered already.
    offered_profiling = False

    def action_page(self, name: str) -> None:
        """Go to a page."""
        raise NotImplementedError

    def refuse_while_watching(self) -> bool:
        """While a log is watched nothing is run: say so, wherever a run was asked for."""
        if self.backend.watched is None:
            return False
        self.complain(Problem("run.watching", "This monitor watches a log.", "npumon without watch runs models."))
        return True

    def run_model(self, choice: ModelChoice) -> None:
        """Run this model, and go where it can be seen."""
        if self.refuse_while_watching():
            return
        if self.controller.busy:
            self.say("A run is under way: x stops it.")
            return

        def begin() -> None:
            self.controller.choose(lambda: self.backend.job(choice))
            self.action_page("live")

        self.with_profiling(begin)

    def action_run_again(self) -> None:
        """Run the last model again; without one, go where models are chosen."""
        if self.refuse_while_watching():
            return
        if self.controller.can_repeat:
            self.with_profiling(self.controller.again)
        else:
            self.action_page("models")

    def action_stop_run(self) -> None:
        """End the run under way."""
        if self.controller.busy:
            self.controller.stop()

    def action_repeat(self) -> None:
        """Ask how often, then run that often."""
        if self.refuse_while_watching():
            return
        job = self.controller.job
        if job is None or self.controller.busy:
            self.say("There is nothing to repeat: r runs a model first." if job is None else "A run is under way.")
            return
        from npumon.tui.screens.repeat import RepeatDialog, RepeatRequest

        def begin(series: RepeatRequest | None) -> None:
            if series is not None:
                self.with_profiling(lambda: self.controller.again(series.runs, series.warmup))

        self.push_screen(RepeatDialog(visible(job.request.model or "the last command")), begin)

    def with_profiling(self, begin: Callable[[], None]) -> None:
        """Begin a run; where profiling is off, first offer to switch it on, until that was answered with yes or no.
        Without it there are times only. Escape calls the run off."""
        driver = self.live.snapshot.driver
        if driver.name != "galcore" or driver.profiling is not False or self.offered_profiling or self.controller.busy:
            begin()
            return
        from npumon.tui.screens.reload import ReloadDialog

        def answered(changed: bool | None) -> None:
            if changed is not None:
                self.offered_profiling = True
                begin()

        self.push_screen(ReloadDialog(self.backend, profiling=False, offered=True), answered)

"""How runs start and stop: again, several times, by model. If profiling is off, switching it on is offered first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from npumon.core.monitor.selection import NEWEST
from npumon.core.problems import Problem
from npumon.core.text import visible
from npumon.tui.host import refused_while_running, refused_while_watching
from npumon.tui.textual_workarounds import keep_screen

if TYPE_CHECKING:
    from textual.screen import Screen

    from npumon.core.monitor.live import ModelChoice
    from npumon.tui.host import Host
    from npumon.tui.screens.repeat import RepeatRequest


class RunActions:
    """The keys and commands that begin and end runs."""

    def __init__(self, host: Host) -> None:
        self._host = host
        #: Whether the user has already answered the offer to switch profiling on.
        self._offered_profiling = False

    def run_model(self, choice: ModelChoice) -> None:
        """Run this model and go to the Live page."""
        if refused_while_watching(self._host) or refused_while_running(self._host):
            return

        def begin() -> None:
            self._host.controller.choose(lambda: self._host.backend.job(choice))
            self._host.action_page("live")

        self._with_profiling(begin)

    def action_run_again(self) -> None:
        """Run the last model again; before the first run, the one that the Models page lists first."""
        if refused_while_watching(self._host):
            return
        host = self._host
        if host.controller.can_repeat:
            self._with_profiling(host.controller.again)
        elif not host.controller.busy:
            host.notifier.info("Looking for a model to run.")
            host.controller.background(host.backend.models, self._run_first_of)

    def _run_first_of(self, models: Sequence[ModelChoice]) -> None:
        """Run the first model for this chip, unless something else has begun meanwhile."""
        host = self._host
        if host.controller.busy or host.controller.can_repeat:
            return
        choice = next((model for model in models if model.preferred), None)
        if choice is None:
            what = "No model was found here." if not models else "No model found here is made for this chip."
            host.notifier.error(Problem("run.no_model", what, "The Models page (4) says where they are looked for."))
        else:
            self._with_profiling(lambda: host.controller.choose(lambda: host.backend.job(choice)))

    def action_stop_run(self) -> None:
        """Stop the current run."""
        if self._host.controller.busy:
            self._host.controller.stop()

    def action_repeat(self) -> None:
        """Ask how often, then run that often."""
        if refused_while_watching(self._host):
            return
        job = self._host.controller.job
        if job is None or self._host.controller.busy:
            self._host.notifier.info(
                "Nothing to repeat yet: r runs a model." if job is None else "A run is in progress."
            )
            return
        from npumon.tui.screens.repeat import RepeatDialog, RepeatRequest

        host, app = self._host, self._host.app
        keep_screen(app, "repeat", self.repeat_screen)
        dialog = app.get_screen("repeat", RepeatDialog)

        def begin(series: RepeatRequest | None) -> None:
            if series is not None:
                host.controller.background(lambda: host.backend.remember_series(job, *series), lambda done: None)
                self._with_profiling(lambda: host.controller.again(series.runs, series.warmup))

        usual = host.backend.usual_series(job)
        dialog.ask(visible(job.request.model or "the last command"), None if usual is None else RepeatRequest(*usual))
        app.push_screen(dialog, begin)

    def repeat_screen(self) -> Screen[RepeatRequest | None]:
        """Make the dialog that asks how often."""
        from npumon.tui.screens.repeat import RepeatDialog

        return RepeatDialog(self._host, "")

    def _with_profiling(self, start: Callable[[], None]) -> None:
        """Begin a run. If profiling is off, first offer to switch it on, until the user has answered yes or no.

        Without profiling a run gives times only. Escape cancels the run.
        """
        driver = self._host.live.snapshot.driver

        def begin() -> None:
            self._host.select(NEWEST)
            start()

        if (
            driver.name != "galcore"
            or driver.profiling is not False
            or self._offered_profiling
            or self._host.controller.busy
        ):
            begin()
            return
        from npumon.tui.screens.reload import ReloadDialog

        def answered(changed: bool | None) -> None:
            if changed is not None:
                self._offered_profiling = True
                begin()

        self._host.app.push_screen(ReloadDialog(self._host, profiling=False, offered=True), answered)

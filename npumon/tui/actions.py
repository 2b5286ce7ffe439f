"""What the keys do. Each action is a few lines: the work is the conductor's, the desk's or a page's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from npumon.core.problems import Problem
from npumon.tui import themes
from npumon.tui.hints import HintContext, hints_in
from npumon.tui.keys import PAGES
from npumon.tui.overhead import Overhead
from npumon.tui.run_actions import Running
from npumon.tui.terminal.driver import TerminalDriver
from npumon.tui.terminal.signals import suspend_job
from npumon.tui.textual_workarounds import after

if TYPE_CHECKING:
    import asyncio

    from textual.dom import DOMNode
    from textual.screen import Screen
    from textual.timer import Timer
    from textual.worker import Worker

    from npumon.core.monitor.live import Live
    from npumon.core.run.report import RunReport
    from npumon.tui.screens.page import Page
    from npumon.tui.widgets.key_bar import Hint

#: How long, in seconds, a first `g` in a list waits for a second one.
SECOND_G_S = 0.6
#: Seconds between two looks at the board that `+` and `-` choose from.
PACES_S = (0.5, 1.0, 2.0, 5.0, 10.0)
#: How often npumon's own cost is measured, while it is shown.
OVERHEAD_S = 2.0
#: How long a page is held back while it is laid out for the first time, and later on.
SETTLING_S, SETTLED_S = 0.05, 0.001


class Actions(Running):
    """A part of `MonitorApp`, which has what is named here."""

    #: Set when the first page is complete.
    laid_out: asyncio.Event
    paused = False
    #: The pages that were visited, and how long the one to come is held back.
    known_pages: set[str]
    settling_s = SETTLING_S
    paces = PACES_S
    #: The run that others are compared with.
    marked: RunReport | None = None
    #: What npumon itself costs, while it is to be shown.
    overhead: Overhead | None = None
    overhead_timer: Timer | None = None
    #: Runs while a first `g` waits for a second one.
    _first_g: asyncio.TimerHandle | None = None
    _leaving: Worker[None] | None = None

    def show_live(self) -> None:
        """Every page that can be seen shows the newest value."""
        raise NotImplementedError

    def action_page(self, name: str) -> None:
        """Go to a page."""
        if self.current_mode != name and len(self.screen_stack) == 1:
            self.known_pages.add(self.current_mode)
            self.settling_s = SETTLED_S if name in self.known_pages else SETTLING_S
            self.switch_mode(name)

    def act_on_page(self, name: str, action: str) -> None:
        """Do what a key of a page does there; go there first."""
        self.action_page(name)
        page = self.screen
        page.call_later(self._act, page, action)

    async def _act(self, page: Screen[Any], action: str) -> None:
        """By the page itself, or by the list on it that has the focus."""
        target: DOMNode = page
        if not hasattr(page, f"action_{action.partition('(')[0]}"):
            from npumon.tui.widgets.table import Table

            target = page.focused if isinstance(page.focused, Table) else page.query(Table).first()
        await self.run_action(action, default_namespace=target)

    def action_next_page(self, step: int) -> None:
        """Go to the next page, or the one before."""
        self.action_page(PAGES[(PAGES.index(self.current_mode) + step) % len(PAGES)])

    def action_reload_driver(self) -> None:
        """Show what reloading galcore would take."""
        if self.controller.busy:
            self.complain(Problem("driver.busy", "A model runs on the driver.", "x stops it."))
            return
        from npumon.tui.screens.reload import ReloadDialog

        self.push_screen(ReloadDialog(self.backend, self.live.snapshot.driver.profiling))

    def action_press_g(self) -> None:
        """The key `g`: the driver. In a list it waits a moment, for `g g` is the way to the list's top."""
        if self._first_g is not None:
            self._forget_g()
            self.action_top_of_list()
        elif "home" in self.screen.active_bindings:
            page = self.screen
            self._first_g = after(SECOND_G_S, self, lambda: self._g_alone(page))
        else:
            self.action_reload_driver()

    def _g_alone(self, page: Screen[Any]) -> None:
        self._forget_g()
        if self.screen is page:
            self.action_reload_driver()

    def _forget_g(self) -> None:
        if self._first_g is not None:
            self._first_g.cancel()
            self._first_g = None

    def action_top_of_list(self) -> None:
        """What Home does where the focus is."""
        self.simulate_key("home")

    def action_help(self) -> None:
        """Every key."""
        from npumon.tui.screens.help import HelpDialog

        self.push_screen(HelpDialog())

    def action_command_palette(self) -> None:
        """Every command, by name."""
        from npumon.tui.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def action_overhead(self) -> None:
        """Show what npumon itself costs, or no longer."""
        if self.overhead_timer is not None:
            self.overhead_timer.stop()
            self.overhead = self.overhead_timer = None
        else:
            self.overhead = Overhead()
            self.overhead_timer = self.set_interval(OVERHEAD_S, self.show_live)
        self.show_live()

    def action_mark(self) -> None:
        """Mark the newest ended run."""
        if self.live.runs:
            self.marked = self.live.runs[-1]
            self.say("Marked. c compares later runs with this one.")
            self.show_live()

    def action_compare(self) -> None:
        """Go where the marked run and the newest one stand side by side."""
        if self.marked is None:
            self.say("Nothing is marked: m marks the newest run.")
        else:
            self.action_page("runs")

    def action_pause(self) -> None:
        """Freeze what is shown, or go on."""
        self.paused = not self.paused
        self.show_live()

    def action_faster(self) -> None:
        """Look at the board more often."""
        self.action_take_pace(max((pace for pace in PACES_S if pace < self.controller.refresh_s), default=PACES_S[0]))

    def action_slower(self) -> None:
        """Look at the board less often."""
        self.action_take_pace(min((pace for pace in PACES_S if pace > self.controller.refresh_s), default=PACES_S[-1]))

    def action_take_pace(self, seconds: float) -> None:
        """Look at the board every so many seconds."""
        self.controller.refresh_s = seconds
        self.say(f"The board is looked at every {seconds:g} s.")

    def action_take_theme(self, name: str) -> None:
        """Take this theme."""
        self.theme = themes.named(name)

    def action_next_theme(self) -> None:
        """Take the next theme."""
        self.theme = themes.after(self.theme)
        self.say(f"Theme {self.theme}.")

    def action_export(self) -> None:
        """Write the newest run to a file."""
        if self.live.snapshot.run is None:
            self.say("There is no run to export yet: r runs a model.")
            return
        run, ended = self.live.snapshot.run, len(self.live.runs)
        further = f". E writes all {ended} runs." if ended > 1 else ""
        self.controller.background(
            lambda: self.backend.export(run), lambda path: self.say(f"Written to {path}{further}")
        )

    def action_export_all(self) -> None:
        """Write this session's ended runs to one file."""
        runs = self.live.runs
        if not runs:
            self.say("No run has ended yet: r runs a model.")
            return
        many = "1 run" if len(runs) == 1 else f"{len(runs)} runs"
        self.controller.background(
            lambda: self.backend.export_all(runs), lambda path: self.say(f"{many} written to {path}")
        )

    def action_picture(self) -> None:
        """Save the screen as it is."""
        from npumon.tui.svg import self_contained

        svg = self_contained(self.export_screenshot(title="npumon"))
        self.controller.background(lambda: self.backend.picture(svg), lambda path: self.say(f"Picture: {path}"))

    def action_suspend_job(self) -> None:
        """Go back to the shell for a while."""
        suspend_job()

    def action_repaint(self) -> None:
        """Draw everything anew, where something else wrote on the terminal."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.repaint()

    async def action_quit(self) -> None:
        """Leave; a running model is ended first."""
        self.begin_to_leave(0)

    def begin_to_leave(self, status: int) -> None:
        """End what runs, then the application, with this exit status. The display goes on until then; whoever asks a
        second time waits for the same end."""
        if self._leaving is None:
            self._leaving = self.run_worker(self._leave(status), exit_on_error=False)

    async def _leave(self, status: int) -> None:
        try:
            await self.controller.close()
            await self.laid_out.wait()  # a page that is half made cannot be taken down
        finally:
            self.exit(status)

    def hints(self, page: Page, live: Live) -> Sequence[Hint]:
        """The keys to show on a page now."""
        state = HintContext(
            page=self.current_mode,
            watching=self.backend.watched is not None,
            repeatable=self.controller.can_repeat,
            marked=self.marked is not None,
            paused=self.paused,
        )
        return hints_in(state, page.hints(live), live)

    def aside(self) -> str:
        """What stands at the right end of the key bar: npumon's own cost, when it is asked for."""
        return (
            ""
            if self.overhead is None
            else self.overhead.text(self._driver.bytes_written if isinstance(self._driver, TerminalDriver) else 0)
        )

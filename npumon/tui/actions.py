"""What the keys do, besides running models. Each action is a few lines; the controller and the backend do the work."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from npumon.core.monitor.selection import selected_run
from npumon.core.problems import Problem
from npumon.tui import themes
from npumon.tui.host import refused_while_watching
from npumon.tui.keys import pages_for
from npumon.tui.terminal.signals import suspend_job
from npumon.tui.textual_workarounds import after, keep_screen, terminal_of

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from textual.screen import Screen
    from textual.timer import Timer

    from npumon.tui.host import Host

#: How long, in seconds, a first `g` in a list waits for a second one.
SECOND_G_S = 0.6
#: Seconds between two samples of the board that `+` and `-` choose from.
PACES_S = (0.5, 1.0, 2.0, 5.0, 10.0)
#: How often npumon's own cost is shown, and the shortest time between two measurements: seconds.
OVERHEAD_S, OVERHEAD_WINDOW_S = 2.0, 1.0


class Actions:
    """The actions of the keys that work everywhere. The application offers Textual its `action_...` methods."""

    def __init__(self, host: Host) -> None:
        self._host = host
        #: Measures npumon's own cost while it is shown.
        self._overhead: Overhead | None = None
        self._overhead_timer: Timer | None = None
        #: Pending while a first `g` waits for a second one.
        self._first_g: asyncio.TimerHandle | None = None

    def action_next_page(self, step: int) -> None:
        """Go to the next page, or the one before."""
        names = [page.name for page in pages_for(watching=self._host.backend.watched is not None)]
        here = names.index(self._host.app.current_mode)
        self._host.action_page(names[(here + step) % len(names)])

    def action_reload_driver(self) -> None:
        """Open the dialog that reloads galcore."""
        if refused_while_watching(self._host):
            return
        if self._host.controller.busy:
            self._host.notifier.error(Problem("driver.busy", "A model is using the driver.", "x stops it."))
            return
        from npumon.tui.screens.reload import ReloadDialog

        self._host.app.push_screen(ReloadDialog(self._host, self._host.live.snapshot.driver.profiling))

    def action_press_g(self) -> None:
        """Reload the driver. In a list, wait a moment first, because `g g` goes to the top of the list."""
        page = self._host.app.screen
        if self._first_g is not None:
            self._forget_g()
            self.action_top_of_list()
        elif "home" in page.active_bindings:
            self._first_g = after(SECOND_G_S, self._host.app, lambda: self._g_alone(page))
        else:
            self.action_reload_driver()

    def _g_alone(self, page: Screen[object]) -> None:
        self._forget_g()
        if self._host.app.screen is page:
            self.action_reload_driver()

    def _forget_g(self) -> None:
        if self._first_g is not None:
            self._first_g.cancel()
            self._first_g = None

    def action_top_of_list(self) -> None:
        """Do what Home does in the focused list."""
        self._host.app.simulate_key("home")

    def action_help(self) -> None:
        """Show every key."""
        app = self._host.app
        keep_screen(app, "help", self.help_screen)
        app.push_screen("help")

    def help_screen(self) -> Screen[None]:
        """Make the dialog with every key."""
        from npumon.tui.screens.help import HelpDialog

        return HelpDialog(self._host)

    def action_command_palette(self) -> None:
        """Open the palette with every command."""
        from npumon.tui.palette import Palette

        if not isinstance(self._host.app.screen, Palette):
            self._host.app.push_screen(Palette(self._host, PACES_S))

    def action_overhead(self) -> None:
        """Toggle the display of npumon's own CPU and memory use."""
        if self._overhead_timer is not None:
            self._overhead_timer.stop()
            self._overhead = self._overhead_timer = None
        else:
            self._overhead = Overhead()
            self._overhead_timer = self._host.app.set_interval(OVERHEAD_S, self._host.show_live)
        self._host.show_live()

    def overhead_text(self) -> str:
        """Return npumon's own cost; empty while it is not shown."""
        if self._overhead is None:
            return ""
        terminal = terminal_of(self._host.app)
        return self._overhead.text(0 if terminal is None else terminal.bytes_written)

    def action_mark(self) -> None:
        """Mark the run that is shown, or the last one that has ended."""
        host = self._host
        if host.live.runs:
            shown = None if host.selection.run is None else selected_run(host.live, host.selection)
            ended = shown is not None and any(run is shown.report for run in host.live.runs)
            host.marked = shown.report if shown is not None and ended else host.live.runs[-1]
            host.notifier.info("Marked. c compares later runs with this one.")
            host.show_live()

    def action_compare(self) -> None:
        """Go to the page that compares the marked run with the newest one."""
        if self._host.marked is None:
            self._host.notifier.info("Nothing is marked: m marks the newest run.")
        else:
            self._host.action_page("runs")

    def action_pause(self) -> None:
        """Freeze the display, or resume it."""
        self._host.paused = not self._host.paused
        self._host.show_live()

    def action_faster(self) -> None:
        """Sample the board more often."""
        refresh_s = self._host.controller.refresh_s
        self.action_take_pace(max((pace for pace in PACES_S if pace < refresh_s), default=PACES_S[0]))

    def action_slower(self) -> None:
        """Sample the board less often."""
        refresh_s = self._host.controller.refresh_s
        self.action_take_pace(min((pace for pace in PACES_S if pace > refresh_s), default=PACES_S[-1]))

    def action_take_pace(self, seconds: float) -> None:
        """Sample the board at this interval."""
        self._host.controller.refresh_s = seconds
        self._host.notifier.info(f"The board is sampled every {seconds:g} s.")

    def action_take_theme(self, name: str) -> None:
        """Switch to this theme."""
        self._host.app.theme = themes.named(name)

    def action_next_theme(self) -> None:
        """Switch to the next theme."""
        app = self._host.app
        app.theme = themes.after(app.theme)
        self._host.notifier.info(f"Theme {app.theme}.")

    def action_notices(self) -> None:
        """Show the path of the last written file, and what was said lately."""
        notifier = self._host.notifier
        if notifier.written is None and not notifier.said:
            notifier.info("No file has been written yet: e exports a run, s saves a picture.")
            return
        from npumon.tui.screens.notices import NoticesDialog

        self._host.app.push_screen(NoticesDialog(self._host))

    def action_clear_notice(self) -> None:
        """Show the keys again in place of the notice."""
        self._host.notifier.clear()

    def ask_to_quit(self, leave: Callable[[int, bool], None]) -> None:
        """Ask what becomes of the run under way; then `leave` with the exit status, and whether it goes on."""
        from npumon.tui.screens.quit import QuitDialog

        def answered(answer: bool | None) -> None:
            if answer is not None:
                leave(0, answer)

        if not isinstance(self._host.app.screen, QuitDialog):
            self._host.app.push_screen(QuitDialog(self._host), answered)

    def action_suspend_job(self) -> None:
        """Return to the shell for a while."""
        suspend_job()

    def action_repaint(self) -> None:
        """Redraw everything, after something else has written to the terminal."""
        terminal = terminal_of(self._host.app)
        if terminal is not None:
            terminal.repaint()


class Overhead:
    """npumon's own cost: its share of a processor, its memory, and what it sends to the terminal.

    It measures this process from the moment it is created.
    """

    def __init__(self) -> None:
        import psutil

        self._process = psutil.Process()
        self._since_s = time.monotonic()
        self._cpu_s = time.process_time()
        self._bytes: int | None = None
        self._text = "npumon: measuring"

    def text(self, bytes_written: int) -> str:
        """Return `npumon: cpu 0.6 %, 41 MB, 212 B/s`. `bytes_written` is what the terminal has received so far."""
        now_s = time.monotonic()
        elapsed_s = now_s - self._since_s
        if self._bytes is None:
            self._bytes = bytes_written
        elif elapsed_s >= OVERHEAD_WINDOW_S:
            cpu_s = time.process_time()
            share = (cpu_s - self._cpu_s) / elapsed_s
            rate = (bytes_written - self._bytes) / elapsed_s
            megabytes = self._process.memory_info().rss / 1e6
            self._text = f"npumon: cpu {share:.1%}, {megabytes:.0f} MB, {rate:.0f} B/s"
            self._since_s, self._cpu_s, self._bytes = now_s, cpu_s, bytes_written
        return self._text

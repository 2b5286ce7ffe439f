"""The Log page: the raw text that the program printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widget import Widget

from npumon.core.log.operation_lines import BLOCK_LINES, operation_around
from npumon.core.log.whole.landmarks import LANDMARKS, OperationTest
from npumon.core.monitor.live import Live
from npumon.tui.keys import Hint
from npumon.tui.page_keys import LOG_KEYS
from npumon.tui.screens.page import Page
from npumon.tui.widgets.filter import FilterLine
from npumon.tui.widgets.log_view import LogView

if TYPE_CHECKING:
    from npumon.ports import LogReader


class LogPage(Page):
    """The log fills the page; the search line opens below it."""

    NAME = "Log"
    CSS_PATH = "../styles/log.tcss"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"ink--match"}
    BINDINGS: ClassVar[list[BindingType]] = [Binding(key.keys, key.action, key.word, show=False) for key in LOG_KEYS]

    def body(self) -> Iterable[Widget]:
        self.log_view = LogView(ascii_only=self.ascii_only)
        self.log_view.open_reader = self._open
        self.filter_line = FilterLine(placeholder="words to look for; Enter keeps them, Esc clears")
        return (self.log_view, self.filter_line)

    def _open(self, live: Live) -> LogReader:
        """Open the log that is shown. Blocks."""
        return self.host.backend.log_reader(None if live.snapshot.run is None else live.snapshot.run.info)

    def show(self, live: Live) -> None:
        """Show a live value; an older run's text is that of its own log."""
        newest, run = self.host.live.snapshot.run, live.snapshot.run
        older = newest is not None and run is not None and run.info.log != newest.info.log
        self.log_view.older = run.info.log if older and run is not None else None
        super().show(live)

    def hints(self, live: Live) -> Sequence[Hint]:
        searching = self.filter_line.is_open
        hints = [Hint("/", "search", "screen.filter")]
        if searching:
            hints += [Hint("n", "next", "screen.next_match(1)"), Hint("Esc", "clear", "screen.clear_filter")]
        else:
            hints.append(Hint("f", "error", "screen.jump('error', 1)"))
        hints.append(Hint("w", "wrap", "screen.wrap"))
        if not self.log_view.following:
            hints.append(Hint("G", "end", "screen.end"))
        return hints

    def action_filter(self) -> None:
        """Open the search line."""
        self.filter_line.open()
        self.offer_keys()

    def action_clear_filter(self) -> None:
        """Clear the search."""
        self.filter_line.clear()
        self.offer_keys()

    def action_next_match(self, step: int) -> None:
        """Go to the next line that matches."""
        self.log_view.search_on(step)

    def action_jump(self, kind: str, step: int) -> None:
        """Go to the next line of a kind, or with -1 to the one before."""
        self.log_view.jump(LANDMARKS[kind], step)

    def on_filter_line_changed(self, message: FilterLine.Changed) -> None:
        """Search for the words typed so far."""
        self.log_view.search(message.text)
        self.offer_keys()

    def on_log_view_searched(self, message: LogView.Searched) -> None:
        """Show the result of the search."""
        if self.filter_line.is_open:
            self.filter_line.tell(message.text)

    def on_descendant_blur(self) -> None:
        """Update the keys: the search line may have closed."""
        self.offer_keys()

    def on_scrolled_log_turned(self) -> None:
        """Update the keys: the one that leads back to the end may be of use now."""
        self.offer_keys()

    def action_move(self, rows: int) -> None:
        """Scroll by lines."""
        self.log_view.move(rows)

    def action_turn(self, pages: int) -> None:
        """Scroll by screens."""
        self.log_view.turn(pages)

    def action_start(self) -> None:
        """Go to the oldest line."""
        self.log_view.go_to_start()

    def action_end(self) -> None:
        """Go to the end and follow it."""
        self.log_view.go_to_end()

    def action_slide(self, halves: int) -> None:
        """Scroll sideways by half screens."""
        self.log_view.slide(halves / 2)

    def action_wrap(self) -> None:
        """Toggle the wrapping of long lines."""
        self.log_view.toggle_wrap()

    # -- from an operation and back ----------------------------------------------------------------------------------

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Go to the line for which the Layers page has sent the user here, once the page is drawn."""
        self.call_after_refresh(self._go_to_sought)

    def _go_to_sought(self) -> None:
        line, self.host.sought_line = self.host.sought_line, None
        if line is None:
            return
        if isinstance(line, int):
            self.log_view.go_to_line(line)
        else:
            self.log_view.go_to_last(OperationTest(line))
        self.offer_keys()

    def action_view_operation(self) -> None:
        """Go to the operation of the marked line on the Layers page, or to the first one on the screen."""
        lines, top, marked = self.log_view.lines_in_view(BLOCK_LINES)
        found = (operation_around(lines, at) for at in (marked, *range(top, len(lines))))
        operation = next((each for each in found if each is not None), None)
        if operation is None:
            self.host.notifier.info("No operation is on the screen.")
        else:
            self.host.sought_operation = operation
            self.host.action_page("layers")

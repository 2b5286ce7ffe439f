"""What depends on private or undocumented behaviour of Textual, each with its reason. Delete a workaround when its test
in tests/tui/test_textual_itself.py fails: Textual then does without.

What the terminal driver depends on stands in `tui.terminal.driver`, with its tests in
tests/tui/terminal/test_textual_below_the_driver.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from io import StringIO
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.console import Console
from rich.segment import Segment
from textual import events
from textual.app import App
from textual.css.stylesheet import Stylesheet
from textual.errors import NoWidget
from textual.message_pump import MessagePump
from textual.strip import Strip

from npumon.tui.terminal.driver import TerminalDriver

if TYPE_CHECKING:
    from rich.style import Style
    from textual.driver import Driver
    from textual.geometry import Region, Size
    from textual.screen import Screen
    from textual.widget import AwaitMount, Widget

    from npumon.tui.terminal.sgr import CellStyle

#: Seconds for which a page is held back while it is laid out for the first time, and later on.
SETTLING_S, SETTLED_S = 0.05, 0.001


def after(seconds: float, pump: MessagePump, call: Callable[[], None]) -> asyncio.TimerHandle:
    """Have an application, a screen or a widget make a call after some seconds, unless it has gone by then.

    Textual's timers do not suit calls that must happen: if the process is held up between two of a one-shot timer's
    lines for as long as it is to wait, the timer believes that it has fired, and never calls. Nor does
    `call_after_refresh` suit them: its call is lost if the layout is refreshed at that moment.
    """

    def ring() -> None:
        pump.call_later(call)

    return asyncio.get_running_loop().call_later(seconds, ring)


def terminal_of(app: App[Any]) -> TerminalDriver | None:
    """Return the application's terminal driver, a private attribute of Textual's; None for another one, as in tests."""
    driver = app._driver
    return driver if isinstance(driver, TerminalDriver) else None


def keep_screen(app: App[Any], name: str, make: Callable[[], Screen[Any]]) -> None:
    """Have a screen that stays and is pushed by its name."""
    if not app.is_screen_installed(name):
        app.install_screen(make(), name)


class DirectPaint(NamedTuple):
    """A way around Textual's compositor: where the content of a widget begins on the `terminal`'s screen.

    Composing a few changed figures, making control sequences of them and reading those again costs several times what
    making the figures does.
    """

    widget: Widget
    terminal: TerminalDriver
    x: int
    y: int

    def look(self, style: Style) -> CellStyle:
        """Return how the terminal shows content of this style, as Textual would have it."""
        strip, background = Strip([Segment("x", style)], 1), self.widget.background_colors[1]
        for line_filter in self.widget.get_line_filters():
            strip = strip.apply_filter(line_filter, background)
        return self.terminal.look(strip.render(self.widget.app.console))

    def painted(self, *regions: Region) -> None:
        """Have Textual render these parts of the content again when it composes the widget next."""
        offset = self.widget.content_offset
        self.widget._styles_cache.set_dirty(*(region.translate(offset) for region in regions))


def direct_paint(widget: Widget) -> DirectPaint | None:
    """Return the way to paint a widget directly; None if Textual has to compose it.

    It has to if the screen is held back or about to be laid out, and if something covers the widget: a dialog, the edge
    of what scrolls.
    """
    screen = widget.screen
    app = screen.app
    terminal = terminal_of(app)
    if terminal is None or app._batch_count or screen._layout_required or screen is not app.screen:
        return None
    try:
        geometry = screen.find_widget(widget)
    except NoWidget:
        return None
    if not geometry.clip.contains_region(geometry.region):
        return None
    offset = geometry.region.offset + widget.content_offset
    return DirectPaint(widget, terminal, offset.x, offset.y)


class SteadyApp(App[int]):
    """An application that reads its styles once, changes pages without flicker, and keeps errors for its caller."""

    def __init__(self, driver_class: type[Driver] | None = None) -> None:
        super().__init__(driver_class=driver_class)
        #: The error that broke the application, if any; its caller reports it.
        self.failure: Exception | None = None
        self._styled_for = ""
        self._known_modes: set[str] = set()
        self._settling_s = SETTLING_S
        #: The variables of another theme, and the styles that go with it.
        self._ahead: tuple[dict[str, str], Stylesheet] | None = None

    def refresh_css(self, animate: bool = True) -> None:
        """Read all styles again if the theme has changed.

        Textual calls this twice for a new page and once more when another page comes back. By then a page's own styles
        have been read (`read_styles`), and all others change only with the theme. What Textual's own method parses is
        thrown away and parsed once more with the next new widget, such as the notice that names the theme.
        """
        if self.theme == self._styled_for:
            return
        self._styled_for = self.theme
        variables = self.get_css_variables()
        if self._ahead is not None and self._ahead[0] == variables:
            _add_missing(self._ahead[1], self.stylesheet)
            self.stylesheet, self._ahead = self._ahead[1], None
        else:
            self.stylesheet.set_variables(variables)
        stylesheet = self.stylesheet
        stylesheet.parse()
        stylesheet.update(self, animate=animate)
        for screen in self.screen_stack:
            if screen.is_mounted:
                if screen is self.screen:
                    screen._refresh_layout(self.size)
                else:
                    stylesheet.update(screen, animate=animate)
            screen._css_update_count = self._css_update_count

    def switch_mode(self, mode: str) -> AwaitMount:
        """Note whether the page has been laid out before, for `delay_update`."""
        self._settling_s = SETTLED_S if mode in self._known_modes else SETTLING_S
        self._known_modes |= {self.current_mode, mode}
        return super().switch_mode(mode)

    def prepare_theme(self, name: str) -> None:
        """Parse all styles for a theme that will be the next one, probably."""
        theme = self.get_theme(name)
        if theme is None:
            return
        generated = theme.to_color_system().generate()
        variables = {**self.get_theme_variable_defaults(), **generated, **theme.variables}
        stylesheet = Stylesheet(variables=variables)
        _add_missing(stylesheet, self.stylesheet)
        stylesheet.parse()
        self._ahead = (variables, stylesheet)

    def prepare_mode(self, mode: str) -> None:
        """Make the page of a mode before it is visited: otherwise Textual makes it then."""
        if mode not in self._screen_stacks:
            self._init_mode(mode)

    def prepare_screen(self, name: str, make: Callable[[], Screen[Any]]) -> None:
        """Make a screen that stays and is pushed by its name; Textual would make it when it is pushed."""
        keep_screen(self, name, make)
        self._get_screen(name)

    def lay_out_mode(self, mode: str) -> None:
        """Lay a page out that is not visible, so that it has nothing left to do when it is visited."""
        if mode != self.current_mode and mode in self._screen_stacks:
            self._lay_out(self._screen_stacks[mode][0])
            self._known_modes.add(mode)

    def lay_out_screen(self, name: str) -> None:
        """Lay an installed screen out that is not visible."""
        screen = self.get_screen(name)
        if screen not in self.screen_stack:
            self._lay_out(screen)

    def _lay_out(self, screen: Screen[Any]) -> None:
        screen._refresh_layout(self.size)
        screen._layout_required = False

    def delay_update(self, delay: float = 0.05) -> None:
        """Hold back updates while another page takes over: as briefly as possible, and without a timer of Textual's,
        which may never fire (`after`)."""
        held = ExitStack()
        held.enter_context(self.batch_update())

        def show() -> None:
            held.close()
            self.screen.refresh()

        after(min(delay, self._settling_s), self, show)

    def _handle_exception(self, error: Exception) -> None:
        """Keep an error that no handler caught: Textual ends the application without reporting it to the caller."""
        self.failure = self.failure or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End quietly: Textual would print the traceback, with all variables, on the restored terminal."""
        self._close_messages_no_wait()


def _add_missing(to: Stylesheet, given: Stylesheet) -> None:
    """Add what one stylesheet was made of to another one."""
    for location, (css, is_default, tie_breaker, scope) in given.source.items():
        if not to.has_source(*location):
            to.add_source(css, location, is_default, tie_breaker, scope)


class LatestSize(MessagePump):
    """A mixin for screens, named before the screen's class so that its handler comes first.

    A screen of Textual's that lays itself out in a size sends itself that size once more. With two sizes in its queue
    it alternates between them forever, and keys, timers and signals never get a turn.
    """

    def on_resize(self, event: events.Resize) -> None:
        """Ignore sizes that are out of date; the present one is reported, too."""
        if event.size != self.app.size:
            event.stop()
            event.prevent_default()


class StylesKept(MessagePump):
    """A mixin for pages, named before the screen's class so that its handler comes first.

    A screen of Textual's that is shown again looks up the styles of all its widgets, which takes longer than everything
    else. On a page they change only with the theme and the size.
    """

    _styled_for: tuple[str, Size] | None = None

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Have the styles looked up only if they can have changed."""
        look = (self.app.theme, self.app.size)
        event.refresh_styles = event.refresh_styles and look != self._styled_for
        self._styled_for = look


def read_styles(screen: Screen[Any]) -> None:
    """Add a new screen's own styles to the stylesheet.

    Textual would do so, too, but would then parse the styles of all screens and style every widget again.
    """
    stylesheet = screen.app.stylesheet
    for path in screen.css_path:
        if not stylesheet.has_source(str(path)):
            stylesheet.read(path)


def screen_lines(app: App[Any]) -> list[list[Segment]]:
    """Return what is on the screen, dialogs included, as lines of segments. Textual only makes a whole SVG of it, which
    shows lines and bars by whatever characters the viewer's font has."""
    console = Console(
        width=app.size.width,
        height=app.size.height,
        file=StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
    )
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    segments = [] if update is None else Segment.filter_control(console.render(update))
    return [*Segment.split_and_crop_lines(segments, app.size.width, include_new_lines=False)]

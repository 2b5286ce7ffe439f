"""The live monitor's way to the terminal: a driver for Textual that sends only what changes on the screen.

It depends on undocumented parts of Textual: `XTermParser`, which ends at an empty text and does not tell Escape from a
sequence without `tick`; `Driver._app`, `_debug`, `_loop`, `_mouse` and `_size`; the signs around each update; and the
timer for sizes. Tests in tests/tui/terminal/test_textual_below_the_driver.py fail when Textual does without. The
methods and events of `Driver` and the names in `textual.constants` are documented, so they are not workarounds.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import threading
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable
from typing import Any

from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.driver import Driver
from textual.geometry import Size
from textual.message import Message

from npumon.tui.terminal.key_queue import KeyQueue
from npumon.tui.terminal.opening import Opening
from npumon.tui.terminal.screen_buffer import ScreenBuffer
from npumon.tui.terminal.sgr import CellStyle
from npumon.tui.terminal.traits import TerminalTraits, entering, leaving
from npumon.tui.terminal.tty import PATIENCE_S, Tty

_SYNC_START, _SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
#: An update of this size may be seen half drawn; a smaller one arrives at once.
_LARGE = 1_024
#: The clipboard, the only control of the terminal that an app may use in passing (`App.copy_to_clipboard`).
_CLIPBOARD = re.compile("\x1b\\]52;c;[A-Za-z0-9+/=]*\x07")

# Kitty keyboard protocol, "progressive enhancement": disambiguate escape codes, report all keys as such with their
# text. What Textual's parser of keys expects.
_KITTY_KEYS = 0b11001


class TerminalDriver(Driver):
    """Textual's output and input on a terminal of known traits.

    Output goes into a `ScreenBuffer`; what the terminal does not show yet is sent when it takes it. So a slow line gets
    the latest screen instead of a queue of old ones, and a terminal that takes nothing stops nothing. Everything
    runs on the event loop. SIGTSTP gives the terminal back before the process stops; SIGCONT, also after a SIGSTOP,
    takes it again and repaints. A terminal that goes away raises SIGHUP, even if the kernel sends none.
    """

    traits = TerminalTraits(ascii=False, color=True, plain=False)
    #: The terminal if it has been taken already.
    opening: Opening | None = None

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        opening = self.opening
        self._tty = Tty() if opening is None else opening.tty
        #: What the terminal shows when the driver takes it; None if that is not known.
        self._opened = None if opening is None else opening.shown
        self._fixed_size = size
        self._size = self._known_size()
        self._buffer = ScreenBuffer(*self._size, ascii=self.traits.ascii, color=self.traits.color)
        self._controls: list[str] = []
        self._unsent = b""
        self._scheduled = False
        self._heard_s = float("-inf")
        self._active = False
        self._synchronized = False
        self._parser: XTermParser | None = None
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._tick: asyncio.TimerHandle | None = None
        self._keys = KeyQueue(app, self._loop, self.process_message)

    @property
    def bytes_written(self) -> int:
        """Bytes sent to the terminal so far."""
        return self._tty.bytes_written

    @property
    def quiet_s(self) -> float:
        """Seconds since the terminal sent something: a key, a movement of the mouse."""
        return self._loop.time() - self._heard_s

    @property
    def can_suspend(self) -> bool:
        """Whether `App.suspend` may hand the terminal over for a while: always."""
        return True

    def write(self, data: str) -> None:
        """Take the app's output. It is sent soon, together with everything drawn until then."""
        if data == _SYNC_START:  # the app heard that the terminal knows synchronized updates
            self._synchronized = True
        elif data == "\x07" or (_CLIPBOARD.fullmatch(data) and not self.traits.plain):
            self._controls.append(data)
        elif data and data != _SYNC_END:
            self._buffer.draw(data)
        self._send_soon()

    def look(self, styled: str) -> CellStyle:
        """Return the look of a text's first character, for `place`."""
        return self._buffer.look(styled)

    def place(self, x: int, y: int, text: str, look: CellStyle) -> int:
        """Show a text at a place of the screen (0-based), like `write` with its control sequences; return the column
        behind it."""
        end = self._buffer.place(x, y, text, look)
        self._send_soon()
        return end

    def repaint(self) -> None:
        """Send the whole screen again, after something else has written to it."""
        self._buffer.repaint()
        self._send_soon()

    def start_application_mode(self) -> None:
        """Take the terminal."""
        if self._active or self._tty.lost:
            return
        self._active = True
        self._enter()
        self._parser = XTermParser(self._debug)
        self._loop.add_reader(self._tty.input, self._read)
        for number, handler in self._handlers():
            self._loop.add_signal_handler(number, handler)
        self._resized()

    def disable_input(self) -> None:
        """Stop reading keys."""
        if self._parser is not None:
            self._parser = None
            self._loop.remove_reader(self._tty.input)
        self._keys.clear()
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None

    def stop_application_mode(self) -> None:
        """Leave the terminal as it was."""
        if not self._active:
            return
        self._active = False
        self.disable_input()
        for number, _ in self._handlers():
            self._loop.remove_signal_handler(number)
        self._loop.remove_writer(self._tty.output)
        # CAN ends a sequence that was cut.
        farewell = (b"\x18" if self._unsent else b"") + self._leaving().encode("ascii")
        self._unsent = b""
        if not self._tty.write_within(farewell, PATIENCE_S):
            self._tty.drop_output()
            self._tty.write(b"\x18" + farewell)
        self._tty.restore()

    def suspend_application_mode(self) -> None:
        """Hand the terminal over for a while."""
        self.stop_application_mode()

    def resume_application_mode(self) -> None:
        """Take the terminal again."""
        self.start_application_mode()

    def close(self) -> None:
        """Let go of the terminal for good."""
        self.stop_application_mode()
        self._tty.close()

    def _enter(self) -> None:
        self._tty.make_raw()  # first of all: this waits while the process is in the background
        vintage, plain = self.traits.vintage, self.traits.plain
        opened, self._opened = self._opened, None
        if opened is not None and (opened.columns, opened.rows) != (self._buffer.columns, self._buffer.rows):
            opened = None
        self._controls = [
            "" if opened else entering(self.traits),
            # Buttons, moves with a button pressed, in decimal numbers. Moves without one would cost traffic.
            "\x1b[?1000h\x1b[?1002h\x1b[?1006h" if self._mouse and not vintage else "",
            "" if vintage else "\x1b[?2004h",  # bracketed paste
            "" if plain or constants.DISABLE_KITTY_KEY else f"\x1b[>{_KITTY_KEYS}u",
            "" if plain or os.environ.get("TERM_PROGRAM") == "Apple_Terminal" else "\x1b[?2026$p",  # it prints a "p"
        ]
        self._unsent = b""
        self._buffer.cleared("" if opened is None else opened.line)
        self._send_soon()

    def _leaving(self) -> str:
        vintage, plain = self.traits.vintage, self.traits.plain
        return "".join(
            (
                _SYNC_END if self._synchronized else "",
                "" if plain or constants.DISABLE_KITTY_KEY else "\x1b[<u",
                "" if vintage else "\x1b[?2004l",
                "\x1b[?1006l\x1b[?1002l\x1b[?1000l" if self._mouse and not vintage else "",
                leaving(self.traits),
            )
        )

    def _send_soon(self) -> None:
        if self._active and not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._send)

    def _send(self) -> None:
        self._scheduled = False
        if self._unsent or not self._active:
            return
        output = "".join(self._controls) + self._buffer.update()
        self._controls.clear()
        if self.traits.vintage and output:
            output += "\x1b[H"  # its cursor cannot be hidden; let it rest
        if self._synchronized and len(output) >= _LARGE:
            output = _SYNC_START + output + _SYNC_END
        self._unsent = self._tty.write(output.encode("ascii" if self.traits.ascii else "utf-8", "replace"))
        self._after_write()
        if self._unsent:
            self._loop.add_writer(self._tty.output, self._send_rest)

    def _send_rest(self) -> None:
        self._unsent = self._tty.write(self._unsent)
        if not self._unsent:
            self._loop.remove_writer(self._tty.output)
            self._send_soon()  # what was drawn meanwhile
        self._after_write()

    def _after_write(self) -> None:
        if self._tty.lost:
            self._hang_up()

    def _read(self) -> None:
        data = self._tty.read()
        self._heard_s = self._loop.time()
        if self._tty.lost:
            self._hang_up()
        elif self._parser is not None:
            self._forward(self._parser.feed(text) if (text := self._decode(data)) else ())

    def _forward(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self._take(message)
        if self._tick is not None:
            self._tick.cancel()
        # Only time tells an Escape key from the start of an escape sequence.
        self._tick = self._loop.call_later(constants.ESCAPE_DELAY + 0.001, self._escape_time)

    def _take(self, message: Message) -> None:
        if isinstance(message, events.Key):
            self._keys.put(message)
        else:
            self.process_message(message)

    def _escape_time(self) -> None:
        self._tick = None
        if self._parser is not None:
            for message in self._parser.tick():
                self._take(message)

    def _hang_up(self) -> None:
        """Stop reading and writing: the terminal is gone. The handler of SIGHUP ends the app."""
        if not self._active:
            return
        self.stop_application_mode()
        signal.raise_signal(signal.SIGHUP)

    def _known_size(self) -> tuple[int, int]:
        return self._fixed_size or self._tty.size(os.environ)

    def _resized(self) -> None:
        size = self._known_size()
        if size != (self._buffer.columns, self._buffer.rows):
            self._buffer.resize(*size)
            self._loop.call_later(0.1, self._redraw)  # an app takes up to that long to draw itself in another size
        self.process_message(events.Resize(Size(*size), Size(*size)))

    def _sized(self) -> None:
        """Repaint: the terminal has, or briefly had, another size, and what it shows now is unknown."""
        self.repaint()
        self._resized()

    def _redraw(self) -> None:
        """Make the app draw everything: it has no reason to if the former size came back quickly. Its own timer for
        sizes may have failed, see `textual_workarounds.after`."""
        if self._active and self._app.screen_stack:
            screen, size = self._app.screen, self._app.size
            if screen.outer_size != size:
                screen.post_message(events.Resize(size, size))
            screen.refresh()

    def _handlers(self) -> tuple[tuple[signal.Signals, Callable[[], None]], ...]:
        return (
            (signal.SIGWINCH, self._sized),
            (signal.SIGTSTP, self._stop),
            (signal.SIGCONT, self._continue),
        )

    def _stop(self) -> None:
        """Stop as SIGTSTP asks, with the terminal given back, and go on when the process is continued.

        The handlers are gone meanwhile, so the signal does what it does to any program: it stops the process at
        once, or does nothing if no shell could continue it (an orphaned process group, `ssh -t host npumon`).
        """
        self.suspend_application_mode()
        signal.pthread_kill(threading.get_ident(), signal.SIGTSTP)
        self.resume_application_mode()
        self.send_message(self.SignalResume())

    def _continue(self) -> None:
        """Go on after a SIGSTOP: the shell has used the terminal meanwhile."""
        self._enter()
        if not self.traits.plain and not constants.DISABLE_KITTY_KEY:
            self._controls.insert(1, "\x1b[<u")  # the terminal keeps a stack of these requests
        self._sized()


def terminal_driver(traits: TerminalTraits, opening: Opening | None = None) -> type[TerminalDriver]:
    """Return the driver for a terminal with these traits, for `App(driver_class=...)`. It goes on with what an
    `opening` has begun."""
    members = {"traits": traits, "opening": opening, "__doc__": TerminalDriver.__doc__}
    return type("TerminalDriver", (TerminalDriver,), members)

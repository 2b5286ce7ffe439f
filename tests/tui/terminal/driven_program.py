"""A program for the tests of the driver: one line that shows what it was told, a mark, and its size.

Its words: `ascii`, `mono` (no colour), `slow` (cleans up for a while), `unhandled` (no handlers for signals),
`timerless` (timers that ring once are lost, as on an overloaded machine; has a line at the bottom).
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from textual.app import App, ComposeResult
from textual.events import Key, MouseDown, Paste, Resize
from textual.timer import Timer
from textual.widgets import Static

from npumon.tui.terminal.driver import TerminalDriver, terminal_driver
from npumon.tui.terminal.signals import ending_signals, suspend_job
from npumon.tui.terminal.traits import traits_for

#: What a clean-up takes: seconds.
CLEANING_S = 1.5


class Broken(Static):
    def render(self) -> str:
        raise ValueError("a widget broke")


class Program(App[None]):
    CSS = "#marked { background: blue; color: white } #size { height: auto } #bottom { dock: bottom; height: 1 }"
    ENABLE_COMMAND_PALETTE = False

    stopping: asyncio.Task[None] | None = None

    def on_load(self) -> None:
        if "unhandled" not in sys.argv:
            self.signals = ending_signals(self.stop)
            self.signals.__enter__()

    def stop(self, number: int) -> None:
        with Path("stopped").open("a") as file:
            file.write(f"{number} ")
        if self.stopping is None:
            self.stopping = asyncio.get_running_loop().create_task(self.clean_up())

    def note(self, what: str) -> None:
        Path(what).touch()

    async def clean_up(self) -> None:
        if "slow" in sys.argv:
            # The work of a clean-up, not a wait for something: a driver that does not wait for its end leaves no
            # `cleaned`, however long it takes, and the processor time used meanwhile is measured against it.
            await asyncio.sleep(CLEANING_S)
        self.note("cleaned")
        self.exit()

    def compose(self) -> ComposeResult:
        yield Static("first ┌─┐ 日本 café [red]red[/red]", id="line")
        yield Static("marked", id="marked")
        yield Static("", id="size")
        if "timerless" in sys.argv:
            yield Static("the bottom", id="bottom")

    def set_timer(self, delay: float, callback: Any = None, *, name: str | None = None, pause: bool = False) -> Timer:
        return super().set_timer(delay, callback, name=name, pause=pause or "timerless" in sys.argv)

    def show(self, text: str) -> None:
        self.query_one("#line", Static).update(text, layout=False)

    def on_resize(self, event: Resize) -> None:
        self.query_one("#size", Static).update(f"size {event.size.width}x{event.size.height}")

    def on_paste(self, event: Paste) -> None:
        self.show(f"pasted {event.text}")

    def on_mouse_down(self, event: MouseDown) -> None:
        self.show(f"mouse {event.screen_x},{event.screen_y}")

    async def on_key(self, event: Key) -> None:
        if event.key in ("q", "ctrl+c"):
            self.exit()
        elif event.key == "x":
            await self.mount(Broken())
        elif event.key == "ctrl+z":
            suspend_job()
        elif event.key == "s":
            with self.suspend():
                print("given away", flush=True)  # noqa: T201 - what a program does that was given the terminal
                sys.stdin.readline()
        elif event.key == "f":
            self.flood(0)
        elif event.key == "c":
            self.copy_to_clipboard("text")
        elif event.key == "r":
            driver().repaint()
        else:
            self.show(f"key {event.key} {event.character}")

    def flood(self, turn: int) -> None:
        """Change the screen for ever, and tell when the program still goes on after a while."""
        for index, widget in enumerate(self.query(Static)):
            widget.update(f"{turn * 7919 + index} " * 100)
        if turn == 200:
            self.note("flooded")
        self.set_timer(0.002, lambda: self.flood(turn + 1))


def driver() -> TerminalDriver:
    assert isinstance(app._driver, TerminalDriver)
    return app._driver


traits = traits_for(os.environ, ascii="ascii" in sys.argv, color="mono" not in sys.argv)
app = Program(driver_class=terminal_driver(traits))

if __name__ == "__main__":
    app.run()
    Path("written").write_text(str(driver().bytes_written))
    try:
        os.write(1, b"the end\n")
    except OSError:  # no terminal any more
        pass
    sys.exit(app.return_code)

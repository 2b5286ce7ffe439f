"""An application on a terminal of its own within the test's process, with the driver that npumon has."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import struct
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest
from textual.app import App

from npumon.tui.terminal import driver
from npumon.tui.terminal.driver import TerminalDriver, terminal_driver
from npumon.tui.terminal.screen_buffer import ScreenBuffer
from npumon.tui.terminal.sgr import CellStyle, visible_on_blank
from npumon.tui.terminal.traits import TerminalTraits
from npumon.tui.terminal.tty import Tty
from tests.tui.stage import until_so

_FLAGS = os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC
TRAITS = TerminalTraits(ascii=False, color=True, plain=False)

Application = TypeVar("Application", bound=App[Any])
Cells = tuple[list[list[str]], list[list[CellStyle]]]


@asynccontextmanager
async def on_terminal(
    monkeypatch: pytest.MonkeyPatch,
    app: Application,
    traits: TerminalTraits = TRAITS,
    size: tuple[int, int] = (40, 12),
) -> AsyncIterator[Application]:
    """Run the application on a terminal that takes everything and says nothing; end it afterwards."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    class OfItsOwn(Tty):
        def __init__(self) -> None:
            # Opened anew: one that may block would wait for this very loop to take what it writes.
            self.output, self.input = (os.open(os.ttyname(slave), _FLAGS) for _ in range(2))
            self.lost, self.bytes_written, self._before = False, 0, None

    monkeypatch.setattr(driver, "Tty", OfItsOwn)
    loop = asyncio.get_running_loop()
    loop.add_reader(master, lambda: os.read(master, 1 << 16))
    app.driver_class = terminal_driver(traits)
    running = loop.create_task(app.run_async())
    try:
        await until_so(lambda: app.is_running and app.screen_stack and app.size.width == size[0])
        yield app
    finally:
        app.exit()
        await running
        loop.remove_reader(master)
        os.close(master)
        os.close(slave)


def driver_of(app: App[Any]) -> TerminalDriver:
    """The application's terminal driver."""
    assert isinstance(app._driver, TerminalDriver)
    return app._driver


async def composed(app: App[Any]) -> None:
    """Have Textual compose the whole screen, and wait until it has."""
    done: list[bool] = []
    app.screen.refresh()
    app.screen.call_after_refresh(lambda: done.append(True))
    await until_so(lambda: done and not app.screen._dirty_widgets and not app.screen._layout_required)


def cells(app: App[Any]) -> Cells:
    """What the terminal is to show. Of a blank's look only what is visible counts."""
    buffer: ScreenBuffer = driver_of(app)._buffer
    looks = [
        [visible_on_blank(look) if text == " " else look for text, look in zip(texts, row, strict=True)]
        for texts, row in zip(buffer._text, buffer._looks, strict=True)
    ]
    return [row.copy() for row in buffer._text], looks


def differing(before: Cells, after: Cells) -> list[tuple[Any, ...]]:
    """The cells that are another text or have another look: column, row, before, after."""
    (old, looked), (new, looks) = before, after
    return [
        (x, y, text, new[y][x], looked[y][x], looks[y][x])
        for y, row in enumerate(old)
        for x, text in enumerate(row)
        if (text, looked[y][x]) != (new[y][x], looks[y][x])
    ]

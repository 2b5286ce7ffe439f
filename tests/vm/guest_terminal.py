"""The board's user at a terminal: a program on a pty, what its screen shows, the keys that are typed."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import pyte

from tests.vm.guest_system import HOME, LIMIT_S, UID, environment

_LOOK_S = 0.3


class Terminal:
    """A program on a terminal of its own. Leaving the block ends it."""

    def __init__(self, *command: str | Path, columns: int = 100, rows: int = 30) -> None:
        self._master, slave = pty.openpty()
        os.fchown(slave, UID, UID)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.output = b""
        self._drawn = 0
        self._text = ""
        self._process = subprocess.Popen(
            [*("setsid", "--ctty", "--wait"), *(str(word) for word in command)],
            user=UID,
            group=UID,
            extra_groups=[],
            cwd=HOME,
            env={**environment(), "TERM": "xterm-256color"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
        )
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait(LIMIT_S)
        os.close(self._master)

    def until_shown(self, *texts: str) -> None:
        """Wait until the screen shows all of the texts."""
        self._until(lambda: all(text in self._shown() for text in texts), f"{texts} to appear")

    def until_gone(self, text: str) -> None:
        """Wait until the screen does not show a text any more."""
        self._until(lambda: text not in self._shown(), f"{text!r} to go")

    def until_said(self, text: str, times: int = 1) -> None:
        """Wait until the program has printed a text so many times: less work than drawing a screen."""
        self._until(lambda: self.output.count(text.encode()) >= times, f"{text!r} to be said {times} times")

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def end(self) -> int:
        """Wait until the program ends; its status."""
        self._until(lambda: self._process.poll() is not None, "its end")
        return self._process.returncode

    def _until(self, condition: Callable[[], object], what: str) -> None:
        """Look now and then: looking costs the guest's one processor more than most programs do."""
        end = time.monotonic() + LIMIT_S
        while not condition():
            assert time.monotonic() < end, f"waited in vain for {what}; the screen:\n{self._shown()}"
            time.sleep(_LOOK_S)
            self._read()

    def _read(self) -> None:
        while select.select([self._master], [], [], 0)[0]:
            try:
                data = os.read(self._master, 65536)
            except OSError:  # nobody has the other side any more
                return
            if not data:
                return
            self.output += data

    def _shown(self) -> str:
        new = self.output[self._drawn :]
        if new:
            self._drawn = len(self.output)
            # pyte does not know private parameters such as kitty's and prints the rest of them
            self._stream.feed(new.replace(b"\x1b[>25u", b"").replace(b"\x1b[<u", b"").replace(b"\x1b[?2026$p", b""))
            self._text = "\n".join(self._screen.display)
        return self._text

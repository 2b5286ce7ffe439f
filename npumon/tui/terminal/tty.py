"""The terminal as a device: reads, writes that never wait, and settings that are restored."""

from __future__ import annotations

import errno
import os
import select
import termios
import time
from collections.abc import Mapping
from typing import Any

FALLBACK_SIZE = (80, 24)
_LARGEST = 1_000
#: Seconds to wait for a terminal that accepts no output when it is given back.
PATIENCE_S = 1.0


class Tty:
    """A terminal that is read and written without ever waiting for it.

    `lost` is True from the moment the terminal is found to be gone; nothing is written then, and nothing raises.
    Raises OSError when none of standard input, output and error is a terminal, nor is there a controlling one.
    """

    def __init__(self) -> None:
        shown = next((fd for fd in (1, 2, 0) if _is_terminal(fd)), None)
        self.output = _reopened(shown)
        self.input = os.dup(0) if _is_terminal(0) else _controlling(self.output)
        self.lost = False
        self.bytes_written = 0
        self._before: list[Any] | None = None

    @property
    def raw(self) -> bool:
        """Whether there are settings to be restored."""
        return self._before is not None

    def size(self, environ: Mapping[str, str]) -> tuple[int, int]:
        """Return columns and rows; if the terminal does not know (a serial line), those of $COLUMNS and $LINES."""
        try:
            columns, rows = os.get_terminal_size(self.output)
        except OSError:
            columns = rows = 0
        columns = columns or _count(environ.get("COLUMNS", "")) or FALLBACK_SIZE[0]
        rows = rows or _count(environ.get("LINES", "")) or FALLBACK_SIZE[1]
        return min(columns, _LARGEST), min(rows, _LARGEST)

    def make_raw(self) -> None:
        """Hand over each key as it is pressed, without echo and signals. In the background this stops the process
        until it is in the foreground. A second call keeps the settings that `restore` puts back."""
        try:
            attributes = termios.tcgetattr(self.input)
            if self._before is None:
                self._before = termios.tcgetattr(self.input)
            attributes[0] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
            attributes[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
            attributes[6][termios.VMIN], attributes[6][termios.VTIME] = 1, 0
            termios.tcsetattr(self.input, termios.TCSANOW, attributes)
        except termios.error:
            pass  # gone, which the next read tells, or in the background of a session without job control

    def restore(self) -> None:
        """Put the settings back, without the keys that were not read: a shell would run them."""
        if self._before is None:
            return
        before, self._before = self._before, None
        try:
            termios.tcflush(self.input, termios.TCIFLUSH)
            termios.tcsetattr(self.input, termios.TCSANOW, before)
        except termios.error:
            pass  # gone

    def read(self) -> bytes:
        """Return what was typed; empty if nothing was or the terminal is gone, see `lost`."""
        try:
            data = os.read(self.input, 4096)
        except (BlockingIOError, InterruptedError):
            return b""
        except OSError:
            data = b""
        if not data:
            self.lost = True
        return data

    def write(self, data: bytes) -> bytes:
        """Write what the terminal accepts now; return the rest."""
        while data and not self.lost:
            try:
                if not select.select([], [self.output], [], 0)[1]:
                    return data
                count = os.write(self.output, data)
            except (BlockingIOError, InterruptedError):
                return data
            except OSError:
                self.lost = True
                break
            self.bytes_written += count
            data = data[count:]
        return b""

    def write_within(self, data: bytes, seconds: float) -> bool:
        """Write everything, waiting at most that long for a stuck terminal. Return whether it was all written."""
        end = time.monotonic() + seconds
        while data := self.write(data):
            left = end - time.monotonic()
            if left <= 0:
                return False
            select.select([], [self.output], [], left)
        return True

    def drop_output(self) -> None:
        """Discard output that the terminal has not processed yet."""
        try:
            termios.tcflush(self.output, termios.TCOFLUSH)
        except termios.error:
            pass  # gone

    def close(self) -> None:
        """Close what was opened here."""
        for fd in {self.input, self.output}:
            if fd >= 0:
                os.close(fd)
        self.input = self.output = -1
        self.lost = True


def _is_terminal(fd: int) -> bool:
    try:
        return os.isatty(fd)
    except OSError:
        return False


def _reopened(fd: int | None) -> int:
    """Reopen the terminal, so that O_NONBLOCK does not affect the shell's own descriptors.
    Another user's terminal (after su) opens only as the controlling one."""
    flags = os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC
    if fd is None:
        return os.open("/dev/tty", flags)
    for name in (_name(fd), "/dev/tty"):
        try:
            opened = os.open(name, flags)
        except OSError:
            continue
        if name == "/dev/tty" or os.fstat(opened).st_rdev == os.fstat(fd).st_rdev:
            return opened
        os.close(opened)
    return os.dup(fd)


def _controlling(otherwise: int) -> int:
    try:
        return os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return os.dup(otherwise)


def _name(fd: int) -> str:
    try:
        return os.ttyname(fd)
    except OSError as error:
        return os.strerror(error.errno or errno.ENODEV)  # no such file


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0

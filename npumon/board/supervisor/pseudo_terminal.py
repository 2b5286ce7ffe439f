"""The pseudo-terminal that a run's program prints to.

On a terminal a C program's printf hands out every line as it ends; on a pipe it keeps some kilobytes back.

Belongs to the supervisor's program: only the standard library, and little of that, is imported here.
"""

from __future__ import annotations

import fcntl
import os
import sys
import termios

TYPE_CHECKING = False  # what `typing` would say; importing it takes longer than all the rest here
if TYPE_CHECKING:
    from collections.abc import Callable

_ROWS, _COLUMNS = 50, 200
_PIECE = 1 << 16


class PseudoTerminal:
    """A new pseudo-terminal that changes no byte of the output and echoes nothing.

    `slave` is for the program. We keep it open too: as long as one slave is open, the master can be read to its
    end at any time and then says EAGAIN; bytes written before a death are there when the death is noticed.
    `dead` is True while the terminal is hung up (somebody called vhangup): then it must not be polled, since it
    would report that all the time.
    """

    def __init__(self) -> None:
        """Raises OSError when there is no pseudo-terminal to be had."""
        self.master, self.slave = os.openpty()
        self.dead = False
        settings = termios.tcgetattr(self.slave)
        settings[1] &= ~termios.OPOST
        settings[3] &= ~termios.ECHO
        termios.tcsetattr(self.slave, termios.TCSANOW, settings)
        size = b"".join(number.to_bytes(2, sys.byteorder) for number in (_ROWS, _COLUMNS, 0, 0))
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, size)
        os.set_blocking(self.master, False)

    def copy(self, write: Callable[[bytes], None], limit: int) -> int:
        """Hand what has been printed to `write`, gathered into pieces of some size, until there is no more or
        `limit` bytes are exceeded. Returns how many bytes it was."""
        copied = 0
        gathered = b""
        while copied < limit:
            piece = self._read()
            copied += len(piece)
            gathered += piece
            if gathered and (not piece or len(gathered) >= _PIECE):
                write(gathered)
                gathered = b""
            if not piece:
                break
        if gathered:
            write(gathered)
        return copied

    def _read(self) -> bytes:
        try:
            piece = os.read(self.master, _PIECE)
        except BlockingIOError:
            piece = b""
        except OSError:
            self.dead = True
            return b""
        self.dead = False
        return piece

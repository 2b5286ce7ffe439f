"""The pseudo-terminal of a run, and starting the run's program on it.

On a terminal, a C program's printf writes every line as it ends; on a pipe it holds some kilobytes back.

Belongs to the supervisor's program: only the standard library, and little of that, is imported here.
"""

from __future__ import annotations

import errno
import fcntl
import os
import sys
import termios

TYPE_CHECKING = False  # what `typing` would say; importing it takes longer than all the rest here
if TYPE_CHECKING:
    import signal
    from collections.abc import Callable
else:
    import _signal as signal  # without the enumerations around it

_ROWS, _COLUMNS = 50, 200
_PIECE = 1 << 16


class PseudoTerminal:
    """A new pseudo-terminal that changes no byte of the output and echoes nothing.

    `slave` is for the program. It stays open here too: as long as one slave is open, the master can be read to its end
    at any time and then says EAGAIN, and bytes written before a process ended are there when its end is noticed. `dead`
    is True while the terminal is hung up (by vhangup): then it must not be polled, since poll would return at once,
    always.
    """

    def __init__(self) -> None:
        """Open it. Raises OSError if there is no pseudo-terminal to be had."""
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
        """Pass what has been printed to `write`, gathered into larger pieces, until there is no more or `limit` bytes
        are exceeded. Return the number of bytes."""
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


def spawn(command: list[str], cwd: str, environment: dict[str, str], terminal: int) -> tuple[int, str | None]:
    """Start a program in a session of its own, with `terminal` as its output and nothing as its input.

    Return its pid and None or, if it could not be executed, the pid of a child that has ended (and has to be reaped)
    and one sentence that says why. A command without a slash is looked up in `environment`'s PATH.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            _exec_child(command, cwd, environment, terminal, writing)
        finally:
            os._exit(127)
    os.close(writing)
    failure = b""
    while piece := os.read(reading, 64):  # execve closes the child's end: no bytes mean that it succeeded
        failure += piece
    os.close(reading)
    if not failure:
        return pid, None
    step, _, number = failure.decode().partition(" ")
    return pid, _sentence(step, int(number), command[0], cwd, environment.get("PATH", os.defpath))


def _exec_child(command: list[str], cwd: str, environment: dict[str, str], terminal: int, failures: int) -> None:
    """Put everything in place in the child and execute the command. Returns only if that failed."""
    step = "chdir"
    try:
        os.setsid()
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(terminal, 1)
        os.dup2(terminal, 2)
        for number in range(1, signal.NSIG):
            try:
                signal.signal(number, signal.SIG_DFL)
            except (OSError, ValueError):  # noqa: PERF203 - SIGKILL, SIGSTOP and the C library's own cannot be set
                continue
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.chdir(cwd)
        step = "exec"
        os.execvpe(command[0], command, environment)  # noqa: S606 - no shell is what we want
    except OSError as error:
        os.write(failures, f"{step} {error.errno or 0}".encode())
    except ValueError:  # a NUL byte inside an argument
        os.write(failures, f"{step} {errno.EINVAL}".encode())


def _sentence(step: str, number: int, name: str, cwd: str, search: str) -> str:
    """Return why the program could not be started: one sentence that names it. `search` is the program's PATH."""
    if step == "chdir":
        return (
            f"{_short(name)} could not be started: its folder {_short(cwd)} cannot be entered: {os.strerror(number)}."
        )
    # A folder of the PATH that may not be entered gives the same error as a program that may not be executed.
    folders = [""] if "/" in name else search.split(":")
    paths = (os.path.join(cwd, folder, name) for folder in folders)
    path = next((path for path in paths if os.path.exists(path)), None)
    if path is None and "/" not in name:
        why = "no such command in PATH"
    elif path is not None and number == errno.ENOENT:
        why = "the interpreter or loader that it names does not exist"
    elif path is not None and os.path.isdir(path):
        why = "it is a folder"
    elif path is not None and number == errno.ENOEXEC:
        why = _unexecutable(path)
    else:
        why = os.strerror(number)
    return f"{_short(name)} could not be executed: {why}."


def _short(path: str) -> str:
    """Shorten a name to what fits into the record, whatever characters it is made of."""
    return path if len(path) <= 160 else f"{path[:79]}…{path[-80:]}"


def _unexecutable(path: str) -> str:
    try:
        with open(path, "rb") as file:
            start = file.read(4)
    except OSError:
        start = b""
    if start == b"\x7fELF":
        return "it is a program for another processor architecture"
    return "it is neither a program nor a script that begins with #!/bin/sh or the like"

"""A program on a terminal of its own: what it shows, the keys that are typed, and how it leaves the terminal.

The terminal is a pty. A small leader owns it as a shell does: it starts the program as a job in the foreground,
tells when the job stops or ends, and continues it on demand.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyte

#: Seconds after which a test gives up waiting. Nothing is measured against it.
PATIENCE = 60.0

#: Runs argv[3:] as a job on the terminal that is its standard input. Writes a line for each of the job's states
#: into the descriptor argv[1], and obeys the letters read from argv[2]: c continues the job in the foreground.
#: First words of the job change how it starts: `0<file` and `2>file` redirect it, `nohup` has it ignore SIGHUP,
#: and with `orphan` there is no shell: the job itself owns the terminal.
_LEADER = """
import fcntl, os, signal, sys, termios
tell, obey = int(sys.argv[1]), int(sys.argv[2])
if "orphan" not in sys.argv:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
argv = sys.argv[3:]
job = os.fork()
if job == 0:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if "orphan" in argv:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        argv.remove("orphan")
    else:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    if "nohup" in argv:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        argv.remove("nohup")
    for fd in (tell, obey):
        os.close(fd)
    if argv[0].startswith("0<"):
        os.dup2(os.open(argv.pop(0)[2:], os.O_RDONLY), 0)
    if argv[0].startswith("2>"):
        os.dup2(os.open(argv.pop(0)[2:], os.O_WRONLY | os.O_CREAT, 0o600), 2)
    os.execv(argv[0], argv)
os.write(tell, b"started %d\\n" % job)
while True:
    status = os.waitpid(job, os.WUNTRACED)[1]
    if not os.WIFSTOPPED(status):
        os.write(tell, b"ended %d\\n" % os.waitstatus_to_exitcode(status))
        break
    try:
        os.tcsetpgrp(0, os.getpgrp())
    except OSError:
        pass
    os.write(tell, b"stopped %d\\n" % os.WSTOPSIG(status))
    order = os.read(obey, 1)
    if order == b"f":
        os.tcsetpgrp(0, job)
    os.kill(-job, signal.SIGCONT if order else signal.SIGKILL)
"""


class PtyApp:
    """A Python program on a pty, in a `folder` of its own. `screen` is what a user sees, `output` all bytes that came.

    `stdin` and `stderr` are files that take the terminal's place there. An `orphaned` program has no shell that
    could continue it, as after `ssh -t host program`.
    """

    def __init__(
        self,
        program: Path,
        folder: Path,
        *words: str,
        environ: Mapping[str, str | None] | None = None,
        columns: int = 80,
        rows: int = 24,
        stdin: Path | None = None,
        stderr: Path | None = None,
        orphaned: bool = False,
        hup_ignored: bool = False,
    ) -> None:
        self.master, self.slave = pty.openpty()
        self.resize(columns, rows)
        self.before = self.settings()
        self.output = b""
        self.screen = pyte.Screen(columns or 80, rows or 24)
        self._stream = pyte.ByteStream(self.screen)
        told, tell = os.pipe()
        obey, order = os.pipe()
        self._told, self._order = told, order
        self._states = b""
        self._ended = False
        variables = {
            "PATH": os.defpath,
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "PYTHONWARNINGS": "error",
            "PYTHONDONTWRITEBYTECODE": "1",
            **(environ or {}),
        }
        first = ["orphan"] * orphaned + ["nohup"] * hup_ignored + [f"0<{file}" for file in (stdin,) if file]
        first += [f"2>{file}" for file in (stderr,) if file]
        self._leader = subprocess.Popen(
            [sys.executable, "-c", _LEADER, str(tell), str(obey), *first, sys.executable, str(program), *words],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            pass_fds=(tell, obey),
            env={name: value for name, value in variables.items() if value is not None},
            cwd=folder,
        )
        os.close(tell)
        os.close(obey)
        self.pid = int(self.next_state().split()[1])

    def settings(self) -> list[Any]:
        """The terminal's settings, as stty shows them."""
        return termios.tcgetattr(self.slave)

    def raw(self) -> bool:
        """Whether keys go to the program as they are pressed."""
        return not self.settings()[3] & (termios.ICANON | termios.ECHO)

    def restore(self) -> None:
        """Give the terminal its first settings."""
        termios.tcsetattr(self.slave, termios.TCSANOW, self.before)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size; its program gets SIGWINCH."""
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if hasattr(self, "screen"):
            self.screen.resize(rows, columns)

    def read(self) -> bytes:
        """All that came by now."""
        while self.master >= 0 and select.select([self.master], [], [], 0)[0]:
            data = os.read(self.master, 65536)
            self.output += data
            # pyte does not know private parameters such as kitty's and prints the rest of them
            self._stream.feed(data.replace(b"\x1b[>25u", b"").replace(b"\x1b[<u", b"").replace(b"\x1b[?2026$p", b""))
        return self.output

    def shown(self) -> str:
        """The screen as text."""
        self.read()
        return "\n".join(self.screen.display)

    def until(self, condition: Callable[[], object], what: str = "", *, reading: bool = True) -> None:
        """Wait for a condition, and take the output meanwhile unless the terminal is to take none."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"waited in vain for {what}; last output: {self.output[-3000:]!r}"
            if reading:
                self.read()
            time.sleep(0.005)

    def until_shown(self, text: str) -> None:
        """Wait until the screen shows a text."""
        self.until(lambda: text in self.shown(), text)

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.master, keys)

    def signal(self, number: int) -> None:
        """Send the program a signal."""
        os.kill(self.pid, number)

    def next_state(self, *, reading: bool = True) -> str:
        """Wait for the job's next state: "started pid", "stopped signal" or "ended status"."""

        def told() -> bool:
            if select.select([self._told], [], [], 0)[0]:
                self._states += os.read(self._told, 4096)
            return b"\n" in self._states

        end = time.monotonic() + PATIENCE
        while not told():
            assert time.monotonic() < end, f"waited in vain; last output: {self.output[-3000:]!r}"
            if reading:
                self.read()
            time.sleep(0.005)
        line, _, self._states = self._states.partition(b"\n")
        if reading:
            self.read()
        self._ended = line.startswith(b"ended")
        return line.decode()

    def foreground(self) -> None:
        """Continue the stopped job in the foreground, as `fg` does."""
        os.write(self._order, b"f")

    def background(self) -> None:
        """Continue the stopped job in the background, as `bg` does."""
        os.write(self._order, b"b")

    def hang_up(self) -> None:
        """The terminal goes away, as when a connection is cut."""
        self.read()
        for fd in (self.slave, self.master):
            os.close(fd)
        self.slave = self.master = -1

    def cpu_seconds(self) -> float:
        """Processor time that the program used so far; 0 when it ended."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2].split()
        except FileNotFoundError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def ended(self) -> bool:
        """Whether the program's end was told."""
        return self._ended

    def close(self) -> None:
        """End all of it."""
        if self._leader.poll() is None:
            for pid in (getattr(self, "pid", None), self._leader.pid):
                if pid is not None and Path(f"/proc/{pid}").exists():
                    os.kill(pid, signal.SIGKILL)
        self._leader.wait()
        for fd in (self.master, self.slave, self._told, self._order):
            if fd >= 0:
                os.close(fd)


Start = Callable[..., PtyApp]


@contextmanager
def starting(program: Path, folder: Path) -> Iterator[Start]:
    """Gives what starts the program and waits until it shows a text. All that was started has to end meanwhile."""
    started: list[PtyApp] = []

    def start(*words: str, shows: str = "size ", **options: Any) -> PtyApp:
        started.append(PtyApp(program, folder, *words, **options))
        started[-1].until_shown(shows)
        return started[-1]

    try:
        yield start
        assert all(app.ended() for app in started), "still runs"
    finally:
        for app in started:
            app.close()


def left_as_it_was(app: PtyApp) -> None:
    """The terminal has its settings, its first screen with the cursor shown, and no mode is left on."""
    assert app.settings() == app.before
    modes: dict[str, bool] = {}
    for numbers, letter in re.findall(r"\x1b\[\?([0-9;]+)([hl])", app.read().decode("utf-8", "replace")):
        modes.update(dict.fromkeys(numbers.split(";"), letter == "h"))
    usual = {"7", "25"}  # wrapping, a cursor
    assert {number for number, on in modes.items() if on} - usual == set()
    assert all(modes.get(number, True) for number in usual)
    assert app.output.count(b"\x1b[>25u") == app.output.count(b"\x1b[<u")


def until_painted(app: PtyApp, before: int) -> None:
    """Wait until the whole screen came again, behind so many bytes."""
    app.until(lambda: b"size" in app.read()[before:], "the screen again")
    assert b"first" in app.output[before:]


def finish(app: PtyApp) -> None:
    """Quit by key, without being asked what becomes of a run."""
    app.type(b"\x03")
    assert app.next_state() == "ended 0"
    left_as_it_was(app)

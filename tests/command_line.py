"""npumon as a user starts it, for the tests of the command line and those from end to end.

A started npumon has a home, a state folder and a folder for temporary files of its own. Whatever descends from it
carries a mark in its environment, and a test that leaves one of those processes behind fails.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import pytest

from tests import golden

#: The real run of the public document.
SEED = Path(__file__).with_name("data") / "seed_run.txt"

#: Seconds after which a test gives up waiting. Nothing is measured against it.
PATIENCE = 60.0

#: Seconds from asking for a run to end until all of it is gone: npumon promises that. Its own start and end are not
#: counted in it.
WITHIN_S = 5.0

#: What a standard stream can be.
File = int | IO[Any]

#: Changes of the environment; None leaves a variable out.
Environ = Mapping[str, str | None]
NOTHING: Environ = {}

_MARK = "TEST_OF_NPUMON_MARK"

#: Takes standard input as controlling terminal and becomes the program, so that Ctrl-C there reaches its group.
_LEADER = (
    "import fcntl, os, sys, termios\n"
    "os.setsid()\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "os.execv(sys.argv[1], sys.argv[1:])\n"
)


def until(condition: Callable[[], object]) -> None:
    """Wait for a condition."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def content(path: Path) -> str:
    """What stands in a file so far; nothing in one that is not there yet."""
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def alive(pid: int) -> bool:
    """Whether a process still runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


def next_line(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """The next document that a process prints in a line, as soon as it is whole."""
    document: dict[str, Any] = json.loads(next_text(process))
    return document


def next_text(process: subprocess.Popen[bytes]) -> bytes:
    """The next line that a process prints, as soon as it is whole."""
    assert process.stdout is not None
    fd, line = process.stdout.fileno(), b""
    while not line.endswith(b"\n"):
        assert select.select([fd], [], [], PATIENCE)[0], "waited in vain"
        piece = os.read(fd, 1)
        assert piece, f"ended after {line!r}"
        line += piece
    return line


def refused(done: subprocess.CompletedProcess[str], status: int, *parts: str, key: str = "", **values: object) -> None:
    """The command ended with that status, without a result, and with one line on standard error: it has these parts,
    and is the golden sentence of that key, in which the values stand for what differs from run to run."""
    assert (done.returncode, done.stdout) == (status, ""), done
    assert done.stderr.startswith("npumon: "), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.endswith("\n"), done.stderr
    for part in parts:
        assert part in done.stderr
    if key:
        golden.printed(done.stderr, key, **values)


class Screen:
    """A pseudo-terminal that changes nothing on the way out; `text` is what was printed so far."""

    def __init__(self, columns: int = 80) -> None:
        self.screen, self.keyboard = pty.openpty()
        fcntl.ioctl(self.keyboard, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        attributes = termios.tcgetattr(self.keyboard)
        attributes[1] &= ~termios.OPOST
        attributes[3] &= ~termios.ECHO
        termios.tcsetattr(self.keyboard, termios.TCSANOW, attributes)
        self.text = b""

    def read(self) -> bytes:
        """All that was printed by now."""
        while select.select([self.screen], [], [], 0)[0]:
            self.text += os.read(self.screen, 65536)
        return self.text

    def wait_for(self, text: bytes) -> None:
        """Wait until something is printed."""
        until(lambda: text in self.read())

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.screen, keys)

    def close(self) -> None:
        """Hang up."""
        os.close(self.screen)
        os.close(self.keyboard)


class CommandLine:
    """npumon as a user starts it. Calling it runs it to its end; `start` and `on_terminal` give the process.

    `folder` is the current folder, `home`, `state` and `temporary` are the user's. `environ` may be changed; each
    call takes changes of it.
    """

    def __init__(self, place: Path, environ: dict[str, str]) -> None:
        self.folder, self.home, self.state, self.temporary = (
            place / name for name in ("here", "home", "state", "temporary")
        )
        for folder in (self.folder, self.home, self.temporary):
            folder.mkdir()
        self.config = place / "config" / "npumon" / "config.toml"
        self.environ = {
            **environ,
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(place / "config"),
            "XDG_STATE_HOME": str(self.state),
            "TMPDIR": str(self.temporary),
            "LANG": "C.UTF-8",
            "TERM": "xterm",
        }
        self._started: list[subprocess.Popen[bytes]] = []
        self._screens: list[Screen] = []

    @property
    def python(self) -> str:
        """The interpreter that npumon is run by."""
        return sys.executable

    @property
    def runs(self) -> Path:
        """Where run logs are kept."""
        return self.state / "npumon" / "runs"

    def __call__(
        self, *words: str | bytes, stdin: bytes = b"", cwd: Path | None = None, environ: Environ = NOTHING
    ) -> subprocess.CompletedProcess[str]:
        """Run npumon with these words and wait for its end."""
        return self.run([sys.executable, "-m", "npumon", *words], stdin=stdin, cwd=cwd, environ=environ)

    def run(
        self, argv: Sequence[str | bytes], *, stdin: bytes = b"", cwd: Path | None = None, environ: Environ = NOTHING
    ) -> subprocess.CompletedProcess[str]:
        """Run any program as npumon is run."""
        done = subprocess.run(
            argv,
            input=stdin,
            capture_output=True,
            cwd=cwd or self.folder,
            env=self.environment(environ),
            timeout=PATIENCE,
            check=False,
        )
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(
        self,
        *words: str,
        prefix: Sequence[str] = (),
        stdin: File = subprocess.DEVNULL,
        stdout: File = subprocess.PIPE,
        stderr: File = subprocess.PIPE,
        environ: Environ = NOTHING,
    ) -> subprocess.Popen[bytes]:
        """Start npumon in the background, behind a `prefix` such as nohup."""
        argv = [*prefix, sys.executable, "-m", "npumon", *words]
        return self._start(argv, stdin, stdout, stderr, self.environment(environ))

    def on_terminal(
        self,
        *words: str,
        prefix: Sequence[str] = (),
        stdout: File | Screen = subprocess.PIPE,
        columns: int = 80,
        environ: Environ = NOTHING,
    ) -> tuple[subprocess.Popen[bytes], Screen]:
        """Start npumon, behind a `prefix`, with a terminal that controls it and gets its messages."""
        screen = self.screen(columns)
        argv = [sys.executable, "-c", _LEADER, *prefix, sys.executable, "-m", "npumon", *words]
        out = stdout.keyboard if isinstance(stdout, Screen) else stdout
        return self._start(argv, screen.keyboard, out, screen.keyboard, self.environment(environ)), screen

    def screen(self, columns: int = 80) -> Screen:
        """A terminal, for standard output alone."""
        self._screens.append(Screen(columns))
        return self._screens[-1]

    def script(self, name: str, text: str) -> str:
        """Make an executable file in the current folder; returns how to name it there."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return f"./{name}"

    def environment(self, changes: Environ = NOTHING) -> dict[str, str]:
        """The user's variables with some changes."""
        return {name: value for name, value in {**self.environ, **changes}.items() if value is not None}

    def close(self) -> None:
        """End what was started."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
        while self._screens:
            self._screens.pop().close()

    def _start(
        self,
        argv: list[str],
        stdin: int | IO[Any],
        stdout: int | IO[Any],
        stderr: int | IO[Any],
        environ: dict[str, str],
    ) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            argv, stdin=stdin, stdout=stdout, stderr=stderr, cwd=self.folder, env=environ, bufsize=0
        )
        self._started.append(process)
        return process


def _marked(mark: str) -> list[int]:
    """The processes that descend from this test's npumon, as far as they kept their environment."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and mark.encode() in _environ(name)]


def _environ(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:  # it ended meanwhile, or is another user's
        return b""


@pytest.fixture
def npumon(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """npumon in a home of its own. Fails the test that leaves a process or a temporary file behind."""
    mark = uuid.uuid4().hex
    place = tmp_path / "user"
    place.mkdir()
    command_line = CommandLine(
        place,
        {
            "PATH": os.environ.get("PATH", os.defpath),
            _MARK: mark,
            "PYTHONPATH": str(Path(__file__).parents[1]),
            "PYTHONWARNINGS": "error",
            "PYTHONPYCACHEPREFIX": str(tmp_path_factory.getbasetemp() / "bytecode"),
        },
    )
    try:
        yield command_line
        command_line.close()
        until(lambda: not _marked(mark))
        assert os.listdir(command_line.temporary) == []
    finally:
        command_line.close()
        for pid in _marked(mark):
            os.kill(pid, signal.SIGKILL)

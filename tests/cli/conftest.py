"""Fixtures of the command line's tests: a home of its own, a real terminal, a fresh interpreter."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from npumon.cli.paths import UserFolders
from npumon.cli.settings import Settings, load
from tests.command_line import npumon

__all__ = ["npumon"]


@pytest.fixture
def folders(tmp_path: Path) -> UserFolders:
    """The places of a user who has nothing yet."""
    return UserFolders(
        str(tmp_path / "home"), str(tmp_path / "config.toml"), str(tmp_path / "state"), "XDG state folder"
    )


@pytest.fixture
def defaults(folders: UserFolders) -> Settings:
    return load(environ={}, folders=folders)


@dataclass(frozen=True)
class Terminal:
    """A pseudo-terminal: `fd` is the program's side, `read` gives what was written to it so far."""

    fd: int
    screen: int

    def read(self) -> str:
        os.set_blocking(self.screen, False)
        data = b""
        try:
            while piece := os.read(self.screen, 65536):
                data += piece
        except BlockingIOError:
            pass
        return data.decode()


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """40 columns wide, without output processing: what is written is what is read."""
    screen, fd = pty.openpty()
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    attributes = termios.tcgetattr(fd)
    attributes[1] &= ~termios.OPOST
    termios.tcsetattr(fd, termios.TCSANOW, attributes)
    yield Terminal(fd, screen)
    os.close(fd)
    os.close(screen)


Python = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def python(tmp_path: Path) -> Python:
    """Run a program text in a fresh interpreter, in an environment that holds only what is given."""

    def run(program: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            # -B: a program with a limit on file sizes would leave half a module in the bytecode cache
            [sys.executable, "-B", "-c", program, *arguments],
            env=environ,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run

"""The system's own programs that npumon starts: found in fixed folders, run with a limit, never through a shell."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from npumon.board.roots import Roots
from npumon.core.text import decode

#: Where they are looked for. PATH is not asked: what root runs must not depend on a user's environment.
FOLDERS = ("usr/sbin", "usr/bin", "sbin", "bin")
#: More than kmod ever prints.
_OUTPUT_LIMIT = 256 * 1024
_KILL_S = 1.0


class Ended(NamedTuple):
    """How a program ended: `status` None when it did not end in time or could not be started; then `hangs` tells
    which. Below 0 it is the number of the signal that ended it."""

    status: int | None
    output: str = ""
    errors: str = ""
    hangs: bool = False

    @property
    def said(self) -> str:
        """The last line that it printed for people, on one line."""
        lines = [line.strip() for line in (self.errors or self.output).splitlines() if line.strip()]
        return lines[-1][:300] if lines else ""


class SystemTools(NamedTuple):
    """Programs in some folders."""

    folders: tuple[Path, ...]

    @classmethod
    def of(cls, roots: Roots) -> SystemTools:
        """Those of the system under this root."""
        return cls(tuple(roots.root / name for name in FOLDERS))

    def find(self, name: str) -> str | None:
        """The absolute path of a program, None when it is in none of the folders."""
        for folder in self.folders:
            path = os.path.abspath(folder / name)
            if os.path.isfile(path) and os.access(path, os.X_OK):
                return path
        return None

    def run(self, name: str, arguments: Sequence[str], limit_s: float) -> Ended:
        """Run one of them without a terminal; a missing one is `status` None."""
        path = self.find(name)
        if path is None:
            return Ended(None, errors=f"there is no {name}")
        return run_program((path, *arguments), limit_s)


def run_program(argv: Sequence[str], limit_s: float, *, interactive: bool = False) -> Ended:
    """Run a program to its end, at most so many seconds.

    Its messages are asked for in English, since they are looked at. `interactive` leaves it the terminal as its
    standard input and the user's language. One that hangs in the kernel is killed and then left to itself.
    """
    import subprocess
    import tempfile

    # files, not pipes: a program that cannot be killed would keep a pipe open, and reading it would never end
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(
                argv,
                stdin=None if interactive else subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                env=None if interactive else {**os.environ, "LC_ALL": "C"},
                cwd="/",
            )
        except OSError as error:
            return Ended(None, errors=f"it cannot be started: {error.strerror}")
        hangs = False
        try:
            status: int | None = process.wait(limit_s)
        except subprocess.TimeoutExpired:
            status, hangs = None, True
            _give_up(process, _KILL_S)
        return Ended(status, _text(output.fileno()), _text(errors.fileno()), hangs)


def _give_up(process: object, seconds: float) -> None:
    import subprocess

    assert isinstance(process, subprocess.Popen)  # noqa: S101 - for the type checker; subprocess is imported late
    try:
        process.kill()
        process.wait(seconds)
    except PermissionError:  # sudo runs as root
        process.returncode = -9  # it is not ours to wait for any more
    except subprocess.TimeoutExpired:  # uninterruptible: nobody can end it
        process.returncode = -9


def _text(descriptor: int) -> str:
    data = os.pread(descriptor, _OUTPUT_LIMIT, 0)
    return "\n".join(decode(line) for line in data.splitlines())

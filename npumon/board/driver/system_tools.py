"""The system's own programs that npumon starts, with root's rights if need be: found in fixed folders, run with a time
limit, never through a shell."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from npumon.board.roots import Roots
from npumon.core.driver.plan import Step
from npumon.core.driver.sudoers import without_password
from npumon.core.problems import Problem
from npumon.core.text import decode

#: Where they are looked for. PATH is not used: what root runs must not depend on a user's environment.
FOLDERS = ("usr/sbin", "usr/bin", "sbin", "bin")
#: More than kmod ever prints.
_OUTPUT_LIMIT = 256 * 1024
_KILL_S = 1.0
#: Seconds for sudo to look up its rules; they may come over a network.
_SUDO_S = 20.0


class ToolResult(NamedTuple):
    """How a program ended. `status` is None if it did not end in time (`hangs`) or could not be started. A negative
    status is the number of the signal that ended it."""

    status: int | None
    output: str = ""
    errors: str = ""
    hangs: bool = False

    @property
    def last_message(self) -> str:
        """The last line of its output, errors first."""
        lines = [line.strip() for line in (self.errors or self.output).splitlines() if line.strip()]
        return lines[-1][:300] if lines else ""


class SystemTools(NamedTuple):
    """Programs in fixed folders."""

    folders: tuple[Path, ...]

    @classmethod
    def of(cls, roots: Roots) -> SystemTools:
        """Return those of the system under this root."""
        return cls(tuple(roots.root / name for name in FOLDERS))

    def find(self, name: str) -> str | None:
        """Return the absolute path of a program, None if it is in none of the folders."""
        for folder in self.folders:
            path = os.path.abspath(folder / name)
            if os.path.isfile(path) and os.access(path, os.X_OK):
                return path
        return None

    def run(self, name: str, arguments: Sequence[str], limit_s: float) -> ToolResult:
        """Run one of them without a terminal; if it is missing, the `status` is None."""
        path = self.find(name)
        if path is None:
            return ToolResult(None, errors=f"{name} is not installed")
        return run_program((path, *arguments), limit_s)


def run_program(argv: Sequence[str], limit_s: float, *, interactive: bool = False) -> ToolResult:
    """Run a program to its end, for at most that many seconds.

    Its messages are requested in English, since npumon reads them. `interactive` leaves it the terminal as its standard
    input and the user's language. A program that hangs in the kernel is killed and then left alone.
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
            return ToolResult(None, errors=f"cannot be started: {error.strerror}")
        hangs = False
        try:
            status: int | None = process.wait(limit_s)
        except subprocess.TimeoutExpired:
            status, hangs = None, True
            _give_up(process, _KILL_S)
        return ToolResult(status, _text(output.fileno()), _text(errors.fileno()), hangs)


def _give_up(process: object, seconds: float) -> None:
    import subprocess

    assert isinstance(process, subprocess.Popen)  # noqa: S101 - for the type checker; subprocess is imported late
    try:
        process.kill()
        process.wait(seconds)
    except PermissionError:  # sudo runs as root
        process.returncode = -9  # no longer ours to wait for
    except subprocess.TimeoutExpired:  # uninterruptible: it cannot be ended
        process.returncode = -9


def _text(descriptor: int) -> str:
    data = os.pread(descriptor, _OUTPUT_LIMIT, 0)
    return "\n".join(decode(line) for line in data.splitlines())


class Sudo:
    """Root's rights for the steps of a plan. `superuser` is True for a process that has them already. No password is
    ever seen or kept here."""

    def __init__(self, tools: SystemTools, *, superuser: bool) -> None:
        self._tools = tools
        self._superuser = superuser
        self._sudo = None if superuser else tools.find("sudo")

    def argv(self, step: Step, *, interactive: bool) -> tuple[str, ...]:
        """Return the command that is really run. Without `interactive`, sudo fails rather than ask (`-n`)."""
        if self._superuser or self._sudo is None:
            return step.argv
        return (self._sudo, *(() if interactive else ("-n",)), "--", *step.argv)

    def unavailable(self) -> Problem | None:
        """Return why there is no way to get root's rights at all."""
        if self._superuser or self._sudo is not None:
            return None
        what = "Loading and unloading a driver needs root's rights, and sudo is not installed."
        return Problem("driver.no_sudo", what, "Run npumon as root.", "unavailable")

    def denial(self, steps: Sequence[Step]) -> Problem | None:
        """Return why these steps cannot be taken without asking for a password.

        Called before the first step: a driver that may be unloaded but not loaded again is worse than none.
        """
        if self._superuser:
            return None
        unavailable = self.unavailable()
        if unavailable is not None or not self.needs_password(steps):
            return unavailable
        return Problem(
            "driver.not_permitted",
            "sudo does not let you load and unload the driver without a password.",
            "Run it in a terminal or as root, or install the rule that npumon driver sudoers prints.",
            "unavailable",
        )

    def needs_password(self, steps: Sequence[Step]) -> bool:
        """Return whether sudo would ask for a password for any of the steps.

        It does not for commands that its rules allow without one, nor while it remembers one.
        """
        if self._superuser or self._sudo is None:
            return False
        listing = self._tools.run("sudo", ("-n", "-l"), _SUDO_S)
        if listing.status == 0 and all(without_password(listing.output, step.argv) for step in steps):
            return False
        if self._tools.run("sudo", ("-n", "-v"), _SUDO_S).status != 0:
            return True
        return any(self._tools.run("sudo", ("-n", "-l", "--", *step.argv), _SUDO_S).status != 0 for step in steps)

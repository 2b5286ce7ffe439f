"""The only writer of standard error: refusals, warnings, notes and the one status line.

Nothing here ever raises: if standard error is broken, an error could not be shown anyway.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from npumon.cli.terminal import is_terminal, locale_environment, wants_ascii, width
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible

STANDARD_INPUT = 0
STANDARD_ERROR = 2


class Diagnostics:
    """Messages of the form `npumon: what is wrong. What to do.`, one line each.

    `quiet` leaves out notes and the status line; `debug` adds tracebacks to errors. `terminal` is True when
    standard error is a terminal that can redraw a line.
    """

    def __init__(
        self,
        *,
        quiet: bool = False,
        debug: bool = False,
        ascii_only: bool | None = None,
        fd: int = STANDARD_ERROR,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """`ascii_only` None follows the locale and the terminal."""
        self._environ = os.environ if environ is None else environ
        self._fd = fd
        self.quiet = quiet
        self.debug = debug
        is_tty = is_terminal(fd)
        self.terminal = is_tty and self._environ.get("TERM", "dumb") not in ("", "dumb")
        self.ascii = wants_ascii(
            "auto" if ascii_only is None else ascii_only, is_tty, locale_environment(self._environ)
        )
        self._status = ""

    @property
    def width(self) -> int:
        """The terminal's present width in columns."""
        return width(self._fd, self._environ)

    def error(self, error: Problem | ProblemError | str) -> None:
        """Say why npumon ends; with `debug`, print the traceback of a raised problem, too."""
        if isinstance(error, ProblemError):
            self.traceback(error)
            error = error.problem
        self._say(str(error))

    def warning(self, remark: Problem | str) -> None:
        """Warn of something that does not stop the work."""
        self._say(f"warning: {remark}")

    def note(self, text: str) -> None:
        """Print a note."""
        if not self.quiet:
            self._say(text)

    def label(self, text: str) -> None:
        """Print what qualifies every figure, even if npumon is to be quiet."""
        self._say(text)

    def show(self, lines: Iterable[str]) -> None:
        """Print the lines that a question is about, as they are."""
        for line in lines:
            self._write(visible(line) + "\n")

    @property
    def can_ask(self) -> bool:
        """Whether a user can be asked: standard error and standard input are both a terminal."""
        return is_terminal(self._fd) and is_terminal(STANDARD_INPUT)

    def ask(self, question: str) -> bool:
        """Ask a question and return whether the answer is y or yes."""
        import sys

        self.status("")
        self._emit(f"npumon: {visible(question)} [y/N] ")
        answer = sys.stdin.readline() if sys.stdin is not None else ""
        if not answer.endswith("\n"):
            self._emit("\n")
        return answer.strip().lower() in ("y", "yes")

    def traceback(self, error: BaseException) -> None:
        """Print the traceback of an exception, with `debug` only."""
        if not self.debug:
            return
        import traceback

        for block in traceback.format_exception(error):
            self._write("".join(visible(line) + "\n" for line in block.splitlines()))

    def status(self, line: str) -> None:
        """Show `line` in place of the last status line, on a terminal; an empty one erases it."""
        if not self.terminal or self.quiet or line == self._status:
            return
        line = visible(line)
        erase = " " * (len(self._status) - len(line))
        self._emit(f"\r{line}{erase}" + ("\b" * len(erase) if line else "\r"))
        self._status = line

    def _say(self, text: str) -> None:
        self._write(f"npumon: {visible(text)}\n")

    def _write(self, text: str) -> None:
        """Write whole lines, above the status line if there is one."""
        status = self._status
        self.status("")
        self._emit(text)
        self.status(status)

    def _emit(self, text: str) -> None:
        data = text.encode("ascii" if self.ascii else "utf-8", "backslashreplace")
        try:
            while data:
                data = data[os.write(self._fd, data) :]
        except OSError:
            pass  # see the module's docstring

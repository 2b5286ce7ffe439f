"""Standard output as a C program has it: in blocks, or line by line on a terminal. Standard error is unbuffered."""

from __future__ import annotations

import os
import signal
import sys

_BLOCK = 4096


class Stdio:
    """The program's output. Nothing else may write to `sys.stdout`."""

    def __init__(self) -> None:
        self._out = open(sys.stdout.fileno(), "wb", buffering=_BLOCK, closefd=False)  # noqa: SIM115 (closed by `flush` at the end of the process)
        self._by_line = self._out.isatty()

    def out(self, data: bytes) -> None:
        """Write like printf."""
        if not self._by_line:
            self._out.write(data)
            return
        for line in data.splitlines(keepends=True):
            self._out.write(line)
            if line.endswith(b"\n"):
                self._out.flush()

    def error(self, data: bytes) -> None:
        """Write like fprintf to stderr."""
        os.write(sys.stderr.fileno(), data)

    def flush(self) -> None:
        """Flush like fflush, which the demo programs call once, at their end."""
        self._out.flush()


def behave_like_c() -> None:
    """Die of SIGPIPE and SIGINT as C programs do, without a traceback."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def number(text: str | None, default: int) -> int:
    """Convert like atoi: the digits at the beginning, 0 without any; `default` if there is no text."""
    if text is None:
        return default
    text = text.strip()
    sign = text[:1] if text[:1] in ("-", "+") else ""
    digits = ""
    for char in text[len(sign) :][:18]:
        if not "0" <= char <= "9":
            break
        digits += char
    return int(f"{sign}{digits}") if digits else 0

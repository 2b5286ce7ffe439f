"""What the terminal, or whatever text goes to instead, can take: width, colour, characters beyond ASCII."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Literal

DEFAULT_WIDTH = 80
#: A hostile or mistaken COLUMNS must not make tables of a gigabyte.
WIDEST = 1_000

#: Terminals (the Linux console, serial lines) whose character set ends at ASCII, or nearly so.
_ASCII_TERMINALS = ("linux", "dumb", "vt52", "vt100", "vt102", "vt220", "ansi", "cons25")


def is_terminal(fd: int) -> bool:
    """Return whether the file descriptor is open and a terminal."""
    try:
        return os.isatty(fd)
    except OSError:
        return False


def width(fd: int, environ: Mapping[str, str]) -> int:
    """Return the number of columns: $COLUMNS, else what the terminal reports, else 80. A serial line reports 0, which
    counts as unknown."""
    text = environ.get("COLUMNS", "")
    columns = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    if columns == 0:
        try:
            columns = os.get_terminal_size(fd).columns
        except OSError:
            pass
    return min(columns or DEFAULT_WIDTH, WIDEST)


def wants_color(
    setting: Literal["auto", "always", "never"], chosen: bool, terminal: bool, environ: Mapping[str, str]
) -> bool:
    """Return whether to use colour. `chosen` says that the user set the setting, so it goes before NO_COLOR (as
    no-color.org asks); `terminal` that the destination is one."""
    if chosen and setting != "auto":
        return setting == "always"
    if environ.get("NO_COLOR") or setting == "never" or not terminal:
        return False
    return environ.get("TERM", "dumb") not in ("", "dumb")


def wants_ascii(setting: bool | Literal["auto"], terminal: bool, environ: Mapping[str, str]) -> bool:
    """Return whether to keep to ASCII. auto asks for it on a terminal that knows no more and in a locale that does not
    use UTF-8. `environ` is what `locale_environment` gives."""
    if setting != "auto":
        return setting
    kind = environ.get("TERM", "")
    if terminal and (kind in _ASCII_TERMINALS or kind.startswith(("vt100-", "linux-"))):
        return True
    return not utf8_locale(environ)


def utf8_locale(environ: Mapping[str, str]) -> bool:
    """Return whether LC_ALL, LC_CTYPE or LANG, the first that is set, names a UTF-8 character set. C and POSIX do not,
    nor does a locale without a character set (`en_US`)."""
    name = next((environ[key] for key in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(key)), "C")
    language, _, charset = name.partition("@")[0].rpartition(".")
    return charset.lower().replace("-", "") == "utf8" and (bool(language) or name == "UTF-8")


def locale_environment(environ: Mapping[str, str], started_with: str = "/proc/self/environ") -> dict[str, str]:
    """Return the environment with LC_CTYPE as the user set it.

    In the C locale the interpreter sets LC_CTYPE to C.UTF-8 for itself as it starts (PEP 538) and turns its
    UTF-8 mode on; then the variable no longer tells what the terminal can do. `started_with` holds the
    environment that the process was started with, as the kernel shows it.
    """
    copy = dict(environ)
    if sys.flags.utf8_mode and copy.get("LC_CTYPE") and not copy.get("LC_ALL"):
        del copy["LC_CTYPE"]
        try:
            with open(started_with, "rb") as file:
                variables = file.read().split(b"\0")
        except OSError:
            variables = []
        for variable in variables:
            if variable.startswith(b"LC_CTYPE="):
                copy["LC_CTYPE"] = os.fsdecode(variable.partition(b"=")[2])
    return copy

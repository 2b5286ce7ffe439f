"""The NPU driver's version, from wherever this kernel tells it.

The string has 4 numbers in old drivers and up to 7 in Khadas' newer ones (`6.4.8.7.1.1.1`).
"""

from __future__ import annotations

import re
from pathlib import Path

from npumon.board.driver.kernel_log import read_kernel_log
from npumon.board.roots import Roots
from npumon.board.sysfs import read_text
from npumon.core.text import decode

_VERSION = re.compile(r"(?<![\w.])[0-9]{1,10}(?:\.[0-9]{1,10}){3,6}(?!\.?\w)")
_LOG_LINE = re.compile(rb"Galcore version ([^\n]{1,80})")
_SHOWN = 60


def find_version(text: str) -> str | None:
    """The first 4 to 7 numbers joined by dots."""
    match = _VERSION.search(text)
    return match.group() if match else None


def read_version(roots: Roots) -> str | None:
    """The loaded driver's version, None where nothing tells.

    Asked in this order: the module's own attribute; debugfs `gc/version` (`6.4.x built at HOST`, root only); the
    kernel log (`Galcore version 6.4.x.y`, printed at load), where this user may read it.
    """
    return (
        _stated(read_text(roots.sys / "module/galcore/version", 256))
        or _stated((read_text(roots.sys / "kernel/debug/gc/version", 4096) or "").partition("built at")[0])
        or _logged(roots.dev / "kmsg")
    )


def _stated(text: str | None) -> str | None:
    """A text that is all about the version: shown as it is where it has not the usual form."""
    words = (text or "").split()
    return (find_version(" ".join(words)) or words[0][:_SHOWN]) if words else None


def _logged(path: Path) -> str | None:
    """The version of the last load that the kernel log remembers."""
    found = _LOG_LINE.findall(read_kernel_log(path))
    return find_version(decode(found[-1])) if found else None

"""The demo board's executables: small scripts that start this Python on `start.py`."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

_START = Path(__file__).resolve().with_name("start.py")


def command(arguments: Sequence[str]) -> list[str]:
    """The argv that runs `start.py`: without site packages and PYTHON* variables, for speed and for C's buffering."""
    return [sys.executable, "-I", "-S", str(_START), *arguments]


def shell_script(arguments: Sequence[str]) -> bytes:
    """A /bin/sh script that becomes that process, so that the caller sees its real end."""
    words = " ".join(shlex.quote(word) for word in command(arguments))
    return os.fsencode(f'#!/bin/sh\n# npumon demo: stands for a program of the board\nexec {words} "$@"\n')


def python_script(arguments: Sequence[str]) -> bytes:
    """The same as a Python script, for programs that are run as `python3 NAME.py`."""
    return os.fsencode(
        "#!/usr/bin/env python3\n# npumon demo: stands for a program of the board\nimport os\nimport sys\n\n"
        f"command = {[os.fsencode(word) for word in command(arguments)]}\n"
        "os.execv(command[0], [*command, *map(os.fsencode, sys.argv[1:])])\n"
    )

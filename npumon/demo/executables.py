"""The demo board's executables: how they are written, and where they start.

Each is a small script that runs this file, which first finds the package it is part of. What stands for a program of
the board starts as quickly as it can, so nothing is imported before it is needed.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # `typing` would take longer to import than everything else here
if TYPE_CHECKING:
    from collections.abc import Sequence


def command(arguments: Sequence[str]) -> list[str]:
    """Return the argv that runs this file without site packages and PYTHON* variables: for speed, and so that output
    is buffered as in C."""
    return [sys.executable, "-I", "-S", os.path.realpath(__file__), *arguments]


def shell_script(arguments: Sequence[str]) -> bytes:
    """Return a /bin/sh script that becomes that process, so that its caller sees how it really ends."""
    import shlex

    words = " ".join(shlex.quote(word) for word in command(arguments))
    return os.fsencode(f'#!/bin/sh\n# npumon demo: stands for a program of the board\nexec {words} "$@"\n')


def python_script(arguments: Sequence[str]) -> bytes:
    """Return the same as a Python script, for programs that are run as `python3 NAME.py`."""
    return os.fsencode(
        "#!/usr/bin/env python3\n# npumon demo: stands for a program of the board\nimport os\nimport sys\n\n"
        f"command = {[os.fsencode(word) for word in command(arguments)]}\n"
        "os.execv(command[0], [*command, *map(os.fsencode, sys.argv[1:])])\n"
    )


def main() -> int:
    """Run `model BOARD …` or `module BOARD …`; return the status of the program that it stands for."""
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    kind, arguments = sys.argv[1], sys.argv[2:]
    if kind == "module":
        from npumon.demo import module_tools

        return module_tools.main(arguments)
    from npumon.demo import program

    return program.main(arguments)


if __name__ == "__main__":
    sys.exit(main())

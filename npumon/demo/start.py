"""Entry point of the demo board's executables. It is run as a file, so it first finds the package it is part of."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """`start.py model BOARD …` and `start.py module BOARD …`; status as of the program that it stands for."""
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    kind, arguments = sys.argv[1], sys.argv[2:]
    if kind == "module":
        from npumon.demo import module_tools

        return module_tools.main(arguments)
    from npumon.demo import program

    return program.main(arguments)


if __name__ == "__main__":
    sys.exit(main())

"""What npumon does when things go wrong: each fault, what the user sees, what is left behind, and who checks it.

The table is fault_matrix.csv beside this file. `python -m tests.fault_matrix` prints it as docs/faults.md shows it.
Tests are named as `path::function`, with paths relative to this folder; those in vm/ are played on a real kernel
(`make test-vm`).
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import NamedTuple


class Fault(NamedTuple):
    """One row. `tests` are names with blanks between them."""

    group: str
    fault: str
    seen: str
    left: str
    tests: str


def faults() -> list[Fault]:
    """All rows, in the order of the file."""
    with Path(__file__).with_suffix(".csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    if tuple(header) != Fault._fields:
        raise ValueError(f"columns {header}")
    return [Fault(*row) for row in rows]


def markdown() -> str:
    """The table of each group, below a heading."""
    rows = faults()
    lines: list[str] = []
    for group in dict.fromkeys(row.group for row in rows):
        lines += [f"## {group}", "", "Fault | What you see | What is left", "--- | --- | ---"]
        lines += [f"{row.fault} | {row.seen} | {row.left}" for row in rows if row.group == group]
        lines += [""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(markdown())

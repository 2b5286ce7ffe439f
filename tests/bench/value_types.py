"""Measure what the kind of a value type costs: `python tests/bench/value_types.py`. Prints figures, judges nothing.

A class of five fields as a named tuple and as a frozen dataclass with slots, each created in a new interpreter, in
turn; the import of `dataclasses` where `typing` and `re` are there already, as in any command; and a copy of
`RunState` with one field changed, which the fold makes at nearly every event.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

ROUNDS = 25
FIELDS = """
        a: int | None = None
        b: float | None = None
        c: str = ""
        d: tuple[int, ...] = ()
        e: bool = False
"""
CREATE = """from __future__ import annotations
from typing import NamedTuple
from dataclasses import dataclass
from time import perf_counter
began = perf_counter()
for _ in range(20):
    {head}:{fields}
print((perf_counter() - began) / 20 * 1e3)
"""
COPY = """
from dataclasses import field, make_dataclass, replace
from timeit import repeat
from npumon.core.run.state import RunState
names = [(name, object, field(default=None)) for name in RunState._fields]
values = {{"tuple": RunState(), "class": make_dataclass("State", names, frozen=True, slots=True)()}}
copies = {{"tuple": lambda: values["tuple"]._replace(stage="x"), "class": lambda: replace(values["class"], stage="x")}}
print(min(repeat(copies["{kind}"], number=2000, repeat=5)) / 2000 * 1e6)
"""
PROGRAMS = {
    "create a named tuple, ms": CREATE.format(head="class Value(NamedTuple)", fields=FIELDS),
    "create a frozen dataclass with slots, ms": CREATE.format(
        head="@dataclass(frozen=True, slots=True)\n    class Value", fields=FIELDS
    ),
    "import dataclasses after typing and re, ms": (
        "import re, typing\nfrom time import perf_counter\nbegan = perf_counter()\n"
        "import dataclasses\nprint((perf_counter() - began) * 1e3)"
    ),
    "copy a RunState by _replace, us": COPY.format(kind="tuple"),
    "copy a dataclass of its fields by replace, us": COPY.format(kind="class"),
}


def main() -> None:
    figures: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(ROUNDS):
        for name, program in PROGRAMS.items():
            ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
            figures[name].append(float(ended.stdout))
    print(f"Python {sys.version.split()[0]}, {ROUNDS} interpreters each, in turn")
    for name, found in figures.items():
        print(f"{name:46}{min(found):8.2f} least{statistics.median(found):8.2f} median")


if __name__ == "__main__":
    main()

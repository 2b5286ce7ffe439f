"""`make bench`, second part: what the live monitor costs on a terminal of 120 x 40, beside nvitop, htop and a minimal
Textual app, all in one run. Prints a table with the goals; judges nothing by its exit status.

    terminal.py [--npumon FILE] [--only npumon,minimal] [--parts steady,start] [--command "npumon --demo"]

Needs pyte and psutil. nvitop (from PyPI, into the environment of this script) and htop (apt install htop) may be
absent. Each program gets a home of its own; nothing is left behind.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench import measurements, parts, streams, subjects
from tests.bench.measurements import Measurement
from tests.bench.pty_program import end_all_at
from tests.bench.subjects import Subject

#: Parts of the bench by the name that --rows takes.
PARTS: dict[str, Callable[[Measurement], None]] = {
    "steady": measurements.measure_steady,
    "busy": measurements.measure_busy,
    "start": measurements.measure_start,
    "keys": measurements.measure_keys,
    "watch": measurements.measure_watch,
    "reading": streams.measure_reading,
    "flow": streams.measure_flow,
    "rates": streams.measure_rates,
    "series": streams.measure_series,
    "camera": streams.measure_camera,
    "stop": streams.measure_stop,
}
NAMES = ("npumon", "nvitop", "htop", "minimal")


@dataclass(frozen=True)
class Row:
    """A line of the table; the goal is a number, a column that is not to be exceeded, or nothing. `least` says that
    the figure is not to be below it."""

    part: str
    key: str
    title: str
    digits: int = 0
    goal: float | str | None = None
    least: bool = False


ROWS = (
    Row("steady", "cpu", "steady: CPU, % of a core", 2, "nvitop"),
    Row("steady", "bytes", "steady: bytes/s", 0, 640),
    Row("steady", "rss", "steady: resident memory, MB", 1),
    Row("busy", "busy bytes", "a run each second: bytes/s", 0, 4_000),
    Row("busy", "busy cpu", "a run each second: CPU, %", 2),
    Row("start", "first bytes", "first frame until settled: bytes", 0, 30_000),
    Row("start", "repaints", "full repaints until settled", 0, 1),
    Row("start", "first line", "first line / import textual.app", 2, 0.4),
    Row("start", "start", "first content / import textual.app", 2, 1.2),
    Row("keys", "key first", "key to output, slowest first press, ms", 1, 30),
    Row("keys", "key", "key to output, median ms", 1, 10),
    Row("keys", "key end", "key to the output's end, median ms", 1),
    Row("watch", "line", "line in file to terminal, median ms", 1, 25),
    Row("reading", "foreign", "reading: lines of no profile/s", 0, 1_000_000, least=True),
    Row("reading", "blocks", "reading: lines of blocks/s", 0, 1_000_000, least=True),
    Row("flow", "age", "50,000 lines/s: to terminal, median ms", 0),
    Row("flow", "oldest", "50,000 lines/s: to terminal, most, ms", 0, 250),
    Row("flow", "memory", "50,000 lines/s: MB, most", 1, 60),
    Row("flow", "growth", "50,000 lines/s: MB from 25 % to end", 1, 2),
    Row("rates", "rate 10", "10 iterations a second: CPU, %", 2, 3),
    Row("rates", "rate 30", "30 iterations a second: CPU, %", 2, 4),
    Row("rates", "rate 100", "100 iterations a second: CPU, %", 2, 6),
    Row("series", "run own", "a run each second: own CPU, %", 2),
    Row("series", "run supervisor", "a run each second: supervisor, %", 2),
    Row("series", "run", "a run each second: both, %", 2, 6),
    Row("camera", "camera", "an hour of a camera: MB, most", 1, 60),
    Row("camera", "camera growth", "an hour of a camera: MB it grows by", 1, 1),
    Row("stop", "x", "yes runs: x to its end, s", 2, 2),
    Row("stop", "q", "yes runs: q to its end, s", 2, 2),
)


def verdict(row: Row, figures: Mapping[tuple[str, str], float]) -> str:
    """Whether npumon's figure, as far as there is one, meets the goal."""
    value = figures.get((row.key, "npumon"))
    goal = figures.get((row.key, row.goal)) if isinstance(row.goal, str) else row.goal
    if goal is None:
        return ""
    if value is None:
        return "not measured"
    return "met" if (value >= goal if row.least else value <= goal) else "missed"


def show(bench: Measurement, asked: set[str], measured: Sequence[str]) -> None:
    """The table, then the notes."""
    columns = {each.name: each for each in bench.subjects}
    names = ["npumon", "nvitop", "htop", "minimal Textual"]
    head = "".join(f"{name:>17}" for name in names)
    print(f"{'120 x 40, one refresh a second':38}{'goal':>10}{head}")
    for row in ROWS:
        if row.part not in measured:
            continue
        goal = "" if row.goal is None else f"{'≥' if row.least else '≤'} {row.goal}"
        judgement = verdict(row, bench.figures) if "npumon" in columns else ""
        cells = ""
        for name in names:
            value = bench.figures.get((row.key, name))
            if value is not None:
                cells += f"{value:17.{row.digits}f}"
            else:
                cells += f"{'–' if name in columns else 'not here' if name in asked else '':>17}"
        print(f"{row.title:38}{goal:>10}{cells}  {judgement}".rstrip())
    print()
    for note in dict.fromkeys(bench.notes):
        print(note)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="What the live monitor costs, beside its yardsticks.")
    beside = Path(sys.executable).parent / "npumon"
    parser.add_argument("--npumon", type=Path, default=beside, help="the npumon to measure (default: beside Python)")
    parser.add_argument("--command", help="what is measured as npumon (default: NPUMON --demo)")
    parser.add_argument("--watch-command", help="what follows a file, whose name is added (default: NPUMON watch)")
    parser.add_argument("--python", help="runs the minimal app (default: the one beside NPUMON)")
    parser.add_argument("--only", default=",".join(NAMES), help=f"some of {','.join(NAMES)}")
    parser.add_argument("--parts", default="", help=f"some of {','.join(PARTS)}; all of them by default")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long steady and busy are watched")
    parser.add_argument("--rounds", type=int, default=3, help="medians are of so many")
    parser.add_argument("--lines", type=int, default=1_000_000, help="of the busy log")
    given = parser.parse_args()
    if unknown := set(given.only.split(",")) - set(NAMES):
        parser.error(f"not known: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    return given


def main() -> None:
    """Measure what is asked, print the table."""
    given = arguments()
    chosen_parts = parts.chosen(given.parts, PARTS)
    if not chosen_parts:
        return
    npumon = str(given.npumon.absolute())
    # Not resolved: in a virtual environment it is a link, and what it is called decides what it can import.
    python = given.python or str(given.npumon.absolute().parent / "python")
    command = tuple(shlex.split(given.command)) if given.command else (npumon, "--demo")
    watch_command = tuple(shlex.split(given.watch_command)) if given.watch_command else (npumon, "watch")
    with tempfile.TemporaryDirectory(prefix="npumon-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        known: dict[str, Callable[[], Subject]] = {
            "npumon": lambda: subjects.npumon(command, watch_command, (npumon,)),
            "nvitop": lambda: subjects.nvitop(folder),
            "htop": subjects.htop,
            "minimal": lambda: subjects.minimal(python),
        }
        chosen = [known[each]() for each in NAMES if each in given.only.split(",")]
        present = [each for each in chosen if not each.absent]
        bench = Measurement(folder, present, given.seconds, given.rounds, given.lines, python)
        bench.notes.extend(f"{each.name} is not here ({each.absent})" for each in chosen if each.absent)
        print(f"Python {platform.python_version()}, {os.uname().machine}, load {os.getloadavg()[0]:.1f}", flush=True)
        try:
            for part in chosen_parts:
                print(f"measuring: {part}", file=sys.stderr, flush=True)
                PARTS[part](bench)
        finally:
            end_all_at(folder)
        show(bench, {each.name for each in chosen}, chosen_parts)


if __name__ == "__main__":
    main()

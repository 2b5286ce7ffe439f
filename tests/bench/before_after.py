"""Two installed npumons measured against each other, in turn in one run: what became slower?

    before_after.py BEFORE AFTER [--pairs 15] [--rows parse,start,keys,line,steady,busy]

BEFORE and AFTER are `npumon` commands of two environments (`make bench-against REF=…` makes them). Each pair measures
one after the other, alternately beginning with either. A row shows the median of the ratios after / before and the
bounds between which that median lies with 95 % confidence each way (order statistics of the ratios, no distribution
assumed; Conover, Practical Nonparametric Statistics, 3.2). Exit status 1 where an upper bound is above `--most`.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench import generate_log
from tests.bench.generate_log import SEED_RUN
from tests.bench.pty_program import PtyProgram, end_all_at, pump
from tests.bench.replay import SETTLED_S, shown, start
from tests.bench.run import MEASURE
from tests.bench.subjects import Subject, npumon

#: Measures one side once; None where nothing could be measured.
Probe = Callable[[Subject], float | None]

#: Keys whose first answer is measured, each in the quiet after an update; Esc only leaves the help again.
KEYS = (b" ", b" ", b"2", b"3", b"4", b"5", b"k", b"j", b"1", b"?", b"\x1b")
#: Seconds that a program gets to settle before anything is measured.
SETTLE_S = 1.5
STEADY_S = 4.0
BUSY_RUNS = 4


def bounds(ratios: list[float]) -> tuple[float, float]:
    """The order statistics below and above which the true median lies with a probability of at most 5 % each."""
    ordered, count = sorted(ratios), len(ratios)
    outside = 0
    while sum(math.comb(count, k) for k in range(outside + 1)) / 2**count <= 0.05:
        outside += 1
    cut = max(outside - 1, 0)
    return ordered[cut], ordered[count - 1 - cut]


def pairs(before: Subject, after: Subject, probe: Probe, count: int) -> Iterator[tuple[float, float]]:
    """(before, after) of each pair in which both could be measured; the first pair only warms up."""
    for number in range(count + 1):
        first, second = (before, after) if number % 2 else (after, before)
        values = {first.name: probe(first)}
        values[second.name] = probe(second)
        one, other = values[before.name], values[after.name]
        if number and one is not None and other is not None and one > 0:
            yield one, other


def command(*words: str) -> Probe:
    """CPU seconds of a command and its children, with its output thrown away."""

    def probe(subject: Subject) -> float | None:
        argv = [sys.executable, "-I", "-S", "-c", MEASURE, "/dev/null", subject.argv[0], *words]
        return float(subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()[2])

    return probe


def monitor(folder: Path, measure: Callable[[PtyProgram], float | None]) -> Probe:
    """The live monitor on the demo board, settled, on a terminal of its own."""

    def probe(subject: Subject) -> float | None:
        with subject.start(folder) as program:
            pump([program], SETTLE_S)
            return None if program.ended else measure(program)

    return probe


def first_content(folder: Path) -> Probe:
    """Seconds until there is something worth reading."""

    def probe(subject: Subject) -> float | None:
        with subject.start(folder) as program:
            silent = lambda: program.ended or (program.size > 1000 and program.silent_for > 2 * SETTLED_S)  # noqa: E731
            pump([program], SETTLE_S + 1, silent)
        first = start(program)
        return None if first is None else first.content_s

    return probe


def keys(program: PtyProgram) -> float | None:
    """The median time from a key to the first byte of its answer, in seconds."""
    times = []
    for key in KEYS:
        pump([program], 0.3, _more(program))
        pump([program], 1.0, lambda: program.silent_for > 0.15)
        chunks, at = len(program.chunks), program.press(key)
        if pump([program], 0.6, _more(program)) and key != b"\x1b" and not program.ended:
            times.append(program.chunks[chunks].at - at)
    return statistics.median(times) if times else None


def _more(program: PtyProgram) -> Callable[[], bool]:
    chunks = len(program.chunks)
    return lambda: program.ended or len(program.chunks) > chunks


def steady(program: PtyProgram) -> float | None:
    """CPU seconds while nothing runs."""
    began = program.cpu_seconds()
    pump([program], STEADY_S)
    return program.cpu_seconds() - began


def busy(program: PtyProgram) -> float | None:
    """CPU seconds of npumon and its runs, one each second."""
    began = program.cpu_seconds()
    for _ in range(BUSY_RUNS):
        program.press(b"r")
        pump([program], 1.0)
    return program.cpu_seconds() - began


def line(folder: Path, appends: int = 6) -> Probe:
    """The median time from a line in a watched file to the terminal, in seconds."""

    def probe(subject: Subject) -> float | None:
        numbers, marks = random.Random(0), []
        watched = folder / "watched.log"
        watched.write_bytes(SEED_RUN.read_bytes().partition(b"vxProcessGraph")[0])
        with subject.start(folder, watch=watched) as program, watched.open("a") as log:
            pump([program], SETTLE_S)
            for number in range(appends):
                mark = f"{21_700 + 11 * number}.00us"
                figures = generate_log.block(numbers).partition("Run the")[0]
                log.write(f"{figures}Run the {number + 2} time: 21.00ms or {mark}\n")
                log.flush()
                marks.append((time.perf_counter(), mark))
                pump([program], numbers.uniform(0.4, 0.7))
        times = [seconds for seconds in shown(program.chunks, marks) if seconds is not None]
        return statistics.median(times) if times else None

    return probe


def rows(folder: Path) -> dict[str, tuple[str, Probe]]:
    """Part and probe of each row, by its title."""
    log = folder / "blocks.log"
    generate_log.generate(str(log), 30)
    runs = folder / "runs.log"
    runs.write_bytes(SEED_RUN.read_bytes() * 1_000)
    seed = str(SEED_RUN)
    return {
        "npumon --version": ("parse", command("--version")),
        "npumon --help": ("parse", command("--help")),
        "npumon driver status": ("parse", command("driver", "status")),
        "parse seed run, JSON": ("parse", command("parse", "--format", "json", seed)),
        "parse 1,000 runs, JSON": ("parse", command("parse", "--format", "json", str(runs))),
        "parse 1,000 runs, CSV": ("parse", command("parse", "--format", "csv", str(runs))),
        "parse 30 MB of blocks, CSV": ("parse", command("parse", "--format", "csv", str(log))),
        "run --demo": ("parse", command("run", "--demo")),
        "monitor: start to first content": ("start", first_content(folder)),
        "monitor: key to its answer": ("keys", monitor(folder, keys)),
        "monitor: line in file to terminal": ("line", line(folder)),
        "monitor: CPU, nothing runs": ("steady", monitor(folder, steady)),
        "monitor: CPU, a run each second": ("busy", monitor(folder, busy)),
    }


def main() -> int:
    """Print the table; 1 where something became slower than `--most` allows."""
    parser = argparse.ArgumentParser(description="Measure two installed npumons against each other.")
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--rows", default="parse,start,keys,line,steady,busy")
    parser.add_argument("--most", type=float, default=1.05, help="the ratio that no upper bound may exceed")
    args = parser.parse_args()
    before, after = (_subject(name, path) for name, path in (("before", args.before), ("after", args.after)))
    worse = 0
    print(f"{'CPU or seconds, ' + str(args.pairs) + ' pairs':38}{'before':>10}{'after':>10}{'ratio':>8}{'bounds':>16}")
    with tempfile.TemporaryDirectory(prefix="npumon-bench-") as name:
        folder = Path(name)
        try:
            for title, (part, probe) in rows(folder).items():
                if part not in args.rows.split(","):
                    continue
                found = list(pairs(before, after, probe, args.pairs))
                if not found:
                    print(f"{title:38}{'not measured':>10}", flush=True)
                    worse += 1
                    continue
                ratios = [other / one for one, other in found]
                low, high = bounds(ratios)
                one, other = (statistics.median(values) for values in zip(*found, strict=True))
                mark = "  slower" if high > args.most else ""
                worse += high > args.most
                print(
                    f"{title:38}{one:10.4f}{other:10.4f}{statistics.median(ratios):8.3f}"
                    f"{f'{low:.3f} to {high:.3f}':>16}{mark}",
                    flush=True,
                )
        finally:
            end_all_at(folder)
    return 1 if worse else 0


def _subject(name: str, path: str) -> Subject:
    path = str(Path(path).absolute())
    return replace(npumon((path, "--demo"), (path, "watch"), (path,)), name=name)


if __name__ == "__main__":
    sys.exit(main())

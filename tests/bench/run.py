"""`make bench`, first part: what npumon costs without a terminal, beside its yardsticks, in turn in one run. Prints
tables, judges nothing.

    run.py [--parts parse,flood]

Logs are read beside mawk (Debian: apt install mawk), commands start beside `python -c pass`. Needs the installed npumon
of this interpreter, some 300 MB of disk in the folder for temporary files, and a few minutes. BENCH_MB is the size of
each log, BENCH_ROUNDS how often each command runs.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench import bounds, generate_log, parts
from tests.bench.generate_log import SEED_RUN

HERE = Path(__file__).resolve().parent
NPUMON = [str(Path(sys.executable).parent / "npumon")]
MEGABYTES = float(os.environ.get("BENCH_MB", "100"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))

#: Runs a command and prints its wall seconds, its peak memory in kB and its CPU seconds. A process of its own, and a
#: small one: the peak that the kernel reports of a child is never below what its parent had when it forked.
MEASURE = """
import os, sys, time
began = time.perf_counter()
pid = os.fork()
if pid == 0:
    sink = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(sink, 1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    os.execvp(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(pid, 0)
print(time.perf_counter() - began, usage.ru_maxrss, usage.ru_utime + usage.ru_stime)
"""


class Command(NamedTuple):
    """What is measured: its words, and where its output goes if not to /dev/null."""

    words: Sequence[str]
    stdout: Path | None = None


class Cost(NamedTuple):
    """Wall and CPU seconds, and the peak memory in MB of the command's largest process."""

    wall_s: float
    peak_mb: float
    cpu_s: float


def measured(command: Command) -> Cost:
    """Run it once."""
    sink = os.devnull if command.stdout is None else str(command.stdout)
    words = [sys.executable, "-I", "-S", "-c", MEASURE, sink, *command.words]
    wall, kilobytes, cpu = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    return Cost(float(wall), int(kilobytes) / 1000, float(cpu))


def in_turn(commands: dict[str, Command], rounds: int) -> dict[str, list[Cost]]:
    """Each command in turn A B A B …, so that a drifting machine treats them alike."""
    results: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            results[name].append(measured(command))
    return results


def show(results: dict[str, list[Cost]], base: str, megabytes: float | None = None) -> None:
    """A row for each command; a ratio is the median of the ratios round by round."""
    head = f"{'':34}{'CPU':>9}{'ratio':>8}{'clock':>10}{'ratio':>8}{'peak MB':>9}"
    print(head + (f"{'MB/s':>7}" if megabytes else ""))
    for name, costs in results.items():
        both = list(zip(costs, results[base], strict=True))
        cpu, wall = (statistics.median(each[at] for each in costs) for at in (2, 0))
        speed = f"{megabytes / wall:7.0f}" if megabytes else ""
        print(
            f"{name:34}{cpu:8.3f}s{statistics.median(one.cpu_s / other.cpu_s for one, other in both):8.2f}"
            f"{wall:9.3f}s{statistics.median(one.wall_s / other.wall_s for one, other in both):8.2f}"
            f"{max(each.peak_mb for each in costs):9.1f}{speed}",
            flush=True,
        )
    print()


def bench_parse(folder: Path) -> None:
    """CSV of four shapes of a log, beside mawk with the same fields."""
    processors = len(os.sched_getaffinity(0))
    goals = f"1.5 times its CPU on one processor, once its time by the clock on {processors}"
    print(f"npumon parse --format csv beside mawk (goals: {goals})\n")
    for shape in generate_log.SHAPES:
        log, ours, theirs = folder / "log", folder / "npumon.csv", folder / "mawk.csv"
        operations = generate_log.generate(str(log), MEGABYTES, shape)
        size = log.stat().st_size / 1e6
        print(f"{shape}: {size:.0f} MB, {operations} operations")
        words = [*NPUMON, "parse", "--format", "csv", "--run", "all", str(log)]
        commands: dict[str, Command] = {}
        if shutil.which("mawk"):
            commands["mawk -f fields.awk"] = Command(["mawk", "-f", str(HERE / "fields.awk"), str(log)], theirs)
        else:
            print("mawk is not here (apt install mawk): no comparison")
        commands[f"npumon parse, {processors} processors"] = Command(words, ours)
        if shutil.which("taskset"):
            one = ["taskset", "-c", str(min(os.sched_getaffinity(0))), *words]
            commands["npumon parse, one processor"] = Command(one, ours)
        results = in_turn(commands, ROUNDS)
        show(results, next(iter(commands)), size)
        if theirs.exists():
            print(f"{same_figures(ours, theirs)}\n", flush=True)
        for file in (log, ours, theirs):
            file.unlink(missing_ok=True)


def same_figures(ours: Path, theirs: Path) -> str:
    """Whether all rows of both have the same figures: a sentence."""
    columns = (4, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 3, 2)
    count = 0
    with ours.open(newline="") as one, theirs.open(newline="") as other:
        rows = csv.reader(one)
        next(rows)
        for row, figures in zip_longest(rows, csv.reader(other)):
            count += 1
            if (
                row is None
                or figures is None
                or any(float(row[column]) != float(figure) for column, figure in zip(columns, figures, strict=True))
            ):
                return f"row {count} DIFFERS: {row} {figures}"
    return f"the same fourteen figures in all {count} rows of both"


def bench_commands(folder: Path) -> None:
    """Commands beside the bare interpreter."""
    print("commands, beside the bare interpreter (goals: 3 and 8 times)")
    commands = {
        "python -c pass": Command([sys.executable, "-c", "pass"]),
        "npumon --version": Command([*NPUMON, "--version"]),
        "npumon parse seed_run.txt to JSON": Command([*NPUMON, "parse", "--format", "json", str(SEED_RUN)]),
        "npumon driver status": Command([*NPUMON, "driver", "status"]),
    }
    in_turn(commands, 1)
    show(in_turn(commands, 4 * ROUNDS), "python -c pass")


def bench_runs(folder: Path) -> None:
    """Many whole runs in one file: time in proportion, memory flat."""
    print("whole runs in one file, npumon parse --format json (the last run)")
    text = SEED_RUN.read_bytes()
    commands: dict[str, Command] = {}
    for count in (1_000, 10_000):
        path = folder / f"runs{count}"
        path.write_bytes(text * count)
        name = f"{count} runs, {path.stat().st_size / 1e6:.1f} MB"
        commands[name] = Command([*NPUMON, "parse", "--format", "json", str(path)])
    show(in_turn(commands, 3), next(iter(commands)))


#: By the name that --parts takes.
PARTS: dict[str, Callable[[Path], None]] = {
    "commands": bench_commands,
    "runs": bench_runs,
    "parse": bench_parse,
    "flood": lambda folder: bounds.bench_flood(NPUMON, folder),
    "log": lambda folder: bounds.bench_log(NPUMON, folder),
}


def main() -> None:
    """The parts that are asked for."""
    parser = argparse.ArgumentParser(description="What npumon costs without a terminal, beside its yardsticks.")
    parser.add_argument("--parts", default="", help=f"some of {','.join(PARTS)}; all of them by default")
    chosen = parts.chosen(parser.parse_args().parts, PARTS)
    if chosen:
        version = ".".join(map(str, sys.version_info[:3]))
        print(f"Python {version}, {os.uname().machine}, load {os.getloadavg()[0]:.1f}\n", flush=True)
    for name in chosen:
        with tempfile.TemporaryDirectory(prefix="npumon-bench-", ignore_cleanup_errors=True) as folder:
            PARTS[name](Path(folder))


if __name__ == "__main__":
    main()

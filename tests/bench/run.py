"""`make bench`: measure npumon beside its yardsticks, in turn in one run, and print ratios. Judges nothing.

Parsing is compared with mawk (Debian: apt install mawk), starting with `python -c pass`. Needs the installed
npumon of this interpreter, some 300 MB of disk in the folder for temporary files, and a few minutes.
"""

from __future__ import annotations

import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

HERE = Path(__file__).resolve().parent
NPUMON = [str(Path(sys.executable).parent / "npumon")]
SEED_RUN = HERE.parent / "data" / "seed_run.txt"
MEGABYTES = int(os.environ.get("BENCH_MB", "200"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))


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


def timed(command: Sequence[str], stdout: Path | None = None) -> tuple[float, float]:
    """Wall seconds, and the peak memory in MB of the command's largest process."""
    sink = os.devnull if stdout is None else str(stdout)
    words = [sys.executable, "-I", "-S", "-c", MEASURE, sink, *command]
    seconds, kilobytes, _ = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    return float(seconds), int(kilobytes) / 1000


def in_turn(
    commands: dict[str, tuple[Sequence[str], Path | None]], rounds: int
) -> dict[str, list[tuple[float, float]]]:
    """Each command once to warm up, then in turn A B A B …, so that a drifting machine treats them alike."""
    for command, stdout in commands.values():
        timed(command, stdout)
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, (command, stdout) in commands.items():
            results[name].append(timed(command, stdout))
    return results


def show(results: dict[str, list[tuple[float, float]]], base: str, megabytes: float | None = None) -> None:
    """A row for each command; the ratio is the median of the ratios round by round."""
    print(
        f"{'':34}{'min':>9}{'median':>9}{'max':>9}  {'ratio':>6}"
        + ("    MB/s   peak MB" if megabytes else "   peak MB")
    )
    for name, runs in results.items():
        times = [seconds for seconds, _ in runs]
        ratios = [seconds / other for seconds, (other, _) in zip(times, results[base], strict=True)]
        median = statistics.median(times)
        speed = f"{megabytes / median:8.0f}" if megabytes else ""
        print(
            f"{name:34}{min(times):8.3f}s{median:8.3f}s{max(times):8.3f}s  {statistics.median(ratios):6.2f}{speed}"
            f"{max(memory for _, memory in runs):10.1f}"
        )
    print()


def bench_parse(folder: Path) -> None:
    """CSV of a long log against mawk, and both against the tolerant parser."""
    log, ours, theirs = folder / "log", folder / "npumon.csv", folder / "mawk.csv"
    generator = [sys.executable, str(HERE / "generate_log.py"), str(log), str(MEGABYTES)]
    blocks = int(subprocess.run(generator, capture_output=True, text=True, check=True).stdout)
    size = log.stat().st_size / 1e6
    processors = len(os.sched_getaffinity(0))
    print(f"npumon parse --format csv beside mawk: {size:.0f} MB, {blocks} blocks of 18 lines, {processors} processors")
    commands: dict[str, tuple[Sequence[str], Path | None]] = {
        "npumon parse": ([*NPUMON, "parse", "--format", "csv", str(log)], ours)
    }
    if shutil.which("mawk"):
        commands["mawk -f fields.awk"] = (["mawk", "-f", str(HERE / "fields.awk"), str(log)], theirs)
    else:
        print("mawk is not here (apt install mawk): no comparison")
    if shutil.which("taskset"):
        commands["npumon parse, one processor"] = (["taskset", "-c", "0", *commands["npumon parse"][0]], ours)
    results = in_turn(commands, ROUNDS)
    show(results, "mawk -f fields.awk" if "mawk -f fields.awk" in results else "npumon parse", size)
    if theirs.exists():
        print(f"the same sixteen figures in all {compare_with_mawk(ours, theirs)} rows of both")
    print(f"the same text as the tolerant parser's in all {compare_with_tolerant(log, ours)} rows\n")


def compare_with_mawk(ours: Path, theirs: Path) -> int:
    """The number of rows; ends the bench where a figure differs. Two of mawk's columns (sums) are not in ours."""
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
                or any(float(row[column]) != float(figure) for column, figure in zip(columns, figures, strict=False))
            ):
                sys.exit(f"row {count} differs: {row} {figures}")
    return count


def compare_with_tolerant(log: Path, ours: Path) -> int:
    """The number of rows; ends the bench where one differs, or there is another number of them."""
    from npumon.core.log.parser import ProfileParser
    from npumon.core.run.splitter import RunSplitter
    from npumon.engine.offline.profiles import IterationAnalyzer, ProfileCompleted
    from npumon.engine.reporting import Context
    from npumon.export.csv_rows import iteration_rows

    parser, fold, count = ProfileParser(), RunSplitter(kept_operations=1_000), 0
    analyzer = IterationAnalyzer(Context())
    with log.open("rb") as source, ours.open() as result:
        result.readline()
        while data := source.read(1 << 16):
            for item in analyzer.judge(fold.feed(parser.feed(data)), fold.state):
                if isinstance(item, ProfileCompleted):
                    for row in iteration_rows(item.run, item.profile).splitlines(keepends=True):
                        count += 1
                        if row != result.readline():
                            sys.exit(f"row {count} differs from the tolerant parser's: {row}")
        if result.readline():
            sys.exit(f"the tolerant parser found only {count} rows")
    return count


def bench_start() -> None:
    """Start-up beside the bare interpreter."""
    print("start-up, beside the bare interpreter (goals: 3 and 8 times)")
    python = [sys.executable, "-c", "pass"]
    commands: dict[str, tuple[Sequence[str], Path | None]] = {
        "python -c pass": (python, None),
        "npumon --version": ([*NPUMON, "--version"], None),
        "npumon parse seed_run.txt to JSON": ([*NPUMON, "parse", "--format", "json", str(SEED_RUN)], None),
        "npumon driver status": ([*NPUMON, "driver", "status"], None),
    }
    show(in_turn(commands, 4 * ROUNDS), "python -c pass")


def bench_runs(folder: Path) -> None:
    """Many whole runs in one file: time in proportion, memory flat."""
    print("whole runs in one file, npumon parse --format json (the last run)")
    text = SEED_RUN.read_bytes()
    commands: dict[str, tuple[Sequence[str], Path | None]] = {}
    for count in (1_000, 10_000):
        path = folder / f"runs{count}"
        path.write_bytes(text * count)
        commands[f"{count} runs, {path.stat().st_size / 1e6:.1f} MB"] = (
            [*NPUMON, "parse", "--format", "json", str(path)],
            None,
        )
    show(in_turn(commands, 3), next(iter(commands)))


def main() -> None:
    """All benches."""
    version = ".".join(map(str, sys.version_info[:3]))
    print(f"Python {version}, {os.uname().machine}, load {os.getloadavg()[0]:.1f}\n")
    bench_start()
    with tempfile.TemporaryDirectory(prefix="npumon-bench-") as name:
        bench_runs(Path(name))
        bench_parse(Path(name))


if __name__ == "__main__":
    main()

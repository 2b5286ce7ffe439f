"""Programs that print without end: how soon they end, and how much of the disk their logs take. Prints tables, judges
nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from npumon.board.procfs import descendants, signal_each

#: Seconds after which a run that does not end is killed.
PATIENCE_S = 60.0
POLL_S = 0.01
#: By what is shown: programs that print as fast as they can.
PROGRAMS: dict[str, tuple[str, ...]] = {
    "yes": ("yes",),
    "one endless line": ("sh", "-c", "tr '\\0' x </dev/zero"),
    "seq": ("seq", "1000000000000"),
}
LIMIT_S = 0.5
LOG_MIB = 4
LOG_S = 5.0


class Ended(NamedTuple):
    """How a flood ended: seconds from the wish to the end, None if it had to be killed; the exit status; the most that
    the logs took of the disk, and what they take in the end, in bytes."""

    seconds: float | None
    status: int
    most: int
    left: int


def bench_flood(npumon: Sequence[str], folder: Path) -> None:
    """Seconds from the limit, Ctrl-C and SIGTERM to the end of npumon."""
    print("a program that prints without end: seconds to the end of npumon run (goal: 2)")
    print(f"{'':24}{'limit':>10}{'SIGINT':>10}{'SIGTERM':>10}")
    for name, words in PROGRAMS.items():
        cells = ""
        for number in (None, signal.SIGINT, signal.SIGTERM):
            seconds = flood(npumon, folder, words, number).seconds
            cells += f"{f'> {PATIENCE_S:.0f}' if seconds is None else f'{seconds:.2f}':>10}"
        print(f"{name:24}{cells}", flush=True)
    print()


def bench_log(npumon: Sequence[str], folder: Path) -> None:
    """Disk used by the log of `yes`."""
    print(f"disk that the log of yes takes in {LOG_S:.0f} s, log.max_mib = {LOG_MIB}")
    found = flood(npumon, folder, ("yes",), None, LOG_S, {"NPUMON_LOG_MAX_MIB": str(LOG_MIB)})
    print(f"{found.most / 2**20:.1f} MiB at most, {found.left / 2**20:.1f} MiB in the end\n", flush=True)


def flood(
    npumon: Sequence[str],
    folder: Path,
    words: Sequence[str],
    number: int | None,
    limit_s: float = LIMIT_S,
    settings: dict[str, str] | None = None,
) -> Ended:
    """Run a program, which is ended by the time limit, or by that signal to npumon after the same time."""
    environ = {**os.environ, "HOME": str(folder), "XDG_STATE_HOME": str(folder / "state"), **(settings or {})}
    limit = (f"--timeout={limit_s}",) if number is None else ()
    with (folder / "output").open("wb") as output:
        began = [*npumon, "run", *limit, "--format", "json", "--", *words]
        process = subprocess.Popen(began, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environ)
    end = time.monotonic() + PATIENCE_S
    started: float | None = None
    wished: float | None = None
    most = 0
    while process.poll() is None and time.monotonic() < end:
        now = time.monotonic()
        if started is None:
            started = now if len(descendants(process.pid)) > 1 else None  # the supervisor, and the program
        elif wished is None and now >= started + limit_s:
            wished = started + limit_s
            if number is not None:
                wished = now
                process.send_signal(number)
        most = max(most, disk_used(folder / "state"))
        time.sleep(POLL_S)
    ended = None if process.poll() is None or wished is None else time.monotonic() - wished
    if process.poll() is None:
        family = descendants(process.pid)
        process.kill()
        signal_each(family, signal.SIGKILL)
    status = process.wait()
    left = disk_used(folder / "state")
    for file in (folder / "state").rglob("*.log"):
        file.unlink(missing_ok=True)
    return Ended(ended, status, most, left)


def disk_used(folder: Path) -> int:
    """Bytes of the disk that the files below a folder take."""
    blocks = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                blocks += os.stat(os.path.join(parent, name)).st_blocks
            except FileNotFoundError:  # noqa: PERF203 - each may have gone
                continue
    return 512 * blocks

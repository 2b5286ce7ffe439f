"""The rows of the table, measured: each function returns one figure or more for each subject.

Times are medians. A figure that a subject does not have, or that could not be measured, is missing; `Notes` say why.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.generate_log import SEED_RUN, block
from tests.bench.pty_program import PtyProgram, pump
from tests.bench.replay import CONTENT_CELLS, SETTLED_S, screen_text, shown, start
from tests.bench.subjects import Subject

#: By row and subject.
Figures = dict[tuple[str, str], float]

#: Seconds that a program gets to settle before anything is measured, and at most.
SETTLE_S = 3.0


@dataclass
class Measurement:
    """One run of the bench: what it works with, what it has found."""

    folder: Path
    subjects: Sequence[Subject]
    seconds: float
    rounds: int
    lines: int
    python: str
    figures: Figures = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def put(self, row: str, subject: Subject, values: Sequence[float]) -> None:
        """The median, unless there is none."""
        if values:
            self.figures[row, subject.name] = statistics.median(values)

    def alive(self, subject: Subject, program: PtyProgram, what: str) -> bool:
        """Whether there is still something to measure; notes the program's last words otherwise."""
        if not program.ended:
            return True
        lines = screen_text(program.chunks)
        words = lines[-1].strip()[:100] if lines else "nothing"
        self.notes.append(f"{subject.name}, {what}: has ended. Its last line: {words}")
        return False


def measure_start(bench: Measurement) -> None:
    """First content and what is written until it settles, in turn; and the bare import of Textual in each round."""
    imports: list[float] = []
    times: dict[str, list[float]] = {subject.name: [] for subject in bench.subjects}
    lines: dict[str, list[float]] = {subject.name: [] for subject in bench.subjects}
    sizes: dict[str, list[float]] = {subject.name: [] for subject in bench.subjects}
    repaints: dict[str, list[float]] = {subject.name: [] for subject in bench.subjects}
    for number in range(bench.rounds + 1):
        began = time.perf_counter()
        subprocess.run([bench.python, "-c", "import textual.app"], check=True)
        imported = time.perf_counter() - began
        for subject in bench.subjects:
            with subject.start(bench.folder) as program:
                pump([program], SETTLE_S + 1, _settled(program))
                alive = bench.alive(subject, program, "start")
            first = start(program)
            if first is None:
                if alive:
                    bench.notes.append(f"{subject.name}, start: never had {CONTENT_CELLS} visible characters")
            elif number > 0:  # the first round only warms up
                times[subject.name].append(first.content_s / imported)
                lines[subject.name].append(first.line_s / imported)
                sizes[subject.name].append(first.size)
                repaints[subject.name].append(first.full_repaints)
        if number > 0:
            imports.append(imported)
    bench.notes.append(f"python -c 'import textual.app': median {statistics.median(imports) * 1000:.0f} ms")
    for subject in bench.subjects:
        bench.put("start", subject, times[subject.name])
        bench.put("first line", subject, lines[subject.name])
        bench.put("first bytes", subject, sizes[subject.name])
        bench.put("repaints", subject, repaints[subject.name])


def _settled(program: PtyProgram) -> Callable[[], bool]:
    """Holds when it has drawn something and then kept silent long enough; where exactly it settled, is seen later."""
    return lambda: program.ended or (program.size > 1000 and program.silent_for > 2 * SETTLED_S)


def measure_steady(bench: Measurement) -> None:
    """All of them side by side, so that whatever else the machine does meets them alike. Nothing runs."""
    cpu: dict[str, list[float]] = {subject.name: [] for subject in bench.subjects}
    rates: dict[str, list[float]] = {subject.name: [] for subject in bench.subjects}
    memory: dict[str, list[float]] = {subject.name: [] for subject in bench.subjects}
    for _ in range(bench.rounds):
        with ExitStack() as stack:
            programs = [(each, stack.enter_context(each.start(bench.folder))) for each in bench.subjects]
            everything = [program for _, program in programs]
            pump(everything, SETTLE_S)
            began = time.perf_counter()
            before = {each.name: (program.cpu_seconds(), program.size) for each, program in programs}
            pump(everything, bench.seconds)
            for subject, program in programs:
                if bench.alive(subject, program, "steady"):
                    elapsed = time.perf_counter() - began
                    seconds, size = before[subject.name]
                    cpu[subject.name].append((program.cpu_seconds() - seconds) / elapsed * 100)
                    rates[subject.name].append((program.size - size) / elapsed)
                    memory[subject.name].append(program.rss() / 1e6)
    for subject in bench.subjects:
        bench.put("cpu", subject, cpu[subject.name])
        bench.put("bytes", subject, rates[subject.name])
        bench.put("rss", subject, memory[subject.name])


def measure_busy(bench: Measurement) -> None:
    """A model runs every second: in npumon by its key, in nvitop by changing figures; the minimal app never rests."""
    for subject in (each for each in bench.subjects if each.can_be_busy):
        with subject.start(bench.folder, busy=True) as program:
            pump([program], SETTLE_S)
            run_each_second(subject, program, 2)
            began, size, seconds = time.perf_counter(), program.size, program.cpu_seconds()
            run_each_second(subject, program, int(bench.seconds))
            if bench.alive(subject, program, "busy"):
                elapsed = time.perf_counter() - began
                bench.put("busy bytes", subject, [(program.size - size) / elapsed])
                bench.put("busy cpu", subject, [(program.cpu_seconds() - seconds) / elapsed * 100])


def run_each_second(subject: Subject, program: PtyProgram, times: int) -> None:
    """Have it run a model so many times, a second apart."""
    for _ in range(times):
        program.press(subject.busy_keys)
        pump([program], 1.0)


def measure_keys(bench: Measurement, presses: int = 20) -> None:
    """Key to its output, each pressed in the quiet after an update, so that no refresh passes for an answer."""
    for subject in bench.subjects:
        first: dict[bytes, list[float]] = {}
        last: list[float] = []
        with subject.start(bench.folder) as program:
            pump([program], SETTLE_S)
            turn = 0
            while sum(map(len, first.values())) < presses and turn < 3 * presses and not program.ended:
                press = subject.presses[turn % len(subject.presses)]
                turn += 1
                pump([program], 1.5, _output_after(program, len(program.chunks)))
                pump([program], 1.0, lambda: program.silent_for > 0.15)
                chunks = len(program.chunks)
                at = program.press(press.keys)
                answered = pump([program], 0.6, _output_after(program, chunks))
                if answered and press.measured and not program.ended:
                    first.setdefault(press.keys, []).append((program.chunks[chunks].at - at) * 1000)
                    pump([program], 0.4, lambda: program.silent_for > 0.08)
                    last.append((program.chunks[-1].at - at) * 1000)
            if not bench.alive(subject, program, "keys"):
                continue
        bench.put("key", subject, [value for values in first.values() for value in values])
        bench.put("key first", subject, [max(values[0] for values in first.values())] if first else [])
        bench.put("key end", subject, last)
        each = ", ".join(
            f"{keys.decode()!r} {values[0]:.1f} and {statistics.median(values[1:] or values):.1f}"
            for keys, values in first.items()
        )
        bench.notes.append(
            f"{subject.name}, key to the first byte of its output, first press and later median, ms: {each}"
        )


def _output_after(program: PtyProgram, chunks: int) -> Callable[[], bool]:
    """Holds when there is more than so many chunks, or never will be."""
    return lambda: program.ended or len(program.chunks) > chunks


def measure_watch(bench: Measurement, appends: int = 20) -> None:
    """An iteration appended to a watched file until its last line is on the terminal; at moments that know no tick."""
    numbers = random.Random(0)
    for subject in (each for each in bench.subjects if each.watch_argv):
        watched = bench.folder / "watched.log"
        lines = SEED_RUN.read_text().splitlines(keepends=True)
        end = next(number for number, line in enumerate(lines) if line.startswith("Run the"))
        watched.write_text("".join(lines[: end + 1]))
        marks: list[tuple[float, str]] = []
        with subject.start(bench.folder, watch=watched) as program, watched.open("a") as log:
            pump([program], SETTLE_S)
            size = program.size
            for number in range(appends):
                mark = f"{21_700 + 11 * number}.00us"
                figures, _, _ = block(numbers).partition("Run the")
                log.write(f"{figures}Run the {number + 2} time: 21.00ms or {mark}\n")
                log.flush()
                marks.append((time.perf_counter(), mark))
                pump([program], numbers.uniform(0.6, 1.0))
            size = program.size - size
            alive = bench.alive(subject, program, "watch")
        watched.unlink()
        if not alive:
            continue
        times = [1000 * seconds for seconds in shown(program.chunks, marks) if seconds is not None]
        bench.put("line", subject, times)
        bench.notes.append(
            f"{subject.name}, line to terminal: {len(times)} of {appends} shown, {size / appends:.0f} bytes each"
            + (f", {min(times):.0f} to {max(times):.0f} ms" if times else "")
        )

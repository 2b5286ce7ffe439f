"""The rows about much text: how quickly it is read, how old the newest on the screen is, what it costs, how it ends.

Only npumon has these figures. Its processor time is that of its own process; the supervisor's is told apart from it.
"""

from __future__ import annotations

import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.generate_log import SEED_RUN, counters, head, iteration
from tests.bench.measurements import SETTLE_S, Measurement, run_each_second
from tests.bench.pty_program import PtyProgram, pump
from tests.bench.replay import numbered, shown
from tests.bench.subjects import Subject

LINES_PER_S = 50_000
#: Appends a second while a busy log grows.
STEPS_PER_S = 20
#: Seconds that a display gets to catch up, and a program to begin or to end.
CATCH_UP_S = 120.0
BEGIN_S = 20.0
RATES = (10, 30, 100)
MINUTES = 60
FRAMES_PER_S = 30


def measure_reading(bench: Measurement) -> None:
    """A file that is there already: its lines for each second of npumon's processor time, less what an empty one
    takes."""
    numbers = random.Random(0)
    foreign = "".join(
        f"frame {number} captured at {number // 30}.{numbers.randrange(10**6):06}, queue {number % 8} of 8\n"
        for number in range(bench.lines)
    )
    blocks = "".join(iteration(numbers, number, 8 * number - 7)[0] for number in range(1, bench.lines // 14))
    for subject in _watchers(bench):
        for row, text in (("foreign", foreign), ("blocks", blocks)):
            rates = []
            for _ in range(bench.rounds):
                empty, full = (_read(bench, subject, each) for each in ("", text))
                if empty is not None and full is not None:
                    rates.append(text.count("\n") / max(full - empty, 1e-3))
            bench.put(row, subject, rates)


def _read(bench: Measurement, subject: Subject, text: str) -> float | None:
    """Processor time of opening the monitor on a file with that text, until it rests."""
    watched = bench.folder / "reading.log"
    watched.write_text(text)
    with subject.start(bench.folder, watch=watched) as program:
        pump([program], SETTLE_S)
        rests(program)
        seconds = program.own_cpu_seconds() if bench.alive(subject, program, "reading") else None
    watched.unlink()
    return seconds


def rests(program: PtyProgram, most_s: float = CATCH_UP_S) -> bool:
    """Wait until it has used next to no processor time for a while: whether it came to that."""
    end = time.perf_counter() + most_s
    while time.perf_counter() < end and not program.ended:
        before = program.own_cpu_seconds()
        pump([program], 0.5)
        if program.own_cpu_seconds() - before < 0.025:
            return True
    return False


def measure_flow(bench: Measurement) -> None:
    """A log that grows by 50,000 lines a second: how old its newest line is when it appears on the Log page, and what
    memory that takes."""
    for subject in _watchers(bench):
        watched = bench.folder / "busy.log"
        watched.write_bytes(b"")
        numbers, count, written = random.Random(0), 0, 0
        steps: list[tuple[float, int]] = []
        with subject.start(bench.folder, watch=watched) as program, watched.open("a") as log:
            pump([program], SETTLE_S)
            program.press(b"5")
            pump([program], 1.0)
            rss = [program.rss() / 1e6]
            size, seconds, began = program.size, program.own_cpu_seconds(), time.perf_counter()
            while written < bench.lines and not program.ended:
                texts = []
                while written < (time.perf_counter() - began + 1 / STEPS_PER_S) * LINES_PER_S:
                    count += 1
                    texts.append(iteration(numbers, count, 8 * count - 7)[0])
                    written += texts[-1].count("\n")
                log.write("".join(texts))
                log.flush()
                steps.append((time.perf_counter(), count))
                pump([program], max(0.0, began + written / LINES_PER_S - time.perf_counter()))
                if written >= bench.lines * len(rss) / 4:
                    rss.append(program.rss() / 1e6)
            if not bench.alive(subject, program, "flow"):
                continue
            elapsed = time.perf_counter() - began
            rate, cpu = (program.size - size) / elapsed, (program.own_cpu_seconds() - seconds) / elapsed * 100
            rests(program)
            rss.append(program.rss() / 1e6)
        watched.unlink()
        ages = numbered(program.chunks, re.compile(r"Run the +(\d+) time"), steps)
        late = [1000 * age for age in ages if age is not None]
        bench.put("memory", subject, [max(rss)])
        bench.put("growth", subject, [rss[-1] - rss[1]])
        if late:
            bench.put("age", subject, late)
            bench.put("oldest", subject, [max(late)])
        each = ", ".join(f"{value:.1f}" for value in rss)
        bench.notes.append(
            f"{subject.name}, {written} lines in {elapsed:.0f} s: {len(late)} of {len(ages)} came to the screen; "
            f"MB at 0, 25, 50, 75, 100 % and in the end {each}; {rate:.0f} bytes/s, {cpu:.0f} % of a core"
        )


def measure_rates(bench: Measurement) -> None:
    """A model that prints an iteration 10, 30 and 100 times a second, under npumon's supervisor."""
    stream = Path(__file__).with_name("stream.py")
    for subject in _runners(bench):
        for rate in RATES:
            with _running(bench, subject, f"exec {sys.executable} {stream} {rate}") as program:
                pump([program], SETTLE_S)
                began, own, other = time.perf_counter(), program.own_cpu_seconds(), program.supervisor_cpu_seconds()
                pump([program], bench.seconds)
                elapsed = time.perf_counter() - began
                if bench.alive(subject, program, "rates"):
                    bench.put(f"rate {rate}", subject, [(program.own_cpu_seconds() - own) / elapsed * 100])
                    cost = (program.supervisor_cpu_seconds() - other) / elapsed * 100
                    bench.notes.append(f"{subject.name}, {rate} iterations a second: the supervisor takes {cost:.2f} %")


def measure_series(bench: Measurement) -> None:
    """A run each second of a model that costs next to nothing, whose own cost is taken off."""
    script = f"cat {SEED_RUN}"
    for subject in _runners(bench):
        alone = (
            _children_s(
                lambda: [subprocess.run(["sh", "-c", script], stdout=subprocess.DEVNULL, check=True) for _ in range(20)]
            )
            / 20
        )
        with _running(bench, subject, script) as program:
            run_each_second(subject, program, 3)
            count = int(bench.seconds)
            seen = _logs(bench)
            began, own, reaped = time.perf_counter(), program.own_cpu_seconds(), program.reaped_cpu_seconds()
            run_each_second(subject, program, count)
            bench.notes.append(f"{subject.name}, a run each second: {len(_logs(bench) - seen)} runs in {count} s")
            elapsed = time.perf_counter() - began
            if bench.alive(subject, program, "series"):
                mine = (program.own_cpu_seconds() - own) / elapsed * 100
                others = max(0.0, program.reaped_cpu_seconds() - reaped - count * alone) / elapsed * 100
                bench.put("run own", subject, [mine])
                bench.put("run supervisor", subject, [others])
                bench.put("run", subject, [mine + others])


def _children_s(work: Callable[[], object]) -> float:
    """Processor time of the children that a piece of work waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure_camera(bench: Measurement) -> None:
    """An hour of a program that finds objects in a camera's pictures, minute by minute as quickly as npumon reads."""
    for subject in _watchers(bench):
        watched = bench.folder / "camera.log"
        watched.write_text(head())
        numbers, frames = random.Random(0), 0
        rss: list[float] = []
        with subject.start(bench.folder, watch=watched) as program, watched.open("a") as log:
            pump([program], SETTLE_S)
            for _ in range(MINUTES):
                for _ in range(FRAMES_PER_S * 60):
                    frames += 1
                    log.write(frame(numbers, frames))
                log.flush()
                rests(program)
                rss.append(program.rss() / 1e6)
            if not bench.alive(subject, program, "camera"):
                continue
        watched.unlink()
        bench.put("camera", subject, [max(rss)])
        bench.put("camera growth", subject, [max(rss) - rss[0]])
        each = ", ".join(f"{value:.1f}" for value in [*rss[:: MINUTES // 6], rss[-1]])
        bench.notes.append(
            f"{subject.name}, {frames} frames of a camera: MB after 1, 11, 21, 31, 41, 51 and 60 min {each}"
        )


def frame(numbers: random.Random, number: int) -> str:
    """What such a program prints of one picture: an iteration, its time, and the objects that it found."""
    text, _ = counters(numbers, numbers.randint(30_000, 34_000), 8 * number - 7)
    layer = (
        "layer_id: 0 layer name:network_binary_graph operation[0]:unkown operation type target:unkown operation target."
    )
    boxes = "".join(
        f"class: {name}, score: {numbers.random():.2f}\n"
        f"box coordinate left,top,right,down: [{', '.join(f'{numbers.uniform(0, 416):.2f}' for _ in range(4))}]\n"
        for name in numbers.sample(("person", "bicycle", "car", "dog"), numbers.randint(0, 3))
    )
    return f"Start run graph [1] times...\n{layer}\nuid: 0\nabs_op_id: 0\n{text}Done. inference :  0.033904\n{boxes}"


def measure_stop(bench: Measurement) -> None:
    """Seconds from `x` to the run's end on the screen, and from `q` to npumon's end, while `yes` runs."""
    for subject in _runners(bench):
        with _running(bench, subject, "exec yes") as program:
            pump([program], 2.0)
            at = program.press(b"x")
            pump([program], CATCH_UP_S, lambda: program.ended or not program.family()[1:])
            rests(program)
            seconds = shown(program.chunks, [(at, "cancelled")])[0] if bench.alive(subject, program, "x") else None
            if seconds is None:
                bench.notes.append(f"{subject.name}, x: no cancelled run was shown")
            else:
                bench.put("x", subject, [seconds])
        with _running(bench, subject, "exec yes") as program:
            pump([program], 2.0)
            at = program.press(b"\x03")
            if pump([program], CATCH_UP_S, lambda: program.ended or not program.family()):
                bench.put("q", subject, [time.perf_counter() - at])
            else:
                bench.notes.append(f"{subject.name}, q: still there after {CATCH_UP_S:.0f} s")


@contextmanager
def _running(bench: Measurement, subject: Subject, script: str) -> Iterator[PtyProgram]:
    """The monitor in a folder with one model, which it has been told to run."""
    models = bench.folder / "models"
    path = models / "bench" / "run.sh"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    with subject.start(bench.folder, models=models) as program:
        pump([program], SETTLE_S)
        program.press(b"4")
        pump([program], 2.0)
        before = _logs(bench)
        program.press(b"\r")
        if not pump([program], BEGIN_S, lambda: program.ended or bool(_logs(bench) - before)):
            bench.notes.append(f"{subject.name}: the model was not started")
        program.press(b"1")
        yield program


def _logs(bench: Measurement) -> set[str]:
    """The names of the logs of all runs."""
    return {path.name for path in (bench.folder / ".local/state/npumon/runs").glob("*.log")}


def _watchers(bench: Measurement) -> list[Subject]:
    return [each for each in bench.subjects if each.watch_argv]


def _runners(bench: Measurement) -> list[Subject]:
    return [each for each in bench.subjects if each.models_argv]

"""The text of programs that print figures of their own: TensorFlow Lite's benchmark_model, and Tengine's examples."""

from __future__ import annotations

from collections.abc import Sequence

from npumon.core.profile import Reported

#: What benchmark_model says first, and before it runs the graph.
BENCHMARK_STARTING, BENCHMARK_RUNNING = "STARTING!", "Running benchmark for at least"
BENCHMARK_OPENING = (
    BENCHMARK_STARTING,
    "Graph: [{graph}]",
    "External delegate path: [libvx_delegate.so]",
    "Loaded model {graph}",
    "Vx delegate: allowed_builtin_code set to 0.",
    "EXTERNAL delegate created.",
)
#: What surrounds Tengine's scores.
DASHES = "--------------------------------------"


def announced_line(runs: int, seconds: float) -> str:
    """Return what benchmark_model prints before it runs the graph so many times."""
    limit = "but terminate if exceeding 150 seconds."
    return f"{BENCHMARK_RUNNING} {runs} iterations and at least {seconds:g} seconds {limit}"


def count_line(reported: Reported, last_us: float | None = None) -> str:
    """Return benchmark_model's line of inferences with the time of the last one, of a single one with nothing else."""
    last_us = reported.first_us if last_us is None else last_us
    figures: tuple[tuple[str, float | None], ...] = (("curr", last_us),)
    if reported.count != 1:
        spread = (("min", reported.min_us), ("max", reported.max_us))
        figures = (
            *(("first", reported.first_us), *figures, *spread),
            *(("avg", reported.average_us), ("std", reported.std_us)),
        )
    shown = (f"{name}={(_average if name == 'avg' else _plain)(value)}" for name, value in figures)
    return " ".join((f"count={reported.count}", *shown))


def timings_line(reported: Reported) -> str:
    """Return benchmark_model's last line."""
    warmup = reported.warmup or reported
    return (
        f"Inference timings in us: Init: {_plain(reported.init_us)}, First inference: {_plain(warmup.first_us)}, "
        f"Warmup (avg): {_average(warmup.average_us)}, Inference (avg): {_average(reported.average_us)}"
    )


def repeat_line(reported: Reported) -> str:
    """Return the line of Tengine's examples, which have two decimals of a millisecond."""
    average, most, least = ((value or 0.0) / 1000 for value in (reported.average_us, reported.max_us, reported.min_us))
    return (
        f"Repeat {reported.count} times, thread 1, avg time {average:.2f} ms, "
        f"max_time {most:.2f} ms, min_time {least:.2f} ms"
    )


def summary(program: str, times: Sequence[float]) -> Reported:
    """Return the figures of so many inferences, in microseconds, as benchmark_model computes them."""
    mean = sum(times) / len(times)
    spread = (sum((each - mean) ** 2 for each in times) / len(times)) ** 0.5
    std_us = None if len(times) == 1 else float(int(spread))
    return Reported(program, len(times), times[0], min(times), max(times), float(f"{mean:.6g}"), std_us)


def _plain(value: float | None) -> str:
    """Return a whole figure. Raises `ValueError` without one."""
    if value is None:
        raise ValueError("benchmark_model prints all its figures")
    return f"{value:.0f}"


def _average(value: float | None) -> str:
    """Return a figure as C++ prints it: with six significant digits, large ones with an exponent."""
    return _plain(value) if value is None else f"{value:.6g}"

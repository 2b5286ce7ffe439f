"""The text of programs that print figures of their own: TensorFlow Lite's benchmark_model, and Tengine's examples."""

from __future__ import annotations

from collections.abc import Sequence

from npumon.core.profile import Reported

BENCHMARK_OPENING = (
    "STARTING!",
    "Graph: [{graph}]",
    "External delegate path: [libvx_delegate.so]",
    "Loaded model {graph}",
    "Vx delegate: allowed_builtin_code set to 0.",
    "EXTERNAL delegate created.",
)


def announced_line(runs: int, seconds: float) -> str:
    """Return what benchmark_model prints before it runs the graph so many times."""
    limit = "but terminate if exceeding 150 seconds."
    return f"Running benchmark for at least {runs} iterations and at least {seconds:g} seconds {limit}"


def count_line(reported: Reported, last_us: float) -> str:
    """Return benchmark_model's line of inferences with the time of the last one, of a single one with nothing else."""
    if reported.count == 1:
        return f"count=1 curr={_plain(last_us)}"
    figures = (
        ("first", reported.first_us),
        ("curr", last_us),
        ("min", reported.min_us),
        ("max", reported.max_us),
        ("avg", reported.average_us),
        ("std", reported.std_us),
    )
    return " ".join((f"count={reported.count}", *(f"{name}={_plain(value)}" for name, value in figures)))


def timings_line(reported: Reported, warmup: Reported, init_us: float) -> str:
    """Return benchmark_model's last line."""
    return (
        f"Inference timings in us: Init: {_plain(init_us)}, First inference: {_plain(warmup.first_us)}, "
        f"Warmup (avg): {_plain(warmup.first_us)}, Inference (avg): {_plain(reported.average_us)}"
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
    return Reported(program, len(times), times[0], min(times), max(times), float(f"{mean:.6g}"), float(int(spread)))


def _plain(value: float | None) -> str:
    """Return a figure as C++ prints it: six significant digits."""
    if value is None:
        raise ValueError("benchmark_model prints all its figures")
    return f"{value:.6g}" if value % 1 or value >= 1e15 else f"{value:.0f}"

"""The table of a run's figures: name, unit, which way is better, and how to get the value from a report.

Comparisons, the metrics of documents, and the line of times in the text for people are built from it: for these, adding
a figure is adding a row. Tables of runs take their values from it, but name their columns themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from npumon.core import units
from npumon.core.profile import BANDWIDTHS, Iteration
from npumon.core.run.report import RunReport

#: Which direction is better; "none" if neither is.
Better = Literal["lower", "higher", "none"]


class Unit(NamedTuple):
    """How figures of one kind are formatted: a value, and a difference without its sign. `name` is for programs."""

    name: str
    value: Callable[[float], str]
    difference: Callable[[float], str]


def _unit(name: str, text: Callable[[float], str]) -> Unit:
    return Unit(name, text, text)


TIME = _unit("us", units.microseconds)
#: Times of layers are short; the profiler prints them in this unit.
LAYER_TIME = _unit("us", units.microseconds)
SHARE = Unit("share", units.percent, lambda share: f"{share * 100:.1f} points")
CLOCK = _unit("mhz", units.megahertz)
CYCLES = _unit("cycles", units.quantity)
MBYTE = _unit("mbyte", lambda amount: f"{units.mbyte(amount)} MByte")
RATE = _unit("mbyte_per_s", lambda speed: f"{units.rate(speed)} MByte/s")
SCORE = _unit("score", lambda score: f"{score:.3f}")
DURATION = _unit("s", lambda time_s: f"{time_s:.2f} s")


class Figure(NamedTuple):
    """One figure of a run.

    `help` says in one sentence what it is. `of` takes it from a report, None if the run has none. `key` is its place
    in the document's `metrics`, `times` its place in the line of times of the text for people; None for a figure that
    does not stand there. `compared` says whether two runs are compared by it.
    """

    id: str
    title: str
    unit: Unit
    better: Better
    help: str
    of: Callable[[RunReport], float | None]
    key: str | None = None
    times: int | None = None
    compared: bool = True


def _measured(report: RunReport) -> Iteration:
    return report.state.measured or Iteration(0)


def _inference_us(report: RunReport) -> float | None:
    """Return the inference time, unless it is the iteration's own time."""
    measured = _measured(report)
    return measured.inference_us if measured.inference_us != measured.elapsed_us else None


def _average_us(report: RunReport) -> float | None:
    """Return the average, unless there is only one iteration."""
    return report.state.average_us if report.state.iterations_ended > 1 else None


def _bandwidth(name: str, better: Better) -> Figure:
    memory, _, direction = name.partition("_")
    title = f"{memory if memory == 'total' else memory.upper()} {direction}"
    said = f"MByte {'read from' if direction == 'read' else 'written to'} "
    said += {"total": "all memories", "axi": "AXI-SRAM", "ddr": "DDR memory"}[memory] + " in the measured iteration."
    key = f"bandwidth_mbyte.{name}"
    return Figure(name, title, MBYTE, better, said, lambda run: getattr(run.metrics.figures.bandwidth, name), key)


def _rate(name: str) -> Figure:
    memory, _, direction = name.partition("_")
    title = f"{memory if memory == 'total' else memory.upper()} {direction} rate"
    said = f"The same as {name}, by the second of execution."
    key = f"bandwidth_mbyte_per_s.{name}"
    return Figure(
        f"{name}_rate",
        title,
        RATE,
        "none",
        said,
        lambda run: getattr(run.metrics.figures.bandwidth_per_s, name),
        key,
        compared=False,
    )


#: Every figure of a run, the most important first. Keys of documents are in this order.
FIGURES: tuple[Figure, ...] = (
    Figure(
        "latency",
        "latency",
        TIME,
        "lower",
        "Time of the measured iteration, by the program's clock or else by the driver's.",
        lambda run: _measured(run).latency_us,
    ),
    Figure(
        "average",
        "average",
        TIME,
        "lower",
        "Mean time of an iteration, by the program.",
        _average_us,
        times=5,
    ),
    Figure(
        "execution",
        "execution",
        TIME,
        "lower",
        "Sum of the execution times of all operations.",
        lambda run: run.metrics.figures.execution_us,
        "execution_us",
        times=2,
    ),
    Figure(
        "utilization",
        "utilization",
        SHARE,
        "higher",
        "Share of the window's cycles in which the NPU was not idle.",
        lambda run: run.metrics.figures.utilization,
        "utilization",
    ),
    Figure(
        "busy",
        "busy",
        TIME,
        "lower",
        "Time of the cycles in which the NPU was not idle, at its clock or else at the nominal one.",
        lambda run: run.metrics.figures.busy_us,
        "busy_us",
    ),
    Figure(
        "clock",
        "clock",
        CLOCK,
        "higher",
        "The NPU's clock: cycles divided by the windows that are long enough to tell it.",
        lambda run: run.metrics.figures.clock_mhz,
        "clock_mhz",
    ),
    Figure(
        "nominal_clock",
        "nominal clock",
        CLOCK,
        "none",
        "The clock that the chip's NPU is built for.",
        lambda run: run.metrics.nominal_clock_mhz,
        "nominal_clock_mhz",
        compared=False,
    ),
    Figure(
        "cycles",
        "cycles",
        CYCLES,
        "lower",
        "NPU clock cycles of the window.",
        lambda run: run.metrics.figures.cycles.total,
    ),
    Figure(
        "idle",
        "idle cycles",
        CYCLES,
        "lower",
        "Cycles of the window in which the NPU was idle.",
        lambda run: run.metrics.figures.cycles.idle,
    ),
    *(_bandwidth(name, "none" if name.startswith("axi") else "lower") for name in BANDWIDTHS),
    *map(_rate, BANDWIDTHS),
    Figure(
        "ddr_rate",
        "DDR rate",
        RATE,
        "none",
        "MByte to and from DDR memory, by the second of execution.",
        lambda run: run.metrics.figures.bandwidth_per_s.ddr,
    ),
    Figure("create", "create", TIME, "lower", "Time to create the network.", lambda run: run.state.create_us, times=0),
    Figure(
        "verify",
        "verify",
        TIME,
        "lower",
        "Time to verify and compile the graph.",
        lambda run: run.state.verify_us,
        times=1,
    ),
    Figure(
        "top",
        "top-1 score",
        SCORE,
        "none",
        "Score of the best class.",
        lambda run: run.state.top[0].score if run.state.top else None,
    ),
    Figure("duration", "duration", DURATION, "lower", "Time of the whole program.", lambda run: run.info.duration_s),
    Figure(
        "iteration",
        "iteration",
        TIME,
        "lower",
        "Time of the measured iteration, by the program's clock.",
        lambda run: _measured(run).elapsed_us,
        times=3,
        compared=False,
    ),
    Figure(
        "inference",
        "inference",
        TIME,
        "lower",
        "Time of a KSNN inference, which has more in it than the graph.",
        _inference_us,
        times=4,
        compared=False,
    ),
    Figure(
        "total",
        "total",
        TIME,
        "lower",
        "Time of all iterations, as the program prints it.",
        lambda run: run.state.total_us,
        times=6,
        compared=False,
    ),
    Figure(
        "moved",
        "moved",
        MBYTE,
        "lower",
        "MByte read and written in the measured iteration.",
        lambda run: run.metrics.figures.bandwidth.total,
        compared=False,
    ),
    Figure(
        "ddr_moved",
        "DDR",
        MBYTE,
        "lower",
        "MByte to and from DDR memory in the measured iteration.",
        lambda run: run.metrics.figures.bandwidth.ddr,
        compared=False,
    ),
)


def value_of(figure_id: str, report: RunReport) -> float | None:
    """Return one figure of a report; an unknown id is a `KeyError`."""
    return _BY_ID[figure_id].of(report)


_BY_ID = {figure.id: figure for figure in FIGURES}

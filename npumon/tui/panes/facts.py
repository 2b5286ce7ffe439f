"""The facts beside the utilization: each a few words with a unit."""

from __future__ import annotations

from npumon.core import units
from npumon.core.monitor.live import Latencies
from npumon.core.profile import Network, NetworkTensor
from npumon.core.run.metrics import Metrics
from npumon.core.run.report import RunReport
from npumon.core.run.state import RunState
from npumon.core.run.trust import tells_busy_share
from npumon.tui.paint import Area, Line, Span, joined, width_of

_MOST_TENSORS = 3


def named(name: str, fact: Line, width: int = 0) -> Line:
    """Put a fact behind its name, which takes at least so many cells."""
    return (Span(f"{name:<{width}} ", "label"), *fact)


def busy(run: RunReport) -> Line:
    """Return how long the NPU was busy, and in which window, if the text tells it.

    Counters that cover only a part of a short window tell nothing of the rest of it.
    """
    measured = run.state.measured
    window_us = None if measured is None else measured.vpc_elapsed_us
    if measured is not None and len(measured.operations) == 1:
        covered = tells_busy_share(measured.operations[0], run.metrics.nominal_clock_mhz)
        window_us = window_us if covered else None
    window, time = units.microseconds(window_us), units.microseconds(run.metrics.figures.busy_us)
    if window_us is None:
        return (Span(time, "value"),)
    if _unit(time) == _unit(window):
        time = _number(time)
    return (Span(time, "value"), Span(f" of {window}", "unit"))


def cycles(metrics: Metrics) -> Line:
    """Return the cycles of the window and how many of them were idle."""
    counted = metrics.figures.cycles
    return (
        Span(units.quantity(counted.total), "value"),
        Span(", ", "label"),
        Span(units.quantity(counted.idle), "value"),
        Span(" idle", "label"),
    )


def clock(metrics: Metrics) -> Line:
    """Return the clock derived from the cycles, and the nominal one; SLOW where a rule found that."""
    mhz, nominal = metrics.figures.clock_mhz, metrics.nominal_clock_mhz
    if mhz is None:
        return (Span(units.ABSENT, "value"),)
    of = "" if nominal is None else f" of {nominal:.0f}"
    if any(rule == "clock.slow" for rule, _ in metrics.findings):
        return (Span(f"{mhz:.0f}", "warn"), Span(of, "unit"), Span(" SLOW", "warn"))
    return (Span(f"{mhz:.0f}", "value"), Span(f"{of} MHz", "unit"))


def latency(run: RunReport) -> Line:
    """Return the newest iteration's time, by the program's own clock if it printed it."""
    last = run.state.iterations[-1] if run.state.iterations else None
    return (Span(units.microseconds(last and last.latency_us), "value"),)


def spread(latencies: Latencies, width: int) -> Line:
    """Return the spread of the latencies, in words if they fit, otherwise only the most important figures."""
    if latencies.samples < 2:
        return ()
    figures = (latencies.least_us, latencies.median_us, latencies.p95_us)
    least, median, p95 = map(units.microseconds, figures)
    newest = f"the last {latencies.samples} of {latencies.ever}" if latencies.ever > latencies.samples else None
    many = (Span(f"of {newest or latencies.samples} iterations{' in the series' if latencies.runs else ''}", "label"),)
    long = joined((_value("min", least), _value("median", median), _value("p95", p95), many), "  ")
    if width_of(long) <= width:
        return long
    if len({_unit(text) for text in (least, median, p95)}) == 1:
        least, median, p95 = map(_number, (least, median, p95))
    short = [
        _value("min", least),
        _value("med", median),
        _value("p95", p95),
        _value("last" if newest else "n", str(latencies.samples)),
    ]
    dense = joined(short, " ")
    choices = (joined(short, "  "), dense, *(joined(chosen, "  ") for chosen in (short[:3], short[1:3], short[1:2])))
    return next((line for line in choices if width_of(line) <= width), ())


def preparation(state: RunState) -> Line:
    """Return what came before the first iteration."""
    if state.create_us is None and state.verify_us is None:
        return ()
    create, verify = units.microseconds(state.create_us), units.microseconds(state.verify_us)
    if state.verify_us is None:
        return (Span(create, "value"),)
    return (Span(create, "value"), Span(", verify ", "label"), Span(verify, "value"))


def network(shown: Network | None, area: Area) -> Line:
    """Return the network that ran with its inputs and outputs, as much as fits."""
    if shown is None:
        return ()
    name = _value("network", shown.name or "unnamed")
    sides = [_shapes("in", shown.inputs, area), _shapes("out", shown.outputs, area)]
    choices = (joined((name, *sides[:many]), "  ") for many in (2, 1, 0))
    return next((line for line in choices if width_of(line) <= area.width), ())


def _shapes(name: str, tensors: tuple[NetworkTensor, ...], area: Area) -> Line:
    """Return the shapes of at most three tensors."""
    shapes = [units.shape(tensor.shape, "x" if area.ascii else "×") for tensor in tensors[:_MOST_TENSORS]]
    more = f" and {len(tensors) - _MOST_TENSORS} more" if len(tensors) > _MOST_TENSORS else ""
    return _value(name, ", ".join(shapes) + more) if shapes else ()


def _value(name: str, text: str) -> Line:
    return named(name, (Span(text, "value"),))


def _unit(text: str) -> str:
    return text.rpartition(" ")[2]


def _number(text: str) -> str:
    return text.rpartition(" ")[0] or text

"""How long an iteration takes, where that is all that a run tells: one figure, and what it is one of."""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.monitor.distribution import distribution_of
from npumon.core.monitor.live import Live, run_with_figures
from npumon.core.profile import Reported
from npumon.core.run.report import RunReport
from npumon.core.run.statistics import Statistics
from npumon.core.units import counted, grouped


class LatencyFigures(NamedTuple):
    """The figure that stands for all, what it is, and others of the same iterations by their names. In microseconds."""

    us: float
    what: str
    others: tuple[tuple[str, float], ...] = ()


def latency_of(live: Live) -> LatencyFigures | None:
    """Choose the figure: of a series, of the run's iterations, of its only one, or what its program says of itself."""
    run = run_with_figures(live).run
    if run is None:
        return None
    return _of_series(live) or _of_iterations(run) or _of_program(run.state.reported)


def latency_of_distribution(live: Live) -> LatencyFigures | None:
    """Return the median of all that the distribution shows, which may be several starts; None without one."""
    shown = distribution_of(live)
    statistics = None if shown is None else shown.statistics
    if shown is None or statistics is None:
        return None
    if shown.starts < 2:
        return _of_statistics(statistics)._replace(others=())
    about = "about the " if statistics.approximate else ""
    what = f"{about}median of {grouped(shown.many)} iterations in {counted(shown.starts, 'start')}"
    return LatencyFigures(statistics.median_us, what)


def _of_series(live: Live) -> LatencyFigures | None:
    spread = live.latencies
    if not spread.runs or spread.samples < 2 or spread.median_us is None:
        return None
    all_of = f"the last {grouped(spread.samples)} of " if spread.ever > spread.samples else ""
    many = counted(max(spread.ever, spread.samples), "iteration")
    what = f"median of {all_of}{many} in a series of {counted(spread.runs, 'run')}"
    return LatencyFigures(spread.median_us, what, _told(("min", spread.least_us), ("p95", spread.p95_us)))


def _of_iterations(run: RunReport) -> LatencyFigures | None:
    dump = run.metrics.profile is not None and run.metrics.profile.layer_dump
    if dump and run.metrics.figures.busy_us is not None:
        elapsed = run.metrics.profile.iteration.latency_us if run.metrics.profile is not None else None
        return LatencyFigures(run.metrics.figures.busy_us, "the NPU was busy", _told(("iteration", elapsed)))
    statistics = run.metrics.statistics
    return None if statistics is None else _of_statistics(statistics)


def _of_statistics(spread: Statistics) -> LatencyFigures:
    if spread.count < 2:
        return LatencyFigures(spread.median_us, "the only iteration")
    others = spread.count - (spread.without_first and spread.first_us is not None)
    apart = ", the first one apart" if spread.first_us is not None and spread.without_first else ""
    about = "about the " if spread.approximate else ""
    return LatencyFigures(
        spread.median_us,
        f"{about}median of {grouped(others)} iterations{apart}",
        _told(
            ("first", spread.first_us),
            ("min", spread.min_us),
            ("mean", spread.mean_us),
            ("p95", spread.p95_us),
            ("p99", spread.p99_us),
            ("max", spread.max_us),
            ("std", spread.std_us),
        ),
    )


def _of_program(reported: Reported | None) -> LatencyFigures | None:
    """Return what the program says of its inferences; with the first of its figures that there is."""
    if reported is None:
        return None
    choices = (
        ("average", reported.average_us),
        ("minimum", reported.min_us),
        ("first", reported.first_us),
        ("initialisation", reported.init_us),
    )
    chosen = next(((name, us) for name, us in choices if us is not None), None)
    if chosen is None:
        return None
    name, us = chosen
    many = "" if reported.count is None else f" of {counted(reported.count, 'inference')}"
    warmup = reported.warmup
    others = _told(
        ("first", reported.first_us),
        ("min", reported.min_us),
        ("max", reported.max_us),
        ("std", reported.std_us),
        ("init", reported.init_us),
        ("warm-up", None if warmup is None else warmup.average_us or warmup.first_us),
    )
    return LatencyFigures(us, f"{name}{many}, as {reported.program} says", others)


def _told(*figures: tuple[str, float | None]) -> tuple[tuple[str, float], ...]:
    return tuple((name, us) for name, us in figures if us is not None)

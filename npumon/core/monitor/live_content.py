"""What the Live page has to show of a run: which question its figures answer, and which panes have anything to say."""

from __future__ import annotations

from typing import Literal, NamedTuple

from npumon.core.monitor.live import Live, run_with_figures, run_with_results
from npumon.core.run.report import RunReport
from npumon.core.run.state import has_figures

#: What stands largest: how busy the NPU was, for a graph profiled as one; where the time goes, for several operations;
#: how long an iteration takes, where only that is known; what was found; the log, where there is no figure; or a
#: notice, where there is not even a log.
Main = Literal["utilization", "operations", "latency", "results", "log", "notice"]

#: Verdicts after which no figure is shown as if it were true.
_CONTRADICTORY = "figures.contradict"
#: A run of so many seconds is shown by its log if it has no figures yet.
_SOON_S = 2.0


class Content(NamedTuple):
    """What there is: the `main` thing, and whether there are bandwidths, results and lines of a log beside it.

    `history` says whether there are graphs: of a single iteration there is none. `distribution` says whether there are
    several times of iterations, `failed` whether the log's last lines say why there are no more.
    """

    main: Main
    bandwidth: bool = False
    results: bool = False
    log: bool = False
    history: bool = False
    distribution: bool = False
    failed: bool = False


def content_of(live: Live) -> Content:
    """Return what there is to show. What the text does not hold gives its room away."""
    run = run_with_figures(live).run
    results = has_results(run_with_results(live).run)
    printed = bool(live.log.lines or live.log.open_line)
    log = printed or live.activity.under_way  # a run that begins has no line yet: nothing has to move for that
    main = _main(run)
    if main is None:
        main = "results" if results else "log" if printed and not _just_begun(live) else "notice"
    bandwidth = main != "log" and has_bandwidth(run)
    several = main != "log" and has_distribution(live)
    failed = printed and run is not None and run.info.outcome in ("failed", "timeout")
    return Content(main, bandwidth, results, log, live.history.ever > 1, several, failed)


def _just_begun(live: Live) -> bool:
    """Return whether a run is under way that may soon have figures, so that it is not worth to show its log instead."""
    elapsed_s = live.activity.elapsed_s
    return live.activity.under_way and elapsed_s is not None and elapsed_s < _SOON_S


def has_results(run: RunReport | None) -> bool:
    """Return whether the run found anything: classes, or objects in frames."""
    return run is not None and bool(run.state.top or run.state.frames or run.state.detections)


def has_distribution(live: Live) -> bool:
    """Return whether there are several times, of which a distribution tells more than one figure does."""
    run = run_with_figures(live).run
    statistics = None if run is None else run.metrics.statistics
    several = statistics is not None and statistics.count > 1
    number = live.shown.run
    together = several or any(number in group.runs and group.starts > 1 for group in live.groups)
    rates = any(times.run == number and len(times.rates.parts) > 1 for times in live.times)
    return (together and live.latencies.ever > 1) or rates


def has_bandwidth(run: RunReport | None) -> bool:
    """Return whether the run's figures hold any traffic; that of writing dumps is none."""
    return run is not None and any(run.metrics.figures.bandwidth) and not run.state.layer_dump


def _main(run: RunReport | None) -> Main | None:
    """Return what the figures are about; None without figures."""
    if run is None:
        return None
    profile = run.metrics.profile
    operations = () if profile is None else profile.operations
    if len(operations) > 1:
        return "operations"
    sound = run.metrics.verdict_id != _CONTRADICTORY and profile is not None and not profile.layer_dump
    if sound and operations and operations[0].trusted and run.metrics.figures.utilization is not None:
        return "utilization"
    timed = any(iteration.latency_us is not None for iteration in run.state.iterations)
    return "latency" if timed or operations or has_figures(run.state.reported) else None

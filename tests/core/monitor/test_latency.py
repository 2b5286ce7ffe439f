"""The figure that stands for how long an iteration takes."""

from __future__ import annotations

from typing import Any

from npumon.core.monitor.latency import LatencyFigures, latency_of, latency_of_distribution
from npumon.core.monitor.live import Latencies, Live
from npumon.core.profile import Cycles, Iteration, Reported
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.state import EMPTY, RunState
from npumon.core.run.statistics import EXACT
from tests.core.monitor.test_distribution import SPREAD, group, named
from tests.core.monitor.test_selection import ended, loops
from tests.core.run.judging import binary_graph, judged, state, times_of
from tests.tui.stage import live


def shown(run: RunState, **more: Any) -> Live:
    return live(RunReport(RunInfo(), run, judged(run)), **more)


def timed(*times: float | None) -> RunState:
    last = Iteration(len(times), times[-1], ())
    return EMPTY._replace(iterations=(last,), iterations_ended=len(times), times=times_of(times))


def found(run: RunState, **more: Any) -> LatencyFigures:
    figures = latency_of(shown(run, **more))
    assert figures is not None
    return figures


def test_without_a_run_or_a_time_there_is_none() -> None:
    assert latency_of(live()) is None
    assert latency_of(shown(EMPTY)) is None


def test_the_only_iteration() -> None:
    assert found(timed(33_386.0)) == LatencyFigures(33_386.0, "the only iteration")


def test_of_several_the_median_without_the_first() -> None:
    figures = found(timed(900.0, 100.0, 300.0, 200.0))
    assert figures[:2] == (200.0, "median of 3 iterations, the first one apart")
    assert [name for name, _ in figures.others] == ["first", "min", "mean", "p95", "p99", "max", "std"]
    assert dict(figures.others)["first"] == 900.0


def test_a_first_one_without_a_time_is_not_apart() -> None:
    figures = found(timed(None, 100.0, 300.0))
    assert figures.what == "median of 2 iterations"
    assert "first" not in dict(figures.others)


def test_so_many_that_they_are_only_counted() -> None:
    assert found(timed(*(float(number % 7) for number in range(EXACT + 5)))).what.startswith(
        "about the median of 10 004"
    )


def test_of_a_series_its_own() -> None:
    figures = found(timed(200.0), latencies=Latencies(20, 100.0, 150.0, 190.0, 20))
    assert figures == LatencyFigures(
        150.0, "median of 20 iterations in a series of 20 runs", (("min", 100.0), ("p95", 190.0))
    )
    assert found(timed(200.0), latencies=Latencies(1, 100.0, 100.0, 100.0, 20)).what == "the only iteration"
    assert found(timed(200.0), latencies=Latencies(2, runs=20)).what == "the only iteration"


def test_with_a_dump_how_long_the_npu_was_busy() -> None:
    run = state(binary_graph(), elapsed=9_000_000.0, layer_dump=True)
    figures = found(run)
    assert figures.what == "the NPU was busy"
    assert figures.us == judged(run).figures.busy_us
    assert figures.others == (("iteration", 9_000_000.0),)
    uncounted = state(binary_graph()._replace(cycles=Cycles()), elapsed=9_000_000.0, layer_dump=True)
    assert found(uncounted).what == "the only iteration"


def test_what_a_program_says_of_itself() -> None:
    told = EMPTY._replace(reported=Reported("tengine", 12, min_us=2_750.0, max_us=4_500.0, average_us=3_250.0))
    assert found(told) == LatencyFigures(
        3_250.0, "average of 12 inferences, as tengine says", (("min", 2_750.0), ("max", 4_500.0))
    )
    warmed = Reported("benchmark_model", first_us=5.0, std_us=1.0, init_us=2.0, warmup=Reported("x", first_us=9.0))
    assert found(EMPTY._replace(reported=warmed)) == LatencyFigures(
        5.0,
        "first, as benchmark_model says",
        (("first", 5.0), ("std", 1.0), ("init", 2.0), ("warm-up", 9.0)),
    )
    averaged = warmed._replace(warmup=Reported("x", first_us=9.0, average_us=7.0))
    assert dict(found(EMPTY._replace(reported=averaged)).others)["warm-up"] == 7.0
    assert latency_of(shown(EMPTY._replace(reported=Reported("nnstreamer")))) is None


def test_the_distribution_s_median_is_that_of_all_its_starts() -> None:
    assert latency_of_distribution(live()) is None
    alone = latency_of_distribution(named(ended(loops())))
    assert alone == LatencyFigures(30_000.0, "median of 3 iterations, the first one apart")
    both = named(ended(loops(), loops()))
    together = latency_of_distribution(both._replace(groups=(group(SPREAD, 1, 2),)))
    assert together == LatencyFigures(150.0, "median of 101 iterations in 2 starts")
    many = group([float(number % 7) for number in range(EXACT + 5)], 1, 2)
    about = latency_of_distribution(both._replace(groups=(many,)))
    assert about is not None
    assert about.what.startswith("about the median of 10 005")

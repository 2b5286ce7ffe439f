"""The facts beside the utilization."""

from __future__ import annotations

import pytest

from npumon.core.monitor.live import Latencies
from npumon.core.profile import Cycles, Network, NetworkTensor
from npumon.core.run.metrics import Figures, Metrics
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.state import EMPTY
from npumon.tui.paint import Area
from npumon.tui.panes import facts
from tests.core.run.judging import binary_graph, judged, state
from tests.tui.moments import LATENCIES, seed_run, texts


def test_facts_of_the_seed_run() -> None:
    run = seed_run()
    assert texts(
        [
            facts.busy(run),
            facts.cycles(run.metrics),
            facts.clock(run.metrics),
            facts.latency(run),
            facts.preparation(run.state),
        ]
    ) == ["20.7 of 21.1 ms", "16.7 M, 296 k idle", "790 of 800 MHz", "21.6 ms", "59.5 ms, verify 823 µs"]


def test_units_that_differ_are_both_written() -> None:
    run = seed_run()
    metrics = run.metrics._replace(figures=run.metrics.figures._replace(busy_us=12_000_000.0))
    assert texts([facts.busy(run._replace(metrics=metrics))]) == ["12.0 s of 21.1 ms"]


def test_a_window_that_the_text_does_not_tell_is_not_mentioned() -> None:
    run = seed_run()
    assert texts([facts.busy(run._replace(state=EMPTY))]) == ["20.7 ms"]


@pytest.mark.parametrize(
    ("mhz", "nominal", "rule", "text"),
    [
        (790.4, 800.0, "run.ok", "790 of 800 MHz"),
        (400.0, 800.0, "run.ok", "400 of 800 MHz"),
        (400.0, 800.0, "clock.slow", "400 of 800 SLOW"),
        (500.0, None, "run.ok", "500 MHz"),
        (None, 800.0, "run.ok", "n/a"),
    ],
)
def test_the_clock(mhz: float | None, nominal: float | None, rule: str, text: str) -> None:
    """Slow is what a rule found to be, not each low figure."""
    assert texts([facts.clock(Metrics(Figures(clock_mhz=mhz), nominal, findings=((rule, ""),)))]) == [text]


def test_the_window_stands_in_for_a_time_that_was_not_printed() -> None:
    run = seed_run()
    iteration = run.state.iterations[0]._replace(elapsed_us=None)
    assert texts([facts.latency(run._replace(state=run.state._replace(iterations=(iteration,))))]) == ["21.1 ms"]
    assert texts([facts.latency(run._replace(state=EMPTY))]) == ["n/a"]


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (80, "min 21.5 ms  median 21.6 ms  p95 22.9 ms  of 7 iterations"),
        (40, "min 21.5  med 21.6  p95 22.9  n 7"),
        (32, "min 21.5 med 21.6 p95 22.9 n 7"),
        (29, "min 21.5  med 21.6  p95 22.9"),
        (20, "med 21.6  p95 22.9"),
        (10, "med 21.6"),
        (3, ""),
    ],
)
def test_the_spread_says_what_fits(width: int, text: str) -> None:
    assert texts([facts.spread(LATENCIES, width)]) == [text]


def test_the_spread_of_a_series_says_so() -> None:
    (text,) = texts([facts.spread(LATENCIES._replace(runs=7), 80)])
    assert text.endswith("p95 22.9 ms  of 7 iterations in the series")


def test_one_sample_has_no_spread() -> None:
    assert facts.spread(Latencies(1, 1.0, 1.0, 1.0), 80) == ()


def test_of_a_window_that_its_counters_do_not_cover_nothing_is_said() -> None:
    graph = binary_graph(us=400, window=434)._replace(cycles=Cycles(146_000, 5_845))
    run = RunReport(RunInfo(), state(graph), judged(state(graph)))
    assert texts([facts.busy(run)]) == ["175 µs"]
    covered = state(graph._replace(cycles=Cycles(330_000, 190_000)))
    assert texts([facts.busy(RunReport(RunInfo(), covered, judged(covered)))]) == ["175 of 434 µs"]


def test_a_program_that_prints_no_preparation() -> None:
    assert facts.preparation(EMPTY) == ()
    assert texts([facts.preparation(EMPTY._replace(create_us=1_000))]) == ["1.00 ms"]


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (80, "network inception_v3  in 1×3×299×299  out 1×5, 1×5, 1×5 and 2 more"),
        (66, "network inception_v3  in 1×3×299×299  out 1×5, 1×5, 1×5 and 2 more"),
        (65, "network inception_v3  in 1×3×299×299"),
        (35, "network inception_v3"),
        (19, ""),
        (0, ""),
        (-5, ""),
    ],
)
def test_the_network_is_told_as_far_as_there_is_room(width: int, text: str) -> None:
    picture, box = NetworkTensor("input", "uint8", (1, 3, 299, 299)), NetworkTensor("box", "uint8", (1, 5))
    network = Network("inception_v3", None, (picture,), (box,) * 5)
    assert texts([facts.network(network, Area(width, 1))]) == [text]
    assert texts([facts.network(network, Area(width, 1, ascii=True))]) == [text.replace("×", "x")]


def test_a_network_that_says_little() -> None:
    assert texts([facts.network(Network(), Area(80, 1))]) == ["network unnamed"]
    assert facts.network(None, Area(80, 1)) == ()

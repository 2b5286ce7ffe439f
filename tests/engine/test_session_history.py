"""What a session remembers of its runs, in bounded memory. All figures are synthetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.log.parser import ProfileParser
from npumon.core.monitor.live import History, Latencies, Sample, Snapshot
from npumon.core.profile import Bandwidth, Cycles, Diagnostic, Iteration, Network, NetworkTensor, Operation
from npumon.core.run.analysis import profile_of
from npumon.core.run.metrics import figures_of
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.splitter import RunSplitter
from npumon.core.run.state import EMPTY
from npumon.engine.reporting import Context, report_of
from npumon.engine.run_groups import KEPT_LATENCIES, KEPT_OPEN
from npumon.engine.session_history import (
    KEPT_DIAGNOSTICS,
    KEPT_GRAPHS,
    KEPT_ROWS,
    KEPT_RUNS,
    KEPT_SAMPLES,
    KEPT_WAITING,
    SampleRing,
    SessionHistory,
    live_from_snapshot,
    sample_of,
)


def report(number: int = 1, operations: int = 1, iterations: int = 3) -> RunReport:
    """A run of so many iterations with so many operations each."""
    done = tuple(Iteration(index, 5.0, (Operation(),) * operations) for index in range(1, iterations + 1))
    state = EMPTY._replace(iterations=done, iterations_ended=iterations)
    return report_of(state, Context(), RunInfo(), number=number)


def test_a_new_one_is_empty() -> None:
    session_history = SessionHistory()
    assert (
        session_history.runs,
        session_history.ended,
        session_history.history(None).ever,
        session_history.latencies(None),
    ) == ((), 0, 0, Latencies())


def test_a_run_is_kept_with_its_last_iteration() -> None:
    session_history = SessionHistory()
    whole = report()
    session_history.run(whole)
    (kept,) = session_history.runs
    assert [iteration.number for iteration in kept.state.iterations] == [3]
    assert kept.state.iterations_ended == 3
    assert kept.metrics == whole.metrics, "the figures are the run's"
    assert session_history.runs is session_history.runs


def test_the_last_two_hundred_runs_are_kept_and_all_are_counted() -> None:
    session_history = SessionHistory()
    for number in range(1, KEPT_RUNS + 11):
        session_history.run(report(number))
    assert [run.number for run in session_history.runs] == list(range(11, KEPT_RUNS + 11))
    assert session_history.ended == KEPT_RUNS + 10


def test_of_large_graphs_fewer_runs_are_kept() -> None:
    session_history = SessionHistory()
    for number in range(100):
        session_history.run(report(number, operations=999))
    assert len(session_history.runs) == KEPT_ROWS // 1_999, "its operations are kept as read and as judged"
    session_history.run(report(100, operations=2 * KEPT_ROWS))
    assert [run.number for run in session_history.runs] == [100], "the last one in any case"


def test_of_many_messages_the_first_are_kept() -> None:
    session_history = SessionHistory()
    messages = tuple(Diagnostic(line, "error", "model", "x") for line in range(100))
    whole = report()
    session_history.run(whole._replace(state=whole.state._replace(diagnostics=messages, diagnostics_dropped=7)))
    state = session_history.runs[0].state
    assert state.diagnostics == messages[:KEPT_DIAGNOSTICS]
    assert state.diagnostics_dropped == 107 - KEPT_DIAGNOSTICS


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([5.0], Latencies(1, 5.0, 5.0, 5.0, 0, 1)),
        ([7.0, 5.0], Latencies(2, 5.0, 6.0, 7.0, 0, 2)),
        ([float(time) for time in range(100, 0, -1)], Latencies(100, 1.0, 50.5, 95.0, 0, 100)),
        ([float(time) for time in range(1, 21)], Latencies(20, 1.0, 10.5, 19.0, 0, 20)),
        ([float(time) for time in range(1, 22)], Latencies(21, 1.0, 11.0, 20.0, 0, 21)),
    ],
)
def test_latencies(times: list[float], expected: Latencies) -> None:
    session_history = SessionHistory()
    for number, time in enumerate(times, 1):
        session_history.iteration("a", Iteration(number, time))
    assert session_history.latencies("a") == expected
    assert session_history.latencies("b") == Latencies()


def test_the_first_iteration_of_a_start_counts_only_where_there_is_no_other() -> None:
    session_history = SessionHistory()
    for times in ((9.0,), (8.0,), (70.0, 3.0, 5.0), (60.0, 4.0)):
        for number, us in enumerate(times, 1):
            session_history.iteration("a", Iteration(number, us, first=number == 1))
    assert session_history.latencies("a") == Latencies(5, 3.0, 5.0, 9.0, 0, 5)


def test_the_latencies_of_a_series_are_its_own() -> None:
    session_history = SessionHistory()
    session_history.begin("a")
    session_history.iteration("a", Iteration(1, 500.0))  # a cold run
    session_history.begin("b", 9)
    session_history.iteration("b", Iteration(1, 7.0))
    session_history.begin("a", 3)
    assert session_history.latencies("a") == Latencies(runs=3)
    for time in (5.0, 6.0, 7.0):
        session_history.iteration("a", Iteration(1, time))
    assert session_history.latencies("a") == Latencies(3, 5.0, 6.0, 7.0, 3, 3)
    assert session_history.latencies("b") == Latencies(1, 7.0, 7.0, 7.0, 9, 1), "another model's stay"
    assert session_history.history("a").ever == 4, "the graphs go on"
    assert session_history.history("b").ever == 1, "and are of one model"


def test_samples_tell_their_run_and_the_models_that_were_not_used_for_longest_go() -> None:
    session_history = SessionHistory()
    assert not session_history.histories
    for number in range(KEPT_GRAPHS + 1):
        session_history.iteration(str(number), Iteration(1, 1.0))
        ended = report(number)
        session_history.run(ended._replace(info=ended.info._replace(model=str(number))))
    session_history.iteration("1", Iteration(2, 1.0))
    histories = session_history.histories
    assert session_history.histories is histories
    assert [each.samples[0].run for each in histories] == [*range(3, KEPT_GRAPHS + 2), 2]
    samples = session_history.history("1").samples
    assert [(sample.run, sample.iteration) for sample in samples] == [(2, 1), (KEPT_GRAPHS + 2, 2)]
    assert session_history.history("0").samples == ()


def test_the_iteration_that_the_metrics_describe_is_kept_with_the_last_one() -> None:
    session_history = SessionHistory()
    profiled = Iteration(2, 5.0, (Operation(),))
    state = EMPTY._replace(iterations=(Iteration(1, 5.0), profiled, Iteration(3, 5.0)), iterations_ended=3)
    session_history.run(report_of(state, Context(), RunInfo()))
    (kept,) = session_history.runs
    assert [each.number for each in kept.state.iterations] == [2, 3]
    assert kept.state.measured is profiled


def test_single_runs_after_a_series_begin_anew_and_then_go_on() -> None:
    session_history = SessionHistory()
    session_history.begin("a", 2)
    session_history.iteration("a", Iteration(1, 5.0))
    for time in (8.0, 9.0):
        session_history.begin("a")
        session_history.iteration("a", Iteration(1, time))
    assert session_history.latencies("a") == Latencies(2, 8.0, 8.5, 9.0, 0, 2)


def test_only_the_last_used_models_are_known_to_have_had_a_series() -> None:
    session_history = SessionHistory()
    for number in range(KEPT_OPEN + 1):
        session_history.begin(str(number), 3)
    assert [session_history.latencies(model).runs for model in ("0", "1", str(KEPT_OPEN))] == [0, 3, 3]


def test_an_iteration_without_a_time_is_no_latency() -> None:
    session_history = SessionHistory()
    session_history.iteration("a", Iteration(1))
    assert session_history.latencies("a") == Latencies()
    assert session_history.history("a").ever == 1


@pytest.mark.parametrize(("layer_dump", "rate"), [(False, 4_000_000.0), (True, None)])
def test_the_times_of_a_dump_give_no_rates(layer_dump: bool, rate: float | None) -> None:
    session_history = SessionHistory()
    moved = Operation(execution_us=1, bandwidth=Bandwidth(2.0, 2.0, 0.0, 0.0, 2.0, 2.0))
    session_history.iteration("a", Iteration(1, 5.0, (moved,)), layer_dump=layer_dump)
    assert session_history.history("a").samples[-1].total_mbyte_per_s == rate


def test_latencies_are_bounded() -> None:
    session_history = SessionHistory()
    for number in range(KEPT_LATENCIES + 5):
        session_history.iteration("a", Iteration(1, float(number)))
    assert session_history.latencies("a").samples == KEPT_LATENCIES
    assert session_history.latencies("a").least_us == 5.0
    for number in range(KEPT_OPEN - 1):
        session_history.iteration(f"model {number}", Iteration(1, 1.0))
    session_history.iteration("a", Iteration(1, 1.0))
    session_history.iteration("one more", Iteration(1, 1.0))
    assert session_history.latencies("a").samples == KEPT_LATENCIES, "the models that were not used for longest go"
    assert session_history.latencies("model 0") == Latencies()


def test_tensors_of_networks_count() -> None:
    session_history = SessionHistory()
    network = Network(inputs=(NetworkTensor("in", "uint8"),) * 500, outputs=(NetworkTensor("out", "uint8"),) * 498)
    for number in range(100):
        session_history.run(report(number)._replace(network=network))
    assert len(session_history.runs) == KEPT_ROWS // 1_003
    assert session_history.runs[-1].network is network


def snapshot(text: bytes | None) -> Snapshot:
    report = None
    if text is not None:
        fold, parser = RunSplitter(), ProfileParser()
        fold.feed(parser.feed(text))
        fold.feed(parser.close())
        report = report_of(fold.state, Context(), RunInfo(model="inceptionv3"))
    return Snapshot("2026-11-22T03:18:00.000+00:00", BoardState(), DriverState(), report)


def test_a_run(seed_run: bytes) -> None:
    shown = snapshot(seed_run)
    live = live_from_snapshot(shown, seed_run)
    assert live.snapshot is shown
    assert [run.info.model for run in live.runs] == ["inceptionv3"]
    assert (live.activity.run, live.activity.model, live.activity.under_way) == (1, "inceptionv3", False)
    assert (live.latencies.samples, live.latencies.median_us) == (1, 21609.0)
    assert len(live.history.samples) == 1
    assert live.log.lines


def test_no_run() -> None:
    live = live_from_snapshot(snapshot(None), b"text")
    assert (live.runs, live.activity.run, live.snapshot.run) == ((), 0, None)


def test_a_run_without_figures() -> None:
    live = live_from_snapshot(snapshot(b"hello\n"))
    assert len(live.runs) == 1
    assert live.latencies.samples == 0


#: The figures of the public run.
OPERATION = Operation(
    execution_us=20_845,
    bandwidth=Bandwidth(71.70338, 17.810649, 30.981305, 14.130429, 40.722075, 3.68022),
    cycles=Cycles(16_697_255, 296_080),
    window_us=21_124,
)


def sample(iteration: Iteration) -> Sample:
    return sample_of(iteration, figures_of(profile_of(iteration)))


def test_nothing_yet() -> None:
    assert SampleRing().history == History()


@given(st.integers(1, 20), st.lists(st.floats(0, 1e6), max_size=60))
def test_the_last_ones_are_kept_and_all_are_counted(kept: int, times: list[float]) -> None:
    series = SampleRing(kept)
    for number, elapsed_us in enumerate(times, 1):
        series.add(Sample(elapsed_us=elapsed_us))
        assert series.history.ever == number
    assert [each.elapsed_us for each in series.history.samples] == times[-kept:]


@pytest.mark.parametrize(("operations", "many"), [(1, 3 * KEPT_SAMPLES), (KEPT_WAITING // 3, 8), (KEPT_WAITING + 1, 2)])
def test_the_history_is_the_same_however_often_somebody_looks(operations: int, many: int) -> None:
    seldom, always = SessionHistory(), SessionHistory()
    for number in range(many):
        iteration = Iteration(number + 1, float(number), (OPERATION,) * operations)
        seldom.iteration(None, iteration)
        always.iteration(None, iteration)
        assert always.history(None).ever == number + 1
    assert seldom.history(None) == always.history(None)
    assert seldom.latencies(None) == always.latencies(None)


def test_there_are_more_than_a_screen_has_columns() -> None:
    series = SampleRing()
    for _ in range(2 * KEPT_SAMPLES):
        series.add(Sample())
    assert len(series.history.samples) == KEPT_SAMPLES >= 250


def test_the_history_is_the_same_object_until_a_sample_comes() -> None:
    series = SampleRing()
    series.add(Sample())
    first = series.history
    assert series.history is first
    series.add(Sample())
    assert series.history is not first
    assert first.ever == 1, "who holds it may go on reading it"


def test_a_sample_of_the_public_run() -> None:
    assert sample(Iteration(1, 21_609.0, (OPERATION,))) == Sample(4_294.2, 2_164.2, 2_130.2, 0.982268, 21_609.0)


def test_what_is_not_in_the_text_is_not_in_the_sample() -> None:
    assert sample(Iteration(1)) == Sample()
    read_only = OPERATION._replace(bandwidth=Bandwidth(total_read=1.0))
    assert sample(Iteration(1, operations=(read_only,))).total_mbyte_per_s is None


def test_the_window_stands_for_a_time_that_the_program_does_not_tell() -> None:
    assert sample(Iteration(1, None, (Operation(window_us=21_124),))).elapsed_us == 21_124

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from npumon.core.profile import Bandwidth, Cycles, Iteration, Operation
from npumon.core.run.history import KEPT_SAMPLES, History, Sample, SampleRing, sample_of
from npumon.core.run.metrics import figures_of

#: The figures of the public run.
OPERATION = Operation(
    execution_us=20_845,
    bandwidth=Bandwidth(71.70338, 17.810649, 30.981305, 14.130429, 40.722075, 3.68022),
    cycles=Cycles(16_697_255, 296_080),
)


def sample(iteration: Iteration) -> Sample:
    return sample_of(iteration, figures_of(iteration))


def test_nothing_yet() -> None:
    assert SampleRing().history == History()


@given(st.integers(1, 20), st.lists(st.floats(0, 1e6), max_size=60))
def test_the_last_ones_are_kept_and_all_are_counted(kept: int, times: list[float]) -> None:
    series = SampleRing(kept)
    for number, elapsed_us in enumerate(times, 1):
        series.add(Sample(elapsed_us=elapsed_us))
        assert series.history.ever == number
    assert [each.elapsed_us for each in series.history.samples] == times[-kept:]


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
    assert sample(Iteration(1, 21_609.0, 21_124, (OPERATION,))) == Sample(4_294.2, 2_164.2, 2_130.2, 0.982268, 21_609.0)


def test_what_is_not_in_the_text_is_not_in_the_sample() -> None:
    assert sample(Iteration(1)) == Sample()
    read_only = OPERATION._replace(bandwidth=Bandwidth(total_read=1.0))
    assert sample(Iteration(1, operations=(read_only,))).total_mbyte_per_s is None


def test_the_window_stands_for_a_time_that_the_program_does_not_tell() -> None:
    assert sample(Iteration(1, None, 21_124)).elapsed_us == 21_124

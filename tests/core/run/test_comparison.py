"""Two runs side by side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.profile import Bandwidth, Cycles, Iteration, Operation, TopEntry
from npumon.core.run.analysis import profile_of
from npumon.core.run.comparison import (
    Difference,
    compare,
    signed,
    top_of,
)
from npumon.core.run.figures import Better, Unit
from npumon.core.run.metrics import Metrics, figures_of
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.state import RunState

UNIT = Unit("x", lambda value: f"{value:.2f} x", lambda value: f"{value:.2f} x")


def operation(layer: int, time_us: int | None, name: str = "conv", ddr: float | None = 1.0) -> Operation:
    bandwidth = Bandwidth(2, 2, 1, 1, ddr, ddr)
    return Operation(
        layer,
        name,
        0,
        "CONVOLUTION",
        "NN",
        execution_us=time_us,
        bandwidth=bandwidth,
        cycles=Cycles(100, 5),
        window_us=450,
    )


def run(*operations: Operation, model: str = "m", elapsed_us: float | None = 500.0, **state: object) -> RunReport:
    iteration = Iteration(1, elapsed_us, operations)
    profile = profile_of(iteration)
    whole = RunState(iterations=(iteration,), iterations_ended=1)._replace(**state)  # type: ignore[arg-type]
    return RunReport(RunInfo(model=model, duration_s=1.0), whole, Metrics(figures_of(profile), profile=profile))


def difference(before: float | None, after: float | None, better: Better = "lower") -> Difference:
    return Difference("id", "title", UNIT, better, before, after)


@pytest.mark.parametrize(
    ("before", "after", "better", "verdict"),
    [
        (100, 90, "lower", "better"),
        (100, 110, "lower", "worse"),
        (100, 110, "higher", "better"),
        (100, 90, "higher", "worse"),
        (100, 110, "none", "other"),
        (100, 100, "lower", "same"),
        (100, 100.9, "lower", "same"),
        (0, 0, "lower", "same"),
        (0, 1, "lower", "worse"),
        (None, 1, "lower", ""),
        (1, None, "lower", ""),
    ],
)
def test_which_way_is_better(before: float | None, after: float | None, better: Better, verdict: str) -> None:
    assert difference(before, after, better).verdict == verdict


def test_differences_have_signs() -> None:
    less = difference(200.0, 150.0)
    assert (less.absolute, less.relative) == (-50.0, -0.25)
    assert (less.absolute_text, less.relative_text, less.text(less.after)) == ("-50.00 x", "-25.0 %", "150.00 x")
    assert difference(1.0, 1.001).absolute_text == "0.00 x"
    assert difference(-2.0, -1.0).relative == 0.5


def test_what_is_missing_is_said() -> None:
    absent = difference(None, 2.0)
    assert (absent.absolute_text, absent.relative_text, absent.text(absent.before)) == ("n/a", "n/a", "n/a")
    assert difference(0.0, 2.0).relative is None


@given(
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
)
def test_the_other_way_round_the_verdict_is_the_opposite(before: float, after: float) -> None:
    verdicts = {difference(before, after).verdict, difference(before, after, "higher").verdict}
    assert verdicts in ({"same"}, {"better", "worse"})


def test_signs() -> None:
    assert [signed(value, lambda size: f"{size:.1f}") for value in (1.26, -1.26, 0.01, -0.01)] == [
        "+1.3",
        "-1.3",
        "0.0",
        "0.0",
    ]


def test_figures_of_two_runs() -> None:
    old = run(operation(0, 400), elapsed_us=500.0, create_us=10, top=(TopEntry(1, 2, 0.5),))
    new = run(operation(0, 300), elapsed_us=None, average_us=450.0, iterations_ended=2, top=(TopEntry(1, 3, 0.6),))
    compared = compare(old, new._replace(labels=("shark",)))
    figures = {figure.id: figure for figure in compared.figures}
    assert (figures["latency"].before, figures["latency"].after) == (500.0, 450)
    assert figures["execution"].verdict == "better"
    assert figures["utilization"].verdict == "same"
    assert figures["average"].verdict == ""
    assert figures["ddr_rate"].verdict == "other"
    assert "verify" not in figures
    assert compared.top == ("class 2", "shark")
    assert compared.same_model
    assert sum(figure.verdict == "better" for figure in compared.figures) == 2
    assert all(figure.text(figure.after) and figure.absolute_text for figure in compared.figures)


def test_another_model_is_neither_better_nor_worse() -> None:
    old, new = run(operation(0, 400), elapsed_us=500.0), run(operation(0, 100), elapsed_us=900.0)
    compared = compare(old, new._replace(info=RunInfo(model="another")))
    judged = [figure.verdict for figure in compared.figures]
    for layer in compared.layers:
        judged += [layer.time.verdict, layer.utilization.verdict, layer.ddr.verdict]
    assert len(compared.layers) == 1
    assert not {"better", "worse"} & set(judged)
    assert "other" in judged


def test_runs_without_figures() -> None:
    nothing = RunReport(RunInfo(), RunState(), Metrics())
    compared = compare(nothing, nothing)
    assert (compared.figures, compared.layers, compared.rows, compared.top) == ((), (), (), (None, None))
    assert not compare(nothing, run()).same_model
    assert top_of(nothing) is None


def test_layers_are_matched_by_their_ids_and_the_worst_is_first() -> None:
    old = run(operation(0, 100), operation(1, 100), operation(2, 100), operation(3, None), operation(4, 1))
    new = run(operation(0, 90), operation(1, 150), operation(2, 101, "pool"), operation(3, 5), operation(9, 1))
    compared = compare(old, new)
    assert [layer.key for layer in compared.layers] == ["1.0", "3.0", "0.0"]
    assert (compared.only_before, compared.only_after) == (2, 2)
    worst = compared.layers[0]
    assert (worst.time.title, worst.time.absolute_text, worst.time.text(worst.time.before)) == (
        "1.0 conv",
        "+50 µs",
        "100 µs",
    )
    assert (worst.time.verdict, worst.utilization.verdict, worst.ddr.verdict) == ("worse", "same", "same")
    assert [row.key for row in compared.rows if row.layer is not None] == ["layer 1.0", "layer 3.0", "layer 0.0"]
    assert len({row.key for row in compared.rows}) == len(compared.rows)


def test_layers_without_ddr_figures() -> None:
    layer = compare(run(operation(0, 1, ddr=None)), run(operation(0, 1))).layers[0]
    assert (layer.ddr.before, layer.ddr.after) == (None, 2.0)

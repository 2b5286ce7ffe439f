"""The figures of any run: they obey what the public runs obey, whatever the model, scenario and seed."""

from __future__ import annotations

from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.profile import MBYTE_BYTES
from npumon.demo.figures import SyntheticRun
from npumon.demo.models import MODELS, DemoModel
from npumon.demo.scenarios import CLOCK_MHZ, SCENARIOS, Scenario


@given(
    st.sampled_from(sorted(MODELS)),
    st.sampled_from(sorted(SCENARIOS)),
    st.integers(0, 2**64),
    st.integers(0, 10**6),
    st.booleans(),
)
def test_the_invariants(model: str, scenario: str, seed: int, run: int, dumping: bool) -> None:
    figures = SyntheticRun(MODELS[model], SCENARIOS[scenario], seed, run, dumping=dumping)
    nominal = SCENARIOS[scenario].clock_mhz
    for index in range(1, 4):
        it = figures.iteration(index)
        assert it.elapsed_us is not None
        late_us = (SCENARIOS[scenario].late or (0, 0))[1] if dumping and MODELS[model].layered else 0
        assert it.vpc_elapsed_us is not None
        assert it.elapsed_us + late_us > it.vpc_elapsed_us > sum(each.execution_us or 0 for each in it.operations)
        beyond_us = 90 * len(it.operations) if MODELS[model].layered else -MODELS[model].uncounted_us
        cycles = sum(each.cycles.total or 0 for each in it.operations)
        assert nominal * 0.998 < cycles / (it.vpc_elapsed_us + beyond_us) < nominal * 1.012
        for each in it.operations:
            assert 0 <= (each.cycles.idle or 0) < (each.cycles.total or 0)
            assert each.cycles.wraps == (each.cycles.total or 0) >> 32
            shown = {name: f"{getattr(each.bandwidth, name):.6f}" for name in each.bandwidth._fields}
            for way in ("read", "write"):
                millionths = {kind: int(shown[f"{kind}_{way}"].replace(".", "")) for kind in ("total", "axi", "ddr")}
                assert millionths["total"] == millionths["axi"] + millionths["ddr"]


@pytest.mark.parametrize("quantised", [True, False])
def test_a_graph_writes_exactly_what_its_table_says(quantised: bool) -> None:
    model = MODELS["yolov3_tiny" if quantised else "yolov3_tiny_float"]
    it = SyntheticRun(model, SCENARIOS["graph"], 5, 3).iteration(1)
    for each, row in zip(it.operations, model.tiling, strict=True):
        assert (each.op_abs_id, each.target_kind) == (row.number, row.target)
        assert round((each.bandwidth.total_write or 0) * MBYTE_BYTES) == pytest.approx(row.output_bytes, abs=1)
        assert (row.output_bytes or 0) == prod(row.output_shape) * (1 if quantised else 2)
        assert each.shader is None or each.target_kind == "SH"


@pytest.mark.parametrize("quantised", [True, False])
def test_the_cores_compute_at_plausible_rates(quantised: bool) -> None:
    model = MODELS["yolov3_tiny" if quantised else "yolov3_tiny_float"]
    it = SyntheticRun(model, SCENARIOS["graph"], 0, 0).iteration(1)
    rates: dict[str, list[float]] = {"NN": [], "SH": []}
    for each, row in zip(it.operations, model.tiling, strict=True):
        busy = (each.cycles.total or 0) - (each.cycles.idle or 0)
        width, height, channels, _ = row.output_shape
        if row.kernel_shape is not None:
            rates["NN"].append(width * height * channels * prod(row.kernel_shape) / busy)
        elif each.target_kind == "SH" and each.operation_index == 1:
            rates["SH"].append(prod(row.input_shape) * channels / busy)
    assert (len(rates["NN"]), len(rates["SH"])) == ((13, 0) if quantised else (5, 8))
    assert all(95 <= rate <= 1_490 for rate in rates["NN"])
    assert all(4.1 <= rate <= 4.3 for rate in rates["SH"])
    speeds = [
        ((each.bandwidth.ddr or 0.0) * MBYTE_BYTES * 800) / ((each.cycles.total or 0) - (each.cycles.idle or 0))
        for each in it.operations
    ]
    assert max(speeds) < 12_900  # MB/s: what the board's DDR memory can do


def test_a_window_that_ends_too_late_leaves_the_sums_sound() -> None:
    model, scenario = MODELS["yolov3_tiny"], SCENARIOS["late-counters"]
    first, second = SyntheticRun(model, scenario, 0, 0, dumping=True).iteration(1).operations[3:5]
    clocks = [(each.cycles.total or 0) / (each.window_us or 1) for each in (first, second)]
    assert clocks[0] == pytest.approx(718, abs=2)
    assert clocks[1] > 2_400
    assert (first.cycles.total or 0) / (first.execution_us or 1) == pytest.approx(800, rel=0.001)
    both = sum(each.cycles.total or 0 for each in (first, second)) / sum(
        each.window_us or 0 for each in (first, second)
    )
    assert both == pytest.approx(800, rel=0.001)


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: scenario.name)
@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_the_same_arguments_give_the_same_figures(model: DemoModel, scenario: Scenario) -> None:
    one, two = (SyntheticRun(model, scenario, 11, 2) for _ in range(2))
    assert [one.iteration(index) for index in (1, 2)] == [two.iteration(index) for index in (1, 2)]
    assert one.objects() == two.objects()


def test_the_objects_of_a_camera_move_but_keep_their_size() -> None:
    model = MODELS["yolov3_cap"]
    figures = SyntheticRun(model, SCENARIOS["camera"], 0, 0)
    frames = [figures.objects() for _ in range(5)]
    assert len(set(frames)) == 5
    for frame in frames:
        for seen, known in zip(frame, model.objects, strict=True):
            assert (seen.label, seen.score) == (known.label, known.score)
            assert (seen.right or 0) - (seen.left or 0) == (known.right or 0) - (known.left or 0)


def test_only_the_first_iteration_of_the_first_run_is_cold() -> None:
    windows = []
    for run in (0, 1):
        figures = SyntheticRun(MODELS["inceptionv3"], SCENARIOS["cold"], 0, run)
        windows += [figures.iteration(index).vpc_elapsed_us or 0 for index in (1, 2)]
    assert windows[0] > 5 * max(windows[1:])


def test_the_nominal_clock_is_that_of_the_public_run() -> None:
    assert pytest.approx(790.44, abs=0.01) == CLOCK_MHZ

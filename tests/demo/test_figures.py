"""The figures of any run: they obey what the public runs obey, whatever the model, scenario and seed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.demo.figures import SyntheticRun
from npumon.demo.models import MODELS, DemoModel
from npumon.demo.scenarios import CLOCK_MHZ, SCENARIOS, Scenario


@given(
    st.sampled_from(sorted(MODELS)), st.sampled_from(sorted(SCENARIOS)), st.integers(0, 2**64), st.integers(0, 10**6)
)
def test_the_invariants(model: str, scenario: str, seed: int, run: int) -> None:
    figures = SyntheticRun(MODELS[model], SCENARIOS[scenario], seed, run)
    for index in range(1, 4):
        it = figures.iteration(index)
        assert it.elapsed_us is not None
        assert it.vpc_elapsed_us is not None
        assert it.elapsed_us > it.vpc_elapsed_us > sum(each.execution_us or 0 for each in it.operations)
        cycles = sum(each.cycles.total or 0 for each in it.operations)
        nominal = SCENARIOS[scenario].clock_mhz
        assert nominal * 0.999 < cycles / it.vpc_elapsed_us < nominal * 1.011
        for each in it.operations:
            assert 0 <= (each.cycles.idle or 0) < (each.cycles.total or 0)
            shown = {name: f"{getattr(each.bandwidth, name):.6f}" for name in each.bandwidth._fields}
            for way in ("read", "write"):
                millionths = {kind: int(shown[f"{kind}_{way}"].replace(".", "")) for kind in ("total", "axi", "ddr")}
                assert millionths["total"] == millionths["axi"] + millionths["ddr"]


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

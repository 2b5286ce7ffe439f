"""The table of scenarios."""

from __future__ import annotations

import pytest

from npumon.core.problems import ProblemError
from npumon.demo.models import MODELS
from npumon.demo.scenarios import SCENARIOS, Scenario, find_scenario
from tests import golden


def test_the_public_names() -> None:
    assert list(SCENARIOS) == [
        "steady", "cold", "layers", "detection", "ksnn", "slow-ddr", "throttled", "driver-missing", "profiling-off",
        "crash", "hang", "garbled", "camera", "graph", "graph-float", "dump", "wrap", "late-counters", "verify-fails",
        "loop", "benchmark-model", "session",
    ]  # fmt: skip


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: scenario.name)
def test_each_says_in_a_sentence_what_it_shows(scenario: Scenario) -> None:
    assert scenario.sentence.endswith(".")
    assert scenario.sentence[:1].isupper() or scenario.sentence.startswith("galcore")
    assert len(scenario.sentence) <= 120
    assert scenario.model in MODELS


def test_one_is_found_by_its_name() -> None:
    assert find_scenario("slow-ddr").name == "slow-ddr"


def test_an_unknown_one_is_a_usage_problem_that_names_the_others() -> None:
    with pytest.raises(ProblemError) as caught:
        find_scenario("\x1b[31m")
    assert caught.value.problem.kind == "usage"
    assert "\x1b" not in str(caught.value)
    golden.problem(caught.value.problem, "demo.scenario hostile")

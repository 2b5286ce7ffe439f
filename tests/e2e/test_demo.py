"""The simulated board: every command on it, every scenario of it, and the word DEMO wherever its figures are."""

from __future__ import annotations

import json
import os

import pytest

from npumon.demo.scenarios import SCENARIOS
from tests import golden
from tests.command_line import CommandLine

#: How a run of each scenario ends that does not end well, as (status, outcome).
ENDINGS = {
    "driver-missing": (3, "failed"),
    "crash": (1, "failed"),
    "hang": (4, "timeout"),
    "camera": (4, "timeout"),
    "verify-fails": (1, "failed"),
}


#: What each scenario is there to show.
VERDICTS = {
    "steady": "compute.bound",
    "cold": "run.cold",
    "layers": "run.ok",
    "detection": "detection.ok",
    "ksnn": "compute.bound",
    "slow-ddr": "ddr.bound",
    "throttled": "clock.slow",
    "driver-missing": "run.failed",
    "profiling-off": "profiling.off",
    "crash": "run.crashed",
    "hang": "run.timeout",
    "garbled": "compute.bound",
    "camera": "run.timeout",
    "graph": "run.ok",
    "graph-float": "shader.convolution",
    "dump": "dump.on",
    "wrap": "dump.on",
    "late-counters": "dump.on",
    "verify-fails": "run.failed",
    "loop": "run.ok",
    "benchmark-model": "run.ok",
    "session": "run.ok",
}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenarios(npumon: CommandLine, scenario: str) -> None:
    status, outcome = ENDINGS.get(scenario, (0, "ok"))
    limit = ("--timeout", "1.5") if status == 4 else ()
    done = npumon("run", "--demo", "--scenario", scenario, "--format", "json", *limit)
    document = json.loads(done.stdout)
    assert (done.returncode, document["run"]["outcome"], document["demo"]) == (status, outcome, True)
    assert document["metrics"]["verdict_id"] == VERDICTS[scenario]
    assert scenario == "garbled" or document["unrecognized_lines"] == 0
    if scenario == "driver-missing":
        golden.printed(done.stderr, "driver.missing")
    elif scenario == "profiling-off":
        golden.printed(done.stderr, "driver.profiling_off before a run")
    else:
        assert done.stderr == ""
    if scenario == "crash":
        assert "SIGSEGV" in document["metrics"]["verdict"]
        assert document["iterations"][0]["complete"] is False
        assert document["iterations"][0]["layers"]
    if scenario == "camera":
        assert document["iterations_completed"] > 1


@pytest.mark.parametrize(
    "words", [("run",), ("snapshot",), ("models",), ("driver", "status"), ("doctor",)], ids=" ".join
)
def test_demo_is_said(npumon: CommandLine, words: tuple[str, ...]) -> None:
    text = npumon(*words, "--demo")
    assert (text.returncode, text.stderr) == (0, "")
    assert text.stdout.startswith("DEMO")
    assert json.loads(npumon(*words, "--demo", "--format", "json").stdout)["demo"] is True
    assert npumon(*words, "--scenario", "steady").stdout.startswith("DEMO")
    assert npumon(*words, "--seed", "7").stdout.startswith("DEMO")


def test_demo_is_said_in_lines_and_beside_tables(npumon: CommandLine) -> None:
    done = npumon("run", "--demo", "--format", "jsonl")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["schema"], line["demo"]) for line in lines] == [("npumon.iteration/1", True), ("npumon.run/1", True)]
    for words in (("run",), ("models",), ("run", "-q")):
        done = npumon(*words, "--demo", "--format", "csv")
        assert done.returncode == 0
        golden.printed(done.stderr, "demo label")


def test_the_same_seed_gives_the_same_figures(npumon: CommandLine) -> None:
    def figures(seed: str) -> object:
        document = json.loads(npumon("run", "--seed", seed, "--format", "json", "-n", "2").stdout)
        return [(run["iterations"], run["create_us"], run["top"]) for run in document["runs"]]

    assert figures("3") == figures("3")
    assert figures("3") != figures("4")


def test_nothing_of_the_demo_is_kept(npumon: CommandLine) -> None:
    npumon("run", "--demo")
    npumon("--demo")
    assert not npumon.state.exists()
    assert os.listdir(npumon.home) == os.listdir(npumon.folder) == []


def test_nobody_sees_where_the_demo_lies(npumon: CommandLine) -> None:
    for words in (("models",), ("driver", "status"), ("doctor",), ("run",), ("--scenario", "driver-missing")):
        done = npumon(*words, "--demo")
        assert "npumon-demo" not in done.stdout + done.stderr


def test_a_model_of_the_demo_by_its_name(npumon: CommandLine) -> None:
    for name in ("inceptionv3", "inceptionv3/VIM3", "lenet_layers"):
        document = json.loads(npumon("run", "--demo", name, "--format", "json").stdout)
        assert (document["run"]["model"], document["run"]["outcome"]) == (name.partition("/")[0], "ok")
    done = npumon("run", "--demo", "inceptionv4")
    assert (done.returncode, done.stdout) == (2, "")
    golden.printed(done.stderr, "model.missing near the demo's")


def test_cold_and_warm(npumon: CommandLine) -> None:
    cold = json.loads(npumon("run", "--scenario", "cold", "--format", "json").stdout)
    assert cold["metrics"]["verdict_id"] == "run.cold"
    warm = json.loads(npumon("run", "--scenario", "cold", "--warmup", "1", "--format", "json").stdout)
    assert warm["metrics"]["verdict_id"] != "run.cold"
    assert warm["metrics"]["utilization"] > 0.9 > 0.6 > cold["metrics"]["utilization"]

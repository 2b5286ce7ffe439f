"""`npumon doctor`: what is wrong, and what fixes it."""

from __future__ import annotations

import json

from tests.command_line import CommandLine


def findings(npumon: CommandLine, *words: str, status: int) -> dict[str, dict[str, object]]:
    done = npumon("doctor", "--format", "json", *words)
    assert (done.returncode, done.stderr) == (status, "")
    document = json.loads(done.stdout)
    assert (document["schema"], document["ok"]) == ("npumon.doctor/1", status == 0)
    return {finding["id"]: finding for finding in document["findings"]}


def test_a_board_on_which_all_is_well(npumon: CommandLine) -> None:
    done = npumon("doctor", "--demo")
    assert (done.returncode, done.stderr) == (0, "")
    assert "BAD" not in done.stdout
    assert done.stdout.endswith("\nNo check failed.\n")
    assert {finding["ok"] for finding in findings(npumon, "--demo", status=0).values()} == {True, None}


def test_no_board(npumon: CommandLine) -> None:
    done = npumon("doctor", "--root", str(npumon.home))
    assert (done.returncode, done.stderr) == (1, "")
    assert "BAD  This machine has no device tree" in done.stdout
    assert "BAD  No NPU driver is loaded" in done.stdout
    assert done.stdout.endswith(" checks failed.\n")
    bad = {name: finding for name, finding in findings(npumon, "--root", str(npumon.home), status=1).items()
           if finding["ok"] is False}  # fmt: skip
    assert set(bad) == {"board.recognised", "driver.loaded", "driver.module_file", "models.found"}
    assert all(finding["remedy"] for finding in bad.values())


def test_each_scenario_has_its_finding(npumon: CommandLine) -> None:
    for scenario, name in (
        ("driver-missing", "driver.loaded"),
        ("profiling-off", "driver.profiling"),
        ("throttled", "board.temperature"),
    ):
        finding = findings(npumon, "--scenario", scenario, status=1)[name]
        assert finding["ok"] is False
        assert finding["remedy"]


def test_it_looks_and_changes_nothing(npumon: CommandLine) -> None:
    npumon("doctor")
    assert not npumon.state.exists()
    npumon.state.write_text("in the way\n")
    finding = findings(npumon, "--demo", status=0)["state.writable"]
    assert finding["ok"], "the demo has its own"
    done = npumon("doctor", "--format", "json")
    found = {finding["id"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert found["state.writable"]["ok"] is False

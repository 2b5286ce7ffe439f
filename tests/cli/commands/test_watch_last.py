"""`npumon watch --last`, headless: runs that outlive the npumon which began them. What they print is synthetic."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.command_line import PATIENCE, SEED, CommandLine, next_line, refused, until

LINES = SEED.read_bytes().splitlines(keepends=True)
#: Lines up to the end of the iteration.
END = next(number for number, line in enumerate(LINES) if line.startswith(b"Run the 1 time"))


class Gated:
    """A program that prints the first part of a run, waits for the gate, and prints the rest."""

    def __init__(self, npumon: CommandLine) -> None:
        self.gate = npumon.folder / "gate"
        first, rest = npumon.folder / "first", npumon.folder / "rest"
        first.write_bytes(b"".join(LINES[: END + 1]))
        rest.write_bytes(b"".join(LINES[END + 1 :]))
        wait = f"until [ -e '{self.gate}' ]; do sleep 0.01; done"
        self.command = npumon.script("gated.sh", f"#!/bin/sh\ncat '{first}'\n{wait}\ncat '{rest}'\nexit $1\n")

    def open(self) -> None:
        """Let the program go on."""
        self.gate.touch()


@pytest.fixture
def gated(npumon: CommandLine) -> Gated:
    return Gated(npumon)


def left(npumon: CommandLine, gated: Gated, status: int = 0, *words: str) -> subprocess.CompletedProcess[str]:
    """A run that is kept and whose npumon was asked to end, and what that said."""
    process = npumon.start("run", "--keep", "--format", "json", *words, "--", gated.command, str(status))
    until(lambda: any(b"Run the 1 time" in log.read_bytes() for log in npumon.runs.glob("*.log")))
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=PATIENCE)
    return subprocess.CompletedProcess(process.args, process.returncode, output.decode(), errors.decode())


def test_npumon_leaves_and_the_run_goes_on(npumon: CommandLine, gated: Gated) -> None:
    done = left(npumon, gated)
    document = json.loads(done.stdout)
    assert (done.returncode, document["run"]["outcome"], document["iterations_completed"]) == (130, "running", 1)
    assert done.stderr == "npumon: The run continues: npumon watch --last follows it.\n"
    watching = npumon.start("watch", "--last", "--headless")
    assert next_line(watching)["schema"] == "npumon.iteration/1"
    gated.open()
    run = next_line(watching)
    assert watching.wait(PATIENCE) == 0
    assert (run["run"]["outcome"], run["run"]["exit_status"], run["run"]["signal"]) == ("ok", 0, None)
    assert [run["run"][name] for name in ("id", "model", "command", "started_at")] == [
        document["run"][name] for name in ("id", "model", "command", "started_at")
    ]
    assert len(run["top"]) == 5


@pytest.mark.parametrize(("status", "expected"), [(0, 0), (3, 1)])
def test_one_that_has_ended(npumon: CommandLine, gated: Gated, status: int, expected: int) -> None:
    """Its end is told as `npumon run` would have told it."""
    left(npumon, gated, status)
    gated.open()
    until(lambda: all('"ended"' in record.read_text() for record in npumon.runs.glob("*.json")))
    for form in ("json", "csv"):
        done = npumon("watch", "--last", "--headless", "--format", form)
        assert done.returncode == expected
    document = json.loads(npumon("watch", "--last", "--headless", "--format", "json").stdout)
    assert document["run"]["exit_status"] == status


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_ends_the_watching_does_not_end_the_run(npumon: CommandLine, gated: Gated, number: int) -> None:
    left(npumon, gated)
    watching = npumon.start("watch", "--last", "--headless")
    next_line(watching)
    watching.send_signal(number)
    output, errors = watching.communicate(timeout=PATIENCE)
    assert (watching.returncode, json.loads(output)["run"]["outcome"]) == (130, "running")
    assert errors.decode() == "npumon: The run continues: npumon watch --last follows it.\n"
    gated.open()
    assert npumon("watch", "--last", "--headless").returncode == 0


def test_waiting_only_so_long(npumon: CommandLine, gated: Gated) -> None:
    left(npumon, gated)
    done = npumon("watch", "--last", "--headless", "--timeout", "0.5")
    assert (done.returncode, json.loads(done.stdout.splitlines()[-1])["run"]["outcome"]) == (4, "running")
    gated.open()
    assert npumon("watch", "--last", "--headless").returncode == 0


def test_the_setting_keeps_runs_too(npumon: CommandLine, gated: Gated) -> None:
    npumon.config.parent.mkdir(parents=True)
    npumon.config.write_text("[run]\nkeep = true\n")
    process = npumon.start("run", "-q", "--", gated.command, "0")
    until(lambda: any(b"Run the 1 time" in log.read_bytes() for log in npumon.runs.glob("*.log")))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE)
    gated.open()
    assert npumon("watch", "--last", "--headless").returncode == 0


def test_ctrl_c_is_meant_for_the_run(npumon: CommandLine, gated: Gated) -> None:
    process = npumon.start("run", "--keep", "--format", "json", "--", gated.command, "0")
    until(lambda: any(b"Run the 1 time" in log.read_bytes() for log in npumon.runs.glob("*.log")))
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, json.loads(output)["run"]["outcome"]) == (130, "cancelled")


def test_a_simulated_board_ends_with_its_npumon(npumon: CommandLine) -> None:
    process = npumon.start("run", "--scenario", "hang", "--keep", "--format", "json")
    until(lambda: list(npumon.temporary.glob("npumon-demo-*/board/state/runs/*.log")))
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, json.loads(output)["run"]["outcome"]) == (130, "cancelled")
    assert os.listdir(npumon.temporary) == []


def test_what_there_is_not(npumon: CommandLine, tmp_path: Path) -> None:
    refused(npumon("watch", "--last"), 1, key="watch.no_run")
    refused(npumon("watch"), 2, key="watch.what nothing")
    refused(npumon("watch", "--last", str(tmp_path / "log")), 2, key="watch.what both")


def test_without_a_terminal(npumon: CommandLine, gated: Gated) -> None:
    left(npumon, gated)
    gated.open()
    refused(npumon("watch", "--last"), 2, key="monitor.no_terminal last")
    assert npumon("watch", "--last", "--headless").returncode == 0

"""What is said while a run goes on: a line on a terminal, nothing anywhere else."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.command_line import PATIENCE, SEED, CommandLine

Prog = tuple[str, str]


def test_iterations_time_and_what_is_left(npumon: CommandLine, prog: Prog) -> None:
    gate = npumon.folder / "gate"
    os.mkfifo(gate)
    process, screen = npumon.on_terminal(
        "run", "--format", "json", "--", *prog, environ={"VNN_LOOP_TIME": "4", "GATE": str(gate)}
    )
    for index in (2, 3, 4):
        screen.wait_for(f"iteration {index} of 4 · ".encode())
        if index == 4:  # the pace is known by now
            screen.wait_for(b" \xc2\xb7 ETA ")
        with gate.open("w") as file:
            file.write("\n")
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert len(json.loads(output)["iterations"]) == 4
    said = screen.read().decode()
    assert re.search(r"\riteration 4 of 4 · \d+ s · ETA \d+ s", said)
    assert re.search(r"\r +\r$", said), "the line is erased at the end"
    assert "\n" not in said
    assert "\x1b" not in said


def test_which_of_several_runs(npumon: CommandLine, prog: Prog) -> None:
    gate = npumon.folder / "gate"
    os.mkfifo(gate)
    process, screen = npumon.on_terminal(
        "run",
        "--format",
        "json",
        "--warmup",
        "1",
        "-n",
        "2",
        "--",
        *prog,
        environ={"VNN_LOOP_TIME": "2", "GATE": str(gate)},
    )
    for label in ("warm-up 1 of 1", "run 1 of 2", "run 2 of 2"):
        screen.wait_for(f"{label} · iteration 2 of 2".encode())
        with gate.open("w") as file:
            file.write("\n")
    output, _ = process.communicate(timeout=PATIENCE)
    assert len(json.loads(output)["runs"]) == 2


@pytest.mark.parametrize("options", [(), ("-n", "2", "--warmup", "1"), ("--format", "jsonl")])
def test_silence_where_there_is_no_terminal(npumon: CommandLine, options: tuple[str, ...]) -> None:
    done = npumon("run", *options, "--", "cat", str(SEED))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("options", "term"), [(("-q",), "xterm"), ((), "dumb")])
def test_silence_where_it_is_not_wanted(npumon: CommandLine, options: tuple[str, ...], term: str) -> None:
    process, screen = npumon.on_terminal("run", *options, "--", "cat", str(SEED), environ={"TERM": term})
    process.communicate(timeout=PATIENCE)
    assert (process.returncode, screen.read()) == (0, b"")


def test_a_narrow_terminal(npumon: CommandLine, prog: Prog) -> None:
    gate = npumon.folder / "gate"
    os.mkfifo(gate)
    process, screen = npumon.on_terminal(
        "run", "--", *prog, columns=24, environ={"VNN_LOOP_TIME": "2", "GATE": str(gate)}
    )
    screen.wait_for(b"iteration 2 of 2")
    with gate.open("w") as file:
        file.write("\n")
    process.communicate(timeout=PATIENCE)
    lines = re.split(r"[\r\b]+", screen.read().decode())
    assert max(map(len, lines)) < 24


def test_a_message_does_not_run_into_the_line(npumon: CommandLine, tmp_path: Path) -> None:
    process, screen = npumon.on_terminal("snapshot", "--scenario", "profiling-off", "-o", str(tmp_path / "out"))
    assert process.wait(timeout=PATIENCE) == 0
    said = screen.read().decode()
    assert re.search(r"(^|\r)npumon: warning: Profiling is off in the driver[^\r]*\n$", said)

"""`npumon parse`: finished logs to results, one or several, from files or standard input."""

from __future__ import annotations

import csv
import io
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from npumon.export.csv_rows import HEADER
from tests.command_line import PATIENCE, SEED, CommandLine, next_line

#: Synthetic: the real run with another time, so that runs can be told apart.
OTHER = SEED.read_bytes().replace(b"21609.00us", b"30000.00us").replace(b"21625.00us", b"30016.00us")


@pytest.fixture
def two(npumon: CommandLine) -> str:
    """A log of two runs."""
    (npumon.folder / "two.log").write_bytes(SEED.read_bytes() + OTHER)
    return "two.log"


def document(npumon: CommandLine, *words: str, status: int = 0, stdin: bytes = b"") -> dict[str, Any]:
    done = npumon("parse", "--format", "json", *words, stdin=stdin)
    assert (done.returncode, done.stderr) == (status, "")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def elapsed(result: dict[str, Any]) -> list[float]:
    return [iteration["elapsed_us"] for iteration in result["iterations"]]


def test_a_log(npumon: CommandLine) -> None:
    result = document(npumon, str(SEED))
    assert result["schema"] == "npumon.run/1"
    assert result["metrics"]["utilization"] == 0.982268
    assert (result["runs_in_log"], result["demo"]) == (1, False)
    run = result["run"]
    assert run["log"] == str(SEED)
    assert run["outcome"] == "ok"
    assert {run[key] for key in ("id", "model", "command", "cwd", "started_at", "duration_s", "exit_status")} == {None}


def test_it_works_on_a_machine_without_anything(npumon: CommandLine) -> None:
    """What is known of this machine has no say in a log that may come from another."""
    here = document(npumon, str(SEED))
    assert document(npumon, str(SEED), "--root", str(npumon.home)) == here
    assert not npumon.state.exists()


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_standard_input(npumon: CommandLine, name: str) -> None:
    result = document(npumon, name, stdin=SEED.read_bytes())
    assert elapsed(result) == [21609.0]
    assert result["run"]["log"] == ("standard input" if name == "-" else name)


def test_standard_input_that_is_closed(npumon: CommandLine) -> None:
    done = npumon.run(["sh", "-c", 'exec "$@" <&-', "sh", npumon.python, "-m", "npumon", "parse", "-"])
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "npumon: Standard input is closed. Name a file.\n"


def test_a_named_pipe(npumon: CommandLine) -> None:
    pipe = npumon.folder / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(SEED.read_bytes(),))
    writer.start()
    assert elapsed(document(npumon, "pipe")) == [21609.0]
    writer.join()


def test_a_log_of_npumons_own_is_told_with_what_was_run(npumon: CommandLine) -> None:
    npumon.script("models/goldfish/run.sh", f"#!/bin/sh\ncat '{SEED}'\n")
    labels = npumon.folder / "models" / "imagenet_slim_labels.txt"
    labels.write_text("dummy\ntench\ngoldfish\n")
    made = json.loads(npumon("run", "--format", "json", "models/goldfish").stdout)
    log = made["run"]["log"]
    for words in (("parse", log), ("snapshot", "--log", log)):
        done = json.loads(npumon(*words, "--format", "json").stdout)
        read = done["run"] if words[0] == "snapshot" else done
        known = ("id", "model", "command", "cwd", "started_at")
        assert [read["run"][key] for key in known] == [made["run"][key] for key in known]
        assert read["top"] == made["top"]
    labels.write_bytes(b"\0")
    assert document(npumon, log)["top"][0]["label"] is None
    elsewhere = npumon.folder / "other.log"
    elsewhere.write_bytes(Path(log).read_bytes())
    elsewhere.with_suffix(".json").write_bytes(Path(log).with_suffix(".json").read_bytes())
    assert document(npumon, str(elsewhere))["run"]["id"] is None


def test_how_many_runs_a_pipe_holds_is_not_known_beforehand(npumon: CommandLine) -> None:
    done = npumon("parse", "--run", "all", "--format", "json", "-", stdin=SEED.read_bytes() * 2)
    assert [run["runs_in_log"] for run in json.loads(done.stdout)["runs"]] == [None, None]


def test_the_last_run_another_one_or_all(npumon: CommandLine, two: str) -> None:
    last = document(npumon, two)
    assert (elapsed(last), last["runs_in_log"]) == ([30000.0], 2)
    first = document(npumon, two, "--run", "1")
    assert (elapsed(first), first["runs_in_log"]) == ([21609.0], 2)
    both = document(npumon, two, "--run", "all")
    assert both["schema"] == "npumon.runs/1"
    assert [elapsed(run) for run in both["runs"]] == [[21609.0], [30000.0]]
    assert [run["runs_in_log"] for run in both["runs"]] == [2, 2]
    text = npumon("parse", two)
    assert text.stdout.startswith("run 2 of 2 · ok")
    assert npumon("parse", "--run", "all", two).stdout.count("Compute-bound") == 2


def test_several_files_are_one_row_of_runs(npumon: CommandLine, two: str) -> None:
    assert elapsed(document(npumon, two, str(SEED))) == [21609.0]
    assert elapsed(document(npumon, two, str(SEED), "--run", "2")) == [30000.0]
    everything = document(npumon, two, str(SEED), "--run", "all")
    assert {run["runs_in_log"] for run in everything["runs"]} == {3}
    assert [Path(run["run"]["log"]).name for run in everything["runs"]] == ["two.log", "two.log", "seed_run.txt"]
    rows = list(csv.DictReader(io.StringIO(npumon("parse", "--format", "csv", two, str(SEED)).stdout)))
    assert [(row["run"], row["elapsed_us"]) for row in rows] == [("1", "21609.0"), ("2", "30000.0"), ("3", "21609.0")]


def test_jsonl(npumon: CommandLine, two: str) -> None:
    done = npumon("parse", "--format", "jsonl", two)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["schema"] for line in lines] == ["npumon.iteration/1", "npumon.run/1"] * 2
    assert [line["run"] for line in lines[::2]] == [1, 2]
    only = [json.loads(line) for line in npumon("parse", "--format", "jsonl", "--run", "2", two).stdout.splitlines()]
    assert only == lines[2:]


def test_jsonl_comes_while_the_log_is_still_read(npumon: CommandLine) -> None:
    pipe = npumon.folder / "pipe"
    os.mkfifo(pipe)
    process = npumon.start("parse", "--format", "jsonl", "pipe")
    with pipe.open("wb", buffering=0) as file:
        file.write(SEED.read_bytes())
        assert next_line(process)["schema"] == "npumon.iteration/1"
        file.write(SEED.read_bytes())
        assert next_line(process)["schema"] == "npumon.run/1"
    output, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output.count(b"\n")) == (0, 2)


def test_csv(npumon: CommandLine, two: str) -> None:
    everything = npumon("parse", "--format", "csv", two).stdout
    assert everything.startswith(HEADER)
    assert everything.count("\n") == 3
    assert npumon("parse", "--format", "csv", "--run", "all", two).stdout == everything
    one = npumon("parse", "--format", "csv", "--run", "2", two).stdout
    assert one == HEADER + everything.splitlines(keepends=True)[2]


def test_the_iteration_in_which_a_log_breaks_off(npumon: CommandLine) -> None:
    (npumon.folder / "cut.log").write_bytes(SEED.read_bytes().partition(b"VPC_ELAPSETIME")[0])
    tables = [npumon("parse", "--format", "csv", *run, "cut.log") for run in ((), ("--run", "1"))]
    assert [(done.returncode, done.stderr) for done in tables] == [(1, "")] * 2
    assert tables[0].stdout == tables[1].stdout
    assert ",20845,71.70338," in tables[0].stdout
    result = document(npumon, "cut.log", status=1)
    assert (result["run"]["outcome"], result["iterations"][0]["complete"]) == ("truncated", False)


def test_statuses(npumon: CommandLine, two: str) -> None:
    cut = npumon.folder / "cut.log"
    cut.write_bytes(SEED.read_bytes()[:1500])
    for form in ("text", "json", "jsonl", "csv"):
        assert npumon("parse", "--format", form, two).returncode == 0
        assert npumon("parse", "--format", form, "cut.log").returncode == 1
    assert npumon("parse", "--run", "all", "cut.log", two).returncode == 1


def test_a_failed_check_counts_when_asked_for(npumon: CommandLine) -> None:
    (npumon.folder / "wrong.log").write_bytes(SEED.read_bytes().replace(b"71.703380", b"99.000000"))
    for form in ("text", "json", "jsonl", "csv"):
        assert npumon("parse", "--format", form, "wrong.log").returncode == 0
        assert npumon("parse", "--format", form, "--check", "wrong.log").returncode == 1
        assert npumon("parse", "--format", form, "--check", str(SEED)).returncode == 0


def test_labels(npumon: CommandLine) -> None:
    (npumon.folder / "labels.txt").write_text("dummy\ntench\ngoldfish\n")
    result = document(npumon, str(SEED), "--labels", "labels.txt")
    assert [entry["label"] for entry in result["top"]] == ["goldfish", None, None, None, None]


def test_a_long_log_in_several_processes_gives_the_same_table(npumon: CommandLine) -> None:
    """24 MB and more are read by several processes, standard input is read by one."""
    log = npumon.folder / "long.log"
    log.write_bytes((SEED.read_bytes() + OTHER) * 7_500)
    assert log.stat().st_size > 24 << 20
    done = npumon("parse", "--format", "csv", "long.log", "-o", "parallel.csv")
    assert (done.returncode, done.stderr) == (0, "")
    with log.open("rb") as file:
        single = npumon.start("parse", "--format", "csv", "-", "-o", "single.csv", stdin=file)
        assert single.wait(timeout=PATIENCE) == 0
    table = (npumon.folder / "parallel.csv").read_bytes()
    assert table == (npumon.folder / "single.csv").read_bytes()
    assert table.count(b"\n") == 15_001

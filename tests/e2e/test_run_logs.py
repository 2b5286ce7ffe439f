"""Logs of runs that are longer than what is kept of them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.command_line import SEED, CommandLine, until


def test_a_log_that_reaches_its_bound(npumon: CommandLine) -> None:
    """Its beginning and its newest part are kept, and the figures of the run are those of the whole text."""
    gates = npumon.folder / "gates"
    gates.mkdir()
    script = npumon.script(
        "long.py",
        f"""#!{sys.executable}
import os, time
for number in range(1, 31):
    print(f"Run the {{number}} time: 21.00ms or 21609.00us", *("x" * 99 for _ in range(1000)), sep="\\n", flush=True)
    while not os.path.exists(f"gates/{{number}}"):
        time.sleep(0.002)
""",
    )
    process = npumon.start("run", "--format", "jsonl", "--", script, environ={"NPUMON_LOG_MAX_MIB": "1"})
    assert process.stdout is not None
    for number in range(1, 31):
        assert json.loads(process.stdout.readline())["index"] == number
        (gates / f"{number}").touch()
    document = json.loads(process.stdout.readline())
    assert process.wait() == 0
    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert document["iterations_completed"] == 30
    assert document["log_complete"] is False
    assert "left out of the log, which is bounded by log.max_mib" in document["diagnostics"][-1]["message"]
    log = Path(document["run"]["log"])
    until(lambda: log.stat().st_size <= 1 << 20)
    text = log.read_text()
    assert text.startswith("Run the 1 time")
    assert "Run the 30 time" in text
    replayed = json.loads(npumon("parse", str(log), "--format", "json").stdout)
    assert replayed["log_complete"] is False
    assert [iteration["index"] for iteration in replayed["iterations"]][-1] == 30


def test_a_log_that_lacks_text_of_another_of_its_runs_is_not_complete(npumon: CommandLine) -> None:
    """`parse` says the same of it as `run` did: its record knows."""
    document = json.loads(npumon("run", "--format", "json", "--", "cat", str(SEED)).stdout)
    assert document["log_complete"] is True
    log = Path(document["run"]["log"])
    record = json.loads(log.with_suffix(".json").read_text())
    assert json.loads(npumon("parse", str(log), "--format", "json").stdout)["log_complete"] is True
    log.with_suffix(".json").write_text(json.dumps({**record, "left_out_bytes": 100}))
    assert json.loads(npumon("parse", str(log), "--format", "json").stdout)["log_complete"] is False


def test_a_run_document_has_the_iterations_of_the_run_it_reports(npumon: CommandLine) -> None:
    """A program may begin several: the last one is reported."""
    document = json.loads(npumon("run", "--format", "json", "--", "cat", str(SEED), str(SEED)).stdout)
    assert document["runs_in_log"] == 2
    assert len(document["iterations"]) == document["iterations_completed"] == 1
    lines = [
        json.loads(line)
        for line in npumon("run", "--format", "jsonl", "--", "cat", str(SEED), str(SEED)).stdout.splitlines()
    ]
    assert [line["schema"] for line in lines] == ["npumon.iteration/1", "npumon.iteration/1", "npumon.run/1"]
    assert len(lines[-1]["iterations"]) == 1


def test_a_log_with_a_hole_is_read_as_one_with_a_gap(npumon: CommandLine) -> None:
    """Its supervisor was killed before it could compact it."""
    seed = SEED.read_bytes()
    log = npumon.folder / "run.log"
    with log.open("wb") as file:
        file.write(seed)
        file.seek(1 << 20)
        file.write(b"\n" + seed)
    whole = npumon.folder / "whole.log"
    lacking = (1 << 20) + 1 - len(seed.ljust(4096))
    note = f"[npumon: {lacking} bytes were left out here: a run's log is bounded by log.max_mib]\n"
    whole.write_bytes(seed.ljust(4096, b"\0") + b" [...]\n" + note.encode() + seed)
    for words in (["--format", "csv"], ["--run", "all", "--format", "json"], ["--run", "1", "--format", "json"]):
        expected = npumon("parse", "whole.log", *words).stdout.replace("whole.log", "run.log")
        assert npumon("parse", "run.log", *words).stdout == expected
        with log.open("rb") as stdin:
            process = npumon.start("parse", "-", *words, stdin=stdin)
            assert process.stdout is not None
            assert process.stdout.read().decode() == expected.replace("run.log", "standard input")

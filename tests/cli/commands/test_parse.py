"""`npumon parse`: finished logs to results, one or several, from files or standard input."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import threading
from pathlib import Path
from typing import Any

import pytest

from npumon.export.csv_rows import HEADER
from tests import golden
from tests.command_line import PATIENCE, SEED, CommandLine, next_line, next_text, refused

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
    assert run["id"] == f"log-{hashlib.sha256(SEED.read_bytes()).hexdigest()[:16]}-1"
    assert {run[key] for key in ("model", "command", "cwd", "started_at", "duration_s", "exit_status")} == {None}


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
    assert document(npumon, str(elsewhere))["run"]["id"].startswith("log-")


def test_all_runs_of_a_pipe_are_counted_and_have_their_ids(npumon: CommandLine) -> None:
    text = SEED.read_bytes() * 2
    digest = hashlib.sha256(text).hexdigest()[:16]
    runs = json.loads(npumon("parse", "--run", "all", "--format", "json", "-", stdin=text).stdout)["runs"]
    assert [run["runs_in_log"] for run in runs] == [2, 2]
    assert [run["run"]["id"] for run in runs] == [f"log-{digest}-1", f"log-{digest}-2"]


def test_the_same_log_has_the_same_ids_everywhere(npumon: CommandLine, two: str) -> None:
    (npumon.folder / "copy.log").write_bytes((npumon.folder / two).read_bytes())
    both = [run["run"]["id"] for run in document(npumon, two, "copy.log", "--run", "all")["runs"]]
    assert both[:2] == both[2:]
    assert document(npumon, two, "--run", "1")["run"]["id"] == both[0]
    lines = npumon("parse", "--format", "jsonl", two).stdout.splitlines()
    assert [json.loads(line)["run"]["id"] for line in lines[1::2]] == both[:2]
    rows = list(csv.DictReader(io.StringIO(npumon("parse", "--by", "run", "--format", "csv", two).stdout)))
    assert [row["id"] for row in rows] == both[:2]
    listed = json.loads(npumon("parse", "--run", "list", "--format", "json", two).stdout)
    assert (listed["schema"], [row["id"] for row in listed["runs"]]) == ("npumon.run_list/1", both[:2])
    lines = npumon("parse", "--run", "list", "--format", "jsonl", two).stdout.splitlines()
    assert [(json.loads(line)["schema"], json.loads(line)["id"]) for line in lines] == [
        ("npumon.run_list/1", run) for run in both[:2]
    ]


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
    golden.printed(text.stderr, "parse more runs than are shown")
    assert npumon("parse", "--run", "all", two).stdout.count("Compute-bound") == 2


def test_several_files_are_one_row_of_runs(npumon: CommandLine, two: str) -> None:
    assert elapsed(document(npumon, two, str(SEED))) == [21609.0]
    assert elapsed(document(npumon, two, str(SEED), "--run", "2")) == [30000.0]
    everything = document(npumon, two, str(SEED), "--run", "all")
    assert {run["runs_in_log"] for run in everything["runs"]} == {3}
    assert [Path(run["run"]["log"]).name for run in everything["runs"]] == ["two.log", "two.log", "seed_run.txt"]
    rows = list(csv.DictReader(io.StringIO(npumon("parse", "--format", "csv", two, str(SEED)).stdout)))
    assert [(row["run"], row["elapsed_us"]) for row in rows] == [("1", "21609.0"), ("2", "30000.0"), ("3", "21609.0")]
    assert [row["file"] for row in rows] == [*("two.log",) * 2, str(SEED)]


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


def test_csv_comes_while_the_log_is_still_read(npumon: CommandLine) -> None:
    pipe = npumon.folder / "pipe"
    os.mkfifo(pipe)
    process = npumon.start("parse", "--format", "csv", "pipe")
    with pipe.open("wb", buffering=0) as file:
        file.write(SEED.read_bytes())
        assert next_text(process) == HEADER.encode()
        assert next_text(process).startswith(b"1,1,21609.0,")
        file.write(SEED.read_bytes())
        assert next_text(process).startswith(b"2,1,21609.0,")
    output, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output) == (0, b"")


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


GRAPH = Path(__file__).parents[2] / "data" / "cases" / "graph_counters.log"


def table(npumon: CommandLine, *words: str) -> list[dict[str, str]]:
    done = npumon("parse", "--format", "csv", *words)
    assert done.stderr == ""
    return list(csv.DictReader(io.StringIO(done.stdout)))


def test_rows_of_other_things_than_operations(npumon: CommandLine, two: str) -> None:
    operations = table(npumon, str(GRAPH))
    assert len({row["order"] for row in operations}) == len(operations) > 5
    targets = table(npumon, str(GRAPH), "--by", "target")
    assert {row["key"] for row in targets} == {"TP", "SH"}
    assert sum(int(row["operations"]) for row in targets) == len(operations)
    longest = table(npumon, str(GRAPH), "--sort", "time", "--top", "2")
    times = sorted((int(row["execution_us"]) for row in operations), reverse=True)
    assert [int(row["execution_us"]) for row in longest] == times[:2]
    assert [row["iteration"] for row in table(npumon, two, "--by", "iteration")] == ["1", "1"]
    assert [row["outcome"] for row in table(npumon, two, "--by", "run")] == ["ok", "ok"]
    assert [row["run"] for row in table(npumon, two, "--by", "run", "--run", "2")] == ["2"]


def test_text_of_other_rows(npumon: CommandLine, two: str) -> None:
    listed = npumon("parse", "--run", "list", two).stdout
    assert listed.splitlines()[0].split()[:2] == ["run", "outcome"]
    assert npumon("parse", "--by", "run", two).stdout == listed
    assert "The 2 of" in npumon("parse", str(GRAPH), "--by", "operation", "--top", "2").stdout
    assert "operator" in npumon("parse", str(GRAPH), "--by", "operator").stdout
    several = npumon("parse", "--run", "list", two, str(SEED)).stdout
    assert "  command  " not in several.splitlines()[0]
    wide = npumon("parse", "--run", "list", two, str(SEED), environ={"COLUMNS": "160"}).stdout
    assert wide.splitlines()[0].endswith("file")


def test_a_list_of_many_runs_is_laid_out_by_the_first(npumon: CommandLine) -> None:
    (npumon.folder / "many.log").write_bytes(SEED.read_bytes() * 1_001)
    lines = npumon("parse", "--run", "list", "many.log").stdout.splitlines()
    assert len(lines) == 1_002
    assert lines[-1].split()[:2] == ["1001", "ok"]


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (("--format", "json", "--by", "target"), "parse.rows"),
        (("--top", "0"), "arguments no rows"),
        (("--graph", "missing.json"), "parse.graph missing"),
        (("--graph", str(SEED)), "parse.graph no JSON"),
        (("--graph", "empty.json"), "parse.graph without operations"),
    ],
)
def test_what_cannot_be_asked(npumon: CommandLine, words: tuple[str, ...], key: str) -> None:
    (npumon.folder / "empty.json").write_text("{}")
    refused(npumon("parse", str(SEED), *words), 2, key=key, log=SEED)


def test_the_graph_gives_operations_their_names(npumon: CommandLine) -> None:
    (npumon.folder / "run.log").write_bytes(GRAPH.read_bytes())
    uid = document(npumon, "run.log")["iterations"][-1]["layers"][0]["uid"]
    graph = json.dumps({f"uid_{uid}": {"op": "CONV2D", "name": "first/conv", "inut_shape": [1]}})
    (npumon.folder / "named.json").write_text(graph)
    named = document(npumon, "run.log", "--graph", "named.json")
    assert named["iterations"][-1]["layers"][0]["graph_name"] == "first/conv"
    (npumon.folder / "graph.json").write_text(graph)
    assert document(npumon, "run.log")["iterations"][-1]["layers"][0]["graph_op"] == "CONV2D"
    (npumon.folder / "graph.json").write_text("[" * 100_000)
    assert document(npumon, "run.log")["iterations"][-1]["layers"][0]["graph_op"] is None


def test_text_of_a_pipe_comes_run_by_run(npumon: CommandLine) -> None:
    pipe = npumon.folder / "pipe"
    os.mkfifo(pipe)
    process = npumon.start("parse", "pipe")
    assert process.stdout is not None
    with pipe.open("wb", buffering=0) as file:
        file.write(SEED.read_bytes() * 2)
        assert process.stdout.readline() == "run 1 · ok · 1 iteration · VIPNano-QI 0x88\n".encode()
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "\n\nrun 2 · ok · ".encode() in output


def test_a_file_that_grows_has_an_end(npumon: CommandLine) -> None:
    """What is appended while it is read belongs to the next reading."""
    log = npumon.folder / "growing.log"
    log.write_bytes(SEED.read_bytes() * 300)
    process = npumon.start("parse", "--format", "json", "growing.log")
    with log.open("ab") as file:
        for _ in range(500):
            file.write(OTHER)
            file.flush()
    output, _ = process.communicate(timeout=PATIENCE)
    assert 300 <= json.loads(output)["runs_in_log"] <= 800


#: Runs npumon and prints the most memory that it had, in MiB; `getrusage` would count the test's own, too.
_MEASURED = (
    "import re, sys\n"
    "from pathlib import Path\n"
    "from npumon.cli.main import main\n"
    "status = main(sys.argv[1:])\n"
    "print(int(re.search(r'VmHWM: *\\t* *(\\d+)', Path('/proc/self/status').read_text())[1]) >> 10)\n"
    "sys.exit(status)\n"
)


@pytest.mark.parametrize("words", [(), ("--run", "1"), ("--run", "all")])
def test_a_run_of_any_length_needs_little_memory(npumon: CommandLine, words: tuple[str, ...]) -> None:
    """All of 200 iterations of 40 operations are in the document, which is larger than what is held of it."""
    head, _, rest = GRAPH.read_bytes().replace(b"[1] times", b"[200] times").partition(b"layer_id:")
    block = (b"layer_id:" + rest).partition(b"*********\n")[0] + b"*********\n"
    blocks = [re.sub(rb"abs_op_id: *\d+", b"abs_op_id: %d" % order, block) for order in range(40)]
    ends = [b"Run the %d time: 21.00ms or 21609.00us\n" % number for number in range(1, 201)]
    totals = b"vxProcessGraph execution time:\nTotal   21.00ms or 21625.00us\nAverage 21.62ms or 21625.00us\n"
    (npumon.folder / "long.log").write_bytes(head + b"".join(b"".join(blocks) + end for end in ends) + totals)
    done = npumon.run(
        [npumon.python, "-c", _MEASURED, "parse", "long.log", "--format", "json", "-o", "long.json", *words]
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (npumon.folder / "long.json").stat().st_size > 8_000_000
    assert int(done.stdout) < 60
    result = json.loads((npumon.folder / "long.json").read_text())
    (run,) = result["runs"] if words == ("--run", "all") else [result]
    assert [len(iteration["layers"]) for iteration in run["iterations"]] == [40] * 200
    assert run["diagnostics"] == []

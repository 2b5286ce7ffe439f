"""The main job on real input: a program prints the public document's run, npumon gives its result."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from npumon.board.run.run_record import read_record
from npumon.export.csv_rows import HEADER
from tests.command_line import PATIENCE, SEED, CommandLine, next_line

Prog = tuple[str, str]

LAYER = {
    "layer_id": 0,
    "name": "network_binary_graph",
    "operation_index": 0,
    "operation": "unkown operation type",
    "target": "unkown operation target",
    "uid": 0,
    "op_abs_id": 0,
    "execution_us": 20845,
    "bandwidth_mbyte": {
        "total_read": 71.70338,
        "total_write": 17.810649,
        "axi_read": 30.981305,
        "axi_write": 14.130429,
        "ddr_read": 40.722075,
        "ddr_write": 3.68022,
    },
    "cycles": {"total": 16697255, "idle": 296080, "wraps": 0},
    "utilization": 0.982268,
    "order": 0,
    "target_kind": None,
    "shader": None,
    "busy_us": 20749.424,
    "window_us": 21124,
    **dict.fromkeys(("macs", "mac_per_cycle", "input_shape", "output_shape", "kernel_shape", "kernel_bytes")),
    **dict.fromkeys(("kernel_bytes_estimated", "graph_op", "graph_name")),
    "trusted": True,
    "doubt": None,
}
ROW = (
    "21609.0,21124,0,network_binary_graph,0,unkown operation type,unkown operation target,0,0,20845,71.70338,"
    "17.810649,30.981305,14.130429,40.722075,3.68022,16697255,296080,0.982268,0,,20749.424,,,0,true\n"
)


def pass_gate(gate: Path) -> None:
    """Let the program begin its next iteration."""
    with gate.open("w") as file:
        file.write("\n")


def test_text(npumon: CommandLine, prog: Prog) -> None:
    done = npumon("run", "--", *prog)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("prog · ok · 1 iteration · VIPNano-QI 0x88\n\nCompute-bound: the NPU was busy 98.2 %")
    for figure in (
        "busy 20.7 ms of a 21.1 ms window, clock 790.4 MHz of 800 MHz",
        "Utilization  98.2 %  ██",
        "   2      0.8340  █",
        "DDR   read",
    ):
        assert figure in done.stdout


def test_json(npumon: CommandLine, prog: Prog) -> None:
    done = npumon("run", "--format", "json", "--", *prog)
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert document["schema"] == "npumon.run/1"
    assert document["device"] == {"product": "VIPNano-QI", "pid": "0x88"}
    assert document["memory"] == {"axi_sram_bytes": 1048576, "vip_sram_bytes": 522240}
    assert (document["create_us"], document["verify_us"], document["loops"]) == (59455, 823, 1)
    assert document["iterations"] == [
        {
            "index": 1,
            "complete": True,
            "elapsed_us": 21609.0,
            "inference_us": None,
            "vpc_elapsed_us": 21124,
            "layers": [LAYER],
            "first": True,
        }
    ]
    assert (document["total_us"], document["average_us"]) == (21625.0, 21625.0)
    assert [(entry["index"], entry["score"]) for entry in document["top"]] == [
        (2, 0.833984), (795, 0.009102), (974, 0.003592), (408, 0.002207), (393, 0.002111),
    ]  # fmt: skip
    assert (document["diagnostics"], document["unrecognized_lines"], document["demo"]) == ([], 0, False)
    assert all(check["ok"] for check in document["metrics"]["checks"])
    run = document["run"]
    assert run["command"] == list(prog)
    assert (run["model"], run["cwd"], run["outcome"]) == ("prog", str(npumon.folder), "ok")
    assert (run["exit_status"], run["signal"]) == (0, None)
    assert 0 < run["duration_s"] < 60
    log = Path(run["log"])
    assert log.parent == npumon.runs
    assert log.read_bytes() == SEED.read_bytes()
    record = read_record(log.with_suffix(".json"))
    assert record is not None
    assert record.exit is not None
    assert (record.id, record.exit.log_bytes) == (run["id"], len(SEED.read_bytes()))


def test_a_run_and_its_log_read_again_say_the_same(npumon: CommandLine, prog: Prog) -> None:
    live = json.loads(npumon("run", "--format", "json", "--", *prog).stdout)
    read = json.loads(npumon("parse", "--format", "json", live["run"]["log"]).stdout)
    for document in (live, read):
        del document["run"]
    assert live["conditions"].pop("environment") == {"VIV_VX_PROFILE": "1", "VIV_VX_DEBUG_LEVEL": "1"}
    assert read["conditions"].pop("environment") == {}, "only npumon knows what it set"
    assert live == read


def test_jsonl_tells_each_iteration_the_moment_it_completes(npumon: CommandLine, prog: Prog) -> None:
    gate = npumon.folder / "gate"
    os.mkfifo(gate)
    process = npumon.start("run", "--format", "jsonl", "--", *prog, environ={"VNN_LOOP_TIME": "3", "GATE": str(gate)})
    for index in (1, 2, 3):
        line = next_line(process)  # the program does not go on before the gate is passed
        assert (line["schema"], line["run"], line["index"]) == ("npumon.iteration/1", 1, index)
        assert line["layers"] == [LAYER]
        if index < 3:
            pass_gate(gate)
    last = next_line(process)
    assert (last["schema"], last["loops"], len(last["iterations"])) == ("npumon.run/1", 3, 3)
    output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output, errors) == (0, b"", b"")


def test_csv(npumon: CommandLine, prog: Prog) -> None:
    done = npumon("run", "--format", "csv", "-n", "2", "--", *prog, environ={"VNN_LOOP_TIME": "2"})
    assert (done.returncode, done.stderr) == (0, "")
    rows = [f"{run},{iteration},{ROW}" for run in (1, 2) for iteration in (1, 2)]
    assert done.stdout == HEADER + "".join(rows)


def test_several_runs(npumon: CommandLine, prog: Prog) -> None:
    done = npumon("run", "--format", "json", "-n", "3", "--warmup", "1", "--", *prog)
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert document["schema"] == "npumon.runs/1"
    assert [run["run"]["outcome"] for run in document["runs"]] == ["ok"] * 3
    assert len({run["run"]["id"] for run in document["runs"]}) == 3
    assert len(list(npumon.runs.glob("*.log"))) == 4


def test_snapshot(npumon: CommandLine, prog: Prog) -> None:
    done = npumon("snapshot", "--format", "json", "--", *prog)
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert document["schema"] == "npumon.snapshot/1"
    assert document["run"]["iterations"][0]["layers"] == [LAYER]


def test_a_model_that_crashes(npumon: CommandLine) -> None:
    done = npumon("run", "--format", "json", "--", "/bin/sh", "-c", f"cat {SEED}; kill -SEGV $$")
    document = json.loads(done.stdout)
    assert (done.returncode, document["run"]["outcome"], document["run"]["signal"]) == (1, "failed", "SIGSEGV")
    assert "SIGSEGV" in document["metrics"]["verdict"]
    assert document["iterations"][0]["elapsed_us"] == 21609.0
    [log] = npumon.runs.glob("*.log")
    assert log.read_bytes() == SEED.read_bytes()


def test_a_model_that_fails_after_its_result(npumon: CommandLine, prog: Prog) -> None:
    done = npumon("run", "--format", "json", "--", *prog, "7")
    assert (done.returncode, done.stderr) == (1, "")
    document = json.loads(done.stdout)
    assert (document["run"]["outcome"], document["run"]["exit_status"]) == ("failed", 7)
    assert document["iterations"][0]["elapsed_us"] == 21609.0


def test_the_installed_command(npumon: CommandLine, prog: Prog) -> None:
    command = Path(sys.executable).with_name("npumon")
    assert command.exists(), "npumon is not installed beside this Python: pip install -e ."
    done = npumon.run([str(command), "run", "--format", "json", "--", *prog])
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["metrics"]["utilization"] == 0.982268

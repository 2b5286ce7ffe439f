"""`npumon run`: what is run, where, with which environment, and what is kept of it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import SEED, CommandLine, refused, until

#: Says where it is and what it was given, in lines that nobody recognises, then prints the real run.
TELLING = f"""#!/bin/sh
pwd >&2
printf 'profile=%s debug=%s loops=%s own=%s\\n' "$VIV_VX_PROFILE" "$VIV_VX_DEBUG_LEVEL" "$VNN_LOOP_TIME" "$OWN"
tty <&1
cat '{SEED}'
"""


@pytest.fixture
def telling(npumon: CommandLine) -> CommandLine:
    """npumon, with a model called `telling` two folders below."""
    npumon.script("models/telling/run.sh", TELLING)
    return npumon


def document(npumon: CommandLine, *words: str, status: int = 0, **environ: str) -> dict[str, Any]:
    done = npumon("run", "--format", "json", *words, environ=environ)
    assert (done.returncode, done.stderr) == (status, ""), done
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def said(result: dict[str, Any]) -> list[str]:
    """The lines that the program printed before the run."""
    return Path(result["run"]["log"]).read_text().partition("#productname")[0].splitlines()


def test_by_name_folder_or_run_sh(telling: CommandLine) -> None:
    folder = telling.folder / "models" / "telling"
    for name in ("telling", "models/telling", "./models/telling", str(folder), "models/telling/run.sh"):
        result = document(telling, name)
        run = result["run"]
        assert (run["model"], run["cwd"], run["command"]) == ("telling", str(folder), ["./run.sh"])
        assert said(result)[0] == str(folder)
        assert result["metrics"]["utilization"] == 0.982268


def test_a_command_runs_in_the_current_folder(telling: CommandLine) -> None:
    result = document(telling, "--", "models/telling/run.sh", "a b", "--format", "csv")
    assert said(result)[0] == str(telling.folder)
    assert result["run"]["command"] == ["models/telling/run.sh", "a b", "--format", "csv"]
    assert result["run"]["model"] == "run.sh"


def test_it_has_a_terminal_of_its_own(telling: CommandLine) -> None:
    assert said(document(telling, "telling"))[2].startswith("/dev/pts/")


def test_environment(telling: CommandLine) -> None:
    assert said(document(telling, "telling"))[1] == "profile=1 debug=1 loops= own="
    assert said(document(telling, "telling", "--no-profile"))[1] == "profile= debug= loops= own="
    assert said(document(telling, "telling", OWN="x", VIV_VX_PROFILE="0"))[1] == "profile=1 debug=1 loops= own=x"
    words = ("--env", "VNN_LOOP_TIME=3", "--env", "OWN=a=b c", "--env", "VIV_VX_PROFILE=2")
    assert said(document(telling, "telling", *words))[1] == "profile=2 debug=1 loops=3 own=a=b c"
    telling.config.parent.mkdir(parents=True)
    telling.config.write_text("[run]\nprofile = false\nenvironment = { OWN = 'file', VNN_LOOP_TIME = 2 }\n")
    assert said(document(telling, "telling", "--env", "OWN=flag"))[1] == "profile= debug= loops=2 own=flag"


def test_labels(telling: CommandLine) -> None:
    def labels(*words: str) -> list[str | None]:
        return [entry["label"] for entry in document(telling, "telling", *words)["top"]][:1]

    assert labels() == [None]
    above = telling.folder / "models" / "imagenet_slim_labels.txt"
    above.write_text("dummy\ntench\ngoldfish, one folder up\n")
    assert labels() == ["goldfish, one folder up"]
    (above.parent / "telling" / "labels.txt").write_text("dummy\ntench\ngoldfish, beside it\n")
    assert labels() == ["goldfish, beside it"]
    (telling.folder / "mine").write_text("0\n1\n2\n")
    assert labels("--labels", "mine") == ["2"]
    text = telling("run", "telling", "--labels", "mine").stdout
    assert "   2      0.8340  " not in text
    assert "      2  2    0.8340  " in text


def test_labels_beside_a_command_that_lies_elsewhere(telling: CommandLine) -> None:
    (telling.folder / "models" / "imagenet_slim_labels.txt").write_text("dummy\ntench\ngoldfish, one folder up\n")
    command = ("--", "models/telling/run.sh")
    assert document(telling, *command)["top"][0]["label"] == "goldfish, one folder up"
    (telling.folder / "labels.txt").write_text("dummy\ntench\ngoldfish, here\n")
    assert document(telling, *command)["top"][0]["label"] == "goldfish, one folder up"
    assert document(telling, "--", "cat", str(SEED))["top"][0]["label"] == "goldfish, here"


def test_a_root_that_is_not_there(npumon: CommandLine) -> None:
    for words in (("run", "--root", "/nope", "--", "true"), ("doctor", "--root", "/nope")):
        refused(npumon(*words), 2, key="board.root flag")
    refused(
        npumon("snapshot", environ={"NPUMON_BOARD_ROOT": "/nope"}),
        2,
        key="board.root variable",
    )


def test_a_labels_file_that_is_none(telling: CommandLine) -> None:
    done = telling("run", "telling", "--labels", "missing")
    assert (done.returncode, done.stdout) == (2, "")
    assert not telling.runs.exists(), "nothing is run with a wrong labels file"


def test_several_runs(telling: CommandLine) -> None:
    result = document(telling, "-n", "3", "--warmup", "1", "telling")
    assert result["schema"] == "npumon.runs/1"
    assert len(result["runs"]) == 3
    assert len(list(telling.runs.glob("*.log"))) == 4
    started = [run["run"]["started_at"] for run in result["runs"]]
    assert started == sorted(started)
    lines = telling("run", "-n", "2", "telling").stdout.splitlines()
    assert [line.split()[:2] for line in lines[:3]] == [["run", "outcome"], ["1", "ok"], ["2", "ok"]]
    assert lines[3:] == ["2 runs: 2 ok, latency min 21.6 ms, median 21.6 ms, max 21.6 ms"]
    text = telling("run", "-n", "2", "--verbose", "telling")
    assert text.stdout.count("Compute-bound") == 2
    assert text.stdout.startswith("Run 1 of 2\ntelling · ok")
    assert "\n\nRun 2 of 2\ntelling · ok" in text.stdout
    assert text.stdout.endswith("\n\n2 runs: 2 ok, latency min 21.6 ms, median 21.6 ms, max 21.6 ms\n")
    assert text.stderr == ""


def test_the_worst_of_several_runs_decides(npumon: CommandLine) -> None:
    script = npumon.script("second.sh", f"#!/bin/sh\ncat '{SEED}'\n[ ! -e ran ] || exit 3\ntouch ran\n")
    result = document(npumon, "-n", "3", "--", script, status=1)
    assert [run["run"]["exit_status"] for run in result["runs"]] == [0, 3, 3]
    lines = npumon("run", "-n", "2", "--", script).stdout.splitlines()
    assert [line.split()[:2] for line in lines[1:4:2]] == [["1", "failed"], ["2", "failed"]]
    assert lines[2] == lines[4] == "      the program exited with status 3 after iteration 1"


def test_a_warm_up_that_fails_is_the_result(npumon: CommandLine) -> None:
    script = npumon.script("fail.sh", "#!/bin/sh\necho ran >>ran\nexit 3\n")
    result = document(npumon, "-n", "3", "--warmup", "2", "--", script, status=1)
    assert [run["run"]["exit_status"] for run in result["runs"]] == [3]
    assert (npumon.folder / "ran").read_text() == "ran\n"
    text = npumon("run", "-n", "3", "--warmup", "2", "--", script).stdout
    assert text.startswith("The run to warm up\nfail.sh · failed · exit status 3")


@pytest.mark.parametrize(
    ("text", "status", "outcome"),
    [
        (f"cat '{SEED}'", 0, "ok"),
        (f"cat '{SEED}'; exit 1", 1, "failed"),
        (f"cat '{SEED}'; kill -SEGV $$", 1, "failed"),
        ("exit 0", 1, "empty"),
        ("exit 5", 1, "failed"),
        (f"head -n 20 '{SEED}'", 1, "truncated"),
        (f"cat '{SEED}'; exec sleep 1000", 4, "timeout"),
    ],
)
def test_statuses(npumon: CommandLine, text: str, status: int, outcome: str) -> None:
    script = npumon.script("x.sh", f"#!/bin/sh\n{text}\n")
    limit = ("--timeout", "0.5") if status == 4 else ()
    for form in ("json", "jsonl"):
        done = npumon("run", "--format", form, *limit, "--", script)
        assert (done.returncode, done.stderr) == (status, "")
        assert json.loads(done.stdout.splitlines()[-1] if form == "jsonl" else done.stdout)["run"]["outcome"] == outcome


def test_a_failure_shows_the_programs_last_words_and_where_its_log_is(npumon: CommandLine) -> None:
    for words in (("run",), ("snapshot",)):
        command = ("sh", "-c", "echo out of memory >&2; exit 3")
        done = npumon(*words, "--", *command, environ={"XDG_STATE_HOME": None})
        assert done.returncode == 1
        (log,) = [line.split("  ")[1] for line in done.stdout.splitlines() if line.startswith("Log  ")]
        assert log.startswith("~/")
        assert (npumon.home / log[2:]).read_text() == "out of memory\n"
        assert "\n  out of memory\n" in done.stdout


def test_the_demo_boards_log_is_gone_but_its_last_lines_are_shown(npumon: CommandLine) -> None:
    done = npumon("run", "--demo", "--scenario", "crash")
    assert "\nLog\n" in done.stdout
    assert "\n  Segmentation fault\n" in done.stdout


def test_a_failed_check_counts_when_asked_for(npumon: CommandLine) -> None:
    (npumon.folder / "wrong.log").write_bytes(SEED.read_bytes().replace(b"71.703380", b"99.000000"))
    assert npumon("run", "--", "cat", "wrong.log").returncode == 0
    assert npumon("run", "--check", "--", "cat", "wrong.log").returncode == 1
    assert npumon("run", "--check", "--", "cat", str(SEED)).returncode == 0


def test_a_model_without_a_driver(npumon: CommandLine, tmp_path: Path) -> None:
    """On a machine without galcore a model that gives nothing has failed for want of it; any other command has not."""
    empty = tmp_path / "root"
    empty.mkdir()
    npumon.script("model/run.sh", "#!/bin/sh\nexit 1\n")
    done = npumon("run", "--root", str(empty), "./model")
    assert done.returncode == 3
    assert done.stderr.startswith("npumon: No NPU driver is loaded")
    done = npumon("run", "--root", str(empty), "--", "model/run.sh")
    assert (done.returncode, done.stderr) == (1, "")
    board = empty / "proc" / "device-tree"
    board.mkdir(parents=True)
    (board / "model").write_bytes(b"Khadas VIM3\0")
    (board / "compatible").write_bytes(b"khadas,vim3\0amlogic,a311d\0amlogic,g12b\0")
    assert npumon("run", "--root", str(empty), "--", "model/run.sh").returncode == 3
    npumon.script("model/run.sh", "#!/bin/sh\nkill -SEGV $$\n")
    assert npumon("run", "--root", str(empty), "./model").returncode == 1, "that is no want of a driver"


def test_a_limit_set_in_the_settings_file(npumon: CommandLine) -> None:
    npumon.config.parent.mkdir(parents=True)
    npumon.config.write_text("[run]\ntimeout_s = 0.3\n")
    assert npumon("run", "--", "sleep", "1000").returncode == 4
    assert npumon("run", "--timeout", "none", "--", "cat", str(SEED)).returncode == 0


def test_old_logs_go(npumon: CommandLine) -> None:
    for _ in range(4):
        npumon("run", "--", "cat", str(SEED), environ={"NPUMON_LOG_KEPT_RUNS": "2"})
    assert sorted(path.suffix for path in npumon.runs.iterdir()) == [".json", ".json", ".log", ".log"]
    document(npumon, "-n", "3", "--", "cat", str(SEED), NPUMON_LOG_KEPT_RUNS="1")
    assert len(list(npumon.runs.glob("*.log"))) == 3, "the runs just made are kept"


def test_a_run_that_goes_on_is_not_removed(npumon: CommandLine) -> None:
    gate = npumon.folder / "gate"
    os.mkfifo(gate)
    script = npumon.script("wait.sh", f"#!/bin/sh\ntouch ready\ncat '{gate}'\n")
    process = npumon.start("run", "--keep", "--", script)
    until((npumon.folder / "ready").exists)
    process.kill()
    process.wait()
    (log,) = npumon.runs.glob("*.log")
    npumon("run", "--", "true", environ={"NPUMON_LOG_KEPT_RUNS": "1"})
    assert log.exists()
    gate.write_bytes(b"the end\n")
    until(lambda: log.read_bytes() == b"the end\n")
    until(lambda: '"ended"' in log.with_suffix(".json").read_text())
    npumon("run", "--", "true", environ={"NPUMON_LOG_KEPT_RUNS": "1"})
    assert not log.exists()


def test_a_variant_for_another_chip_is_remarked(npumon: CommandLine) -> None:
    npumon.script("net/VIM3/run.sh", f"#!/bin/sh\ncat '{SEED}'\n")
    npumon.script("net/VIM3L/run.sh", f"#!/bin/sh\ncat '{SEED}'\n")
    done = npumon("run", "net")
    assert (done.returncode, done.stderr) == (0, "npumon: net/VIM3: the chip is unknown; VIM3 is assumed.\n")
    assert npumon("run", "-q", "net").stderr == ""


def test_nothing_is_written_where_the_model_lies(telling: CommandLine) -> None:
    before = sorted(telling.folder.rglob("*"))
    document(telling, "telling")
    assert sorted(telling.folder.rglob("*")) == before


def test_a_thousand_lines_at_once_are_all_there(npumon: CommandLine) -> None:
    """Bytes printed just before the end are not lost."""
    script = npumon.script("burst.sh", f"#!/bin/sh\ncat '{SEED}' '{SEED}' '{SEED}'\nkill -KILL $$\n")
    result = document(npumon, "--", script, status=1)
    assert Path(result["run"]["log"]).read_bytes() == SEED.read_bytes() * 3
    assert (result["run"]["signal"], result["runs_in_log"]) == ("SIGKILL", 3)


@pytest.mark.parametrize("count", ["1", "2"])
def test_the_graph_that_the_program_writes_names_its_operations(npumon: CommandLine, count: str) -> None:
    graph = '{"Layers": {"uid_0": {"op": "CONV2D", "name": "stem"}}}'
    npumon.script("models/dumping/run.sh", f"#!/bin/sh\necho '{graph}' > graph.json\ncat '{SEED}'\n")
    result = document(npumon, "dumping", "-n", count)
    for run in result.get("runs", [result]):
        (layer,) = run["iterations"][-1]["layers"]
        assert (layer["graph_op"], layer["graph_name"]) == ("CONV2D", "stem")
    verbose = npumon("run", "dumping", "--verbose", "-n", count)
    assert verbose.returncode == 0
    (npumon.folder / "models/dumping/graph.json").unlink()
    lines = npumon("run", "dumping", "--format", "jsonl", "-n", count).stdout.splitlines()
    assert all('"stem"' in line for line in lines)

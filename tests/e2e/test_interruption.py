"""Runs that are ended: by time, by a key, by a signal, with npumon itself. Nothing survives, nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from npumon.board.run.run_record import RunRecord, read_record
from tests import golden
from tests.command_line import PATIENCE, SEED, WITHIN_S, CommandLine, alive, content, next_line, until

#: Two iterations, then silence; neither it nor its child heeds polite requests. Both say where they are. Synthetic.
STUBBORN = r"""#!/bin/sh
trap '' TERM HUP INT
echo 'Start run graph [3] times...'
echo 'Run the 1 time: 21.00ms or 21609.00us'
echo 'Run the 2 time: 21.00ms or 21611.00us'
(
    trap '' TERM HUP INT
    while :; do sleep 0.1; done
) &
echo $! >child
echo $$ >parent
while :; do sleep 0.1; done
"""


class Stubborn:
    """The stubborn program under npumon."""

    def __init__(self, npumon: CommandLine) -> None:
        self.command = npumon.script("stubborn.sh", STUBBORN)
        self.folder = npumon.folder

    def pids(self) -> list[int]:
        """Program and child, once they run."""
        files = [self.folder / name for name in ("child", "parent")]
        until(lambda: all(content(file).endswith("\n") for file in files))
        return [int(content(file)) for file in files]


@pytest.fixture
def stubborn(npumon: CommandLine) -> Stubborn:
    return Stubborn(npumon)


def gone_in_time(pids: list[int], asked: float) -> None:
    until(lambda: not any(map(alive, pids)))
    assert time.monotonic() - asked < WITHIN_S


def ended_record(log: Path) -> RunRecord:
    """The record of a run, once it says that the run has ended."""
    records: list[RunRecord] = []

    def ended() -> bool:
        found = read_record(log.with_suffix(".json"))
        records[:] = [found] if found is not None and found.exit is not None else []
        return bool(records)

    until(ended)
    return records[0]


def result_so_far(text: bytes | str, outcome: str) -> None:
    document = json.loads(text)
    assert document["run"]["outcome"] == outcome
    assert [iteration["elapsed_us"] for iteration in document["iterations"]] == [21609.0, 21611.0]
    assert document["iterations_completed"] == 2
    assert document["loops"] == 3


def test_timeout(npumon: CommandLine, stubborn: Stubborn) -> None:
    done = npumon("run", "--format", "json", "--timeout", "1.5", "--", stubborn.command)
    assert (done.returncode, done.stderr) == (4, "")
    result_so_far(done.stdout, "timeout")
    assert not any(map(alive, stubborn.pids()))


def test_ctrl_c_on_a_terminal(npumon: CommandLine, stubborn: Stubborn) -> None:
    process, screen = npumon.on_terminal("run", "--format", "json", "--", stubborn.command)
    pids = stubborn.pids()
    screen.wait_for(b"iteration 3 of 3")
    asked = time.monotonic()
    screen.type(b"\x03")
    gone_in_time(pids, asked)
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    result_so_far(output, "cancelled")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_signals(npumon: CommandLine, stubborn: Stubborn, number: signal.Signals) -> None:
    process = npumon.start("run", "--format", "json", "--", stubborn.command)
    pids = stubborn.pids()
    asked = time.monotonic()
    process.send_signal(number)
    gone_in_time(pids, asked)
    output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (130, b"")
    result_so_far(output, "cancelled")


def test_a_signal_ends_all_further_runs(npumon: CommandLine, stubborn: Stubborn) -> None:
    process = npumon.start("run", "--format", "json", "-n", "5", "--warmup", "2", "--", stubborn.command)
    stubborn.pids()
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (130, b"")
    assert [run["run"]["outcome"] for run in json.loads(output)["runs"]] == ["cancelled"]


def test_nohup_is_respected(npumon: CommandLine) -> None:
    gate = npumon.folder / "gate"
    os.mkfifo(gate)
    script = npumon.script("wait.sh", f"#!/bin/sh\ntouch ready\ncat '{gate}'\n")
    process = npumon.start("run", "--", script, prefix=["nohup"])
    until((npumon.folder / "ready").exists)
    process.send_signal(signal.SIGHUP)
    gate.write_bytes(SEED.read_bytes())
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert b"ok" in output


@pytest.mark.parametrize("command", ["run", "snapshot"])
def test_the_demo_hang_leaves_nothing(npumon: CommandLine, command: str) -> None:
    process = npumon.start(command, "--scenario", "hang", "--format", "json")
    until(lambda: list(npumon.temporary.glob("npumon-demo-*/board/state/runs/*.log")))
    (log,) = npumon.temporary.glob("npumon-demo-*/board/state/runs/*.log")
    until(lambda: "AXI_READ" in content(log))
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (130, b"")
    document = json.loads(output)
    assert document["demo"] is True
    run = document if command == "run" else document["run"]
    assert run["run"]["outcome"] == "cancelled"
    assert run["iterations"][0]["complete"] is False


def test_sigterm_before_there_is_anything_to_report(npumon: CommandLine) -> None:
    gate = npumon.folder / "gate"
    os.mkfifo(gate)
    process = npumon.start("parse", "-o", "result", str(gate))
    with gate.open("wb") as file:  # opened on both sides: it is being read
        file.write(b"Start run graph [1] times...\n")
        file.flush()
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    golden.printed(errors.decode(), "interrupted")
    assert os.listdir(npumon.folder) == ["gate"]


def test_kill_ends_the_run_too(npumon: CommandLine, stubborn: Stubborn) -> None:
    process = npumon.start("run", "--", stubborn.command)
    pids = stubborn.pids()
    asked = time.monotonic()
    process.kill()
    gone_in_time(pids, asked)
    (log,) = npumon.runs.glob("*.log")
    ended = ended_record(log)
    assert ended.exit is not None
    assert (ended.exit.stopped_by, ended.exit.log_bytes) == ("watcher", log.stat().st_size)
    assert log.read_text().endswith("Run the 2 time: 21.00ms or 21611.00us\n")


def test_a_run_that_is_kept_goes_on_without_npumon(npumon: CommandLine) -> None:
    gate = npumon.folder / "gate"
    os.mkfifo(gate)
    script = npumon.script("gate.sh", f"#!/bin/sh\necho before\necho >ready\ncat '{gate}'\n")
    process = npumon.start("run", "--keep", "--", script)
    until((npumon.folder / "ready").exists)
    process.kill()
    process.wait()
    flood = b"".join(b"line %06d\n" % number for number in range(20_000))
    gate.write_bytes(flood)
    (log,) = npumon.runs.glob("*.log")
    ended = ended_record(log)
    assert ended.exit is not None
    assert (ended.exit.exit_status, ended.exit.stopped_by) == (0, None)
    assert log.read_bytes() == b"before\n" + flood


def test_a_reader_that_goes_away_ends_the_run(npumon: CommandLine) -> None:
    script = npumon.script(
        "endless.sh",
        "#!/bin/sh\necho $$ >parent\nwhile :; do echo 'Run the 1 time: 21.00ms or 21609.00us'; sleep 0.01; done\n",
    )
    process = npumon.start("run", "--format", "jsonl", "--", script)
    assert next_line(process)["schema"] == "npumon.iteration/1"
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=PATIENCE) == 141
    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert not alive(int(content(npumon.folder / "parent")))

"""Where results go: closed, full, taken or gone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from npumon.export.csv_rows import HEADER
from tests import golden
from tests.command_line import PATIENCE, SEED, CommandLine, refused

FAILED, USAGE = 1, 2


PRINTING = [
    ["parse", str(SEED)],
    ["parse", "--format", "json", str(SEED)],
    ["parse", "--format", "csv", str(SEED)],
    ["parse", "--format", "jsonl", str(SEED)],
    ["run", "--", "cat", str(SEED)],
    ["models", "--demo"],
    ["driver", "status", "--demo"],
    ["doctor", "--demo"],
    ["config"],
    ["completion", "bash"],
    ["snapshot", "--demo"],
]


@pytest.mark.parametrize("words", [*PRINTING, ["--help"], ["--version"]], ids=" ".join)
def test_a_full_device(npumon: CommandLine, words: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        process = npumon.start(*words, stdout=full)
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == FAILED
    golden.printed(errors.decode(), "output.write no space")
    assert errors.count(b"\n") == 1


@pytest.mark.parametrize("words", [*PRINTING, ["--help"], ["--version"]], ids=" ".join)
def test_a_reader_that_is_gone(npumon: CommandLine, words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        process = npumon.start(*words, stdout=writing)
        _, errors = process.communicate(timeout=PATIENCE)
    finally:
        os.close(writing)
    assert (process.returncode, errors) == (141, b"")


@pytest.mark.parametrize("words", PRINTING, ids=" ".join)
def test_closed_standard_output(npumon: CommandLine, words: list[str]) -> None:
    done = npumon.run(["sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "-m", "npumon", *words])
    refused(done, USAGE, key="output.closed")
    python = ["sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "-m", "npumon", "-o", "result"]
    assert npumon.run([*python, *words]).returncode == 0
    assert (npumon.folder / "result").stat().st_size > 0


def test_closed_standard_error(npumon: CommandLine) -> None:
    done = npumon.run(["sh", "-c", 'exec "$@" 2>&-', "sh", sys.executable, "-m", "npumon", "parse", "missing.log"])
    assert (done.returncode, done.stdout) == (USAGE, "")


def test_head(npumon: CommandLine) -> None:
    (npumon.folder / "big.log").write_bytes(SEED.read_bytes() * 5_000)
    for form in ("jsonl", "csv"):
        pipeline = 'set -o pipefail; "$@" | head -n 1'
        done = npumon.run(
            ["bash", "-c", pipeline, "bash", sys.executable, "-m", "npumon", "parse", "--format", form, "big.log"]
        )
        assert (done.returncode, done.stderr) == (141, "")
        assert done.stdout.count("\n") == 1


def test_what_is_read_is_not_written(npumon: CommandLine) -> None:
    log = npumon.folder / "x.log"
    log.write_bytes(SEED.read_bytes())
    refused(npumon("parse", "-o", "x.log", "x.log"), USAGE, key="output.input", folder=npumon.folder)
    refused(npumon("watch", "--headless", "-o", "./x.log", "x.log"), USAGE, key="output.input", folder=npumon.folder)
    assert log.read_bytes() == SEED.read_bytes()


def test_files_are_written_whole_or_not_at_all(npumon: CommandLine) -> None:
    (npumon.folder / "result").write_text("before\n")
    refused(
        npumon("parse", "--format", "json", "-o", "result", "--run", "7", str(SEED)),
        USAGE,
        key="parse.no_such_run",
        number=7,
    )
    assert (npumon.folder / "result").read_text() == "before\n"
    assert sorted(os.listdir(npumon.folder)) == ["result"]
    done = npumon("parse", "--format", "json", "-o", "result", str(SEED))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert json.loads((npumon.folder / "result").read_text())["loops"] == 1


def test_the_help_of_everything(npumon: CommandLine) -> None:
    commands = re.findall(r"(?m)^    (\w+) ", npumon("--help").stdout.partition("commands:")[2].partition("\n\n")[0])
    assert len(commands) >= 8
    for command in commands:
        done = npumon(command, "--help", environ={"LC_ALL": "C"})
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"usage: npumon {command} ")
        assert done.stdout.isascii()
        assert max(map(len, done.stdout.splitlines())) <= 80


def test_the_processes_of_a_long_log_end_with_their_reader(npumon: CommandLine) -> None:
    """Long logs are read by several processes; the fixture sees that none stays."""
    (npumon.folder / "long.log").write_bytes(SEED.read_bytes() * 15_000)
    process = npumon.start("parse", "--format", "csv", "long.log")
    assert process.stdout is not None
    assert process.stdout.readline().decode() == HEADER
    process.stdout.close()
    assert process.wait(timeout=PATIENCE) == 141
    interrupted = npumon.start("parse", "--format", "csv", "long.log", stdout=subprocess.PIPE)
    assert interrupted.stdout is not None
    interrupted.stdout.readline()
    interrupted.terminate()
    interrupted.stdout.read()
    assert interrupted.wait(timeout=PATIENCE) == 130
    assert interrupted.stderr is not None
    golden.printed(interrupted.stderr.read().decode(), "interrupted")

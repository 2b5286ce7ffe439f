"""`npumon watch --headless`: results of a log that somebody else is writing, as they appear."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import golden
from tests.command_line import PATIENCE, SEED, CommandLine, next_line, refused, until

LINES = SEED.read_bytes().splitlines(keepends=True)
#: The position of the line that ends the iteration.
END = next(number for number, line in enumerate(LINES) if line.startswith(b"Run the 1 time"))


@pytest.fixture
def log(npumon: CommandLine) -> Path:
    return npumon.folder / "model.log"


def append(log: Path, *lines: bytes) -> None:
    with log.open("ab") as file:
        file.write(b"".join(lines))


def end(process: subprocess.Popen[bytes], number: int = signal.SIGINT) -> tuple[list[dict[str, Any]], str]:
    """Stop watching; the lines that still came and what was said."""
    process.send_signal(number)
    output, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    return [json.loads(text) for text in output.splitlines()], errors.decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_results_come_as_they_appear(npumon: CommandLine, log: Path, number: signal.Signals) -> None:
    append(log, *LINES[:5])
    process = npumon.start("watch", "--headless", str(log))
    append(log, *LINES[5 : END + 1])
    iteration = next_line(process)
    assert (iteration["schema"], iteration["run"], iteration["index"]) == ("npumon.iteration/1", 1, 1)
    assert iteration["layers"][0]["execution_us"] == 20845
    append(log, *LINES[END + 1 :])
    run = next_line(process)
    assert (run["schema"], run["run"]["outcome"], len(run["top"])) == ("npumon.run/1", "ok", 5)
    append(log, *LINES)
    assert (next_line(process)["run"], next_line(process)["run"]["log"]) == (2, str(log))
    assert end(process, number) == ([], "")


def test_a_run_is_told_once_whatever_follows(npumon: CommandLine, log: Path) -> None:
    append(log, *LINES, b"W [late:1]a message after the end\n")
    process = npumon.start("watch", "--headless", str(log))
    assert [next_line(process)["schema"] for _ in range(2)] == ["npumon.iteration/1", "npumon.run/1"]
    append(log, b"I [late:2]one more\n")
    assert end(process) == ([], "")


def test_a_run_that_is_not_over_is_told_at_the_end(npumon: CommandLine, log: Path) -> None:
    append(log, *LINES[: END + 1])
    process = npumon.start("watch", "--headless", str(log))
    assert next_line(process)["schema"] == "npumon.iteration/1"
    (run,), said = end(process)
    assert (run["schema"], run["run"]["outcome"], said) == ("npumon.run/1", "truncated", "")


def test_a_file_that_is_not_there_yet(npumon: CommandLine, log: Path) -> None:
    process = npumon.start("watch", "--headless", str(log))
    assert process.stderr is not None
    assert process.stderr.readline().decode().endswith("model.log does not exist yet; waiting for it.\n")
    append(log, *LINES)
    assert next_line(process)["run"] == 1
    assert next_line(process)["schema"] == "npumon.run/1"
    assert end(process) == ([], "")


def truncate(log: Path) -> None:
    log.write_bytes(SEED.read_bytes()[:200])


def rotate(log: Path) -> None:
    log.rename(log.with_suffix(".1"))
    log.write_bytes(SEED.read_bytes()[:200])


def recreate(log: Path) -> None:
    log.unlink()
    log.write_bytes(SEED.read_bytes()[:200])


@pytest.mark.parametrize(
    ("begin_anew", "word"), [(truncate, "truncated"), (rotate, "rotated"), (recreate, "recreated")]
)
def test_a_log_that_begins_anew(npumon: CommandLine, log: Path, begin_anew: Callable[[Path], None], word: str) -> None:
    append(log, *LINES[: END + 1])
    process = npumon.start("watch", "--headless", str(log))
    assert next_line(process)["run"] == 1
    begin_anew(log)
    broken = next_line(process)
    assert (broken["schema"], broken["run"]["outcome"]) == ("npumon.run/1", "truncated")
    append(log, SEED.read_bytes()[200:])
    iteration, run = next_line(process), next_line(process)
    assert (iteration["run"], iteration["index"]) == (2, 1)
    assert (run["run"]["outcome"], run["create_us"], run["diagnostics"]) == ("ok", 59455, [])
    rest, said = end(process)
    assert rest == []
    assert said == f"npumon: {log} was {word}; reading it from the beginning.\n"


def test_files_that_were_gone_are_told(npumon: CommandLine, log: Path) -> None:
    append(log, *LINES)
    process = npumon.start("watch", "--headless", str(log))
    assert [next_line(process)["schema"] for _ in range(2)] == ["npumon.iteration/1", "npumon.run/1"]
    process.send_signal(signal.SIGSTOP)
    until(lambda: Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2].startswith("T"))
    for _ in range(3):
        recreate(log)
    append(log, SEED.read_bytes()[200:])
    process.send_signal(signal.SIGCONT)
    _, run = next_line(process), next_line(process)
    (said,) = run["diagnostics"]
    assert (said["level"], said["source"], said["message"].split(":")[0]) == (
        "error",
        "npumon",
        "2 files were not read here",
    )
    assert run["run"]["outcome"] == "ok"
    _, errors = end(process)
    golden.printed(errors, "watch missed", log=log)


def test_time(npumon: CommandLine, log: Path) -> None:
    append(log, *LINES)
    done = npumon("watch", "--headless", "--timeout", "0.3", str(log))
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (4, "", 2)
    npumon.config.parent.mkdir(parents=True)
    npumon.config.write_text("[run]\ntimeout_s = 0.01\n")  # a limit for runs, not for watching
    process = npumon.start("watch", "--headless", str(log))
    assert [next_line(process)["schema"] for _ in range(2)] == ["npumon.iteration/1", "npumon.run/1"]
    assert end(process) == ([], "")


def test_a_log_of_nothing_known(npumon: CommandLine, log: Path) -> None:
    append(log, b"hello\n" * 10)
    done = npumon("watch", "--headless", "--timeout", "0.3", str(log))
    assert (done.returncode, done.stdout, done.stderr) == (4, "", "")


def test_demo_is_said(npumon: CommandLine, log: Path) -> None:
    append(log, *LINES)
    done = npumon("watch", "--headless", "--demo", "--timeout", "0.3", str(log))
    assert [json.loads(text)["demo"] for text in done.stdout.splitlines()] == [True, True]


def test_into_a_file(npumon: CommandLine, log: Path) -> None:
    append(log, *LINES)
    done = npumon("watch", "--headless", "--timeout", "0.3", "-o", "results.jsonl", str(log))
    assert (done.returncode, done.stdout) == (4, "")
    assert (npumon.folder / "results.jsonl").read_text().count("\n") == 2


def test_a_reader_that_goes_away(npumon: CommandLine, log: Path) -> None:
    append(log, *LINES)
    process = npumon.start("watch", "--headless", str(log))
    next_line(process)
    assert process.stdout is not None
    process.stdout.close()
    append(log, *LINES)
    assert process.wait(timeout=PATIENCE) == 141


def test_refusals(npumon: CommandLine, log: Path) -> None:
    refused(npumon("watch", str(log)), 2, key="monitor.no_terminal watch")
    refused(npumon("watch", "--headless", "--format", "json", str(log)), 2, key="output.format json")
    refused(npumon("watch", "--headless", ""), 2, key="path.invalid empty")
    os.mkfifo(log)
    refused(npumon("watch", "--headless", str(log)), 2, key="watch.special", log=log)


def test_standard_input_is_told_as_it_comes(npumon: CommandLine) -> None:
    process = npumon.start("watch", "-", "--headless", stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(b"".join(LINES[: END + 1]))
    process.stdin.flush()
    assert next_line(process)["schema"] == "npumon.iteration/1"
    process.stdin.write(b"".join(LINES[END + 1 :]))
    process.stdin.flush()
    run = next_line(process)
    assert (run["run"]["outcome"], run["run"]["log"]) == ("ok", "standard input")
    output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output, errors) == (0, b"", b"")


def test_what_was_read_of_standard_input_is_told_at_a_signal_and_at_the_time_limit(npumon: CommandLine) -> None:
    for words, signalled, status in ((("--timeout", "0.1"), None, 4), ((), signal.SIGINT, 130)):
        process = npumon.start("watch", "-", "--headless", *words, stdin=subprocess.PIPE)
        assert process.stdin is not None
        process.stdin.write(b"".join(LINES[: END + 1]))
        process.stdin.flush()
        if signalled is not None:
            assert next_line(process)["schema"] == "npumon.iteration/1"
            process.send_signal(signalled)
        assert process.wait(timeout=PATIENCE) == status
        assert process.stdout is not None
        assert json.loads(process.stdout.read().splitlines()[-1])["schema"] == "npumon.run/1"
        process.communicate()


def test_standard_input_needs_no_headless_option(npumon: CommandLine) -> None:
    done = npumon("watch", "-", stdin=b"".join(LINES))
    assert done.returncode == 0
    assert [json.loads(line)["schema"] for line in done.stdout.splitlines()] == ["npumon.iteration/1", "npumon.run/1"]
    golden.printed(done.stderr, "watch.stdin")

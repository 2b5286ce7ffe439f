"""Logs that are long enough to be read on several processors."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.bench.generate_log import generate
from tests.command_line import PATIENCE, CommandLine, alive, until

_ON_ONE = "import os, sys; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); os.execv(sys.argv[1], sys.argv[1:])"
SEVERAL = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is only one processor to be used")


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def with_helpers(process: subprocess.Popen[bytes]) -> tuple[list[int], bytes]:
    """Read rows until there are helpers: return those, and the rows. More are not read, so it does not end itself."""
    assert process.stdout is not None
    fd, rows = process.stdout.fileno(), b""
    while not (helpers := children(process.pid)):
        piece = os.read(fd, 4_096)
        assert piece
        rows += piece
    return helpers, rows


@pytest.fixture
def log(tmp_path: Path) -> str:
    """A log of some size, in which one run goes wrong."""
    path = tmp_path / "log"
    generate(str(path), 13, "runs")
    lines = path.read_bytes().splitlines(keepends=True)
    lines.insert(len(lines) * 2 // 3, b"what?\n")
    path.write_bytes(b"".join(lines))
    return str(path)


@pytest.mark.system
def test_rows_are_the_same_on_one_processor_and_on_all(npumon: CommandLine, log: str) -> None:
    words = [npumon.python, "-m", "npumon", "parse", "--format", "csv", "--run", "all", log]
    one = npumon.run([npumon.python, "-c", _ON_ONE, *words])
    everywhere = npumon.run(words)
    assert (one.returncode, one.stderr) == (everywhere.returncode, everywhere.stderr)
    assert one.stdout == everywhere.stdout
    assert one.stdout.count("\n") > 5_000


@SEVERAL
@pytest.mark.system
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nobody_is_left_when_it_is_ended(npumon: CommandLine, log: str, number: signal.Signals) -> None:
    process = npumon.start("parse", "--format", "csv", log, stdout=subprocess.PIPE)
    helpers, _ = with_helpers(process)
    process.send_signal(number)
    assert process.wait(PATIENCE) == (130 if number != signal.SIGKILL else -number)
    until(lambda: not any(map(alive, helpers)))


@SEVERAL
@pytest.mark.system
def test_nobody_is_left_when_the_reader_goes_away(npumon: CommandLine, log: str) -> None:
    process = npumon.start("parse", "--format", "csv", log, stdout=subprocess.PIPE)
    helpers, _ = with_helpers(process)
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(PATIENCE) == 141
    assert not any(map(alive, helpers))


@SEVERAL
@pytest.mark.system
def test_a_helper_that_is_killed_is_done_without(npumon: CommandLine, log: str) -> None:
    right = npumon("parse", "--format", "csv", log)
    process = npumon.start("parse", "--format", "csv", log, stdout=subprocess.PIPE)
    helpers, rows = with_helpers(process)
    os.kill(helpers[0], signal.SIGKILL)
    rest, told = process.communicate(timeout=PATIENCE)
    assert (process.returncode, (rows + rest).decode(), told.decode()) == (right.returncode, right.stdout, right.stderr)

"""Programs that print faster than npumon reads, and are ended: in time, and with a word on what was not read."""

from __future__ import annotations

import json
import re
import shlex
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import PATIENCE, SEED, CommandLine, until
from tests.e2e.live_terminal import Live
from tests.tui.pty_app import finish

#: Seconds from asking until npumon has ended. It takes two; a busy machine gets more.
WITHIN_S = 10.0
#: So much of a flood is more than is read in time.
MUCH = 20_000_000

FLOODS = {
    "lines": "exec yes",
    "one line": "tr '\\0' x </dev/zero",
    "numbers": "exec seq 1000000000",
    "paths": f"exec yes {'/usr/share/doc' * 20}",
    "blocks": f'exec yes "$(cat {shlex.quote(str(SEED))})"',
}


@pytest.fixture(params=FLOODS)
def flood(npumon: CommandLine, request: pytest.FixtureRequest) -> str:
    """The name of a flood, which flood.sh makes."""
    npumon.script("flood.sh", f"#!/bin/sh\n{FLOODS[request.param]}\n")
    name: str = request.param
    return name


def flooded(npumon: CommandLine) -> Path:
    """The log of the run under way, once it is longer than what is read in time."""
    until(lambda: [log for log in npumon.runs.glob("*.log") if log.stat().st_size > MUCH])
    (log,) = npumon.runs.glob("*.log")
    return log


def not_read(document: dict[str, Any]) -> int:
    """How many bytes the result says were not read."""
    told = [re.match(r"(\d+) bytes were not read here", said["message"]) for said in document["diagnostics"]]
    return sum(int(found[1]) for found in told if found is not None)


def ended(output: bytes, outcome: str, log: Path, *, all_read: bool | None = None) -> None:
    """The result says how the run ended, and whether all of its text was read if that is certain."""
    document = json.loads(output)
    assert document["run"]["outcome"] == outcome
    unread = not_read(document)
    assert unread < log.stat().st_size
    assert all_read is None or all_read == (unread == 0)
    log.unlink()


def test_a_time_limit(npumon: CommandLine, flood: str) -> None:
    process = npumon.start("run", "--format", "json", "--timeout", "0.5", "--", "./flood.sh")
    until(lambda: [log for log in npumon.runs.glob("*.log") if log.stat().st_size])
    begun = time.monotonic()
    output, errors = process.communicate(timeout=PATIENCE)
    assert time.monotonic() - begun < 0.5 + WITHIN_S
    assert process.returncode == 4
    (log,) = npumon.runs.glob("*.log")
    assert (b"bytes were not read here" in errors) == bool(not_read(json.loads(output)))
    ended(output, "timeout", log)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal(npumon: CommandLine, flood: str, number: signal.Signals) -> None:
    process = npumon.start("run", "--format", "json", "--", "./flood.sh")
    log = flooded(npumon)
    asked = time.monotonic()
    process.send_signal(number)
    output, errors = process.communicate(timeout=PATIENCE)
    assert time.monotonic() - asked < WITHIN_S
    assert process.returncode == 130
    assert (b"bytes were not read here" in errors) == bool(not_read(json.loads(output)))
    ended(output, "cancelled", log)


def test_ctrl_c_on_a_terminal(npumon: CommandLine, flood: str) -> None:
    process, screen = npumon.on_terminal("run", "--format", "json", "--", "./flood.sh")
    log = flooded(npumon)
    asked = time.monotonic()
    screen.type(b"\x03")
    output, _ = process.communicate(timeout=PATIENCE)
    assert time.monotonic() - asked < WITHIN_S
    assert process.returncode == 130
    ended(output, "cancelled", log)


def test_a_program_that_has_ended_by_itself(npumon: CommandLine) -> None:
    """All of it is read, unless somebody asks npumon to end meanwhile."""
    npumon.script("flood.sh", "#!/bin/sh\nyes | head -c 40000000\nyes | head -c 40000000\n")
    process = npumon.start("run", "--format", "json", "--", "./flood.sh")
    until(lambda: [log for log in npumon.runs.glob("*.log") if log.stat().st_size == 80_000_000])
    (log,) = npumon.runs.glob("*.log")
    until(lambda: '"ended"' in log.with_suffix(".json").read_text())
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=PATIENCE)
    assert time.monotonic() - asked < WITHIN_S
    assert process.returncode == 130
    ended(output, "cancelled", log, all_read=False)


@pytest.mark.parametrize("key", [b"x", b"qs"])
def test_a_key_in_the_live_monitor(live: Live, npumon: CommandLine, key: bytes, flood: str) -> None:
    npumon.script("flood/run.sh", "#!/bin/sh\nexec ../flood.sh\n")
    app = live()
    app.type(b"4")
    app.until_shown("flood")
    app.type(b"\r")
    log = flooded(npumon)
    app.read()
    asked = time.monotonic()
    app.type(key)
    if key == b"x":
        app.until_shown("stopped")
        assert time.monotonic() - asked < WITHIN_S
        finish(app)
    else:
        assert app.next_state() == "ended 0"
        assert time.monotonic() - asked < WITHIN_S
    log.unlink()

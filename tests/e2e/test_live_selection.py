"""Other runs and iterations than the newest, on a terminal: the runs of a session, and what only the log still has."""

from __future__ import annotations

import re

import pytest

from tests.command_line import SEED, CommandLine
from tests.e2e.live_terminal import Live
from tests.e2e.test_live_watch import text_of
from tests.tui.pty_app import finish

pytestmark = pytest.mark.slow


def test_the_first_of_three_runs(live: Live) -> None:
    app = live("--demo", shows="Compute-bound")
    for number in (1, 2, 3):
        words = re.compile(rf"ok in .*run {number}\b")
        app.until(lambda words=words: words.search(app.shown()), f"run {number}")  # type: ignore[misc]
        if number < 3:
            app.type(b"r")
    app.type(b"2{{")
    app.until_shown("run 1 of 3")
    app.type(b"0")
    app.until_gone("run 1 of 3")
    finish(app)


def test_an_iteration_that_only_the_log_has(live: Live, npumon: CommandLine) -> None:
    """Of a run that has ended the monitor keeps the last one."""
    text = SEED.read_bytes()
    begin, end = text.index(b"layer id"), text.index(b"vxProcessGraph execution time")
    first = b"Run the 1 time"
    iterations = b"".join(text[begin:end].replace(first, b"Run the %d time" % number) for number in range(1, 101))
    (npumon.folder / "run.log").write_bytes(text[:begin] + iterations + text[end:] + text_of(31_609))
    app = live("watch", "run.log", shows="run 2")
    app.type(b"2{")
    app.until_shown("run 1 of 2")
    app.type(b"[")
    app.until_shown("iteration 99 of 100")
    finish(app)

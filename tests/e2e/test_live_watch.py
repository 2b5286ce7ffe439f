"""`npumon watch FILE` on a terminal: a log that comes, grows, changes and goes, and one that grows very fast."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import SEED, CommandLine
from tests.e2e.live_terminal import Live
from tests.tui.pty_app import finish

#: Starts a program where the kernel has no inotify to give.
WITHOUT_INOTIFY = (
    *("unshare", "--user", "--map-root-user", "sh", "-c"),
    'echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"',
    "sh",
)

#: Appends to the file argv[1] the block on standard input argv[2] times, argv[3] lines a second. Synthetic.
WRITER = r"""
import os, sys, time
block = sys.stdin.buffer.read()
file = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
each = 10 * block.count(b"\n") / float(sys.argv[3])
begin = time.monotonic()
for turn in range(int(sys.argv[2]) // 10):
    time.sleep(max(0, begin + turn * each - time.monotonic()))
    os.write(file, block * 10)
"""

#: Resident memory in KiB that no monitor may need, however much it is told.
MEMORY_KB = 150_000


def text_of(latency_us: int, total_read: str = "71.703380") -> bytes:
    """The real run with another latency, and more read from DDR memory."""
    ddr_read = f"{float(total_read) - 30.981305:.6f}"
    text = SEED.read_bytes().replace(b"71.703380", total_read.encode()).replace(b"40.722075", ddr_read.encode())
    for was, plus_us in ((21_609, 0), (21_625, 16)):  # the iteration, and the totals
        text = text.replace(f"or {was}.00us".encode(), f"or {latency_us + plus_us}.00us".encode())
    return text


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


@pytest.mark.parametrize("inotify", [True, False], ids=["inotify", "polling"])
def test_whatever_happens_to_the_file(live: Live, npumon: CommandLine, inotify: bool) -> None:
    prefix: tuple[str, ...] = ()
    if not inotify:
        prefix = WITHOUT_INOTIFY
        if shutil.which("unshare") is None or subprocess.run([*prefix, "true"], capture_output=True).returncode:
            pytest.skip("NOT TESTED: the limit of inotify needs permission to make a user namespace (unshare -r)")
    log = npumon.folder / "run.log"
    app = live("watch", "run.log", prefix=prefix, shows="waiting")
    assert "run.log" in app.shown()
    append(log, text_of(31_609)[:1_500])  # it comes, cut anywhere
    app.until_gone("waiting")
    append(log, text_of(31_609)[1_500:])  # and grows
    app.until_shown("31.6 ms")
    append(log, text_of(32_609, "72.703380"))
    app.until(lambda: "32.6 ms" in app.shown() and "72.70" in app.shown(), "the second run")
    log.write_bytes(text_of(33_609)[:800])
    app.until_shown("truncated")
    append(log, text_of(33_609)[800:])
    app.until_shown("33.6 ms")
    log.rename(log.with_name("run.log.1"))
    append(log, text_of(34_609))
    app.until_shown("34.6 ms")
    log.unlink()
    app.until_shown("gone")
    append(log, text_of(35_609))
    app.until_shown("35.6 ms")
    app.type(b"5")
    app.until_shown("Exit VX Thread")
    app.type(b"3")
    app.until(lambda: all(f"3{number}.6 ms" in app.shown() for number in range(1, 6)), "five runs")
    app.settled()
    app.type(b"r")
    app.until_shown("This monitor is watching a log")
    finish(app)


def test_a_file_behind_a_folder_that_goes(live: Live, npumon: CommandLine) -> None:
    folder = npumon.folder / "logs"
    folder.mkdir()
    (folder / "run.log").write_bytes(text_of(31_609))
    app = live("watch", "logs/run.log", shows="31.6 ms")
    shutil.rmtree(folder)
    app.until_shown("gone")
    folder.mkdir()
    (folder / "run.log").write_bytes(text_of(32_609))
    app.until_shown("32.6 ms")
    finish(app)


@pytest.mark.slow
def test_fifty_thousand_lines_a_second(live: Live, npumon: CommandLine) -> None:
    log = npumon.folder / "run.log"
    append(log, text_of(31_609))
    app = live("watch", "run.log", shows="31.6 ms")
    block = text_of(32_609)
    argv = [sys.executable, "-c", WRITER, str(log), str(150_000 // block.count(b"\n")), "50000"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE) as writer:
        assert writer.stdin is not None
        writer.stdin.write(block)
        writer.stdin.close()
        rounds = 0
        app.until_shown("32.6 ms")
        while writer.poll() is None or not rounds:
            for key, text, gone in (
                (b"5", "following", ""),
                (b"?", "On the page Log", ""),
                (b"\x1b", "following", "On the page Log"),  # a key right behind Esc would be one with Alt
                (b"1", "Top-5", ""),
            ):
                app.type(key)
                app.until_shown(text)
                if gone:
                    app.until_gone(gone)
            rounds += 1
    assert rounds > 1, "keys wait as long as the log grows"
    append(log, text_of(33_609, "73.703380"))
    app.until(lambda: "33.6 ms" in app.shown() and "73.70" in app.shown(), "the last run")
    app.until_gone("behind")
    assert app.memory_kb() < MEMORY_KB
    app.settled()
    finish(app)


@pytest.mark.slow
def test_how_far_it_is_behind(live: Live, npumon: CommandLine) -> None:
    """Stopped while much is written, it says how much is left to read, and gets to the end."""
    log = npumon.folder / "run.log"
    append(log, text_of(31_609))
    app = live("watch", "run.log", shows="31.6 ms")
    app.signal(signal.SIGSTOP)
    app.next_state()
    append(log, text_of(32_609) * 2_000 + text_of(33_609))
    app.foreground()
    app.until(lambda: re.search("[0-9] [KM]iB behind", app.shown()), "how much is left")
    app.until(lambda: "33.6 ms" in app.shown() and "behind" not in app.shown(), "the end")
    assert app.memory_kb() < MEMORY_KB
    finish(app)


def test_all_of_a_long_log_from_another_board(live: Live, npumon: CommandLine) -> None:
    log = npumon.folder / "run.log"
    lines = "".join(f"line {number} of another program\n" for number in range(1, 60_001))
    append(
        log, b"khadas@Elsewhere:~$ ./run.sh\n" + SEED.read_bytes() + b"\n" + lines.encode() + b"E [vnn:1]the Needle\n"
    )
    os.utime(log, (1_658_689_920, 1_658_689_920))
    app = live("watch", "run.log", shows="log of 2022-07-24")
    assert not [word for word in ("galcore", "4 models", "g driver", "r run") if word in app.shown()]
    app.type(b"5")
    app.until_shown("the Needle")
    app.type(b"\x1b[H")  # Home
    app.until_shown("   1  khadas@Elsewhere")
    app.type(b"/needle\r")
    app.until_shown("1 of 1 match")
    app.type(b"\x1b")
    app.until_gone("1 of 1 match")
    app.type(b"F")
    app.until_shown("no error above")
    app.type(b"/line 30000 of\r")
    app.until_shown("30000 of another program")
    finish(app)

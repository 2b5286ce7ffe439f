"""Moments of the live monitor for tests of its panes. Apart from the seed run, all texts are synthetic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from npumon.core.driver.driver_state import DriverState
from npumon.core.log.parser import ProfileParser
from npumon.core.log.scrollback import Scrollback, ScrollbackView
from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import History, Latencies, Live, Sample, Snapshot
from npumon.core.problems import Problem
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.splitter import RunSplitter
from npumon.engine.reporting import Context, running_report
from npumon.tui.paint import Area, Line, width_of
from tests.tui.stage import BOARD, DRIVER, LABELS, SEED, live, report

TEXT = SEED.read_bytes()
#: The seed run with other classes: one is new, two changed places, the first one's score is another.
OTHER_TEXT = (
    TEXT.replace(b"2: 0.833984", b"2: 0.733984")
    .replace(b"795: 0.009102", b" 17: 0.019102")
    .replace(b"974: 0.003592\n408: 0.002207", b"408: 0.003592\n974: 0.002207")
)
DETECTIONS = b"""resultData.detect_num=2
i:1 left:120.000000 right:345.000000 top:56.000000 bottom:478.000000
i:2 left:12.000000 right:34.000000 top:5.000000 bottom:78.000000
"""
LATENCIES = Latencies(7, 21_500.0, 21_600.0, 22_900.0)
MISSING = DriverState(problems=(Problem("driver.missing", "No NPU driver is loaded.", "Load it: sudo insmod x.ko"),))
PROFILING_OFF = DRIVER._replace(
    profiling=False,
    problems=(Problem("driver.profiling_off", "Profiling is off.", "Reload it: g, or sudo rmmod galcore"),),
)
#: What no pane may take for anything but text: markup, escape sequences, wide and combining characters, great length.
HOSTILE = "[bold]x[/] [link=http://x] \\x1b]52;c;x\\x07 漢字 e\u0301 \U0001f600 " + "long" * 2_500


def texts(lines: Iterable[Line]) -> list[str]:
    """Lines without their roles."""
    return ["".join(part.text for part in line) for line in lines]


def roles(lines: Iterable[Line], text: str) -> set[str]:
    """The roles of the spans that hold a text."""
    return {part.role for line in lines for part in line if text in part.text}


#: The public run at half the clock.
SLOW = TEXT.replace(b"GPUTOTALCYCLES: 16697255", b"GPUTOTALCYCLES: 8348627").replace(b": 296080", b": 148040")


def fits(lines: Sequence[Line], area: Area) -> bool:
    """Whether the lines keep to the room and, where it matters, to ASCII.

    The sign of `µs` may stand there: the terminal's driver writes it as `us`.
    """
    inside = len(lines) <= area.height and all(width_of(line) <= area.width for line in lines)
    return inside and (not area.ascii or all(text.replace("µ", "u").isascii() for text in texts(lines)))


def seed_run(**info: Any) -> RunReport:
    return report(TEXT, **info)


def without_counters() -> RunReport:
    lines = TEXT.splitlines(keepends=True)
    return report(b"".join(line for line in lines if b"CYCLES" not in line and b"BANDWIDTH" not in line))


def under_way(upto: bytes, text: bytes = TEXT, model: str | None = "inceptionv3") -> RunReport:
    """A run whose text has come up to these bytes."""
    fold = RunSplitter()
    fold.feed(ProfileParser().feed(text[: text.index(upto)]))
    return running_report(fold.state, Context(LABELS, DRIVER, 800.0), RunInfo(model=model))


def log(text: bytes = TEXT) -> ScrollbackView:
    book = Scrollback()
    book.feed(text)
    return book.page


def history(many: int) -> History:
    """So many samples: utilization goes up and down, every tenth sample is missing."""
    samples = tuple(
        Sample()
        if not (number + 1) % 10
        else Sample(4_000.0, 2_000.0 + number % 7 * 10, 1_500.0, number % 11 / 10, 21_000.0)
        for number in range(many)
    )
    return History(samples[-512:], many)


def board(driver: DriverState = DRIVER, run: RunReport | None = None) -> Snapshot:
    return Snapshot("2026-11-22T03:18:00.000+00:00", BOARD, driver, run)


def moments() -> dict[str, Live]:
    """Every kind of moment, by name."""
    seed, other = seed_run(), report(OTHER_TEXT)
    full: dict[str, Any] = {"history": history(700), "log": log(), "latencies": LATENCIES}
    hostile = report(TEXT.replace(b"393: 0.002111", HOSTILE.encode()), labels=(HOSTILE,) * 3, model=HOSTILE)
    return {
        "no run": live(),
        "no driver": Live(board(MISSING)),
        "profiling off": Live(board(PROFILING_OFF, without_counters()), log=log()),
        "driver gone": Live(board(MISSING, seed), **full),
        "done": live(seed, activity=Activity(run=7), **full),
        "changed": live(seed, previous=other, runs=(other, seed), activity=Activity(run=8), **full),
        "first run": live(under_way(b"Verify Graph"), activity=Activity("verifying", "inceptionv3", 1, elapsed_s=1.2)),
        "next run": live(
            under_way(b"Verify Graph"),
            previous=seed,
            runs=(other, seed),
            activity=Activity("running", "inceptionv3", 8, 3, 10, False, 4, 20, 0, 75.2, 12.3),
            **full,
        ),
        "stalled": live(
            under_way(b"execution time"), activity=Activity("running", "inceptionv3", 1, elapsed_s=20.0, silent_s=12.3)
        ),
        "broken off": live(report(TEXT[: TEXT.index(b"[     5]")]), activity=Activity(run=1), log=log()),
        "detections": live(report(DETECTIONS, model="yolov3"), activity=Activity(run=3)),
        "waiting": live(activity=Activity("no file", source="/var/log/npu/run.log")),
        "behind": live(
            seed,
            activity=Activity(
                "following", source="/var/log/npu/run.log", behind_bytes=1 << 27, note="The log was cut."
            ),
            **full,
        ),
        "slow clock": live(report(SLOW), **full),
        "huge": live(report(TEXT.replace(b" 71.703380", b" 81234567890.703380")), **full),
        "hostile": live(
            hostile,
            activity=Activity("running", HOSTILE, 10**9, note=HOSTILE, source=HOSTILE),
            log=log(HOSTILE.encode() + b"\nE [model.c:1] [bold]\x1b[31mboom\n[/] half"),
        ),
    }


ROOMS = [
    Area(width, height, ascii_only)
    for width, height in ((1, 1), (10, 2), (38, 1), (38, 6), (58, 4), (76, 6), (116, 14), (196, 40))
    for ascii_only in (False, True)
]

"""A stage for pages: the real application over a backend whose engine does nothing: a test decides what it shows.

What the engine does itself is tested in tests/engine and, with the application on top of it, in test_app.py.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.pilot import Pilot

from npumon.board.run.log_reader import FileLogReader
from npumon.cli.backend import DemoBackend
from npumon.core.board_state import BoardState, ThermalZone
from npumon.core.driver.driver_state import DriverState
from npumon.core.log.parser import ProfileParser
from npumon.core.monitor.live import Live, ModelChoice, Snapshot
from npumon.core.problems import Problem, ProblemError
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.splitter import RunSplitter
from npumon.demo.board import DemoBoard
from npumon.engine.reporting import Context, report_of
from npumon.tui import static_view
from npumon.tui.app import MonitorApp
from npumon.tui.backend import DisplayOptions, ExportFormat
from npumon.tui.static_view import StaticEngine

if TYPE_CHECKING:
    import pytest

    from npumon.cli.context import CommandContext
    from npumon.ports import LogReader

#: Seconds after which a test gives up waiting. Nothing is measured against it.
PATIENCE = 60.0

#: Looks at the board once.
LOOK = DisplayOptions(refresh_s=3600)
SEED = Path(__file__).parents[1] / "data" / "seed_run.txt"

BOARD = BoardState(
    model="Khadas VIM3",
    chip="A311D",
    variant="VIM3",
    kernel="4.9.241",
    zones=(ThermalZone("soc_thermal", 52.0),),
    nominal_clock_mhz=800.0,
)
DRIVER = DriverState(
    name="galcore",
    version="6.4.6.2",
    parameters=(("gpuProfiler", "1"),),
    profiling=True,
    device_node=True,
    accessible=True,
)
LABELS = ("tench", "tench too", "goldfish", "great white shark", "tiger shark")


def report(text: bytes, *, labels: Sequence[str] = LABELS, **info: Any) -> RunReport:
    """The report of a log's last run, as if the program had printed it."""
    fold = RunSplitter()
    parser = ProfileParser()
    fold.feed(parser.feed(text))
    fold.feed(parser.close())
    facts: dict[str, Any] = {"id": "20261122-031800-1", "model": "inceptionv3", "duration_s": 0.4, **info}
    return report_of(fold.state, Context(labels, DRIVER, 800.0), RunInfo(**facts))


def live(run: RunReport | None = None, **more: Any) -> Live:
    """A live value with a board, a driver and this run."""
    return Live(Snapshot("2026-11-22T03:18:00.000+00:00", BOARD, DRIVER, run), **more)


class StillMonitor(StaticEngine):
    """An engine that does nothing but remember what was asked of it."""

    def __init__(self, shown: Live, publish: Callable[[Live], None], *, silent: bool) -> None:
        super().__init__(shown, publish)
        self.asked: list[Any] = []
        self.silent = silent

    async def poll(self) -> None:
        if not self.silent:
            await super().poll()

    async def run(self, job: Any) -> None:
        await super().run(job)
        self.asked.append(job)

    def stop(self) -> None:
        self.asked.append("stop")

    async def watch(self, path: str) -> None:
        self.asked.append(path)
        await asyncio.Event().wait()

    async def close(self, keep: bool | None = None) -> None:
        self.asked.append("close" if keep is None else "keep" if keep else "end")


class StaticBackend(static_view.StaticBackend):
    """A backend without a board. Its attributes may be set before the application starts."""

    driver: Any = None

    def __init__(self, shown: Live, display: DisplayOptions = LOOK) -> None:
        super().__init__(shown, display)
        self.shown = shown
        self.folders: tuple[str, ...] = ("~/aml_npu_demo_binaries",)
        self.inspections: dict[str, str] = {}
        self.written: list[Any] = []
        self.still: StillMonitor | None = None
        #: The file of the log; without one nothing but the scrollback can be seen.
        self.log_file: Path | None = None
        #: Looking at the board tells nothing, so that it cannot come after what a test has shown.
        self.silent = False

    def monitor(self, publish: Callable[[Live], None]) -> StillMonitor:
        self.still = StillMonitor(self.shown, publish, silent=self.silent)
        return self.still

    def where_models_are_looked_for(self) -> Sequence[str]:
        return self.folders

    def job(self, choice: ModelChoice, count: int = 1, warmup: int = 0) -> Any:
        return (choice.id, count, warmup)

    def inspection(self, network: str) -> str:
        return self.inspections[network]

    def export(self, report: RunReport, form: ExportFormat = "json") -> str:
        self.written.append(report if form == "json" else (form, report))
        return f"/tmp/run.{form}"

    def export_all(self, reports: Sequence[RunReport]) -> str:
        self.written.append(tuple(reports))
        return "/tmp/runs.json"

    def log_reader(self, run: RunInfo | None) -> LogReader:
        if self.log_file is None:
            raise ProblemError(Problem("log.none", "There is no log file.", ""))
        return FileLogReader(str(self.log_file))

    def picture(self, svg: str, model: str | None = None, *, png: bool = False) -> str:
        self.written.append((svg, model, png))
        return f"/tmp/picture.{'png' if png else 'svg'}"


def application(shown: Live, display: DisplayOptions = LOOK) -> MonitorApp:
    """The application, showing this. Use `async with application(...).run_test(size=(80, 24)) as pilot`."""
    backend = StaticBackend(shown, display)
    backend.silent = True
    app = MonitorApp(backend)
    app.live = shown  # from the first frame on
    return app


async def until(pilot: Pilot[Any], condition: Callable[[], object]) -> None:
    """Wait for a condition while the application goes on."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "\n".join(["waited in vain", *picture(pilot.app)])
        await pilot.pause(0.005)


async def until_so(condition: Callable[[], object]) -> None:
    """Wait for a condition where no application is on the stage."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.001)


def calls_of(monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> list[Any]:
    """The objects whose method is called from now on, one for each call, which goes through."""
    called: list[Any] = []
    method = getattr(owner, name)

    def noted(one: Any, *words: Any, **more: Any) -> Any:
        called.append(one)
        return method(one, *words, **more)

    monkeypatch.setattr(owner, name, noted)
    return called


async def until_at_rest(pilot: Pilot[Any], condition: Callable[[], object]) -> None:
    """The same, and until what follows from it is done, too."""
    await until(pilot, condition)
    await pilot.pause()


def picture(app: App[Any]) -> list[str]:
    """The screen as lines of text, as a terminal would show them."""
    width, height = app.size
    strips = app.screen._compositor.render_strips() if app.screen_stack else []
    lines = ["".join(segment.text for segment in strip.crop(0, width)) for strip in strips[:height]]
    return lines + [""] * (height - len(lines))


async def picture_at_rest(pilot: Pilot[Any]) -> list[str]:
    """The screen, once nothing changes any more."""
    before: list[str] = []
    while (now := picture(pilot.app)) != before:
        before = now
        await pilot.pause(0.05)
    return now


@dataclass
class Demo:
    """The monitor on a demo board, with the real engine. See the fixture `demo`."""

    app: MonitorApp
    pilot: Pilot[Any]
    ctx: CommandContext
    pids: list[int] = field(default_factory=list)

    async def press(self, *keys: str) -> None:
        """Press keys."""
        await self.pilot.press(*keys)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition."""
        await until(self.pilot, condition)

    async def until_shown(self, *words: str) -> None:
        """Wait until the screen shows these words."""
        await self.until(lambda: all(word in self.shown for word in words))

    async def until_run(self, count: int = 1) -> None:
        """Wait until so many runs have ended and nothing runs."""
        await self.until(lambda: len(self.app.live.runs) >= count and not self.app.controller.busy)

    @property
    def shown(self) -> str:
        """The screen as text."""
        return "\n".join(picture(self.app))

    def models_running(self) -> list[int]:
        """The processes of the demo board that run now; they have to be gone at the end."""
        folder = os.fsencode(demo_board(self.ctx).folder)
        found = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if folder in _command_line(pid)]
        self.pids += found
        return found


def demo_board(ctx: CommandContext) -> DemoBoard:
    """The simulated board of a command that was given --demo."""
    assert isinstance(ctx.backend, DemoBackend)
    return ctx.backend.board


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""

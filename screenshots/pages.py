"""Pictures of the live monitor's pages, from the simulated board; the same ones each time.

The engine is the real one. What a clock says (stamps, durations, the run's name) is replaced by fixed values, for
two pictures of the same figures should be the same file.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import NamedTuple

from npumon.board.models.labels import find_labels, read_labels
from npumon.board.probe import HostProbe, SystemClock
from npumon.board.roots import Roots
from npumon.board.run.runner import SupervisedRunner
from npumon.board.run.tailer import WatchdogFollower
from npumon.core.monitor.live import Live, ModelChoice
from npumon.core.run.report import RunReport
from npumon.demo.board import DemoBoard, temporary_board
from npumon.engine.monitor import Monitor
from npumon.engine.reporting import Context
from npumon.engine.session import Job
from npumon.export.drawing import Style
from npumon.export.model_text import model_text
from npumon.modelfile.budget import Budget
from npumon.modelfile.checks_nbg import Device
from npumon.modelfile.inspection import inspect
from npumon.ports import RunRequest
from npumon.tui.backend import DisplayOptions
from npumon.tui.static_view import StaticBackend, picture

PROFILED = (("VIV_VX_PROFILE", "1"), ("VIV_VX_DEBUG_LEVEL", "1"))


class Page(NamedTuple):
    """One picture: a page after so many runs in a scenario, and after these keys."""

    page: str
    scenario: str = "steady"
    runs: int = 12
    size: tuple[int, int] = (120, 40)
    ascii: bool = False
    keys: tuple[str, ...] = ()


#: By the name of the file.
PAGES = {
    "live": Page("live"),
    "live-80x24": Page("live", size=(80, 24)),
    "live-ascii": Page("live", size=(80, 24), ascii=True),
    "live-graph": Page("live", "graph-float", runs=2),
    "live-dump": Page("live", "dump", runs=1, size=(100, 30)),
    "live-failure": Page("live", "verify-fails", runs=1, size=(100, 30)),
    "live-detection": Page("live", "ksnn", runs=3, size=(100, 30)),
    "layers": Page("layers", "graph-float", runs=2),
    "roofline": Page("layers", "graph", runs=2, keys=("M", "enter")),
    "distribution": Page("live", "loop", runs=3, keys=("d",)),
    "runs": Page("runs", "cold", runs=6),
    "models": Page("models", runs=1),
    "log": Page("log", "garbled", runs=1, size=(100, 30)),
}


def pictures() -> dict[str, str]:
    """All of them as SVG, by name."""
    logging.getLogger("watchdog").addHandler(logging.NullHandler())
    return {name: asyncio.run(_drawn(page)) for name, page in PAGES.items()}


async def _drawn(page: Page) -> str:
    with temporary_board(page.scenario, speed=0) as board:
        live = _without_clock(await _after_runs(board, page.runs))
        choice = _choice(board)
        inspected = _inspected(choice)
    look = DisplayOptions(refresh_s=3600.0, ascii=page.ascii, demo=True)
    return await picture(StaticBackend(live, look, [choice], inspected), page.size, page.page, page.keys)


async def _after_runs(board: DemoBoard, runs: int) -> Live:
    clock = SystemClock()
    runner = SupervisedRunner(board.folder / "state", clock)
    context = Context(demo=True)
    monitor = Monitor(runner, WatchdogFollower(), HostProbe(Roots(board.root)), clock, context)
    await monitor.poll()
    request = RunRequest(board.command, str(board.model_folder), PROFILED, model=board.model.name)
    labels = find_labels(board.model_folder)
    await monitor.run(Job(request, () if labels is None else tuple(read_labels(labels)), runs))
    live = monitor.live
    await monitor.close()
    return live


def _choice(board: DemoBoard) -> ModelChoice:
    files = board.model.files
    return ModelChoice(
        id="demo",
        name=board.model.name,
        full_name=f"{board.model.name}/VIM3",
        variant="VIM3",
        kind="run.sh",
        folder=f"~/{board.model.folder}",
        command=" ".join(board.command),
        labels="imagenet_slim_labels.txt",
        files=files,
        networks=tuple(str(board.model_folder / name) for name in files if name.endswith(".nb")),
    )


def _inspected(choice: ModelChoice) -> dict[str, str]:
    """What `npumon inspect` says of the model's network."""
    texts = {}
    for network in choice.networks:
        model = inspect(Path(network).read_bytes(), today="2026-11-22", budget=Budget(0, 0), device=Device(0x88))
        if model is not None:
            texts[network] = model_text(model, Path(network).name, Style(width=76))
    return texts


def _without_clock(live: Live) -> Live:
    snapshot = live.snapshot
    return live._replace(
        snapshot=snapshot._replace(
            taken_at="2026-11-22T03:18:00.000+00:00", run=None if snapshot.run is None else _fixed(snapshot.run, 0)
        ),
        activity=live.activity._replace(elapsed_s=None),
        previous=None if live.previous is None else _fixed(live.previous, 1),
        runs=tuple(_fixed(run, len(live.runs) - 1 - index) for index, run in enumerate(live.runs)),
    )


def _fixed(run: RunReport, ago: int) -> RunReport:
    """The run, `ago` minutes before the last one."""
    stamp = f"2026-11-22T03:{17 - ago:02}:00.000+00:00"
    info = run.info._replace(id=f"20261122-03{17 - ago:02}00", started_at=stamp, duration_s=0.41, log=None, cwd=None)
    return run._replace(info=info)

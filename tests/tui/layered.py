"""Synthetic profiles of many layers, around the real run's opening and end."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from textual.pilot import Pilot

from npumon.core.monitor.live import Live
from npumon.core.run.report import RunReport
from npumon.tui.app import MonitorApp
from npumon.tui.backend import DisplayOptions
from tests.tui.stage import SEED, StaticBackend, live, report

_BLOCK = """layer id: {layer} layer name:{name} operation[{index}]:VXNNE_OPERATOR_{kind} target:TARGET_NN.
uid: {uid}
abs_op_id: {uid}
execution time:             {time} us
[     1] TOTAL_READ_BANDWIDTH  (MByte): {ddr:.6f}
[     2] TOTAL_WRITE_BANDWIDTH (MByte): {ddr:.6f}
[     3] AXI_READ_BANDWIDTH  (MByte): 0.000000
[     4] AXI_WRITE_BANDWIDTH (MByte): 0.000000
[     5] DDR_READ_BANDWIDTH  (MByte): {ddr:.6f}
[     6] DDR_WRITE_BANDWIDTH (MByte): {ddr:.6f}
[     7] GPUTOTALCYCLES: 1000000
[     8] GPUIDLECYCLES: {idle}
VPC_ELAPSETIME: 1260
*********
"""


def profile(times: Sequence[int], name: str = "conv") -> bytes:
    """A run with an operation for each of these times, in microseconds; every third one waits for memory."""
    text = SEED.read_bytes()
    blocks = "".join(
        _BLOCK.format(
            layer=place // 2,
            index=place % 2,
            name=f"{name}{place // 2}",
            kind="POOLING" if place % 2 else "CONVOLUTION",
            uid=place,
            time=time,
            ddr=3.0 if place % 3 == 0 else 0.5,
            idle=400000 if place % 3 == 0 else 20000,
        )
        for place, time in enumerate(times)
    )
    return text[: text.index(b"layer id")] + blocks.encode() + text[text.index(b"Run the 1 time") :]


def many(count: int, seed: int = 0) -> RunReport:
    """A run of so many operations."""
    drawn = random.Random(seed)
    return report(profile([drawn.randint(5, 900) for _ in range(count)]), model="many")


def ran(*runs: RunReport, **more: Any) -> Live:
    """These runs have ended, the newest last."""
    return live(runs[-1], runs=runs, **more)


def page_of(name: str, shown: Live, monkeypatch: pytest.MonkeyPatch, *, plain: bool = False) -> MonitorApp:
    """The application, opened on this page."""
    monkeypatch.setattr(MonitorApp, "DEFAULT_MODE", name)
    return MonitorApp(StaticBackend(shown, DisplayOptions(refresh_s=3600, ascii=plain)))


async def settled(pilot: Pilot[int]) -> None:
    """The page shows what the stage has."""
    app = pilot.app
    assert isinstance(app, MonitorApp)
    assert isinstance(app.backend, StaticBackend)
    while app.live is not app.backend.shown:
        await pilot.pause(0.01)
    await pilot.pause()


async def show(pilot: Pilot[int], shown: Live) -> None:
    """The engine has something newer."""
    app = pilot.app
    assert isinstance(app, MonitorApp)
    assert isinstance(app.backend, StaticBackend)
    app.backend.shown = shown
    app._publish(shown)
    await settled(pilot)

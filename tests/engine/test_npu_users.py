"""Who else uses the NPU while the live monitor is open, and what is known to be ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState, Holder
from tests.viewer import Viewer

Open = Callable[..., Viewer]
Beside = Callable[[Coroutine[object, object, None]], asyncio.Task[None]]


class SharedProbe:
    """A probe of a board on which others use the NPU."""

    def __init__(self, driver: DriverState) -> None:
        self.seen = driver

    def board(self) -> BoardState:
        return BoardState(variant="VIM3")

    def driver(self) -> DriverState:
        return self.seen


async def test_who_else_uses_the_npu(viewer: Open, beside: Beside, tmp_path: Path) -> None:
    probe = SharedProbe(DriverState("galcore"))
    shown = viewer(probe=probe)
    task = beside(shown.monitor.run(shown.shell("sleep 1000")))
    live = await shown.until(lambda live: live.snapshot.run and live.snapshot.run.info.log)
    assert live.snapshot.run is not None
    ours = Holder(7, "me", "sleep 1000", run=live.snapshot.run.info.log)
    probe.seen = DriverState("galcore", holders=(ours,))
    await shown.monitor.poll()
    assert shown.live.in_use is None
    probe.seen = DriverState("galcore", holders=(ours, Holder(8, "other", "./camera")))
    await shown.monitor.poll()
    assert shown.live.in_use == "The NPU is in use by camera (8); figures of other runs may be off."
    shown.monitor.stop()
    await asyncio.wait([task])
    await shown.monitor.run(shown.shell("true"))
    still = shown.live.in_use
    assert still == "The NPU is in use by camera (8); figures of other runs may be off.", "ours has ended, and is ours"
    watching = beside(shown.monitor.watch(str(tmp_path / "run.log")))
    live = await shown.until(lambda live: live.activity.source)
    assert live.in_use is None, "whoever writes the log uses it"
    watching.cancel()
    await asyncio.wait([watching])


async def test_what_nobody_may_look_into_is_told_when_it_was_seen_twice(viewer: Open) -> None:
    probe = SharedProbe(DriverState("galcore", unseen_references=1))
    shown = viewer(probe=probe)
    await shown.monitor.poll()
    before = shown.live.in_use
    await shown.monitor.poll()
    assert (before, shown.live.in_use) == (
        None,
        "The NPU is in use by a program of another user; figures of other runs may be off.",
    )


async def test_what_an_own_program_holds_while_it_dies_is_not_another_users(viewer: Open, beside: Beside) -> None:
    foreign = "The NPU is in use by a program of another user; figures of other runs may be off."
    probe = SharedProbe(DriverState("galcore"))
    shown = viewer(probe=probe)

    async def poll(*counts: int) -> list[str | None]:
        told = []
        for count in counts:
            probe.seen = DriverState("galcore", unseen_references=count)
            await shown.monitor.poll()
            told.append(shown.live.in_use)
        return told

    await poll(0, 0)
    task = beside(shown.monitor.run(shown.shell("sleep 100")))
    await shown.until(lambda live: live.snapshot.run)
    assert await poll(1, 1, 1) == [None] * 3, "it may be the run's own"
    shown.monitor.stop()
    await asyncio.wait([task])
    assert await poll(1, 1, 1) == [None] * 3, "it may still be"
    assert await poll(0, 1, 1) == [None, None, foreign], "once it was gone"
    await shown.monitor.run(shown.shell("true"))
    assert await poll(2, 2, 1, 1, 2, 2) == [foreign] * 6, "as many as before belong to others"
    assert await poll(0, 0) == [None, None]
    await shown.monitor.run(shown.shell("true"))
    assert await poll(0, 0, 1, 1) == [None, None, None, foreign], "also where no sample differed during the run"

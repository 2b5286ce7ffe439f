"""Monitors on demo boards of their own, and tasks that end with their test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack

import pytest

from npumon.core.monitor.live import Live
from npumon.demo.board import temporary_board
from npumon.engine.reporting import Context
from npumon.ports import BoardProbe, ModelRunner
from tests.viewer import Viewer


@pytest.fixture
async def viewer() -> AsyncIterator[Callable[..., Viewer]]:
    """Opens monitors, and closes them."""
    async with AsyncExitStack() as stack:

        def start(
            scenario: str = "steady",
            *,
            probe: BoardProbe | None = None,
            runner: ModelRunner | None = None,
            also: Callable[[Live], None] = lambda live: None,
            context: Context | None = None,
            poll_s: float = 0.05,
            speed: float = 0.0,
        ) -> Viewer:
            board = stack.enter_context(temporary_board(scenario, 0, speed))
            opened = Viewer(board, probe, context or Context(demo=True), poll_s, runner, also)
            stack.push_async_callback(opened.monitor.close)
            return opened

        yield start


@pytest.fixture
async def beside() -> AsyncIterator[Callable[[Coroutine[object, object, None]], asyncio.Task[None]]]:
    """Lets something run beside the test; what still does at its end is cancelled."""
    tasks: list[asyncio.Task[None]] = []

    def start(coroutine: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(coroutine)
        tasks.append(task)
        return task

    yield start
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

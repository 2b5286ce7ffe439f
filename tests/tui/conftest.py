"""The live monitor on a demo board of its own, with the real engine, runner and driver control."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from npumon.cli.arguments import parse_words
from npumon.cli.context import CommandContext
from npumon.cli.diagnostics import Diagnostics
from npumon.cli.monitor_backend import BoardBackend
from npumon.tui.app import MonitorApp
from npumon.tui.backend import DisplayOptions
from tests.command_line import alive
from tests.tui.stage import Demo, demo_board, until

Open = Callable[..., AbstractAsyncContextManager[Demo]]


@pytest.fixture
def context_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., CommandContext]]:
    """Make the context of a command line, with a home of its own. The demo board is fast."""
    contexts: list[CommandContext] = []
    for name in ("home", "temporary", "here"):
        (tmp_path / name).mkdir()
    for name in [name for name in os.environ if name.startswith(("NPUMON_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    monkeypatch.chdir(tmp_path / "here")

    def make(*words: str) -> CommandContext:
        args = parse_words(["snapshot", "-q", *words])
        contexts.append(CommandContext(args, Diagnostics(quiet=True)))
        return contexts[-1].__enter__()

    yield make
    for ctx in contexts:
        ctx.__exit__(None, None, None)
    assert os.listdir(tmp_path / "temporary") == []


@pytest.fixture
def demo(context_of: Callable[..., CommandContext]) -> Open:
    """Opens the monitor on a demo board: `async with demo("--scenario", "hang") as monitor`."""

    @asynccontextmanager
    async def open_monitor(
        *words: str, watched: str | None = None, size: tuple[int, int] = (120, 40), **display: Any
    ) -> AsyncIterator[Demo]:
        ctx = context_of("--demo", *words)
        demo_board(ctx)
        app = MonitorApp(BoardBackend(ctx, DisplayOptions(demo=True, **{"refresh_s": 0.5, **display}), watched))
        async with app.run_test(size=size) as pilot:
            opened = Demo(app, pilot, ctx)
            await until(pilot, lambda: app.live.snapshot.board.model is not None)
            yield opened
        assert not [pid for pid in opened.pids if alive(pid)], "a model was left running"

    return open_monitor

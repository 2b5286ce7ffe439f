"""The first page on a machine that is no board."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from npumon.cli.context import CommandContext
from npumon.cli.monitor_backend import BoardBackend
from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.monitor.live import Live, Snapshot
from npumon.tui.app import MonitorApp
from npumon.tui.backend import DisplayOptions
from npumon.tui.paint import Area
from npumon.tui.panes.off_board import WAYS, OffBoardPane
from npumon.tui.screens.install import FROM_HERE
from tests.tui.moments import MISSING, texts
from tests.tui.stage import application, live, picture, report, until

PC = Live(Snapshot("2026-11-27T00:00:00+00:00", BoardState(kernel="6.1"), MISSING))
LOOK = DisplayOptions(refresh_s=3600, off_board=True)
README = Path(__file__).parents[3] / "README.md"


@pytest.mark.parametrize("area", [Area(78, 20), Area(118, 36), Area(198, 56), Area(58, 11), Area(38, 6)])
def test_every_way_fits(area: Area) -> None:
    lines = texts(OffBoardPane().draw(PC, area))
    assert len(lines) <= area.height
    assert max(map(len, lines)) <= area.width
    for way in WAYS:
        assert any(f" {way.key} " in line and way.name in line for line in lines)


async def test_it_takes_the_place_of_the_figures_until_something_runs() -> None:
    app = application(PC, LOOK)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "This machine is no board" in "\n".join(picture(app)))
        shown = "\n".join(picture(app))
        assert "insmod" not in shown
        assert "No run yet" not in shown
        app._publish(PC._replace(snapshot=PC.snapshot._replace(run=report(b"Create Neural Network: 1ms or 5us\n"))))
        await until(pilot, lambda: "This machine is no board" not in "\n".join(picture(app)))
        shown = "\n".join(picture(app))
        assert "insmod" not in shown


async def test_a_run_without_a_result_is_not_called_none() -> None:
    app = application(PC._replace(snapshot=PC.snapshot._replace(run=report(b"", outcome="empty"))), LOOK)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "The run completed no iteration." in "\n".join(picture(app)))
        assert "No run yet" not in "\n".join(picture(app))


async def test_a_board_has_its_figures_from_the_start() -> None:
    app = application(live())
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "No run yet" in "\n".join(picture(app)))
        await pilot.press("D", "f", "i")
        await pilot.pause()
        assert app.next_words is None
        assert len(app.screen_stack) == 1


async def test_a_board_that_appears_takes_the_page() -> None:
    app = application(PC, LOOK)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "This machine is no board" in "\n".join(picture(app)))
        app._publish(PC._replace(snapshot=PC.snapshot._replace(driver=DriverState(name="galcore"))))
        await until(pilot, lambda: "No run yet" in "\n".join(picture(app)))


async def test_the_demo_board_is_a_key_away() -> None:
    app = application(PC, LOOK)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "D demo" in "\n".join(picture(app)))
        await pilot.press("D")
        await until(pilot, lambda: app.next_words is not None)
    assert app.next_words == ("--demo",)
    assert app.return_value == 0


async def test_and_a_click() -> None:
    app = application(PC, LOOK)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "install npumon" in "\n".join(picture(app)))
        row = next(y for y, line in enumerate(picture(app)) if "install npumon" in line)
        await pilot.click(offset=(10, row))
        await until(pilot, lambda: "Install npumon on a board" in "\n".join(picture(app)))
        await pilot.press("escape")
        await pilot.click(offset=(10, row + 4))
        await pilot.pause()
        assert len(app.screen_stack) == 1


async def test_how_to_install_it_is_what_readme_says() -> None:
    app = application(PC, LOOK)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "i install" in "\n".join(picture(app)))
        await pilot.press("i")
        await until(pilot, lambda: all(command in "\n".join(picture(app)) for command in FROM_HERE))
    for command in FROM_HERE:
        assert f"    {command}" in README.read_text()


async def test_nothing_is_left_in_the_middle_of_a_run(
    context_of: Callable[..., CommandContext], tmp_path: Path
) -> None:
    (tmp_path / "root").mkdir()
    ctx = context_of("--root", str(tmp_path / "root"))
    backend = BoardBackend(ctx, DisplayOptions(refresh_s=3600), program=("sleep", "1000"))
    app = MonitorApp(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.controller.busy)
        action: Any
        for action in ("demo_board", "open_log"):
            await app.run_action(action)
        await pilot.pause()
        assert app.next_words is None
        assert "x stops it" in "\n".join(picture(app))

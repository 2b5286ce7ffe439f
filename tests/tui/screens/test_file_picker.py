"""Choosing a log on a machine that is no board: by the list, by a typed path, by mouse."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from npumon.cli.context import CommandContext
from npumon.cli.monitor_backend import BoardBackend
from npumon.core.monitor.folder_view import FileChoice
from npumon.tui.app import MonitorApp
from npumon.tui.backend import DisplayOptions
from npumon.tui.screens.file_picker import FilePicker, FilesTable
from tests.tui.stage import SEED, picture, until

HOSTILE = "\x1b[2J[bold]\n.log"


class Picking:
    """The monitor off a board, with the dialog on a folder of logs."""

    def __init__(self, app: MonitorApp, pilot: Any, folder: Path) -> None:
        self.app = app
        self.pilot = pilot
        self.folder = folder

    @property
    def table(self) -> FilesTable:
        assert isinstance(self.app.screen, FilePicker)
        return self.app.screen.table

    @property
    def current(self) -> FileChoice:
        row = self.table.current
        assert row is not None
        return row.choice

    @property
    def shown(self) -> str:
        return "\n".join(picture(self.app))

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until_shown(self, words: str) -> None:
        await until(self.pilot, lambda: words in self.shown)

    async def until_chosen(self, path: Path) -> None:
        await until(self.pilot, lambda: self.app.next_words is not None)
        assert self.app.next_words == ("watch", "--", str(path))


@pytest.fixture
def picking(context_of: Callable[..., CommandContext], tmp_path: Path) -> Any:
    """Opens the dialog in a folder with three logs, another file and two folders."""

    @asynccontextmanager
    async def begin(size: tuple[int, int] = (80, 24)) -> AsyncIterator[Picking]:
        here = tmp_path / "here"
        for age, name in enumerate(("newest.log", HOSTILE, "old.txt")):
            (here / name).write_bytes(SEED.read_bytes())
            os.utime(here / name, (1_700_000_000 - age, 1_700_000_000 - age))
        (here / "notes").write_text("no log")
        for name in ("deep", "empty"):
            (here / name).mkdir()
        (here / "deep" / "inner.log").write_bytes(SEED.read_bytes())
        (tmp_path / "root").mkdir()
        ctx = context_of("--root", str(tmp_path / "root"))
        app = MonitorApp(BoardBackend(ctx, DisplayOptions(refresh_s=3600, off_board=True)))
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: "open a log" in "\n".join(picture(app)) and app.live.snapshot.taken_at)
            await pilot.press("f")
            opened = Picking(app, pilot, here)
            await opened.until_shown("newest.log")
            yield opened

    return begin


async def test_the_newest_log_is_first_and_enter_opens_it(picking: Any) -> None:
    async with picking() as monitor:
        lines = [line for line in picture(monitor.app) if "2023-11-1" in line or "/  " in line]
        assert ["newest.log" in lines[0], "\\x1b[2J[bold]\\x0a.log" in lines[1], "old.txt" in lines[2]] == [True] * 3
        assert "1 other file is not shown" in monitor.shown
        await monitor.press("j", "j", "k", "enter")
        await monitor.until_chosen(monitor.folder / HOSTILE)


async def test_into_a_folder_and_up_again(picking: Any) -> None:
    async with picking() as monitor:
        await monitor.press("j", "j", "j")
        entered = monitor.current
        await monitor.press("l")
        await monitor.until_shown(f"/{entered.name}/ ")
        await monitor.press("h")
        await monitor.until_shown("newest.log")
        assert monitor.current == entered, "the cursor is where it was"
        await monitor.press("backspace")
        await monitor.until_shown("here/")
        assert monitor.current.path == str(monitor.folder)


async def test_a_path_is_completed_and_opened(picking: Any) -> None:
    async with picking() as monitor:
        await monitor.press("slash", *"dee", "tab")
        await monitor.until_shown("here/deep/ ")
        await monitor.press(*"in", "tab")
        await monitor.until_shown("here/deep/inner.log")
        await monitor.press("enter")
        await monitor.until_chosen(monitor.folder / "deep" / "inner.log")


async def test_what_fits_is_named(picking: Any) -> None:
    async with picking() as monitor:
        await monitor.press("tab", "x", "tab")
        await monitor.until_shown("Nothing fits.")
        await monitor.press("backspace", "tab", "e", "tab")
        await monitor.until_shown("here/empty/")


async def test_a_folder_can_be_typed(picking: Any) -> None:
    async with picking() as monitor:
        await monitor.press("slash", *"deep", "enter")
        await monitor.until_shown("inner.log")
        await monitor.press("enter")
        await monitor.until_chosen(monitor.folder / "deep" / "inner.log")


@pytest.mark.parametrize(
    ("typed", "said"), [("missing", "No such file or directory."), ("notes/x", "Not a directory.")]
)
async def test_what_cannot_be_opened(picking: Any, typed: str, said: str) -> None:
    async with picking() as monitor:
        await monitor.press("slash", *("slash" if letter == "/" else letter for letter in typed))
        await monitor.press("enter")
        await monitor.until_shown(said)
        assert monitor.app.next_words is None
        await monitor.press("escape", "escape")
        await until(monitor.pilot, lambda: not isinstance(monitor.app.screen, FilePicker))
        assert monitor.app.next_words is None


async def test_a_folder_that_cannot_be_read_does_not_take_the_place_of_another(picking: Any) -> None:
    async with picking() as monitor:
        (monitor.folder / "deep" / "inner.log").unlink()
        (monitor.folder / "deep").rmdir()
        await monitor.press("end")
        while monitor.current.name != "deep":
            await monitor.press("k")
        await monitor.press("enter")
        await monitor.until_shown("No such file or directory.")
        assert "newest.log" in monitor.shown


async def test_by_mouse(picking: Any) -> None:
    async with picking() as monitor:
        await monitor.pilot.click(FilesTable, offset=(20, 3))
        await until(monitor.pilot, lambda: monitor.current.name == "old.txt")
        await monitor.pilot.click(FilesTable, offset=(20, 3), times=2)
        await monitor.until_chosen(monitor.folder / "old.txt")


async def test_an_empty_folder(picking: Any) -> None:
    async with picking(size=(40, 12)) as monitor:
        await monitor.press("slash", *"empty", "enter")
        await until(monitor.pilot, lambda: not monitor.table.rows)
        await monitor.press("enter", "l", "escape")
        await until(monitor.pilot, lambda: not isinstance(monitor.app.screen, FilePicker))

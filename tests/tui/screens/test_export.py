"""The export dialog: which run, in which format."""

from __future__ import annotations

import pytest

from npumon.core.monitor.selection import Selection
from npumon.tui.app import MonitorApp
from npumon.tui.screens.export import ExportDialog
from tests.tui.stage import SEED, StaticBackend, application, live, picture, report, until

OLDER, NEWER = report(SEED.read_bytes(), model="[bold]older"), report(SEED.read_bytes(), model="newer")


def exporting() -> tuple[MonitorApp, StaticBackend]:
    app = application(live(NEWER, runs=(OLDER, NEWER), previous=OLDER))
    assert isinstance(app.backend, StaticBackend)
    return app, app.backend


def text(app: MonitorApp) -> str:
    return "\n".join(picture(app))


@pytest.mark.parametrize(
    ("key", "written"), [("j", NEWER), ("enter", NEWER), ("c", ("csv", NEWER)), ("m", ("markdown", NEWER))]
)
async def test_a_letter_writes_the_run(key: str, written: object) -> None:
    app, backend = exporting()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e")
        await until(pilot, lambda: "newer" in text(app))
        await pilot.press("tab", key)
        await until(pilot, lambda: backend.written == [written])
        await until(pilot, lambda: "Written to /tmp/run" in picture(app)[23])


async def test_the_selected_run_is_written() -> None:
    app, backend = exporting()
    async with app.run_test(size=(80, 24)) as pilot:
        app.select(Selection(run=1))
        await pilot.press("e")
        await until(pilot, lambda: "[bold]older, run 1 of 2" in text(app))
        await pilot.press("enter")
        await until(pilot, lambda: backend.written == [OLDER])


@pytest.mark.parametrize(("key", "png"), [("v", False), ("p", True)])
async def test_a_picture_shows_the_page_and_not_the_dialog(key: str, png: bool) -> None:
    app, backend = exporting()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ExportDialog))
        await pilot.press(key)
        await until(pilot, lambda: backend.written)
        ((svg, model, pixels),) = backend.written
        assert (model, pixels) == ("newer", png)
        assert "Markdown" not in svg
        assert "goldfish" in svg


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_nothing_is_written(key: str) -> None:
    app, backend = exporting()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ExportDialog))
        await pilot.press(key)
        await until(pilot, lambda: not app.screen.is_modal)
        assert backend.written == []


async def test_what_pixels_would_need_is_said() -> None:
    app, backend = exporting()
    backend.without_png = "PNG needs [bold]."
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e")
        await until(pilot, lambda: text(app).count("PNG needs [bold].") == 1)
        await pilot.press("p")
        await until(pilot, lambda: text(app).count("PNG needs [bold].") == 2)
        assert backend.written == []


@pytest.mark.parametrize("button", ["json", "csv", "markdown", "svg", "png"])
async def test_the_mouse_can_choose(button: str) -> None:
    app, backend = exporting()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ExportDialog))
        assert await pilot.click(f"#{button}")
        await until(pilot, lambda: len(backend.written) == 1)

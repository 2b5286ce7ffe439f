"""What the monitor says for a moment: where, and until when, and where it can be read again."""

from __future__ import annotations

import pytest

from npumon.core.problems import Problem
from npumon.tui import notices
from npumon.tui.notices import KEPT
from npumon.tui.screens.notices import NoticesDialog
from tests.tui.stage import application, live, picture, until

PROBLEM = Problem("x", "Something [bold] is wrong.", "Fix it.")
LONG = Problem("x", "Something is wrong " + "indeed " * 20, "That is the last word.")


async def test_it_takes_the_row_of_the_keys_and_the_next_key_takes_it_away() -> None:
    app = application(live())
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "q quit" in picture(app)[23])
        before = picture(app)[:23]
        app.notifier.info("[bold] was done.")
        await until(pilot, lambda: picture(app)[23].rstrip() == " [bold] was done.")
        assert picture(app)[:23] == before, "nothing is covered, nothing moves"
        await pilot.press("j")
        await until(pilot, lambda: "q quit" in picture(app)[23])


async def test_a_click_takes_it_away_too() -> None:
    app = application(live())
    async with app.run_test(size=(80, 24)) as pilot:
        app.notifier.info("It was done.")
        await until(pilot, lambda: "It was done." in picture(app)[23])
        await pilot.click(offset=(5, 5))
        await until(pilot, lambda: "q quit" in picture(app)[23])


async def test_what_was_done_goes_by_itself_and_what_went_wrong_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "INFO_S", 0.01)
    app = application(live())
    async with app.run_test(size=(80, 24)) as pilot:
        app.notifier.info("It was done.")
        await until(pilot, lambda: app.notifier.shown is None)
        app.notifier.info("It was done.")
        app.notifier.error(PROBLEM)
        ticks = iter(range(2))
        await until(pilot, lambda: next(ticks, None) is None)
        assert app.notifier.shown is not None
        assert app.notifier._expiry is None, "an error has no end"
        await until(pilot, lambda: picture(app)[23].startswith(" ! Something [bold] is wrong. Fix it."))


@pytest.mark.parametrize("reading", [0, 3_600])
async def test_a_complaint_stays_while_it_is_read(reading: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "READING_S", reading)
    app = application(live())
    async with app.run_test(size=(80, 24)) as pilot:
        app.notifier.error(PROBLEM)
        app.notifier.info("Something else was done.")
        await until(pilot, lambda: "Something [bold] is wrong. Fix it." in picture(app)[23])
        await pilot.press("j")
        await pilot.pause()
        assert ("is wrong" in picture(app)[23]) == bool(reading)
        assert ("Something else was done." in picture(app)[23]) == (not reading), "it comes after the complaint"


async def test_it_is_replaced_and_seen_on_every_page() -> None:
    app = application(live())
    async with app.run_test(size=(80, 24)) as pilot:
        app.notifier.info("First.")
        app.notifier.info("Second.")
        app.action_page("log")
        await until(pilot, lambda: picture(app)[23].rstrip() == " Second.")


async def test_f2_shows_what_did_not_fit_and_the_last_written_file() -> None:
    app = application(live())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f2")
        await until(pilot, lambda: "No file has been written yet" in picture(app)[23])
        app.notifier.file_written("/tmp/[bold]/a.json", "Written to /tmp/[bold]/a.json")
        app.notifier.error(LONG)
        await until(pilot, lambda: picture(app)[23].endswith(" F2 all of it "))
        assert await pilot.click(offset=(75, 23))
        await until(pilot, lambda: "Last written file" in "\n".join(picture(app)))
        text = " ".join("\n".join(picture(app)).replace("│", " ").split())
        assert "/tmp/[bold]/a.json Last notices ! Something is wrong indeed" in text
        assert "That is the last word." in text
        await pilot.press("f2")
        await until(pilot, lambda: not app.screen.is_modal)
        app.notifier.written = None
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, NoticesDialog))
        assert "Last written file" not in "\n".join(picture(app))
        assert await pilot.click("#close")
        await until(pilot, lambda: not app.screen.is_modal)


async def test_only_the_last_ones_are_kept() -> None:
    app = application(live())
    async with app.run_test():
        for number in range(2 * KEPT):
            app.notifier.info(f"{number}")
        assert [notice.text for notice in app.notifier.said] == [str(2 * KEPT - 1 - n) for n in range(KEPT)]


@pytest.mark.parametrize("width", [40, 60, 80])
async def test_wide_characters_fit(width: int) -> None:
    app = application(live())
    async with app.run_test(size=(width, 24)) as pilot:
        app.notifier.info("模型" * 40)
        await until(pilot, lambda: "F2 all of it" in picture(app)[23])
        assert "模型" in picture(app)[23]

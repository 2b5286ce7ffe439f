"""What the monitor says for a moment: where, and until when."""

from __future__ import annotations

import pytest

from npumon.core.problems import Problem
from npumon.tui import notices
from tests.tui.stage import application, live, picture, until

PROBLEM = Problem("x", "Something [bold] is wrong.", "Fix it.")


async def test_it_stands_below_the_top_line_and_the_next_key_takes_it_away() -> None:
    app = application(live())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.notifier.info("[bold] was done.")
        await until(pilot, lambda: "▌ [bold] was done." in picture(app)[1])
        assert not [line for line in picture(app) if "▌" in line][1:], "one line"
        await pilot.press("j")
        await until(pilot, lambda: "was done" not in picture(app)[1])


@pytest.mark.parametrize("reading", [0, 3_600])
async def test_a_complaint_stays_while_it_is_read(reading: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "READING_S", reading)
    app = application(live())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.notifier.error(PROBLEM)
        app.notifier.info("Something else was done.")
        await until(pilot, lambda: "Something [bold] is wrong." in picture(app)[1] and "Fix it." in picture(app)[2])
        await pilot.press("j")
        await pilot.pause()
        assert ("is wrong" in picture(app)[1]) == bool(reading)

"""The bottom line: what can be pressed now, and that it can be clicked."""

from __future__ import annotations

import pytest

from npumon.core.activity import RUNNING, Activity
from npumon.core.live import Live
from npumon.tui.app import MonitorApp
from npumon.tui.desk import Look
from npumon.tui.keys import KEYS
from npumon.tui.paint import Room, width_of
from npumon.tui.widgets.key_bar import Hint, KeyBar
from tests.tui.stage import SEED, StillDesk, application, live, report

RUN = report(SEED.read_bytes())
HINTS = [Hint(key, "word", f"app.{key}") for key in "abcdef"]


def drawn(hints: list[Hint], width: int, aside: str = "") -> str:
    bar = KeyBar()
    bar.offer(hints, aside)
    (line,) = bar.draw(live(), Room(width, 1))
    assert width_of(line) <= width
    return "".join(part.text for part in line)


def test_help_and_quit_stay() -> None:
    assert drawn(HINTS, 80) == " a word  b word  c word  d word  e word  f word "
    assert drawn(HINTS, 30) == " a word  e word  f word "
    assert drawn(HINTS, 16) == " e word  f word "


def test_what_cannot_be_pressed_is_not_shown() -> None:
    hints = [Hint("a", "x", "app.x"), Hint("b", "y", "app.y", enabled=False), *HINTS[-2:]]
    assert drawn(hints, 80) == " a x  e word  f word "


def test_the_aside_stands_at_the_right_end_where_there_is_room() -> None:
    assert drawn(HINTS[:1], 40, "npumon: cpu 1 %") == " a word" + " " * 18 + "npumon: cpu 1 %"
    assert drawn(HINTS[:1], 22, "npumon: cpu 1 %") == " a word "


def bar(app: MonitorApp) -> str:
    return app.screen._compositor.render_strips()[app.size.height - 1].text


@pytest.mark.parametrize(
    ("shown", "there", "missing"),
    [
        (live(), ["r run", "g driver", "s picture", "? help", "q quit"], ["x stop", "m mark", "c compare", "R repeat"]),
        (live(RUN, runs=(RUN,)), ["r run", "m mark"], ["x stop", "c compare"]),
        (live(RUN, activity=Activity(RUNNING)), ["x stop"], ["r run", "R repeat", "g driver"]),
    ],
)
async def test_what_can_be_pressed_now(shown: Live, there: list[str], missing: list[str]) -> None:
    app = application(shown)
    async with app.run_test(size=(160, 24)) as pilot:
        await pilot.pause()
        text = bar(app)
        assert [word for word in there if word not in text] == []
        assert [word for word in missing if word in text] == []


async def test_watching_runs_nothing() -> None:
    desk = StillDesk(live(RUN, activity=Activity(RUNNING, source="a.log")))
    desk.watched = "a.log"
    app = MonitorApp(desk)
    async with app.run_test(size=(160, 24)) as pilot:
        await pilot.pause()
        assert not [word for word in ("r run", "x stop", "R repeat") if word in bar(app)]


async def test_a_click_presses_the_key() -> None:
    app = application(live(RUN, runs=(RUN,)))
    async with app.run_test(size=(160, 24)) as pilot:
        await pilot.pause()
        assert await pilot.click(KeyBar, offset=(bar(app).index("m mark"), 0))
        await pilot.pause()
        assert app.marked == RUN
        assert await pilot.click(KeyBar, offset=(bar(app).index("compare") + 6, 0))
        await pilot.pause()
        assert app.current_mode == "runs", "the word is part of it"
        assert await pilot.click(KeyBar, offset=(bar(app).index("? help"), 0))
        await pilot.pause()
        assert app.screen.is_modal
        await pilot.press("escape")
        assert await pilot.click(KeyBar, offset=(159, 0)), "nothing is there"
        await pilot.pause()
        assert app.current_mode == "runs"


async def test_every_key_of_every_bar_can_be_clicked() -> None:
    """Each has an action that the page or the application knows."""
    app = application(live(RUN, runs=(RUN,)))
    async with app.run_test(size=(250, 40)) as pilot:
        for mode in app.MODES:
            app.action_page(mode)
            await pilot.pause()
            hints = app.hints(app.screen, app.live)  # type: ignore[arg-type]
            assert hints[-1].key == "q"
            for hint in hints:
                namespace, _, name = hint.action.partition("(")[0].rpartition(".")
                target = app if namespace == "app" else app.screen
                assert hasattr(target, f"action_{name}"), (mode, hint)


async def test_ascii_has_only_ascii() -> None:
    app = application(live(RUN, runs=(RUN,)), Look(refresh_s=3600, ascii=True))
    async with app.run_test(size=(160, 24)) as pilot:
        await pilot.pause()
        assert bar(app).isascii()


def test_words_are_those_of_the_table() -> None:
    """A key has one name, wherever it is shown."""
    app = application(live(RUN, runs=(RUN,)))
    assert app.desk.look.refresh_s == 3600
    words = {key.shown: key.word for key in KEYS}
    assert {words[key] for key in "rRxgmcsq?"} == {
        "run", "repeat", "stop", "driver", "mark", "compare", "picture", "quit", "help",
    }  # fmt: skip

"""The bottom line: what can be pressed now, and that it can be clicked."""

from __future__ import annotations

import pytest
from textual.command import CommandPalette

from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import Live
from npumon.tui.app import MonitorApp
from npumon.tui.backend import DisplayOptions
from npumon.tui.key_state import KeyState
from npumon.tui.keys import KEYS, PAGE_NAMES, Hint
from npumon.tui.paint import Area, width_of
from npumon.tui.widgets.key_bar import KeyBar, hints_in
from tests.tui.stage import SEED, StaticBackend, application, live, picture, report, until

RUN = report(SEED.read_bytes())
HINTS = [Hint(key, "word", f"app.{key}") for key in "abcdef"]


def drawn(hints: list[Hint], width: int, aside: str = "") -> str:
    bar = KeyBar()
    bar.offer(hints, aside)
    (line,) = bar.draw(live(), Area(width, 1))
    assert width_of(line) <= width
    return "".join(part.text for part in line)


def test_the_last_three_stay() -> None:
    assert drawn(HINTS, 80) == " a word  b word  c word  d word  e word  f word "
    assert drawn(HINTS, 40) == " a word  b word  d word  e word  f word "
    assert drawn(HINTS, 24) == " d word  e word  f word "


def test_what_cannot_be_pressed_is_not_shown() -> None:
    hints = [Hint("a", "x", "app.x"), Hint("b", "y", "app.y", enabled=False), *HINTS[-3:]]
    assert drawn(hints, 80) == " a x  d word  e word  f word "


def test_pages_stay_together_with_their_names_where_there_is_room() -> None:
    pages = [Hint(str(n), "page", f"app.page('{n}')", page=True, here=n == 2) for n in (1, 2, 3)]
    hints = [HINTS[0], *pages, HINTS[1], *HINTS[-3:]]
    assert drawn(hints, 120) == " a word  1 page  2 page  3 page  b word  d word  e word  f word "
    assert drawn(hints, 60) == " a word  1 2 page 3  b word  d word  e word  f word "
    assert drawn(hints, 44) == " a word  1 2 page 3  d word  e word  f word "
    assert drawn(hints, 43) == " a word  d word  e word  f word "


@pytest.mark.parametrize("width", range(40, 251, 10))
@pytest.mark.parametrize("page", PAGE_NAMES)
def test_the_keys_that_lead_to_all_others_are_always_there(page: str, width: int) -> None:
    of_page = [Hint("Enter", "run it", "run"), Hint("/", "filter", "filter"), Hint("F5", "refresh", "refresh")]
    hints = hints_in(KeyState(page, repeatable=True, marked=True), of_page, live(RUN, runs=(RUN,)))
    text = drawn([*hints], width)
    assert text.startswith(" r run ")
    assert text.endswith(" : more  ? help  q quit ")
    if width >= 120:
        assert " 1 live  2 layers  3 runs  4 models  5 log " in text
    if width >= 250:
        assert [hint for hint in hints if hint.enabled and f" {hint.key} {hint.word} " not in text] == []


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
        (live(RUN, activity=Activity("running")), ["x stop"], ["r run", "R repeat", "g driver"]),
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
    backend = StaticBackend(live(RUN, activity=Activity("running", source="a.log")))
    backend.watched = "a.log"
    app = MonitorApp(backend)
    async with app.run_test(size=(160, 24)) as pilot:
        await pilot.pause()
        assert not [
            word for word in ("r run", "x stop", "R repeat", "g driver", "4 models", "+ faster") if word in bar(app)
        ]
        assert "3 runs" in bar(app)


async def test_a_click_presses_the_key() -> None:
    app = application(live(RUN, runs=(RUN,)))
    async with app.run_test(size=(160, 24)) as pilot:
        await pilot.pause()
        assert await pilot.click(KeyBar, offset=(bar(app).index("m mark"), 0))
        await pilot.pause()
        assert app.marked == RUN
        assert await pilot.click(KeyBar, offset=(1, 0)), "the notice that it is marked"
        await until(pilot, lambda: "compare" in bar(app) and "Marked" not in bar(app))
        assert app.current_mode == "live", "no key behind the notice was pressed"
        assert await pilot.click(KeyBar, offset=(bar(app).index("compare") + 6, 0))
        await pilot.pause()
        assert app.current_mode == "runs", "the word is part of it"
        assert await pilot.click(KeyBar, offset=(bar(app).index("2 layers"), 0))
        await pilot.pause()
        assert app.current_mode == "layers"
        assert await pilot.click(KeyBar, offset=(bar(app).index(": more"), 0))
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press("escape")
        app.action_page("runs")
        await pilot.pause()
        assert await pilot.click(KeyBar, offset=(bar(app).index("? help"), 0))
        await pilot.pause()
        assert app.screen.is_modal
        await pilot.press("escape")
        assert await pilot.click(KeyBar, offset=(159, 0)), "nothing is there"
        await pilot.pause()
        assert app.current_mode == "runs"


async def test_the_page_to_be_seen_is_marked() -> None:
    app = application(live(RUN))
    async with app.run_test(size=(80, 24)) as pilot:
        for name in PAGE_NAMES:
            app.action_page(name)
            await until(pilot, lambda name=name: f"{PAGE_NAMES.index(name) + 1} {name}" in picture(app)[23])  # type: ignore[misc]
            (segment,) = [part for part in app.screen._compositor.render_strips()[23] if part.text.endswith(name)]
            assert segment.style is not None
            assert segment.style.reverse


async def test_every_key_of_every_bar_can_be_clicked() -> None:
    """Each has an action that the page or the application knows."""
    app = application(live(RUN, runs=(RUN,)))
    async with app.run_test(size=(250, 40)) as pilot:
        for mode in PAGE_NAMES:
            app.action_page(mode)
            await pilot.pause()
            hints = app.screen.query_one(KeyBar)._hints
            assert hints[-1].key == "q"
            for hint in hints:
                namespace, _, name = hint.action.partition("(")[0].rpartition(".")
                target = app if namespace == "app" else app.screen
                assert hasattr(target, f"action_{name}"), (mode, hint)


async def test_ascii_has_only_ascii() -> None:
    app = application(live(RUN, runs=(RUN,)), DisplayOptions(refresh_s=3600, ascii=True))
    async with app.run_test(size=(160, 24)) as pilot:
        await pilot.pause()
        assert bar(app).isascii()


def test_words_are_those_of_the_table() -> None:
    """A key has one name, wherever it is shown."""
    app = application(live(RUN, runs=(RUN,)))
    assert app.backend.display.refresh_s == 3600
    words = {key.shown: key.word for key in KEYS}
    assert {words[key] for key in "rRxgmcsq?"} == {
        "run", "repeat", "stop", "driver", "mark", "compare", "picture", "quit", "help",
    }  # fmt: skip

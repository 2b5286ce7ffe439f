"""The Log page: its keys, and the search from the line below it."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from npumon.core.log.scrollback import Scrollback
from npumon.core.monitor.live import Live
from npumon.tui.app import MonitorApp
from npumon.tui.keys import PAGE_KEYS
from npumon.tui.screens.log import LogPage
from npumon.tui.widgets import log_rows
from tests.tui.stage import SEED, StaticBackend, application, live, picture
from tests.tui.stage import until_at_rest as until


def shown_text(text: bytes) -> Live:
    book = Scrollback()
    book.feed(text)
    return live(log=book.page)


async def opened(pilot: Pilot[int]) -> LogPage:
    """The page, when it shows what the stage has."""
    app = pilot.app
    assert isinstance(app, MonitorApp)
    assert isinstance(app.backend, StaticBackend)
    shown = app.backend.shown
    await until(pilot, lambda: app.live is shown)
    app.action_page("log")
    await until(pilot, lambda: isinstance(app.screen, LogPage) and app.screen.is_mounted)
    assert isinstance(app.screen, LogPage)
    page = app.screen
    await until(pilot, lambda: page.log_view._live is shown)
    return page


def told(page: LogPage) -> str:
    return str(page.filter_line._found.content)


def looks(page: LogPage, word: str) -> list[bool]:
    """For each row with this word, whether it is drawn in reverse."""
    view = page.log_view
    segments = [segment for y in range(view.size.height - 1) for segment in view.render_line(y)]
    return [bool(segment.style and segment.style.reverse) for segment in segments if segment.text == word]


async def test_words_are_searched_for_and_marked() -> None:
    text = b"".join(b"line %d%s\n" % (n, b" Needle" if n in (50, 150, 155) else b"") for n in range(1, 301))
    async with application(shown_text(text)).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("slash", *"needle")
        await until(pilot, lambda: told(page) == "line 50")
        assert looks(page, "Needle") == [True]
        assert "  50 ▸line 50 Needle" in "\n".join(picture(page.host.app))
        await pilot.press("enter", "n")
        await until(pilot, lambda: told(page) == "line 150")
        assert looks(page, "Needle") == [True, True]
        await pilot.press("n")
        await until(pilot, lambda: told(page) == "line 155")
        await pilot.press("n")
        await until(pilot, lambda: told(page) == "line 50")
        await pilot.press("N")
        await until(pilot, lambda: told(page) == "line 155")
        await pilot.press("escape")
        await until(pilot, lambda: not page.filter_line.is_open)
        assert looks(page, "Needle") == []
        assert "▸" not in "\n".join(picture(page.host.app)[1:])
        assert not page.log_view.following
        await pilot.press("n")
        await pilot.pause()
        assert not page.log_view.following


async def test_capitals_matter_where_there_are_some() -> None:
    async with application(shown_text(b"needle\nNeedle\n")).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("slash", *"Nee")
        await until(pilot, lambda: told(page) == "line 2")
        await pilot.press("x")
        await until(pilot, lambda: told(page) == "not found")
        assert page.log_view.found is None
        await pilot.press("enter", "n")
        await until(pilot, lambda: told(page) == "not found")


async def test_a_match_far_to_the_right_comes_into_view() -> None:
    text = b"x" * 3_000 + b"needle\n" + b"short needle\n"
    async with application(shown_text(text)).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("slash", *"needle", "enter")
        await until(pilot, lambda: told(page) == "line 1")
        assert "xneedle" in picture(page.host.app)[1]
        await pilot.press("n")
        await until(pilot, lambda: told(page) == "line 2")
        assert "short needle" in picture(page.host.app)[2]
        await pilot.press("w", "n")
        await until(pilot, lambda: told(page) == "line 1")
        assert any("xneedle" in row for row in picture(page.host.app))


async def test_a_search_goes_on_between_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_rows, "SLICE_BYTES", 100)
    text = b"".join(b"line %d\n" % n for n in range(1, 501)) + b"needle\n"
    async with application(shown_text(text)).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("home", "slash", *"needle")
        await until(pilot, lambda: told(page) == "line 501")
        page.log_view.search("line")
        page.log_view.search("no such words")
        await until(pilot, lambda: told(page) == "not found")
        page.log_view.search("no such words")
        page.log_view.search("")
        await until(pilot, lambda: told(page) == "")
        page.log_view.search_on(1)
        await until(pilot, lambda: told(page) == "nothing is searched for")


async def test_what_was_found_may_be_dropped_meanwhile() -> None:
    book = Scrollback(kept=10)
    book.feed(b"needle\n" * 10)
    async with application(live(log=book.page)).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        view = page.log_view
        view.search("needle")
        await until(pilot, lambda: view.found == 1)
        book.feed(b"needle\n" * 100)
        page.show(live(log=book.page))
        await until(pilot, lambda: view._page.ever == 110)
        view._reveal(1)
        view.search_on(1)
        await until(pilot, lambda: view.found is not None and view.found > 100)


async def test_typing_into_the_search_moves_nothing() -> None:
    async with application(shown_text(b"line\n" * 100)).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("slash", *"kkGw")
        await pilot.pause()
        assert page.filter_line.text == "kkGw"
        assert page.log_view.following
        assert not page.log_view.wrap


async def test_the_key_bar_offers_what_helps() -> None:
    async with application(shown_text(b"line\n" * 100)).run_test(size=(120, 24)) as pilot:
        page = await opened(pilot)
        keys = picture(page.host.app)[-1]
        assert keys.startswith(" r run  / search  w wrap ")
        await pilot.press("k")
        await pilot.pause()
        assert " G end " in picture(page.host.app)[-1]
        await pilot.click("KeyBar", offset=(picture(page.host.app)[-1].index("G end"), 0))
        await until(pilot, lambda: page.log_view.following)
        await pilot.press("slash")
        await pilot.pause()
        assert " n next  Esc clear " in picture(page.host.app)[-1]
        await pilot.press("escape")
        await pilot.pause()
        assert "Esc" not in picture(page.host.app)[-1]


def test_every_key_of_the_page_has_its_action() -> None:
    for key in PAGE_KEYS["log"]:
        assert key.scope == "log"
        assert callable(getattr(LogPage, f"action_{key.action.partition('(')[0]}"))


async def test_the_real_run_is_shown() -> None:
    text = SEED.read_bytes()
    async with application(shown_text(text)).run_test(size=(250, 60)) as pilot:
        page = await opened(pilot)
        rows = [row.rstrip() for row in picture(page.host.app)[1:]]
        lines = text.decode().splitlines()
        assert rows[: len(lines)] == [f"{number:>4}  {line}".rstrip() for number, line in enumerate(lines, 1)]

"""The Log page: its keys, and the search from the line below it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from textual.pilot import Pilot

from npumon.core.log.scrollback import Scrollback
from npumon.core.monitor.live import Live
from npumon.engine import log_search, whole_log
from npumon.tui.app import MonitorApp
from npumon.tui.page_keys import PAGE_KEYS
from npumon.tui.screens.log import LogPage
from tests.tui.stage import SEED, StaticBackend, application, live, picture, report
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
        await until(pilot, lambda: told(page) == "line 50, 1 of 3 matches")
        assert looks(page, "Needle") == [True]
        assert "  50 ▸line 50 Needle" in "\n".join(picture(page.host.app))
        await pilot.press("enter", "n")
        await until(pilot, lambda: told(page) == "line 150, 2 of 3 matches")
        assert looks(page, "Needle") == [True, True]
        await pilot.press("n")
        await until(pilot, lambda: told(page) == "line 155, 3 of 3 matches")
        await pilot.press("n")
        await until(pilot, lambda: told(page) == "line 50, 1 of 3 matches")
        await pilot.press("N")
        await until(pilot, lambda: told(page) == "line 155, 3 of 3 matches")
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
        await until(pilot, lambda: told(page) == "line 2, 1 of 1 match")
        await pilot.press("x")
        await until(pilot, lambda: told(page) == "not found in 2 lines")
        assert page.log_view.found is None
        await pilot.press("enter", "n")
        await until(pilot, lambda: told(page) == "not found in 2 lines")


async def test_a_match_far_to_the_right_comes_into_view() -> None:
    text = b"x" * 3_000 + b"needle\n" + b"short needle\n"
    async with application(shown_text(text)).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("slash", *"needle", "enter")
        await until(pilot, lambda: told(page) == "line 1, 1 of 2 matches")
        assert "xneedle" in picture(page.host.app)[1]
        await pilot.press("n")
        await until(pilot, lambda: told(page) == "line 2, 2 of 2 matches")
        assert "short needle" in picture(page.host.app)[2]
        await pilot.press("w", "n")
        await until(pilot, lambda: told(page) == "line 1, 1 of 2 matches")
        assert any("xneedle" in row for row in picture(page.host.app))


async def test_a_search_goes_on_between_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_search, "SLICE", 1)
    text = b"".join(b"line %d\n" % n for n in range(1, 501)) + b"needle\n"
    async with application(shown_text(text)).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("home", "slash", *"needle")
        await until(pilot, lambda: told(page) == "line 501, 1 of 1 match")
        page.log_view.search("line")
        page.log_view.search("no such words")
        await until(pilot, lambda: told(page) == "not found in 501 lines")
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
        assert keys.startswith(" r run  / search  f error  w wrap ")
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
        assert callable(getattr(LogPage, f"action_{key.action.partition('(')[0]}"))


async def test_the_real_run_is_shown() -> None:
    text = SEED.read_bytes()
    async with application(shown_text(text)).run_test(size=(250, 60)) as pilot:
        page = await opened(pilot)
        rows = [row.rstrip() for row in picture(page.host.app)[1:]]
        lines = text.decode().splitlines()
        assert rows[: len(lines)] == [f"{number:>4}  {line}".rstrip() for number, line in enumerate(lines, 1)]


@pytest.fixture
def long_log(tmp_path: Path) -> Path:
    """A log of which memory has the last thousand lines."""
    path = tmp_path / "run.log"
    lines = (b"line %d%s\n" % (n, b" Needle" if n % 1_000 == 7 else b"") for n in range(1, 30_001))
    path.write_bytes(b"".join(lines))
    return path


def with_file(path: Path, kept: int = 1_000) -> MonitorApp:
    book = Scrollback(kept)
    book.feed(path.read_bytes())
    backend = StaticBackend(live(log=book.page))
    backend.log_file = path
    return MonitorApp(backend)


def row(page: LogPage, number: int) -> str:
    return picture(page.host.app)[number].rstrip(" │┃")


def status(page: LogPage) -> str:
    return picture(page.host.app)[page.log_view.region.bottom - 1].strip()


async def test_all_of_a_long_log_is_seen(long_log: Path) -> None:
    async with with_file(long_log).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        assert status(page) == "following · lines 29 980-30 000 of 30 000"
        await pilot.press("home")
        await until(pilot, lambda: row(page, 1) == "    1  line 1")
        assert status(page) == "looking back, G goes to the end · lines 1-21 of 30 000"
        await pilot.press("pagedown")
        await until(pilot, lambda: row(page, 1) == "   21  line 21")
        await pilot.mouse_down("LogView", offset=(79, 10))
        await pilot.mouse_up("LogView", offset=(79, 10))
        await until(pilot, lambda: row(page, 1) == "14286  line 14286")
        await pilot.press("G")
        await until(pilot, lambda: page.log_view.following)
        await pilot.press("pageup")
        assert row(page, 1) == "29960  line 29960"


async def test_scrolling_goes_on_where_memory_ends(long_log: Path) -> None:
    async with with_file(long_log, 30).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("pageup")
        await until(pilot, lambda: page.log_view._lines.first == 1)
        for _ in range(4):
            await pilot.press("pageup")
        await until(pilot, lambda: row(page, 1) == "29891  line 29891")


async def test_all_of_a_long_log_is_searched(long_log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_search, "SLICE", 1 << 16)
    async with with_file(long_log).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("slash", *"needle", "enter")
        await until(pilot, lambda: told(page) == "line 7, 1 of 30 matches")
        assert looks(page, "Needle") == [True]
        await pilot.press("N")
        await until(pilot, lambda: told(page) == "line 29 007, 30 of 30 matches")
        await pilot.press("N")
        await until(pilot, lambda: told(page) == "line 28 007, 29 of 30 matches")
        assert "28007 ▸line 28007 Needle" in "\n".join(picture(page.host.app))
        await pilot.press("slash", *"nowhere")
        await until(pilot, lambda: told(page) == "not found in 30 000 lines")
        await pilot.press("escape", "slash", "up", "up")
        await until(pilot, lambda: told(page).endswith("of 30 matches"))


async def test_a_search_that_takes_long_says_how_far_it_is(long_log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_search, "SLICE", 1)
    monkeypatch.setattr(whole_log, "SLICE", 1 << 16)
    async with with_file(long_log).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        said: set[str] = set()
        monkeypatch.setattr(page.filter_line, "tell", said.add)
        await pilot.press("slash", *"nowhere")
        await until(pilot, lambda: "not found in 30 000 lines" in said)
        assert any(re.fullmatch(r"searching \d+ %", text) for text in said)


async def test_a_log_that_is_gone_is_said_to_be(long_log: Path) -> None:
    async with with_file(long_log).run_test(size=(100, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("home")
        await until(pilot, lambda: row(page, 1) == "    1  line 1")
        os.unlink(long_log)
        page.log_view.search("line 2")
        await until(pilot, lambda: "the file is gone" in status(page))
        assert row(page, 1) == "    1  line 1"


async def test_without_its_file_a_log_is_what_memory_has(long_log: Path) -> None:
    app = with_file(long_log)
    assert isinstance(app.backend, StaticBackend)
    app.backend.log_file = long_log.with_name("missing.log")
    async with app.run_test(size=(200, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("home")
        await until(pilot, lambda: row(page, 1) == "29001  line 29001")
        assert "only the last 1 000 lines are kept: The log /" in status(page)
        await pilot.press("slash", *"needle")
        await until(pilot, lambda: told(page) == "line 29 007, 1 of 1 match")


async def test_a_truncated_log_is_read_anew(long_log: Path) -> None:
    async with with_file(long_log).run_test(size=(100, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("home")
        await until(pilot, lambda: row(page, 1) == "    1  line 1")
        os.truncate(long_log, 0)
        page.log_view.search("line 7")
        await until(pilot, lambda: "the file was rewritten" in status(page))


@pytest.fixture
def landmarks(tmp_path: Path) -> Path:
    path = tmp_path / "run.log"
    run = b"Create Neural Network: 59ms or 59455us\n" + b"plain\n" * 50
    head = b"layer id: 0 layer name:a operation[0]:unkown operation type target:unkown operation target.\n"
    path.write_bytes(run + head + b"E [vnn:1]bad\n" + run + head + b"Segmentation fault\n")
    return path


async def test_keys_go_to_errors_runs_and_operations(landmarks: Path) -> None:
    async with with_file(landmarks, 10).run_test(size=(100, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("home")
        await until(pilot, lambda: row(page, 1).startswith("   1  Create"))
        for key, said in (
            ("f", "line 53, 1 of 2 errors"),
            ("f", "line 106, 2 of 2 errors"),
            ("f", "no error below"),
            ("F", "line 53, 1 of 2 errors"),
            ("u", "line 54, 2 of 2 runs"),
            ("U", "line 1, 1 of 2 runs"),
            ("U", "no run above"),
            ("p", "line 52, 1 of 2 operations"),
            ("p", "line 105, 2 of 2 operations"),
            ("P", "line 52, 1 of 2 operations"),
        ):
            await pilot.press(key)
            await until(pilot, lambda said=said: said in status(page))  # type: ignore[misc]
        await pilot.press("j")
        await until(pilot, lambda: "operations" not in status(page))


async def test_another_part_of_the_monitor_can_show_a_line(long_log: Path) -> None:
    app = with_file(long_log)
    async with app.run_test(size=(100, 24)) as pilot:
        await opened(pilot)
        app.action_page("live")
        await pilot.pause()
        app.sought_line = 12_345
        app.action_page("log")
        await until(pilot, lambda: "12345 ▸line 12345" in "\n".join(picture(app)))
        assert app.current_mode == "log"
        app.action_page("live")
        app.sought_line = 29_990
        app.action_page("log")
        await until(pilot, lambda: "29990 ▸line 29990" in "\n".join(picture(app)))


async def test_a_line_can_be_shown_before_the_page_was_ever_visited(long_log: Path) -> None:
    app = with_file(long_log)
    assert isinstance(app.backend, StaticBackend)
    shown = app.backend.shown
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot, lambda: app.live is shown)
        app.sought_line = 12_345
        app.action_page("log")
        await until(pilot, lambda: "12345 ▸line 12345" in "\n".join(picture(app)))


@pytest.mark.parametrize("lost", [False, True])
async def test_numbers_are_those_of_what_was_printed_where_the_file_has_lost_lines(tmp_path: Path, lost: bool) -> None:
    path = tmp_path / "run.log"
    printed = [b"line %d\n" % number for number in range(1, 100_001)]
    begin, end = b"".join(printed[:1_000]), b"".join(printed[60_000:])
    with path.open("wb") as file:
        file.write(begin)
        if lost:
            file.truncate((len(begin) // 4096 + 200) * 4096)
            file.seek(0, os.SEEK_END)
            file.write(b"rest of a line\n" + end)
        else:
            file.write(b"".join(printed[1_000:]))
    book = Scrollback(1_000)
    book.feed(b"".join(printed))
    backend = StaticBackend(live(log=book.page))
    backend.log_file = path
    app = MonitorApp(backend)
    async with app.run_test(size=(100, 24)) as pilot:
        page = await opened(pilot)
        view = page.log_view
        await pilot.press("pageup")
        await until(pilot, lambda: view._finder.whole is not None and not view._finder._busy)
        assert view._finder.moved == (58_998 if lost else 0), "the note and the broken line are lines, too"
        assert row(page, 1) == " 99960  line 99960"
        view.go_to_line(70_000)
        await until(pilot, lambda: " 70000 ▸line 70000" in "\n".join(picture(app)))
        view.go_to_line(500)
        await until(pilot, lambda: "   500 ▸line 500" in "\n".join(picture(app)))
        await pilot.press("slash", *"line 61234")
        await until(pilot, lambda: told(page) == "line 61 234, 1 of 1 match")
        view.go_to_line(30_000)
        wanted = "bytes were left out here" if lost else " 30000 ▸line 30000"
        await until(pilot, lambda: wanted in "\n".join(picture(app)))


async def test_an_older_run_shows_all_of_its_own_log(long_log: Path) -> None:
    first, second = report(SEED.read_bytes(), log="first.log"), report(SEED.read_bytes(), log="second.log")
    book = Scrollback()
    book.feed(b"the newest\n" * 50)
    backend = StaticBackend(live(second, log=book.page, runs=(first, second), previous=first))
    backend.log_file = long_log
    app = MonitorApp(backend)
    async with app.run_test(size=(100, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("k")
        assert not page.log_view.following
        await pilot.press("left_curly_bracket")
        await until(pilot, lambda: row(page, 21) == "30000  line 30000")
        assert page.log_view.following
        await pilot.press("home")
        await until(pilot, lambda: row(page, 1) == "    1  line 1")
        await pilot.press("0")
        await until(pilot, lambda: row(page, 21) == "  50  the newest")
        assert " G end " not in picture(app)[-1]


@pytest.fixture
def many_runs(tmp_path: Path) -> Path:
    """A log of 300 runs; the operations of the first one alone have their figures."""
    text = SEED.read_bytes()
    path = tmp_path / "runs.log"
    path.write_bytes(text + text.replace(b"20845 us", b"20846 us") * 300)
    return path


async def test_an_operation_whose_lines_memory_does_not_have_is_found_in_the_file(many_runs: Path) -> None:
    app = with_file(many_runs)
    operation = report(SEED.read_bytes()).state.iterations[-1].operations[0]
    async with app.run_test(size=(120, 24)) as pilot:
        page = await opened(pilot)
        app.action_page("live")
        await pilot.pause()
        app.sought_line = operation
        app.action_page("log")
        await until(pilot, lambda: "line 17, 1 of 1 operation like this" in status(page))
        assert "17 ▸layer id: 0" in "\n".join(picture(app))
        app.action_page("live")
        await pilot.pause()
        app.sought_line = operation._replace(execution_us=5)
        app.action_page("log")
        await until(pilot, lambda: "no operation like this above" in status(page))

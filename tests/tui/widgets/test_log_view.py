"""The view of a raw log: where it stands, what it follows, and how little it does, however long the log."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual import events
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widget import Widget

from npumon.core.log.scrollback import Scrollback, line_text
from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import Live
from npumon.tui.app import MonitorApp
from npumon.tui.backend import DisplayOptions
from npumon.tui.screens.log import LogPage
from npumon.tui.widgets import log_rows, scrolled_log
from npumon.tui.widgets.log_view import LogView
from tests.tui.stage import StaticBackend, application, live, picture, until_at_rest

HOSTILE = [
    b"[bold]no[/] [link=http://x]markup[/link]",
    b"\x1b[31mred\x1b[0m \x1b]52;c;ZXZpbA==\x07 \xc2\x9b31m",
    "e\u0301 \u202eRTL \u05d0\u05d1 \u200b日本語 👩\u200d👩".encode(),
    b"\xff\xfe invalid \xc3",
    b"10 %\r50 %\r100 %\r",
    b"\t tab \x00 nul \x7f",
    ("日" * 3_000).encode(),
    b"x" * 10_000,
]


def numbered(count: int, book: Scrollback | None = None, start: int = 1) -> Scrollback:
    """A log of numbered lines, or so many more."""
    book = book or Scrollback()
    book.feed(b"".join(b"line %d\n" % number for number in range(start, start + count)))
    return book


def showing(book: Scrollback, activity: Activity | None = None) -> Live:
    return live(log=book.page, activity=activity or Activity())


class Stand:
    """The log page of a running application, and what can be seen of it."""

    def __init__(self, pilot: Pilot[int]) -> None:
        self.pilot = pilot
        assert isinstance(pilot.app, MonitorApp)
        self.app = pilot.app

    @property
    def view(self) -> LogView:
        assert isinstance(self.app.screen, LogPage)
        return self.app.screen.log_view

    @property
    def rows(self) -> list[str]:
        """The log's own rows: without header, status, search line and key bar."""
        below = self.app.screen.query_one(LogView).region.bottom - 1
        return [line.rstrip(" │┃") for line in picture(self.app)[1:below]]

    @property
    def status(self) -> str:
        return picture(self.app)[self.view.region.bottom - 1].strip()

    async def open(self) -> Stand:
        """Go to the page and wait until it shows what the stage has."""
        assert isinstance(self.app.backend, StaticBackend)
        shown = self.app.backend.shown
        await self.until(lambda: self.app.live is shown)
        self.app.action_page("log")
        await self.until(lambda: isinstance(self.app.screen, LogPage) and self.app.screen.is_mounted)
        await self.until(lambda: self.view._live is shown)
        return self

    async def show(self, shown: Live) -> None:
        self.app._publish(shown)
        await self.until(lambda: self.view._live is shown)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    def wheel(self, event: type[events.MouseEvent], *, shift: bool = False) -> None:
        """Turn the wheel over the log."""
        self.app.screen._forward_event(event(self.view, 10, 5, 0, 0, 0, shift, False, False))

    async def until(self, condition: Callable[[], object]) -> None:
        await until_at_rest(self.pilot, condition)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """New lines wait for each other only for a moment."""
    monkeypatch.setattr(scrolled_log, "PAUSE_S", 0.001)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (250, 80), (60, 15), (40, 10)])
@pytest.mark.parametrize("ascii_only", [False, True])
async def test_the_end_is_shown_in_every_size(size: tuple[int, int], ascii_only: bool) -> None:
    app = application(showing(numbered(500)), DisplayOptions(refresh_s=3600, ascii=ascii_only))
    async with app.run_test(size=size) as pilot:
        stand = await Stand(pilot).open()
        rows = picture(app)[1 : size[1] - 2]
        assert [row.rstrip(" │┃|#") for row in rows] == [
            f" {number}  line {number}" for number in range(500 - len(rows) + 1, 501)
        ]
        assert stand.status.startswith("following")
        assert "".join(picture(app)).isascii() or not ascii_only


async def test_an_open_line_and_a_short_log_stand_at_the_top() -> None:
    book = numbered(2)
    book.feed(b"50 %")
    async with application(showing(book)).run_test(size=(80, 24)) as pilot:
        stand = await Stand(pilot).open()
        assert stand.rows[:4] == ["   1  line 1", "   2  line 2", "   3  50 %", ""]
        await stand.press("k", "pageup", "home")
        assert stand.status.startswith("following")


@pytest.mark.parametrize(
    ("activity", "words"),
    [
        (Activity(), "No text yet"),
        (Activity(stage="running"), "The program has printed nothing yet."),
        (
            Activity("restarted", source="x", note="x was truncated; read from its beginning."),
            "x was truncated; read from",
        ),
        (Activity(source="/tmp/[bold]x.log"), "Nothing has been written to /tmp/[bold]x.log yet."),
    ],
)
async def test_an_empty_log_says_why(activity: Activity, words: str) -> None:
    async with application(showing(Scrollback(), activity)).run_test(size=(80, 24)) as pilot:
        stand = await Stand(pilot).open()
        assert words in stand.rows[0]
        await stand.press("k", "j", "G", "home", "n", "w", "l", "pagedown")
        assert words in stand.rows[0]


@pytest.mark.usefixtures("quick")
async def test_looking_back_stays_at_its_lines_and_says_what_came() -> None:
    book = numbered(100)
    async with application(showing(book)).run_test(size=(80, 24)) as pilot:
        stand = await Stand(pilot).open()
        await stand.press("k", "k")
        before = stand.rows
        assert before[-1] == "  98  line 98"
        assert stand.status.startswith("looking back, G goes to the end")
        assert " G end" in picture(stand.app)[-1]
        await stand.show(showing(numbered(12, book, 101)))
        assert stand.rows == before
        assert stand.status.startswith("12 new lines below, G goes to the end")
        await stand.press("G")
        assert stand.rows[-1] == " 112  line 112"
        assert stand.status.startswith("following")
        await stand.show(showing(numbered(1, book, 113)))
        assert stand.rows[-1] == " 113  line 113"


@pytest.mark.usefixtures("quick")
async def test_new_lines_that_were_looked_at_are_new_no_more() -> None:
    book = numbered(100)
    async with application(showing(book)).run_test(size=(80, 24)) as pilot:
        stand = await Stand(pilot).open()
        await stand.press("k")
        await stand.show(showing(numbered(5, book, 101)))
        await stand.press("j", "j", "j")
        assert stand.status.startswith("3 new lines below")
        await stand.press("j", "j")
        assert stand.status.startswith("1 new line below")
        await stand.press("j")
        assert stand.status.startswith("following")


@pytest.mark.usefixtures("quick")
async def test_looking_back_follows_what_is_dropped_only_when_it_must() -> None:
    book = numbered(100, Scrollback(kept=100))
    async with application(showing(book)).run_test(size=(80, 24)) as pilot:
        stand = await Stand(pilot).open()
        await stand.press("home", "pagedown")
        assert stand.rows[0] == "  21  line 21"
        await stand.show(showing(numbered(15, book, 101)))
        assert stand.rows[0] == "  21  line 21"
        await stand.show(showing(numbered(15, book, 116)))
        assert stand.rows[0] == "  31  line 31"
        assert "· only the last 10" in stand.status


@pytest.mark.usefixtures("quick")
async def test_another_text_is_followed_again() -> None:
    async with application(showing(numbered(100))).run_test(size=(80, 24)) as pilot:
        stand = await Stand(pilot).open()
        await stand.press("home")
        other = Scrollback()
        other.feed(b"other\n" * 30)
        await stand.show(showing(other))
        assert stand.rows[-1] == "  30  other"
        assert stand.status.startswith("following")


async def test_keys_and_wheel_move() -> None:
    async with application(showing(numbered(100))).run_test(size=(80, 24)) as pilot:
        stand = await Stand(pilot).open()
        tops = []
        for key in ("home", "j", "down", "k", "up", "pagedown", "pageup", "end", "pageup", "G", "up"):
            await stand.press(key)
            tops.append(int(stand.rows[0].split()[0]))
        assert tops == [1, 2, 3, 2, 1, 21, 1, 80, 60, 80, 79]
        stand.wheel(events.MouseScrollUp)
        await pilot.pause()
        assert stand.rows[0] == "  76  line 76"
        stand.wheel(events.MouseScrollDown)
        await pilot.pause()
        assert stand.rows[0] == "  79  line 79"


async def test_the_scroll_bar_can_be_pressed_and_dragged() -> None:
    async with application(showing(numbered(1_000))).run_test(size=(80, 24)) as pilot:
        stand = await Stand(pilot).open()
        await pilot.mouse_down(LogView, offset=(79, 10))
        assert stand.rows[0] == " 477  line 477"
        await pilot.hover(LogView, offset=(79, 0))
        assert stand.rows[0] == "   1  line 1"
        await pilot.hover(LogView, offset=(79, 21))
        assert stand.status.startswith("following")
        await pilot.mouse_up(LogView, offset=(79, 21))
        await pilot.hover(LogView, offset=(79, 5))
        assert stand.status.startswith("following")
        await pilot.click(LogView, offset=(10, 5))
        assert stand.status.startswith("following")


async def test_long_lines_are_scrolled_or_wrapped() -> None:
    book = Scrollback()
    book.feed(b"short\n" + b"".join(b"%-10d" % n for n in range(0, 4_000, 10)) + b"\nend\n")
    async with application(showing(book)).run_test(size=(80, 24)) as pilot:
        stand = await Stand(pilot).open()
        assert stand.rows[1].startswith("   2  0         10        20")
        assert stand.rows[1].endswith("›")
        await stand.press("l", "right")
        assert stand.rows[1].startswith("   2 ‹        80        90 ")
        assert "from column 73" in stand.status
        await stand.press("h", "left", "left")
        assert stand.rows[1].startswith("   2  0 ")
        await stand.press("w")
        assert stand.rows[2].startswith("      ")
        assert "wrapped" in stand.status
        assert stand.rows[-1].endswith("end")
        await stand.press("k", "k")
        assert not stand.rows[-1].endswith("end")
        assert not stand.view.following
        await stand.press("l", "w", "G")
        assert stand.rows[2] == "   3  end"
        for _ in range(200):
            stand.view.slide(1)
        await pilot.pause()
        assert "3990" in stand.rows[1]


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("wrap", [False, True])
async def test_hostile_lines_are_data(ascii_only: bool, wrap: bool) -> None:
    book = Scrollback()
    book.feed(b"\n".join(HOSTILE) + b"\n")
    app = application(showing(book), DisplayOptions(refresh_s=3600, ascii=ascii_only))
    async with app.run_test(size=(80, 24)) as pilot:
        stand = await Stand(pilot).open()
        if wrap:
            await stand.press("w")
        await stand.press("home")
        screen = picture(app)
        text = "\n".join(screen)
        assert "[bold]no[/] [link=http://x]markup[/link]" in text
        assert "\x1b" not in text
        assert "red \\x1b]52;c;ZXZpbA==\\x07" in text
        assert "\\u202eRTL" in text
        assert "\\xff\\xfe invalid \\xc3" in text
        assert "  100 %" in text
        assert "tab \\x00 nul \\x7f" in text
        assert text.isascii() or not ascii_only
        strips = app.screen._compositor.render_strips()
        assert {strip.cell_length for strip in strips} == {80}


async def test_lines_that_pour_in_are_shown_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrolled_log, "PAUSE_S", 3_600)
    book = numbered(100)
    async with application(showing(book)).run_test(size=(80, 24)) as pilot:
        stand = await Stand(pilot).open()
        for start in range(101, 201, 10):
            stand.app._publish(showing(numbered(10, book, start)))
            await pilot.pause()
        assert stand.rows[-1] == " 100  line 100"
        stand.view._rested()
        await pilot.pause()
        assert stand.rows[-1] == " 200  line 200"


@pytest.mark.usefixtures("quick")
async def test_only_what_is_in_view_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    book = numbered(9_000)
    async with application(showing(book)).run_test(size=(80, 24)) as pilot:
        decoded: list[bytes] = []

        def counted(raw: bytes) -> str:
            decoded.append(raw)
            return line_text(raw)

        monkeypatch.setattr(log_rows, "line_text", counted)
        stand = await Stand(pilot).open()
        assert len(decoded) == 21
        await stand.show(showing(numbered(2, book, 9_001)))
        assert len(decoded) == 23
        await stand.press("k")
        assert len(decoded) == 24
        assert len(stand.view._kept) <= 24
        await stand.show(showing(numbered(5_000, book, 9_003)))
        assert len(decoded) == 24


@pytest.mark.usefixtures("quick")
async def test_what_does_not_change_is_not_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    book = numbered(100)
    async with application(showing(book)).run_test(size=(80, 24)) as pilot:
        stand = await Stand(pilot).open()
        await stand.press("home")
        painted: list[Region] = []

        def counted(view: LogView, *regions: Region, **more: bool) -> Widget:
            painted.extend(regions or [view.region])
            return Widget.refresh(view, *regions, **more)

        monkeypatch.setattr(LogView, "refresh", counted)
        stand.app._publish(stand.app.live)
        await pilot.pause()
        assert painted == []
        await stand.show(showing(numbered(10, book, 101)))
        assert {region.y for region in painted} == {stand.view.size.height - 1}


async def test_the_display_says_how_far_it_is_behind() -> None:
    shown = showing(numbered(10), Activity(source="x.log", behind_bytes=3 << 20))
    async with application(shown).run_test(size=(80, 24)) as pilot:
        stand = await Stand(pilot).open()
        assert "3.00 MiB behind" in stand.status


async def test_that_the_text_began_anew_is_said_below_it() -> None:
    restarted = Activity("restarted", source="x.log", note="x.log was truncated; read from its beginning.")
    async with application(showing(numbered(10), restarted)).run_test(size=(80, 24)) as pilot:
        stand = await Stand(pilot).open()
        assert stand.status == "following · lines 1-10 of 10 · x.log was truncated; read from its beginning"


async def test_a_resized_screen_keeps_its_place() -> None:
    async with application(showing(numbered(100))).run_test(size=(80, 24)) as pilot:
        stand = await Stand(pilot).open()
        await stand.press("home", "j")
        for size in ((40, 10), (250, 80), (60, 15), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert stand.rows[0] == "   2  line 2"
        await stand.press("G")
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert stand.rows[-1] == " 100  line 100"

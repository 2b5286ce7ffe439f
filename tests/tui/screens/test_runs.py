"""The Runs page."""

from __future__ import annotations

import re

import pytest

from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import Live
from npumon.core.monitor.run_rows import RunRow
from npumon.core.monitor.run_times import RunGroup
from npumon.core.monitor.selection import NEWEST, Selection
from npumon.core.run.report import RunReport
from npumon.core.run.statistics import Times
from npumon.core.run.trend import NO_TREND
from npumon.tui.app import MonitorApp
from npumon.tui.page_keys import PAGE_KEYS
from npumon.tui.paint import Area
from npumon.tui.screens.runs import RunsPage
from npumon.tui.widgets.run_table import RUN_COLUMNS, FigureTable, RunTable, told_run_columns
from tests.tui.layered import many, page_of, profile, ran, settled, show
from tests.tui.stage import SEED, live, picture, report

SIZES = [(40, 10), (60, 15), (80, 24), (120, 40), (200, 60), (250, 80)]
FAST = report(profile([100, 300]), model="few", started_at="2026-11-22T03:18:00.123+00:00")
SLOW = report(profile([150, 200]), model="few", started_at="2026-11-22T03:19:00.123+00:00")
REAL = report(SEED.read_bytes(), model="inceptionv3", outcome="ok")
#: Its program died before it printed anything.
DEAD = report(b"", model="dead", signal="SIGSEGV")
DEAD = DEAD._replace(info=DEAD.info._replace(outcome="failed", reason="Segmentation fault"))


def page(app: MonitorApp) -> RunsPage:
    assert isinstance(app.screen, RunsPage)
    return app.screen


def selected(app: MonitorApp) -> RunReport | None:
    row = page(app).table.current
    return None if row is None else row.report


def text_of(app: MonitorApp) -> str:
    return "\n".join(line.rstrip() for line in picture(app))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("plain", [True, False])
async def test_every_size_shows_runs_and_how_to_compare(
    size: tuple[int, int], plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page_of("runs", ran(FAST, SLOW, DEAD, REAL, activity=Activity(run=12)), monkeypatch, plain=plain)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        text = text_of(app)
        assert re.search(r"12 inceptionv3 .*21\.6 ms", text)
        assert re.search(r"11 dead .*n/a", text)
        assert "m marks" in text
        if plain:
            assert not set("│╭▸▾█…·─") & set(text)
        if size[0] >= 60:
            assert "crashed (SIGSEGV)" in text
        if size[0] >= 80:
            assert "44.40" in text
        if size[0] >= 120:
            assert all(word in text for word in ("goldfish", "790", "0.4 s", "89.51"))


async def test_the_marked_run_is_compared_with_the_selected_one(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("runs", ran(FAST, SLOW), monkeypatch)
    async with app.run_test(size=(100, 40)) as pilot:
        await settled(pilot)
        await pilot.press("j", "m")
        await pilot.pause()
        assert app.marked is FAST
        text = text_of(app)
        assert "run 2 against the marked run 1" in text  # the marked one is selected, so the newest
        assert re.search(r"\n \* +1 few", text) or re.search(r"▸\* +1 few", text)
        assert re.search(r"execution +400 µs +350 µs +-50 µs +-12\.5 % better", text)
        worse = re.search(r"0\.0 conv0 +100 µs +150 µs +\+50 µs +\+50\.0 % worse", text)
        better = re.search(r"0\.1 conv0 +300 µs +200 µs +-100 µs +-33\.3 % better", text)
        assert worse is not None
        assert better is not None
        assert worse.start() < better.start()
        await pilot.press("m")
        await pilot.pause()
        assert app.marked is None
        assert "m marks" in text_of(app)


@pytest.mark.parametrize(("width", "columns"), [(60, ("this run",)), (80, ("marked", "this run"))])
async def test_compared_rates_keep_the_blank_before_their_unit_where_there_is_room(
    width: int, columns: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier, later = (REAL._replace(info=REAL.info._replace(started_at=f"2026-11-22T03:1{m}:00Z")) for m in (8, 9))
    app = page_of("runs", ran(earlier, later), monkeypatch)
    async with app.run_test(size=(width, 40)) as pilot:
        await settled(pilot)
        await pilot.press("j", "m")
        await settled(pilot)
        text = text_of(app)
        assert all(column in text for column in columns)
        if width >= 80:
            assert re.search(r"DDR rate +2 130 MByte/s +2 130 MByte/s", text)


async def test_only_the_marked_run_is_nothing_to_compare(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("runs", ran(FAST), monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("m")
        await pilot.pause()
        assert "This is the marked run" in text_of(app)


async def test_another_model_and_other_classes_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    other = REAL._replace(labels=("bittern",))
    app = page_of("runs", ran(FAST, other), monkeypatch)
    app.marked = FAST
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        text = text_of(app)
        assert "another model (few)" in text
        assert "top-1 bittern, was goldfish" in text
        assert "2 only in the marked run" in text
        assert "1 only in this run" in text
        assert "better" not in text
        assert "worse" not in text
        assert re.search(r"\d+ different · \d+ the same", text)


async def test_a_single_layer_has_no_order(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("runs", ran(REAL, REAL._replace(number=2)), monkeypatch)
    app.marked = REAL
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert "the same · 1 layer\n" in text_of(app)


async def test_runs_of_a_watched_log_are_known_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = report(SEED.read_bytes(), id=None, model=None, log="/tmp/[b]t.log", duration_s=None)
    app = page_of("runs", ran(seen), monkeypatch)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert re.search(r" 1 \[b\]t\.log +ok ", text_of(app))


async def test_a_mark_on_a_run_that_is_forgotten_still_compares(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("runs", ran(SLOW), monkeypatch)
    app.marked = FAST
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "against the marked a run of before" not in text_of(app)
        assert "run 1 against an older run that is marked" in text_of(app)


async def test_a_cursor_on_the_newest_run_stays_on_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("runs", ran(FAST, SLOW), monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await show(pilot, ran(FAST, SLOW, REAL))
        assert selected(app) is REAL
        await pilot.press("j")
        await show(pilot, ran(FAST, SLOW, REAL, DEAD))
        assert selected(app) is SLOW


async def test_c_goes_to_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("runs", ran(FAST, SLOW, REAL), monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("G", "m", "c")
        await pilot.pause()
        assert "run 3 against the marked run 1" in text_of(app)


async def test_a_key_goes_to_the_figures_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("runs", ran(FAST, SLOW), monkeypatch)
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        await pilot.press("f")
        assert isinstance(app.focused, RunTable)  # nothing to read yet
        await pilot.press("G", "m", "k", "f", "j", "j")
        await pilot.pause()
        assert isinstance(app.focused, FigureTable)
        assert re.search(r"▸\S", text_of(app))
        assert "better" in text_of(app) or "worse" in text_of(app)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.focused, RunTable)
        await pilot.press("f", "f")
        await pilot.pause()
        assert isinstance(app.focused, RunTable)


async def test_sorted_and_narrowed(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("runs", ran(FAST, SLOW, REAL, DEAD), monkeypatch)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("greater_than_sign")
        await pilot.pause()
        assert [row.report.info.model for row in page(app).table.rows] == ["dead", "few", "few", "inceptionv3"]
        await pilot.press("slash", *"few", "enter", "n", "n")
        await pilot.pause()
        assert [row.report.info.model for row in page(app).table.rows] == ["few", "few"]
        assert "2 of 4" in text_of(app)
        await pilot.press("c", "escape")
        await pilot.pause()
        assert len(page(app).table.rows) == 4


@pytest.mark.parametrize("size", SIZES)
async def test_without_runs_it_says_what_to_press(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("runs", live(), monkeypatch)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("m", "c", "j", "f", "escape")
        await pilot.pause()
        assert "r runs one" in " ".join(text_of(app).split())
        await show(pilot, live(runs=(FAST,), activity=Activity("running")))
        assert "few" in text_of(app)


async def test_thousands_of_layers_can_be_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("runs", ran(many(2_000, 1), many(2_000, 2)), monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("G", "m", "k", "f", "G")
        await pilot.pause()
        assert "better" in text_of(app)
        assert len(page(app).figures.rows) > 2_000


async def test_hostile_text_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "[bold]no[/] [link=http://x]"
    hostile = [
        FAST._replace(info=FAST.info._replace(model=name, started_at=when), labels=(name,)) for when in ("soon", None)
    ]
    app = page_of("runs", ran(*hostile), monkeypatch)
    async with app.run_test(size=(200, 60)) as pilot:
        await settled(pilot)
        await pilot.press("j", "m", "k")
        await pilot.pause()
        assert "[bold]no[/] [link=http://x]" in text_of(app)


async def test_resizing_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("runs", ran(FAST, SLOW), monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("G", "m", "k")
        for size in [*SIZES, (10, 3), (80, 24)]:
            await pilot.resize_terminal(*size)
            await pilot.pause()
        assert "run 2 against the marked run 1" in text_of(app)


def test_keys_are_in_the_help() -> None:
    assert {"m", "c", "/", "<", "Enter"} <= {key.shown for key in PAGE_KEYS["runs"]}


SERIES_US = [21_000.0 + 10 * number for number in range(8)]


def series(*more: RunReport) -> Live:
    """A series of nine runs, one of which died, after another run."""
    runs = (FAST, DEAD, *(REAL._replace(number=number) for number in range(8)), *more)
    times = Times(begun=True).plus_all(SERIES_US)
    group = RunGroup(tuple(range(2, 11)), 9, 9, times, NO_TREND.plus_all(SERIES_US))
    return ran(*runs, activity=Activity(run=len(runs)))._replace(groups=(group,))


async def test_a_series_is_one_row_which_unfolds(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("runs", series(SLOW), monkeypatch)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        text = text_of(app)
        assert re.search(r"▸ 2-10 9x inceptionv3 .* 1 failed, 8 ok +21\.0 ms", text)
        assert len(page(app).table.rows) == 3
        await pilot.press("j", "z")
        await pilot.pause()
        assert re.search(r"▾ 2-10 9x inceptionv3", text_of(app))
        assert len(page(app).table.rows) == 12
        assert "run 2 crashed (SIGSEGV): Segmentation fault" in text_of(app)
        await pilot.press("j", "j", "z")
        await pilot.pause()
        assert len(page(app).table.rows) == 3, "from one of its runs, too"
        assert page(app).table.current is page(app).table.rows[1]
        await pilot.press("k", "z")
        await pilot.pause()
        assert len(page(app).table.rows) == 3, "a single run does not unfold"


async def test_under_the_runs_stands_how_the_times_of_a_series_are_distributed(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("runs", series(SLOW), monkeypatch)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert "by time" not in text_of(app), "one iteration has no distribution"
        await pilot.press("j")
        await pilot.pause()
        assert "median 21 035 µs" in text_of(app)
        assert "n 8 in 9 starts" in text_of(app)
        await pilot.press("k", "m", "j")
        await pilot.pause()
        assert re.search(r"run \d+, the median of 2-10, against the marked run 11", text_of(app))
        assert "by time" not in text_of(app), "the comparison stands there"


@pytest.mark.parametrize(
    ("keys", "selection"),
    [(("enter",), NEWEST), (("j", "enter"), Selection(10)), (("G", "enter"), Selection(1))],
)
async def test_enter_shows_a_run_on_all_pages(
    keys: tuple[str, ...], selection: Selection, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page_of("runs", series(SLOW), monkeypatch)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press(*keys)
        await pilot.pause()
        assert app.selection == selection
        assert app.current_mode == "live"


async def test_columns_without_anything_to_tell_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("runs", ran(REAL), monkeypatch)
    async with app.run_test(size=(200, 40)) as pilot:
        await settled(pilot)
        text = text_of(app)
        assert not re.search(r"\b(started|reason|p95| n )\b", text)
        assert "goldfish" in text
        assert "n/a" not in text


async def test_a_dot_stands_before_the_run_that_all_pages_show(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("runs", series(SLOW), monkeypatch)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        app.select(Selection(1))
        await pilot.pause()
        assert re.search(r"\n • +1 few", text_of(app))
        app.select(Selection(5))
        await pilot.pause()
        assert re.search(r"\n • +▸ 2-10 9x", text_of(app)), "or before its series"
        app.select(NEWEST)
        await pilot.pause()
        assert "•" not in text_of(app)


def test_the_numbers_of_many_runs_are_whole() -> None:
    few, wide = (
        RunRow(last, FAST, members=(RunRow(last, FAST), RunRow(first, FAST))) for first, last in ((1, 7), (1966, 2160))
    )
    table = RunTable(RUN_COLUMNS)
    for rows, text in (([few], "▸ 1-7"), ([few, wide], "▸ 1966-2160")):
        column = next(column for column in told_run_columns(rows, "number") if column.key == "number")
        line = table.cell(rows[-1], column, Area(column.width, 1))
        assert "".join(part.text for part in line) == text
        assert len(text) <= column.width

"""The Layers page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from npumon.core.driver.driver_state import DriverState
from npumon.core.log.scrollback import Scrollback
from npumon.core.monitor.activity import Activity
from npumon.core.run.report import RunReport
from npumon.core.run.state import RunState
from npumon.tui.app import MonitorApp
from npumon.tui.page_keys import PAGE_KEYS
from npumon.tui.paint import Area
from npumon.tui.screens.layers import LayersPage
from npumon.tui.widgets.columns import visible_columns
from tests.tui.layered import many, page_of, profile, ran, settled, show
from tests.tui.stage import SEED, live, picture, report, until

CASES = Path(__file__).parents[2] / "data" / "cases"
SIZES = [(40, 10), (60, 15), (60, 24), (80, 24), (120, 40), (200, 60), (250, 80)]
FEW = report(profile([100, 300, 50, 550]), model="few")


def page(app: MonitorApp) -> LayersPage:
    assert isinstance(app.screen, LayersPage)
    return app.screen


def keys_of(app: MonitorApp) -> list[str]:
    return [row.operation.name or "" for row in page(app).table.rows]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("plain", [True, False])
async def test_every_size_shows_times_and_sums(
    size: tuple[int, int], plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page_of("layers", ran(FEW), monkeypatch, plain=plain)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        lines = picture(app)
        text = "\n".join(lines)
        assert re.search(r"1 conv0 +.*300", text)
        assert re.search(r"sum of 4 +.*1.00 ms", text)
        assert "55.0 %" in text
        if plain:
            assert page(app).has_class("-ascii")
            assert not set("│╭▸▾█…·") & set(text)
        if size >= (60, 24):
            assert "VXNNE_OPERATOR_CONVOLUTION" in text
        if size[0] >= 120:
            assert all(title in text for title in ("order", "name", "target", "util", "busy", "why", "DDR r", "DDR w"))
        assert "AXI r" not in text, "nothing goes to AXI-SRAM"


async def test_the_real_run_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("layers", ran(report(SEED.read_bytes())), monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        text = "\n".join(picture(app))
        for figure in (
            "20.8 ms, 100.0 % of all",
            "16 697 255, 296 080 idle",
            "71.7034",
            "3.6802",
            "network_binary_graph",
        ):
            assert figure in text
        assert "unkown operation target" in text
        assert re.search(r"why +Unknown: no roof is near", text)


async def test_times_of_seconds_have_their_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("layers", ran(report(profile([5_084_321, 200]))), monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        shown = "\n".join(picture(app))
        assert re.search(r"conv0 .* 5\.08 s +100\.0 %", shown)


async def test_counters_alone_have_no_columns_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    counters = b"GPUTOTALCYCLES: 900\nGPUIDLECYCLES: 90\n*********\n" * 2 + b"Run the 1 time: 1.00ms or 1000.00us\n"
    app = page_of("layers", ran(report(counters)), monkeypatch)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        head = next(line for line in picture(app) if "util" in line)
        assert not {"time", "share", "DDR/s", "target", "operation"} & set(head.split())
        assert any("operation 1" in line and "90.0 %" in line for line in picture(app))


async def test_the_details_follow_the_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("layers", ran(FEW), monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("j")
        await pilot.pause()
        assert "300 µs, 30.0 % of all" in "\n".join(picture(app))
        await pilot.press("G")
        await pilot.pause()
        text = "\n".join(picture(app))
        assert "550 µs, 55.0 % of all" in text
        assert "DDR at 65.2 % of" in text


async def test_where_there_is_little_room_enter_shows_the_details(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("layers", ran(FEW), monkeypatch)
    async with app.run_test(size=(66, 15)) as pilot:
        await settled(pilot)
        assert "VXNNE" not in "\n".join(picture(app))
        assert "Enter details" in picture(app)[-1]
        await pilot.press("j", "enter")
        await pilot.pause()
        text = "\n".join(picture(app))
        assert "300 µs, 30.0 % of all" in text
        assert "AXI-SRAM" in text
        assert "Enter back" in text
        await pilot.press("j")
        await pilot.pause()
        assert "50 µs, 5.0 % of all" in "\n".join(picture(app))
        await pilot.press("escape")
        await pilot.pause()
        assert "sum of 4" in "\n".join(picture(app))


@pytest.mark.parametrize("plain", [True, False])
async def test_the_picture_stands_beside_the_facts_or_comes_with_enter(
    plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    dumped = report((CASES / "layer_dump.log").read_bytes())
    app = page_of("layers", ran(dumped), monkeypatch, plain=plain)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("B")
        await pilot.pause()
        wide = "\n".join(picture(app))
        for words in ("MAC/cycle", "1 485 (best seen)", "DDR 12.9 GB/s (data sheet)", "File writing", "49.6 M MAC"):
            assert words in wide
        assert ("O selected" if plain else "◇ selected") in wide, "a dump's traffic is doubtful"
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "sum of 5" in "\n".join(picture(app)))
        await until(pilot, lambda: "MAC/cycle" not in "\n".join(picture(app)))
        await pilot.press("enter")
        await until(pilot, lambda: "MAC/cycle" in "\n".join(picture(app)))
        assert "sum of 5" not in "\n".join(picture(app))
        assert len(re.findall(r"^[>▸]", "\n".join(picture(app)), re.MULTILINE)) == 1, "the row stays above it"
        await pilot.press("escape")
        await until(pilot, lambda: "sum of 5" in "\n".join(picture(app)))


async def test_what_the_text_does_not_have_has_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    times = report((CASES / "graph_times_only.log").read_bytes())
    app = page_of("layers", ran(times), monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        text = "\n".join(picture(app))
        assert not re.search(r"MByte/s|AXI|DDR|utilized|cycles|roof|n/a, ", text.partition("Selected")[2])
        assert "Unknown: the text has no counters of it." in text
        assert "22.1 M MAC" in text


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("log", ["graph_counters", "graph_times_only", "layer_dump", "counters_alone", "loops"])
async def test_logs_of_boards_fill_the_page_with_whole_figures(
    log: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = (len(log) + size[0] // 20) % 2 == 0
    app = page_of("layers", ran(report((CASES / f"{log}.log").read_bytes())), monkeypatch, plain=plain)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        if log == "loops":  # prints no operations
            assert "has no layers" in " ".join(picture(app))
            return
        table = page(app).table
        for column, cells in visible_columns(table.columns, table.scrollable_content_region.width):
            area = Area(cells, 1, ascii=plain)
            texts = ["".join(part.text for part in table.cell(row, column, area)).strip() for row in table.rows]
            assert set(texts) - {"", "n/a", "0.00"}, column.key
        for key in ("", "enter"):
            if key:
                await pilot.press(key)
                await pilot.pause()
            text = "\n".join(line[:-1] for line in picture(app))  # the driver draws scroll bars in ASCII
            assert not re.search(r"\de[+-]?\d|###\d|\d#", text)
            assert text.isascii() or not plain
        await pilot.press("L")
        await pilot.pause()
        assert not re.search(r"\de[+-]?\d", "\n".join(picture(app)))


async def test_rows_are_sorted_by_the_chosen_column(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("layers", ran(FEW), monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("t")
        await pilot.pause()
        assert [row.operation.execution_us for row in page(app).table.rows] == [550, 300, 100, 50]
        assert "time▾" in picture(app)[2]
        await pilot.press("I")
        await pilot.pause()
        assert [row.operation.execution_us for row in page(app).table.rows] == [50, 100, 300, 550]
        assert "time▴" in picture(app)[2]


async def test_sorting_goes_to_the_top_and_the_order_outlives_other_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("layers", ran(many(200)), monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("G", "t")
        await pilot.pause()
        table = page(app).table
        times = [row.operation.execution_us or 0 for row in table.rows]
        assert times == sorted(times, reverse=True)
        assert table.current is table.rows[0]
        assert table.scroll_y == 0
        await pilot.press("1", "2")
        await pilot.pause()
        assert (page(app).table.order, page(app).table.rows[0]) == ("time", table.rows[0])
        await pilot.press("t")
        await pilot.pause()
        assert [row.operation.execution_us for row in table.rows] == times[::-1]
        await pilot.press("O")
        await pilot.pause()
        assert [row.order for row in table.rows] == [*range(200)]
        assert "order▴" in picture(app)[2]


async def test_what_no_operation_has_is_not_sorted_by(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("layers", ran(FEW), monkeypatch)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("M")
        await pilot.pause()
        assert page(app).table.order == "order"
        assert "No operation has a figure to sort by MAC" in "\n".join(picture(app))


async def test_with_a_layer_dump_busy_time_comes_first_and_there_are_no_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    dumped = b"***********dump layer : 5***************\n"
    text = profile([1_000_000, 2_000_000]).replace(
        b"layer id: 0 layer name:conv0 operation[1]", dumped + b"layer id: 0 layer name:conv0 operation[1]"
    )
    app = page_of("layers", ran(report(text)), monkeypatch)
    async with app.run_test(size=(160, 40)) as pilot:
        await settled(pilot)
        head = picture(app)[2]
        assert head.index("busy") < head.index("time") < head.index("why")
        assert "DDR/s" not in head
        assert re.search(r"conv0 .*file writing", picture(app)[3])


@pytest.mark.parametrize("size", [(60, 15), (80, 24)])
async def test_all_columns_can_be_seen_on_a_narrow_terminal(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page_of("layers", ran(FEW), monkeypatch)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        if size[0] == 80:
            await until(pilot, lambda: "L columns" in picture(app)[-1])
        first = picture(app)[2]
        heads: list[str] = []
        for _ in range(page(app).table.views):
            heads.append(picture(app)[2])
            assert re.search(r"conv0 +.*300", picture(app)[4])
            await pilot.press("L")
            await pilot.pause()
        assert picture(app)[2] == first
        for title in (
            "operation",
            "target",
            "why",
            "DDR r",
            "DDR w",
            "DDR/s",
        ):
            assert [head for head in heads if title in head], title
        await pilot.press("H")
        await pilot.pause()
        assert picture(app)[2] == heads[-1]
        await pilot.resize_terminal(200, 60)
        await until(pilot, lambda: page(app).table.views == 1 and "DDR w" in picture(app)[2])


async def test_words_narrow_the_rows_and_the_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("layers", ran(FEW), monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"pool")
        await pilot.pause()
        text = "\n".join(picture(app))
        assert [row.id for row in page(app).table.rows] == ["0.1", "1.1"]
        assert "2 of 4" in text
        assert re.search(r"sum of 2 +850", text)
        await pilot.press("enter", "n")
        assert page(app).table.current == page(app).table.rows[1]
        await pilot.press("N")
        assert page(app).table.current == page(app).table.rows[0]
        await pilot.press("escape")
        await pilot.pause()
        assert len(page(app).table.rows) == 4


async def test_while_runs_repeat_cursor_order_and_place_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = many(500, 1), many(500, 2)
    app = page_of("layers", ran(first), monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("G", "pageup", "pageup")
        table = page(app).table
        position, current = table.scroll_y, table.current
        assert current is not None
        assert position > 0
        starting = FEW._replace(info=FEW.info._replace(outcome="running"), state=RunState())
        for shown in (live(starting, runs=(first,), activity=Activity("running")), ran(first, second)):
            await show(pilot, shown)
            assert table.current is not None
            assert (table.scroll_y, table.current.key) == (position, current.key)
        newest = second.state.iterations[-1].operations[current.order]
        assert [row.operation for row in table.rows if row.key == current.key] == [newest]


async def test_the_run_before_is_shown_until_there_is_more(monkeypatch: pytest.MonkeyPatch) -> None:
    starting = FEW._replace(info=FEW.info._replace(outcome="running"), state=RunState())
    app = page_of("layers", live(starting, runs=(FEW,)), monkeypatch)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert "the run before" in picture(app)[1]
        await show(pilot, ran(FEW._replace(info=FEW.info._replace(outcome="running"))))
        assert "running" in picture(app)[1]


async def test_rows_of_a_slow_iteration_come_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    text = profile([2_000_000, 3_000_000, 5_000_000, 10_000_000])
    ended = report(text)
    app = page_of("layers", ran(ended), monkeypatch)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        for count in (1, 2, 3):
            so_far = report(profile([2_000_000, 3_000_000, 5_000_000][:count]).partition(b"Run the 1 time")[0])
            going = so_far._replace(info=so_far.info._replace(outcome="running"))
            await show(pilot, live(going, runs=(ended,), activity=Activity("running")))
            assert len(page(app).table.rows) == count
            assert f"{count} of 4 as last time" in picture(app)[1]
            assert "the run before" not in picture(app)[1]
        assert "10 s, about 10 s to go" in picture(app)[1]
        assert "broke off" not in picture(app)[1]
        await show(pilot, ran(ended, report(text)))
        assert len(page(app).table.rows) == 4
        assert "4 operations" in picture(app)[1]


async def test_rows_of_a_long_iteration_are_judged_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("layers", live(), monkeypatch)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        shown = []
        for count in (200, 202, 204, 206, 2):
            so_far = report(profile([30_000] * count).partition(b"Run the 1 time")[0])
            await show(pilot, live(so_far._replace(info=so_far.info._replace(outcome="running"))))
            assert f"{count} operations, " in picture(app)[1]
            shown.append(len(page(app).table.rows))
        assert shown == [200, 200, 204, 204, 2]


async def test_a_run_that_broke_off_shows_how_far_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    text = profile([100, 200])
    broken = report(text[: text.index(b"Run the 1 time")])
    app = page_of("layers", ran(broken), monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "iteration 1 broke off" in picture(app)[1]
        assert "conv0" in "\n".join(picture(app))


@pytest.mark.parametrize("size", SIZES)
async def test_without_layers_it_says_why_and_what_helps(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = SEED.read_bytes()
    off = report(text[: text.index(b"layer id")] + text[text.index(b"Run the 1 time") :])
    shown = live(off, runs=(off,))
    app = page_of(
        "layers", shown._replace(snapshot=shown.snapshot._replace(driver=DriverState(profiling=False))), monkeypatch
    )
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        words = " ".join("\n".join(picture(app)).split())
        assert "profiling is off" in words
        assert "g reloads galcore" in words
        assert "sum of" not in words
        await show(pilot, ran(FEW))
        assert "sum of 4" in "\n".join(picture(app))


async def test_hostile_names_are_text(monkeypatch: pytest.MonkeyPatch) -> None:
    hostile: RunReport = report(profile([10, 20], "[bold]no[/] [link=http://x]日本\x1b]52;c;eA==\x07 "))
    app = page_of("layers", ran(hostile), monkeypatch)
    async with app.run_test(size=(200, 60)) as pilot:
        await settled(pilot)
        text = "\n".join(picture(app))
        assert "[bold]no[/]" in text
        assert "\x1b" not in text


async def test_resizing_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of("layers", ran(many(50)), monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        for size in [*SIZES, (10, 3), (80, 24)]:
            await pilot.resize_terminal(*size)
            await pilot.pause()
        assert "sum of 50" in "\n".join(picture(app))


def test_keys_are_in_the_help() -> None:
    assert {"/", "<", ">", "I", "G", "n"} <= {key.shown for key in PAGE_KEYS["layers"]}


async def test_an_operation_leads_to_its_lines_in_the_log_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (CASES / "graph_counters.log").read_bytes()
    log = Scrollback()
    log.feed(text)
    shown = ran(report(text))._replace(log=log.page)
    app = page_of("layers", shown, monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("j", "j", "v")
        await until(pilot, lambda: "layer_id: 25" in "\n".join(picture(app)))
        assert app.current_mode == "log"
        assert app.sought_line is None
        await pilot.press("2")
        await pilot.pause()
        await pilot.press("G", "5", "v")
        await until(pilot, lambda: app.current_mode == "layers")
        table = page(app).table
        await until(pilot, lambda: table.current is table.rows[2])
        assert app.sought_operation is None


async def test_another_operation_is_found_in_spite_of_the_filter_and_none_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = page_of("layers", ran(FEW), monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("v")
        await until(pilot, lambda: "no longer in memory" in "\n".join(picture(app)))
        await pilot.press("slash", *"pool", "enter")
        app.sought_operation = FEW.state.iterations[-1].operations[2]
        page(app).show(app.live)
        await pilot.pause()
        assert page(app).table.current == page(app).table.rows[2]
        app.sought_operation = FEW.state.iterations[-1].operations[2]._replace(layer_id=99)
        page(app).show(app.live)
        await until(pilot, lambda: "no such operation" in "\n".join(picture(app)))
        await pilot.press("5", "v")
        await until(pilot, lambda: "No operation is on the screen" in "\n".join(picture(app)))

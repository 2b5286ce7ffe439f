"""The table: what it keeps, what it draws, its keys and the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from textual.app import App, ComposeResult
from textual.screen import Screen

from npumon.tui.page_keys import PAGE_KEYS, TABLE_KEYS
from npumon.tui.paint import ROLES, Area, Line, Span, bar, span
from npumon.tui.widgets.columns import Column, figure, visible_columns
from npumon.tui.widgets.table import Table

COLUMNS = (
    Column("id", "id", 5, right=False, descending=False),
    Column("name", "name", 8, right=False, flexible=True, descending=False),
    Column("size", "size", 8),
    Column("share", "", 6, 2, right=False, descending=None),
    Column("note", "note", 10, 1, right=False, descending=False),
)


class Item(NamedTuple):
    key: str
    size: int
    name: str = "[bold]x[/] [link=http://x]"


class Things(Table[Item]):
    drawn = 0

    def cell(self, row: Item, column: Column, area: Area) -> Line:
        self.drawn += 1
        match column.key:
            case "id":
                return span(row.key, "label")
            case "name":
                return span(row.name)
            case "size":
                return span(figure(str(row.size), row.size, area), "value")
            case "share":
                return bar(row.size / 100, area.width, area)
            case _:
                return (Span("日本", "warn"), Span("語 and more text"))


class Stage(App[None]):
    CSS = "Screen { layers: one; }"

    def __init__(self, *, plain: bool = False) -> None:
        super().__init__()
        self.table = Things(COLUMNS, "size", ascii_only=plain)
        self.told: list[str] = []
        self.moves = 0

    def get_default_screen(self) -> Screen[Any]:
        class Inked(Screen[None]):
            COMPONENT_CLASSES = {f"ink--{role}" for role in ROLES}  # noqa: RUF012 - as Textual has it

        return Inked(id="_default")

    def compose(self) -> ComposeResult:
        yield self.table

    def on_table_moved(self) -> None:
        self.moves += 1

    def on_table_chosen(self) -> None:
        self.told.append("chosen")

    def on_table_reordered(self) -> None:
        self.told.append(f"{self.table.order} {'down' if self.table.descending else 'up'}")

    def shown(self) -> list[str]:
        strips = self.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    def cursor(self) -> str:
        """The key on the line that bears the mark."""
        marked = [line for line in self.shown() if line[:1] in ("▸", ">")]
        return marked[0][1:].split()[0] if marked else ""


def items(count: int, start: int = 0) -> list[Item]:
    return [Item(f"k{number}", number) for number in range(start, start + count)]


async def test_the_rows_that_fit_are_shown_with_head_and_foot() -> None:
    app = Stage()
    async with app.run_test(size=(60, 6)) as pilot:
        app.table.fill(items(20), Item("sum", 190))
        await pilot.pause()
        lines = app.shown()
        assert lines[0].split() == ["id", "name", "size▾", "note"]
        assert [line.split()[0].strip("▸") for line in lines[1:]] == ["k0", "k1", "k2", "k3", "sum"]
        assert "[bold]x[/]" in lines[1]
        app.table.fill(items(2), Item("sum", 1))
        await pilot.pause()
        assert [line.split()[0].strip("▸") for line in app.shown()[1:4]] == ["k0", "k1", "sum"]
        app.table.fill(())
        await pilot.pause()
        assert app.shown()[1:] == [""] * 5
        assert app.table.current is None


async def test_only_what_can_be_seen_is_drawn_and_only_once() -> None:
    app = Stage()
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.pause()
        rows = items(5_000)
        app.table.fill(rows)
        assert 0 < app.table.drawn <= 11 * len(COLUMNS)
        app.table.drawn = 0
        app.table.fill(list(rows))
        await pilot.press("j")
        assert app.table.drawn == 0
        changed = [rows[0]._replace(size=9), *rows[1:]]
        app.table.fill(changed)
        assert app.table.drawn == len(COLUMNS)
        assert app.table.rows is changed


async def test_lines_that_did_not_change_are_not_repainted(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Stage()
    async with app.run_test(size=(60, 12)) as pilot:
        rows = items(30)
        app.table.fill(rows)
        await pilot.pause()
        regions: list[int] = []
        monkeypatch.setattr(app.table, "refresh", lambda *changed, **_: regions.extend(region.y for region in changed))
        app.table.fill([*rows[:3], rows[3]._replace(size=99), *rows[4:]])
        assert regions == [4]
        app.table.action_step(1)
        assert regions == [4, 1, 2]


@pytest.mark.parametrize(
    ("keys", "cursor"),
    [
        (["j", "down"], "k2"),
        (["G"], "k99"),
        (["end", "k"], "k98"),
        (["end", "home"], "k0"),
        (["up"], "k0"),
        (["pagedown"], "k9"),
        (["pagedown", "pageup"], "k0"),
        (["G", "j"], "k99"),
    ],
)
async def test_the_cursor_goes_where_keys_say_and_is_always_in_view(keys: Sequence[str], cursor: str) -> None:
    app = Stage()
    async with app.run_test(size=(60, 10)) as pilot:
        app.table.fill(items(100))
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        assert app.table.current is not None
        assert app.table.current.key == cursor
        assert app.cursor() == cursor


async def test_the_cursor_stays_on_its_row_and_the_list_in_its_place() -> None:
    app = Stage()
    async with app.run_test(size=(60, 10)) as pilot:
        app.table.fill(items(100))
        await pilot.pause()
        await pilot.press("pagedown", "pagedown", "k", "k")
        top = app.shown()[1]
        app.moves = 0
        app.table.fill([item._replace(size=item.size + 1000) for item in items(100)])
        await pilot.pause()
        assert app.cursor() == "k16"
        assert app.shown()[1].split()[0] == top.split()[0]
        assert app.moves == 1  # its figures are others
        app.table.fill(items(100)[::-1])
        await pilot.pause()
        assert app.cursor() == "k16"
        app.table.fill(items(5))
        await pilot.pause()
        assert app.cursor() == "k4"  # its row is gone
        await pilot.resize_terminal(60, 3)
        await pilot.pause()
        assert app.cursor() == "k4"


async def test_next_goes_round() -> None:
    app = Stage()
    async with app.run_test(size=(60, 10)) as pilot:
        app.table.next(1)
        app.table.fill(items(3))
        app.table.next(-1)
        await pilot.pause()
        assert app.cursor() == "k2"
        app.table.next(1)
        await pilot.pause()
        assert app.cursor() == "k0"


async def test_the_order_is_chosen_by_key_and_shown_in_words() -> None:
    app = Stage(plain=True)
    async with app.run_test(size=(60, 10)) as pilot:
        app.table.fill(items(3))
        await pilot.press("I", "greater_than_sign", "greater_than_sign", "less_than_sign", "I", "h", "l")
        assert app.told == ["size up", "note up", "id up", "note up", "note down", "size down", "note up"]
        assert app.shown()[0].split() == ["id", "name", "size", "note^"]
        assert app.shown()[1].startswith(">k0")


async def test_without_an_order_there_is_nothing_to_reverse() -> None:
    app = Stage()
    app.table.order = ""
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.press("I")
        assert app.told == []
        await pilot.press("greater_than_sign")
        assert app.told == ["id up"]


async def test_enter_chooses_a_row_if_there_is_one() -> None:
    app = Stage()
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.press("enter")
        app.table.fill(items(3))
        await pilot.press("enter")
        assert app.told == ["chosen"]


async def test_the_pointer_selects_and_sorts() -> None:
    app = Stage()
    async with app.run_test(size=(60, 10)) as pilot:
        app.table.fill(items(30))
        await pilot.pause()
        await pilot.click(offset=(5, 4))
        assert app.cursor() == "k3"
        size = app.shown()[0].index("size")
        await pilot.click(offset=(size, 0))
        await pilot.click(offset=(2, 0))
        await pilot.click(offset=(size + 8, 0))  # between columns, or a column that cannot be sorted by
        assert app.told == ["size up", "id up"]
        app.table.fill(items(2))
        await pilot.click(offset=(5, 7))
        assert app.table.current == items(2)[0]  # sorted anew, and no row is there


@pytest.mark.parametrize("width", range(10, 130, 7))
async def test_lines_are_as_wide_as_the_table_and_figures_whole(width: int) -> None:
    app = Stage()
    async with app.run_test(size=(width, 5)) as pilot:
        app.table.fill([Item("k0", 12_345_678), Item("k1", 1_234_567_890_123)])
        await pilot.pause()
        shown = app.shown()
        if width >= 25:
            assert "12345678" in shown[1]
            assert "1.23 T" in shown[2]
            assert "…" not in shown[0]
        widths = {column.key: size for column, size in visible_columns(COLUMNS, width)}
        assert {"id", "name", "size"} <= set(widths)
        assert ("note" in widths) >= ("share" in widths)


def test_figures_are_never_cut() -> None:
    assert figure("12.5", 12.5, Area(4, 1)) == "12.5"
    assert figure("123456.75", 123456.75, Area(6, 1)) == "123 k"
    assert figure("0.0000001", 1e-7, Area(6, 1)) == "0.0000"
    assert figure("-0.0123456", -0.0123456, Area(6, 1)) == "-0.012"
    assert figure("123456.75", 123456.75, Area(2, 1)) == "##"
    assert figure("n/a", None, Area(2, 1)) == "n/a"


def test_a_table_says_what_stands_in_it() -> None:
    with pytest.raises(NotImplementedError):
        Table[Item](COLUMNS).cell(Item("k", 1), COLUMNS[0], Area(5, 1))


def test_the_help_names_the_keys_of_the_page() -> None:
    assert [key for key in PAGE_KEYS["layers"] if key in TABLE_KEYS] == [*TABLE_KEYS]

"""A canvas repaints only what changed, and the screen is then the same as if everything had been painted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.screen import Screen

from npumon.core.monitor.live import Live
from npumon.tui.paint import ROLES, Area, Line, Span
from npumon.tui.widgets.canvas import Canvas, _cells, _difference
from tests.tui.stage import live

#: Single, wide, and combining characters, markup, and a space.
CHARS = "ab [日本é\u0301\u20ddーｱ👍│█"
LINES = st.lists(st.builds(Span, st.text(CHARS, max_size=8), st.sampled_from(["", "value", "bad"])), max_size=4)
WIDTHS = st.integers(1, 20)


class Given(Canvas):
    """Shows the lines that it was given, and remembers what it had Textual repaint."""

    lines: Sequence[Line] = ()

    def __init__(self) -> None:
        super().__init__()
        self.repainted: list[Region] = []
        self.drawn = 0

    def draw(self, live: Live, area: Area) -> Sequence[Line]:
        self.drawn += 1
        self.area = area
        return self.lines

    def refresh(self, *regions: Region, **how: bool) -> Given:
        self.repainted += regions or [Region(0, 0, *self.size)]
        return super().refresh(*regions, **how)


class Inked(Screen[None]):
    COMPONENT_CLASSES = {f"ink--{role}" for role in ROLES}  # noqa: RUF012

    def compose(self) -> ComposeResult:
        yield Given()


class Stage(App[None]):
    CSS = "Given { width: 20; height: 3; } .ink--value { text-style: bold; } .ink--bad { text-style: reverse; }"

    def on_mount(self) -> None:
        self.push_screen(Inked())

    @property
    def given(self) -> Given:
        return self.screen.query_one(Given)


def lines(*texts: str) -> tuple[Line, ...]:
    return tuple((Span(text),) for text in texts)


def shown(canvas: Given) -> list[str]:
    return [canvas.render_line(y).text for y in range(canvas.size.height)]


@given(LINES, WIDTHS)
def test_cells_are_exactly_as_many_as_asked(line: list[Span], width: int) -> None:
    cells = _cells(tuple(line), width)
    assert len(cells) == width
    assert cell_len("".join(char for char, _ in cells)) == width
    for number, (char, _) in enumerate(cells):
        if cell_len(char) == 2:
            assert cells[number + 1][0] == ""
        elif not char:
            assert cell_len(cells[number - 1][0]) == 2


@given(LINES, LINES, WIDTHS)
@settings(max_examples=500)
def test_a_terminal_that_gets_the_difference_shows_the_new_line(old: list[Span], new: list[Span], width: int) -> None:
    """The difference begins and ends at whole characters, of what is there as of what comes."""
    before, after = _cells(tuple(old), width), _cells(tuple(new), width)
    if before == after:
        return
    region = _difference(before, after, 7)
    assert (region.y, region.height) == (7, 1)
    assert 0 <= region.x < region.right <= width
    for cells in (before, after):
        assert cells[region.x][0]
        assert region.right == width or cells[region.right][0]
    screen = [*before[: region.x], *after[region.x : region.right], *before[region.right :]]
    assert tuple(screen) == after


@given(LINES, LINES)
@settings(max_examples=100)
def test_nothing_is_repainted_that_is_the_same(old: list[Span], new: list[Span]) -> None:
    before, after = _cells(tuple(old), 20), _cells(tuple(new), 20)
    if before != after:
        region = _difference(before, after, 0)
        same = [x for x in range(20) if before[x] == after[x] and before[x][0]]
        assert all(
            x in range(region.x, region.right) or x in same for x in range(20) if before[x] != after[x] or x in same
        )
        assert before[region.x : region.right] != after[region.x : region.right]
        first = next(x for x in range(20) if before[x] != after[x])
        assert first - region.x <= 1, "at most the first half of a wide character more"


async def test_only_what_changed_is_repainted() -> None:
    async with Stage().run_test(size=(40, 10)) as pilot:
        canvas = pilot.app.given  # type: ignore[attr-defined]
        canvas.lines = lines("utilization 98.2 %", "busy 20.7 ms", "")
        canvas.show(live())
        assert shown(canvas) == ["utilization 98.2 %  ", "busy 20.7 ms        ", " " * 20]
        canvas.repainted.clear()
        canvas.show(live())
        assert canvas.repainted == []
        canvas.lines = lines("utilization 98.3 %", "busy 20.7 ms", "")
        canvas.show(live())
        assert canvas.repainted == [Region(15, 0, 1, 1)]
        canvas.repainted.clear()
        canvas.lines = ((Span("utilization 98.3 %", "bad"),), (Span("busy 20.7 ms"),), ())
        canvas.show(live())
        assert canvas.repainted == [Region(0, 0, 18, 1)], "another look is a change, too"


async def test_the_screen_is_as_a_fresh_canvas_would_have_it() -> None:
    """Through Textual's compositor, which paints only the regions that it is told."""

    @given(st.lists(LINES, min_size=3, max_size=3), st.lists(LINES, min_size=3, max_size=3))
    @settings(max_examples=30)
    def check(old: list[list[Span]], new: list[list[Span]]) -> None:
        for texts in (old, new):
            canvas.lines = tuple(tuple(line) for line in texts)
            canvas.redraw()
        strips = [canvas.render_line(y) for y in range(3)]
        fresh = [_cells(tuple(line), 20) for line in new]
        assert [strip.text for strip in strips] == ["".join(char for char, _ in cells) for cells in fresh]
        assert [strip.cell_length for strip in strips] == [20, 20, 20]
        for strip, cells in zip(strips, fresh, strict=True):
            looks = [(segment.style or Style(), char) for segment in strip for char in segment.text]
            assert [(bool(style.bold), bool(style.reverse), char) for style, char in looks] == [
                (ink == "value", ink == "bad", char) for text, ink in cells for char in text
            ]

    async with Stage().run_test(size=(40, 10)) as pilot:
        canvas = pilot.app.given  # type: ignore[attr-defined]
        canvas.show(live())
        check()


async def test_room() -> None:
    async with Stage().run_test(size=(40, 10)) as pilot:
        canvas = pilot.app.given  # type: ignore[attr-defined]
        canvas.lines = lines(*"abcdef")
        canvas.show(live())
        assert canvas.area == Area(20, 3)
        assert shown(canvas) == [f"{char:<20}" for char in "abc"], "not more than there is room for"
        canvas.styles.width, canvas.styles.height = 12, 5
        await pilot.pause()
        assert canvas.area == Area(12, 5)
        assert shown(canvas) == [f"{char:<12}" for char in "abcde"]
        canvas.styles.height = 0
        await pilot.pause()
        canvas.show(live())
        assert shown(canvas) == []
        canvas.lines = ()
        canvas.styles.height = 2
        await pilot.pause()
        assert shown(canvas) == [" " * 12] * 2


async def test_nothing_is_drawn_before_there_is_something() -> None:
    async with Stage().run_test() as pilot:
        canvas = pilot.app.given  # type: ignore[attr-defined]
        assert canvas.drawn == 0
        assert canvas.render_line(0).cell_length == 20
        assert not canvas.can_focus


@pytest.mark.parametrize("title", ["[bold]x[/]", "[/]", "[link=y]", "日本", "a[$error]"])
async def test_a_title_is_no_markup(title: str) -> None:
    class Titled(Canvas):
        def draw(self, live: Live, area: Area) -> Sequence[Line]:
            return []

    class Frame(App[None]):
        CSS = "Titled { width: 30; height: 3; border: round white; }"

        def compose(self) -> ComposeResult:
            yield Titled(title=title)

    async with Frame().run_test() as pilot:
        top = pilot.app.screen._compositor.render_strips()[0]
        assert title in top.text


async def test_a_theme_that_changes_repaints_in_its_ink() -> None:
    async with Stage().run_test() as pilot:
        canvas = pilot.app.given  # type: ignore[attr-defined]
        canvas.lines = ((Span("x", "bad"),),)
        canvas.show(live())
        before = canvas.render_line(0)
        pilot.app.theme = "textual-light"
        await pilot.pause()
        assert canvas.render_line(0) != before

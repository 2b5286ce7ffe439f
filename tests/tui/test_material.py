"""Every page with the kinds of text that programs on boards really print: looked at, stored, and free of what no page
may hold. `make snapshots` renews what is stored.

The texts are the synthetic cases of `tests/data/cases`, as `npumon watch` shows them.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import pytest

from npumon.core.monitor.live import Live
from npumon.core.text import visible
from npumon.tui.app import MonitorApp
from npumon.tui.backend import DisplayOptions
from npumon.tui.screens.page import Page
from npumon.tui.terminal.ascii_fallback import to_ascii
from tests.tui import stage
from tests.tui.cases import FOLDER as CASES
from tests.tui.cases import LOG, SIZES, watched
from tests.tui.test_snapshots import PINNED, UPDATE, plain_surroundings

__all__ = ["plain_surroundings"]  # a fixture

FOLDER = Path(__file__).parent / "snapshots" / "material"
#: What is stored: a graph with counters, with times only and with its layers dumped, a failure, iterations, counters.
STORED = ("graph_counters", "graph_times_only", "layer_dump", "failed_node", "loops", "counters_alone")
#: These are only looked through.
OTHERS = tuple(sorted({path.stem for path in CASES.glob("*.log")} - set(STORED)))


async def drawn(live: Live, size: tuple[int, int], *, ascii_only: bool) -> dict[str, list[str]]:
    """The lines of each page, once nothing changes any more."""
    backend = stage.StaticBackend(live, DisplayOptions(refresh_s=3600, ascii=ascii_only))
    backend.watched = LOG
    app = MonitorApp(backend)
    pages = {}
    async with app.run_test(size=size) as pilot:
        await stage.until(pilot, lambda: app.live is live)
        for name in ("live", "layers", "runs", "log"):
            app.action_page(name)
            await pilot.pause()
            await stage.until(pilot, lambda: isinstance(app.screen, Page) and app.screen.settled)
            now = await stage.picture_at_rest(pilot)
            # What Textual draws itself, as scroll bars, becomes ASCII on its way to the terminal.
            pages[name] = [(to_ascii(line) if ascii_only else line).rstrip() for line in now]
    return pages


# -- what no page may hold -------------------------------------------------------------------------------------------

#: Figures as people cannot read them, in cells and sentences of npumon's own.
FORBIDDEN = {
    "an exponent": re.compile(r"(?<![\w.])\d+(?:\.\d+)?[eE][+-]?\d+(?!\w)"),
    "a figure cut short": re.compile(r"(?<!\S)[\d.]*\d(?:…|\.\.\.|~)(?=\s|$)"),
    "two cells that touch": re.compile(r"n/a(?=[\w/])|%(?=\w)|(?<=\d)n/a|\d\.\d+\.\d+(?=\s|$)"),
    "no number": re.compile(r"(?i)(?<!\w)(?:nan|inf|none)(?=\s|$)(?<!none)"),
}
#: The first line names versions, as 6.4.6.2.
HEADER = 1
#: Corners and sides of boxes, in both character sets.
TOP_LEFT, TOP_RIGHT, BOTTOM_LEFT = "╭┌+", "╮┐+", "╰└+"
SIDES, TOPS = "│|", "─-"


class Box(NamedTuple):
    """A box of a page: its title, where its first line of text begins, and its text."""

    title: str
    row: int
    column: int
    inside: tuple[str, ...]


def boxes(lines: Sequence[str]) -> Iterator[Box]:
    """Yield each box of a page."""
    for top, line in enumerate(lines):
        for left, corner in enumerate(line):
            if corner not in TOP_LEFT:
                continue
            right = next((at for at in range(left + 1, len(line)) if line[at] in TOP_RIGHT), None)
            if right is None or line[left + 1] not in TOPS:
                continue
            inside = []
            for below in lines[top + 1 :]:
                if len(below) <= right or below[left] not in SIDES or below[right] not in SIDES:
                    break
                inside.append(below[left + 1 : right])
            if inside:
                yield Box(line[left + 1 : right].strip("─- "), top + 1, left + 1, tuple(inside))


def without_text_of_programs(lines: Sequence[str]) -> list[str]:
    """The page with blanks in the boxes that show a program's own lines."""
    blanked = list(lines)
    for box in boxes(lines):
        if box.title.startswith("Log"):
            for row, text in enumerate(box.inside, box.row):
                line = blanked[row]
                blanked[row] = line[: box.column] + " " * len(text) + line[box.column + len(text) :]
    return blanked


def wrongs(lines: Sequence[str], width: int, *, own_words: bool) -> Iterator[str]:
    """Yield what is wrong with a page. Without `own_words` it shows the text of programs, which may hold anything."""
    for line in lines:
        if len(line) > width:
            yield f"wider than the screen: {line!r}"
    if own_words:
        for line in without_text_of_programs(lines)[HEADER:]:
            for name, pattern in FORBIDDEN.items():
                if found := pattern.search(line):
                    yield f"{name}, {found[0]!r}: {line!r}"
    for box in boxes(lines):
        if not re.search(r"\w", "".join(box.inside).replace("n/a", "")):
            yield f"nothing in the box {box.title!r}"


def test_what_must_be_found_is_found() -> None:
    page = [
        "header",
        "╭─ Graphs ──╮",
        "│  n/a      │",
        "╰───────────╯",
        " 1.5e7   12.5…   9.43.50  n/an/a 5 %7",
        "x" * 60,
    ]
    found = list(wrongs(page, 50, own_words=True))
    for wanted in ("wider", "an exponent", "a figure cut short", "two cells that touch", "nothing in the box 'Graphs'"):
        assert any(wanted in one for one in found), (wanted, found)
    plain = [
        "header",
        "+- Time ----+",
        "| 3.32 s    |",
        "+-----------+",
        " conv_1…  162 us  13.2 %  38.5 G  NN 12  n/a  n/a",
    ]
    assert list(wrongs(plain, 50, own_words=True)) == []
    assert [box.title for box in boxes(plain)] == ["Time"]
    of_program = ["header", "+- Log ----+", "| 1.20e7   |", "+----------+"]
    assert list(wrongs(of_program, 50, own_words=True)) == []


@pytest.mark.system
@pytest.mark.skipif(version("textual") != PINNED, reason=f"NOT TESTED: snapshots are of Textual {PINNED} alone")
@pytest.mark.parametrize("ascii_only", [False, True], ids=["utf8", "ascii"])
@pytest.mark.parametrize("size", SIZES, ids=[f"{columns}x{rows}" for columns, rows in SIZES])
@pytest.mark.parametrize("case", STORED)
def test_pages_of_what_boards_print(case: str, size: tuple[int, int], ascii_only: bool) -> None:
    live = watched(case)
    pages = asyncio.run(drawn(live, size, ascii_only=ascii_only))
    text = "".join(f"== {name} ==\n" + "".join(f"{line}\n" for line in lines) for name, lines in pages.items())
    path = FOLDER / f"{case}-{size[0]}x{size[1]}-{'ascii' if ascii_only else 'utf8'}.txt"
    if UPDATE:
        FOLDER.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    found = [
        f"{name}: {one}" for name, lines in pages.items() for one in wrongs(lines, size[0], own_words=name != "log")
    ]
    assert not found, "\n".join([*found, text])
    assert text == path.read_text(encoding="utf-8")
    if ascii_only:
        assert text.isascii()


@pytest.mark.system
@pytest.mark.parametrize("case", OTHERS)
def test_pages_of_everything_else(case: str) -> None:
    """At the size of a small terminal, where there is least room, in alternating character sets."""
    live = watched(case)
    pages = asyncio.run(drawn(live, (80, 24), ascii_only=OTHERS.index(case) % 2 == 1))
    found = [f"{name}: {one}" for name, lines in pages.items() for one in wrongs(lines, 80, own_words=name != "log")]
    shown = "\n".join(line for lines in pages.values() for line in lines)
    assert not found, "\n".join([*found, shown])
    assert visible(shown.replace("\n", "")) == shown.replace("\n", ""), "control characters"


@pytest.mark.system
def test_no_stored_page_is_left_over() -> None:
    wanted = {
        f"{case}-{columns}x{rows}-{kind}.txt"
        for case in STORED
        for columns, rows in SIZES
        for kind in ("utf8", "ascii")
    }
    assert {path.name for path in FOLDER.iterdir()} == wanted

"""Pictures of the screen: text as text, frames and bars as shapes that meet."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from rich.segment import Segment
from rich.style import Style

from npumon.tui import picture as module
from npumon.tui.picture import drawn, picture_of
from tests.tui.stage import SEED, application, live, report, until

PATH = "{http://www.w3.org/2000/svg}path"
TEXT = "{http://www.w3.org/2000/svg}text"


def root_of(*lines: str, style: str = "", columns: int = 10) -> ElementTree.Element:
    segments = [[Segment(line, Style.parse(style))] for line in lines]
    return ElementTree.fromstring(drawn(segments, columns, "title"))  # noqa: S314  # our own


def paths(*lines: str, style: str = "") -> list[str]:
    return [element.get("d") or "" for element in root_of(*lines, style=style).iter(PATH)]


def texts(*lines: str, style: str = "") -> list[ElementTree.Element]:
    return list(root_of(*lines, style=style).iter(TEXT))[1:]  # the first one is the title


def test_words_stand_on_their_cells() -> None:
    found = texts("ab  c 模型", "  d")
    assert [(each.text, each.get("x"), each.get("y"), each.get("textLength")) for each in found] == [
        ("ab", "0", "18", "24"), ("c", "48", "18", None), ("模型", "72", "18", "48"), ("d", "24", "42", None)
    ]  # fmt: skip


def test_a_frame_is_made_of_lines_that_meet() -> None:
    (line,) = paths("╭──╮", "│  │", "╰──╯")
    ends = re.findall(r"M(\d+),(\d+)(?:h(\d+)|L(\d+),(\d+)|Q\d+,\d+ (\d+),(\d+))", line)
    points: list[tuple[int, int]] = []
    for x, y, along, to_x, to_y, corner_x, corner_y in ends:
        points.append((int(x), int(y)))
        points.append((int(x) + int(along), int(y)) if along else (int(to_x or corner_x), int(to_y or corner_y)))
    assert points
    assert all(points.count(point) == 2 for point in points if point not in ((6, 36), (42, 36)))
    assert not texts("╭──╮", "│  │", "╰──╯")


@pytest.mark.parametrize("char", [*module._ARMS, *module._CORNERS, *module._BLOCKS, *module._SHADES])
def test_every_character_of_frames_and_bars_is_a_shape(char: str) -> None:
    shapes = paths(char)
    assert len(shapes) == 1
    assert texts(char) == []
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", shapes[0])]
    assert all(-12 <= number <= 24 for number in numbers), "within its cell"


def test_blocks_side_by_side_are_one_shape() -> None:
    assert paths("███") == ["M0,0h36v24h-36z"]
    assert paths("▄▄") == ["M0,12h24v12h-24z"]
    assert paths("▌▌") == ["M0,0h6v24h-6zM12,0h6v24h-6z"]


def test_colours() -> None:
    (text,) = texts("x", style="#ff0000 on #00ff00")
    assert text.get("fill") == "#ff0000"
    assert paths("x", style="#ff0000 on #00ff00") == ["M0,0h12v24h-12z"]
    (text,) = texts("x", style="reverse #ff0000 on #00ff00")
    assert text.get("fill") == "#00ff00"
    (dim,) = texts("x", style="dim")
    (plain,) = texts("x")
    assert dim.get("fill") != plain.get("fill")
    (text,) = texts("x", style="bold italic underline")
    assert text.get("class") == "b i u"
    assert [each.get("opacity") for each in root_of("░").iter(PATH)] == ["0.25"]


async def test_a_picture_of_the_screen_loads_nothing_and_holds_its_words() -> None:
    run = report(SEED.read_bytes(), model="<script>&[bold]")
    app = application(live(run, runs=(run,)))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("e")
        await until(pilot, lambda: app.screen.is_modal)
        svg = picture_of(app)
    assert "<script" not in svg
    root = ElementTree.fromstring(svg)  # noqa: S314  # our own
    links = [value for element in root.iter() for value in element.attrib.values() if "http" in value]
    assert links == []
    words = [element.text for element in root.iter(TEXT)]
    assert "Markdown" in words, "dialogs are on it, too"
    assert svg.count("\n") < 2_000

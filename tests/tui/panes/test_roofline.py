"""The roofline picture in cells."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from npumon.core.run.layers.roofline import AxisRange, Roofline, RooflinePoint
from npumon.core.run.roofs import Roof
from npumon.tui.paint import Area
from npumon.tui.panes.roofline import LEAST_HEIGHT, LEAST_WIDTH, roofline_lines

POINTS = (
    RooflinePoint("low", 12.0, 20.0),
    RooflinePoint("high", 900.0, 950.0),
    RooflinePoint("doubted", 100.0, 90.0, hollow=True),
)
PICTURE = Roofline(
    POINTS, AxisRange(0.75, 3.5), AxisRange(1.0, 3.25), Roof(1_000.0, "best seen"), Roof(12_270.0, "data sheet"), 2.0, 7
)


def drawn(area: Area, selected: str | None = None, picture: Roofline = PICTURE) -> list[str]:
    return ["".join(part.text for part in line) for line in roofline_lines(picture, selected, area)]


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("width", [LEAST_WIDTH, 50, 80, 120])
@pytest.mark.parametrize("height", [LEAST_HEIGHT, 12, 30])
def test_every_size_has_points_roofs_and_axes(width: int, height: int, plain: bool) -> None:
    lines = drawn(Area(width, height, plain), "low")
    assert len(lines) == height
    assert all(cell_len(line) <= width for line in lines)
    text = "\n".join(lines)
    assert text.startswith("MAC/cycle")
    body = "\n".join(line[8:] for line in lines if re.match(r" *[\d ]*[│┤|]", line))
    for mark in "*o@" if plain else "●○◆":
        assert body.count(mark) == 1
    if plain:
        assert text.isascii()
        assert {"-", "/"} <= set(body)
    else:
        assert any("\u2800" < char < "\u2900" for char in body)
    assert re.search(r"1 000[┤|]", text)
    assert re.search(r"\b100\b.* MAC(/B| per byte of DDR)$", lines[-1])


def test_too_small_an_area_has_no_picture() -> None:
    assert drawn(Area(LEAST_WIDTH - 1, 20)) == []
    assert drawn(Area(80, LEAST_HEIGHT - 1)) == []


def test_the_legend_names_what_is_there_as_far_as_it_fits() -> None:
    text = "\n".join(drawn(Area(120, 20), "doubted"))
    for part in ("─ 1 000 (best seen)", "╱ DDR 12.9 GB/s (data sheet)", "◇ selected", "○ doubtful", "7 without MAC"):
        assert part in text
    bare = "\n".join(drawn(Area(120, 20), None, Roofline(POINTS[:1], PICTURE.across, PICTURE.up)))
    assert not re.search("selected|doubtful|without|DDR [0-9]|[\u2801-\u28ff]", bare)


def test_the_selected_point_is_on_top() -> None:
    both = PICTURE._replace(points=(POINTS[0], POINTS[0]._replace(key="twin", hollow=True)))
    assert "◆" in "\n".join(drawn(Area(60, 15), "low", both)[2:])
    assert "◇" in "\n".join(drawn(Area(60, 15), "twin", both)[2:])
    assert "●" in "\n".join(drawn(Area(60, 15), None, both)[2:]), "a filled one covers a hollow one"


def test_higher_and_further_is_higher_and_further() -> None:
    lines = drawn(Area(80, 24), "low")
    where = {mark: next((x, y) for y, line in enumerate(lines[2:]) if (x := line.find(mark)) > 0) for mark in "◆●"}
    assert where["●"][0] > where["◆"][0]
    assert where["●"][1] < where["◆"][1]


def test_small_numbers_stand_at_the_axes_without_exponent() -> None:
    small = Roofline((RooflinePoint("a", 0.004, 0.05),), AxisRange(-3.2, -1.5), AxisRange(-2.2, -0.5))
    text = "\n".join(drawn(Area(80, 20), "a", small))
    assert "0.01" in text
    assert "0.1" in text
    assert "e-" not in text


def test_a_roof_below_the_picture_is_left_out() -> None:
    upper = PICTURE._replace(points=POINTS[1:2], up=AxisRange(2.5, 3.25))
    first, whole = (
        min(match.start() for line in lines if (match := re.search("[\u2801-\u28ff]", line)))
        for lines in (drawn(Area(80, 24), None, upper), drawn(Area(80, 24)))
    )
    assert first > whole

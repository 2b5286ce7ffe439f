"""The end of the log."""

from __future__ import annotations

import pytest

from npumon.core.log.scrollback import ScrollbackView
from npumon.tui.paint import Area
from npumon.tui.panes.log_tail import log_lines
from tests.tui.moments import ROOMS, fits, log, moments, roles, texts


def test_the_last_lines() -> None:
    assert texts(log_lines(log(), Area(32, 2))) == [f"{'393: 0.002111':<32}", f"{'Exit VX Thread: 0xa69a21c0':<32}"]


def test_a_line_that_is_not_over_is_shown() -> None:
    assert [line.strip() for line in texts(log_lines(log(b"one\ntwo\nthr"), Area(10, 2)))] == ["two", "thr"]


def test_errors_and_warnings_are_marked_without_colour_too() -> None:
    lines = log_lines(log(b"E [model.c:1] no file\nW [model.c:2] slow\nVPC_ELAPSETIME: 21124\nhello\n"), Area(40, 4))
    assert [line[:2] for line in texts(lines)] == ["! ", "! ", "VP", "he"]
    assert [roles(lines[number : number + 1], "").pop() for number in range(4)] == ["bad", "warn", "", "label"]


def test_an_empty_log() -> None:
    assert texts(log_lines(ScrollbackView(), Area(60, 4))) == ["What the program prints appears here."]


def test_hostile_text_is_text() -> None:
    text = b"[bold]x[/] \x1b]52;c;x\x07 [link=http://x]"
    (line,) = texts(log_lines(log(text), Area(60, 1)))
    assert line.rstrip() == r"[bold]x[/] \x1b]52;c;x\x07 [link=http://x]"


def test_a_long_line_costs_no_more_than_its_beginning() -> None:
    (line,) = texts(log_lines(log(b"x" * 1_000_000), Area(20, 1)))
    assert line == "x" * 19 + "…"


@pytest.mark.parametrize("area", ROOMS, ids=str)
def test_every_moment_fits_every_room(area: Area) -> None:
    for name, shown in moments().items():
        assert fits(log_lines(shown.log, area), area) or (area.ascii and name == "hostile"), name

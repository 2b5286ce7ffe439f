"""The bandwidth pane."""

from __future__ import annotations

import re

import pytest

from npumon.core.monitor.live import Live
from npumon.tui.paint import Area
from npumon.tui.panes.bandwidth import AxisGraphs, bandwidth_lines
from npumon.tui.widgets.graph import Scale
from tests.tui.moments import ROOMS, TEXT, fits, history, moments, roles, seed_run, texts, without_counters
from tests.tui.stage import live, report


def drawn(shown: Live, area: Area) -> list[str]:
    return texts(bandwidth_lines(shown, Scale(), AxisGraphs(), area))


def done() -> Live:
    return live(seed_run(), history=history(3))


def test_six_figures_twice_and_their_bars_on_one_scale() -> None:
    assert drawn(done(), Area(40, 9)) == [
        "              MByte MByte/s 0      4 000",
        "total read    71.70   3 440 ██████████▍ ",
        "      write   17.81     854 ██▋         ",
        "AXI   read    30.98   1 486 ████▌       ",
        "      write   14.13     678 ██          ",
        "DDR   read    40.72   1 954 █████▉      ",
        "      write    3.68     177 ▌           ",
        "DDR  3 000 ▄▄▄",
        "AXI  3 000 ▅▅▅",
    ]


def test_reading_and_writing_differ_in_more_than_their_place() -> None:
    lines = bandwidth_lines(done(), Scale(), AxisGraphs(), Area(40, 6))
    assert roles(lines[:1], "█") == {"read"}
    assert roles(lines[1:2], "█") == {"write"}


def test_a_high_room_has_high_graphs_and_a_note() -> None:
    lines = drawn(done(), Area(63, 17))
    assert lines[7] == ""
    assert [line[:11] for line in lines[8:16]] == [
        "DDR  3 000 ", " " * 11, " " * 11, "         0 ", "AXI  3 000 ", " " * 11, " " * 11, "         0 ",
    ]  # fmt: skip
    assert lines[-1] == " " * 11 + "MByte/s, last 3 iterations"


def test_a_low_room_has_pairs() -> None:
    assert drawn(done(), Area(48, 3)) == [
        "total read   3 440  write     854  MByte/s",
        "AXI   read   1 486  write     678  MByte/s",
        "DDR   read   1 954  write     177  MByte/s",
    ]
    assert drawn(done(), Area(28, 3))[0] == "total r   3 440  w     854"


def test_a_narrow_room_has_no_bars() -> None:
    assert drawn(done(), Area(30, 6))[0] == "total read    71.70   3 440"


def test_a_figure_is_never_cut() -> None:
    lines = drawn(moments()["huge"], Area(40, 6))
    assert lines[0].startswith("total read   81.2 G  3.90 T █")


def test_without_times_the_bars_show_amounts() -> None:
    run = report(TEXT.replace(b"execution time:             20845 us", b"execution time:             0 us"))
    lines = drawn(live(run), Area(40, 7))
    assert lines[0].endswith("MByte 0               80.0")
    assert lines[1].startswith("total read    71.70 ██████████")
    assert drawn(live(run), Area(48, 3))[0] == "total read   71.70  write   17.81  MByte"


def test_what_was_not_used_takes_no_line() -> None:
    text = TEXT.replace(b"30.981305", b"0.000000").replace(b"14.130429", b"0.000000")
    lines = drawn(live(report(text), history=history(3)), Area(40, 9))
    assert [line[:11] for line in lines[:5]] == [" " * 11, "total read ", "      write", "DDR   read ", "      write"]
    nothing = b"".join(
        re.sub(rb"(BANDWIDTH.*: )[0-9.]+", rb"\g<1>0.0", line) for line in TEXT.splitlines(keepends=True)
    )
    assert [line[:5] for line in drawn(live(report(nothing)), Area(40, 6))] == [
        "total",
        "     ",
        "AXI  ",
        "     ",
        "DDR  ",
        "     ",
    ]


def test_a_graph_of_one_iteration_is_none() -> None:
    assert len(drawn(live(seed_run(), history=history(1)), Area(63, 17))) == 7


def test_a_figure_that_is_absent_has_no_bar() -> None:
    run = report(TEXT.replace(b"[     3] AXI_READ_BANDWIDTH  (MByte): 30.981305\n", b""))
    assert drawn(live(run), Area(40, 6))[2] == "AXI   read      n/a     n/a" + " " * 13


@pytest.mark.parametrize("shown", [live(), moments()["first run"]], ids=["no run", "first run"])
def test_before_there_are_figures(shown: Live) -> None:
    assert drawn(shown, Area(40, 9))[0] == "What a run reads and writes, through"


def test_a_run_without_counters() -> None:
    assert drawn(live(without_counters()), Area(40, 9)) == ["This run printed no bandwidth figures."]


def test_the_scale_of_the_bars_changes_rarely() -> None:
    scale = Scale()
    first = texts(bandwidth_lines(done(), scale, AxisGraphs(), Area(40, 7)))
    less = report(TEXT.replace(b"execution time:             20845 us", b"execution time:             30845 us"))
    assert texts(bandwidth_lines(live(less), scale, AxisGraphs(), Area(40, 7)))[0] == first[0]


@pytest.mark.parametrize("area", ROOMS, ids=str)
def test_every_moment_fits_every_room(area: Area) -> None:
    for name, shown in moments().items():
        assert fits(bandwidth_lines(shown, Scale(), AxisGraphs(), area), area), name

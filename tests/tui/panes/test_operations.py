"""Where the time goes: groups above, the slowest operations below."""

from __future__ import annotations

import re
from typing import Any

import pytest

from npumon.core.monitor.live import Live
from npumon.core.monitor.time_table import time_table
from npumon.core.profile import Cycles, Operation
from npumon.core.run.breakdown import GROUPINGS, Grouping
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.state import RunState
from npumon.tui.paint import Area
from npumon.tui.panes.operation_lines import filled_lines, gigabytes, table_lines
from npumon.tui.panes.operations import OperationsPane, operations_title
from tests.core.run.judging import judged, operation, row, state
from tests.tui.moments import HOSTILE, ROOMS, fits, roles, texts
from tests.tui.stage import live

CONV = operation(0, us=13_710_000, busy=48_000_000, ddr=3.0)
TP = operation(1, "POOLING", "TP", us=10_360_000, busy=11_000_000, name="PoolingLayer2")
SH = operation(2, "SOFTMAX", "SH", us=1_110_000, busy=9_000_000, shader="vxSoftmax", name="Softmax2Layer")
THREE = (CONV, TP, SH)
WHOLE = state(*THREE, elapsed=25_450_000.0, tiling=(row(0, channels=3), row(1, "TP"), row(2, "SH")))


def moment(run: RunState) -> Live:
    return live(RunReport(RunInfo(), run, judged(run)))


def drawn(run: RunState, area: Area, by: Grouping | None = "target") -> list[str]:
    table = time_table(judged(run), by)
    assert table is not None
    return [line.rstrip() for line in texts(table_lines(table, by or "", area))]


def test_times_with_their_shares_of_the_iteration() -> None:
    lines = drawn(WHOLE, Area(100, 12))
    assert re.split(" {2,}", lines[0].strip())[:3] == ["target", "time", "of 25.4 s"]
    assert [line.split()[0] for line in lines[1:5]] == ["NN", "TP", "SH", "none"]
    assert "13.7 s" in lines[1]
    assert "53.9 %" in lines[1]
    assert "270 ms" in lines[4], "what is between the operations"
    assert lines[5] == ""
    assert "Slowest" in lines[6]
    assert [re.split(" {2,}", line.strip())[1] for line in lines[7:]] == [
        "ConvolutionLayer",
        "PoolingLayer2",
        "Softmax2Layer",
    ]
    assert "input has 3 channels" in lines[7]
    assert "94.6 %" in lines[8], "the sum of the shares so far"
    assert "shader core" in lines[9]


def test_with_a_dump_busy_times_come_first_and_there_are_no_rates() -> None:
    lines = drawn(WHOLE._replace(layer_dump=True), Area(120, 12))
    assert re.split(" {2,}", lines[0].strip()) == ["target", "busy", "of busy", "time", "of 25.4 s"]
    assert not any("none" in line or "GB/s" in line or "MByte" in line for line in lines)


def test_times_alone_have_no_columns_of_counters() -> None:
    bare = WHOLE._replace(
        iterations=(
            WHOLE.iterations[0]._replace(
                operations=tuple(each._replace(cycles=Cycles(), bandwidth=type(each.bandwidth)()) for each in THREE)
            ),
        )
    )
    text = "\n".join(drawn(bare, Area(120, 12)))
    assert not any(word in text for word in ("busy", "GB/s", "MByte", "MAC"))


def test_counters_alone_are_ranked_by_cycles_where_no_clock_is_known() -> None:
    counters = tuple(Operation(cycles=Cycles(400_000 * many, 100_000 * many)) for many in (1, 3, 2))
    lines = drawn(state(*counters, pid="0x77")._replace(product=None), Area(100, 8), None)
    assert re.split(" {2,}", lines[0].strip())[:4] == ["#", "Slowest", "cycles", "of busy"]
    assert [line.split()[0] for line in lines[1:]] == ["1", "2", "0"]


def test_without_times_and_cycles_it_is_the_traffic() -> None:
    bare = tuple(each._replace(cycles=Cycles(), execution_us=None, window_us=None) for each in THREE)
    run = state(*bare)
    lines = drawn(run, Area(100, 12))
    assert re.split(" {2,}", lines[0].strip())[:3] == ["target", "DDR MByte", "of all"]
    assert lines[1].split()[0] == "NN"


def test_what_the_verdict_speaks_of_is_marked() -> None:
    heavy = state(
        operation(0, "CONVOLUTION", "SH", us=900_000, busy=500_000_000),
        TP._replace(cycles=Cycles(8_000_000_000, 7_999_000_000)),
    )
    table = time_table(judged(heavy), "target")
    assert table is not None
    lines = table_lines(table, "target", Area(100, 12))
    assert roles(lines, "!") == {"warn"}
    assert texts(lines)[2].rstrip().endswith("!"), "the second group is the shader core"


def test_in_few_lines_there_are_groups_alone() -> None:
    lines = drawn(WHOLE, Area(100, 4))
    assert len(lines) == 4
    assert not any("Slowest" in line for line in lines)
    assert lines[3].startswith("2 more")


def test_of_many_groups_the_smallest_are_summed_up() -> None:
    many = state(*(operation(order, us=1_000_000 + order) for order in range(40)))
    lines = drawn(many, Area(100, 20), "layer")
    assert len(lines) == 20
    (rest,) = [line for line in lines if " more " in f"{line} "]
    assert "%" in rest


def test_how_many_lines_there_would_be() -> None:
    table = time_table(judged(WHOLE), "target")
    assert table is not None
    assert filled_lines(table) == len(table_lines(table, "target", Area(100, 1_000)))
    table = time_table(judged(WHOLE), None)
    assert table is not None
    assert filled_lines(table) == len(table_lines(table, "", Area(100, 1_000))) == 4


def test_rates_are_of_the_driver_s_mbyte() -> None:
    assert gigabytes(1_000.0) == "1.05"


def test_no_two_cells_touch_and_nothing_is_cut_but_names() -> None:
    many = state(
        *(
            operation(order, us=10 ** (order % 9), busy=10 ** (order % 7), name="ConvolutionReluPoolingLayer" * 2)
            for order in range(30)
        )
    )
    for width in range(40, 201):
        for by in GROUPINGS:
            lines = drawn(many, Area(width, 40), by)
            heads = [index for index, line in enumerate(lines) if "Slowest" in line or index == 0]
            for index, line in enumerate(lines):
                assert not re.search(r"\de[+-]?\d", line), (width, line)
                if index not in heads and line:
                    assert not re.search(r"\d…", line), (width, line)
                    assert not re.search(r"%\S|\d %\d", line), (width, line)


@pytest.mark.parametrize("area", ROOMS, ids=str)
def test_it_fits_every_room(area: Area) -> None:
    hostile = tuple(each._replace(name=HOSTILE, shader=HOSTILE) for each in THREE)
    for run in (WHOLE, WHOLE._replace(layer_dump=True), state(*hostile), state(*THREE[:1], SH)):
        for by in GROUPINGS:
            table = time_table(judged(run), by)
            assert table is not None
            assert fits(table_lines(table, by, area), area) or (
                area.ascii and run.iterations[0].operations[0].name == HOSTILE
            )


def test_the_pane_groups_by_what_the_text_tells() -> None:
    pane = OperationsPane()
    pane.show(moment(WHOLE))
    seen: list[Any] = []
    for _ in range(5):
        seen.append(pane.by)
        pane.regroup()
    assert seen == ["target", "operation", "layer", "shader", "target"]
    pane.show(moment(state(CONV, TP)))
    assert pane.choices == ("target", "operation", "layer")
    assert pane.by == "operation"
    pane.show(moment(state(*(Operation(execution_us=5) for _ in range(2)))))
    pane.regroup()
    assert pane.by is None


def test_the_title_says_by_what() -> None:
    assert operations_title("target", ("target", "layer")) == "Where the time goes, by target (b: layer)"
    assert operations_title("target", ("target",)) == "Where the time goes, by target"
    assert operations_title(None, ()) == "Where the time goes"


def test_a_pane_without_a_run_draws_nothing() -> None:
    pane = OperationsPane()
    assert pane.lines(live(), Area(80, 20)) == []
    assert pane.filled(live(), Area(80, 20)) == 0
    pane.regroup()

"""The table of operations at any width, with any figures: whole, apart from each other, and never with an exponent."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from npumon.core import units
from npumon.core.profile import Bandwidth, Cycles, GraphNode, Iteration, Operation, TilingRow
from npumon.core.run.analysis import OperationProfile, RunFacts, profile_of
from npumon.core.run.layers.rows import total_row
from npumon.tui.page_keys import LAYERS_ORDERS
from npumon.tui.paint import Area
from npumon.tui.panes.layer_details import LayerDetailsPane
from npumon.tui.widgets.columns import views, visible_columns
from npumon.tui.widgets.layer_table import COLUMNS, LayerTable, shape_text, told_columns, with_order
from tests.tui.stage import live

_AMOUNTS = st.one_of(st.none(), st.floats(0, 1e12), st.floats(0, 1))
_COUNTS = st.one_of(st.none(), st.integers(0, 10**15), st.integers(0, 10_000))
_NAMES = st.one_of(st.none(), st.text("abcXYZ_é日 ", max_size=60))
OPERATIONS = st.builds(
    Operation,
    layer_id=st.one_of(st.none(), st.integers(0, 10**6)),
    name=_NAMES,
    operation_index=st.one_of(st.none(), st.integers(0, 99)),
    operation=st.sampled_from((None, "VXNNE_OPERATOR_CONVOLUTION", "VXNNE_OPERATOR_POOLING")),
    target=st.sampled_from((None, "VXNNE_OPERATION_TARGET_NN", "VXNNE_OPERATION_TARGET_SH", "unkown operation target")),
    uid=st.just(4),
    op_abs_id=st.integers(0, 5),
    execution_us=_COUNTS,
    bandwidth=st.builds(Bandwidth, _AMOUNTS, _AMOUNTS, _AMOUNTS, _AMOUNTS, _AMOUNTS, _AMOUNTS),
    cycles=st.builds(Cycles, _COUNTS, _COUNTS),
    window_us=_COUNTS,
    shader=_NAMES,
)
TILING = tuple(
    TilingRow(number, "NN", (112, 112, 64, 1), (112, 112, 1024, 2), kernel_shape=(3, 3, 64)) for number in range(3)
)
FACTS = RunFacts(800.0, TILING)
#: A name may end in a mark where it is cut, a figure never.
_CUT = ("…", "~")
_TEXT = {"name", "layer", "operation", "target", "shader", "reason", "why", "id", "bar", "busy_bar"}


def rows_of(*operations: Operation, dump: bool = False, nodes: bool = False) -> tuple[OperationProfile, ...]:
    named = (GraphNode(4, "CONV", "a node"),) if nodes else ()
    table = TILING if any(operation.op_abs_id is not None for operation in operations) else ()
    facts = FACTS._replace(layer_dump=dump, nodes=named, tiling=table)
    return profile_of(Iteration(1, 500.0, operations), facts).operations


@given(
    st.lists(OPERATIONS, min_size=1, max_size=6),
    st.integers(12, 260),
    st.integers(0, 4),
    st.booleans(),
    st.booleans(),
    st.sampled_from([key for _, key, _ in LAYERS_ORDERS]),
)
def test_cells_hold_whole_figures_that_touch_no_other(
    operations: list[Operation], width: int, view: int, dump: bool, plain: bool, order: str
) -> None:
    rows = rows_of(*operations, dump=dump, nodes=plain)
    table = LayerTable(COLUMNS, "order", ascii_only=plain)
    columns = with_order(told_columns(rows), order)
    shown = visible_columns(columns, width, view % views(columns, width))
    assert all(cells >= column.width for column, cells in shown)
    if width >= 60:
        assert sum(cells + 1 for _, cells in shown) <= width
    for row in (*rows, total_row(rows)):
        for column, cells in shown:
            area = Area(cells, 1, plain)
            text = "".join(part.text for part in table.cell(row, column, area))
            if column.key in _TEXT:
                continue
            assert cell_len(text) <= cells
            assert not text.endswith(_CUT)
            assert "#" not in text
            assert not re.search(r"\de[+-]?\d", text)
            assert cell_len(text) < cells or not re.search(r"\d \d", text)


@given(st.lists(OPERATIONS, min_size=1, max_size=4), st.integers(48, 220), st.integers(4, 40), st.booleans())
def test_the_details_hold_whole_figures(operations: list[Operation], width: int, height: int, dump: bool) -> None:
    facts = FACTS._replace(layer_dump=dump)
    profile = profile_of(Iteration(1, 500.0, tuple(operations)), facts)
    pane = LayerDetailsPane()
    pane.judge(profile, facts)
    pane.row = profile.operations[0]
    lines = list(pane.lines(live(), Area(width, height)))
    assert lines
    for line in lines[:height]:
        text = "".join(part.text for part in line)
        if not text.startswith(("name", "layer", "operation", "target", "shader", "ids")):
            assert cell_len(text) <= width
            assert not text.rstrip("│").endswith("…")
        assert not re.search(r"\de[+-]?\d", re.sub(r"^(name|layer|shader).*", "", text))


def test_cycles_of_a_dump_are_short_where_the_line_is() -> None:
    slow = Operation(name="a", execution_us=1_264_833, cycles=Cycles(1_011_866_400, 1_011_864_024), op_abs_id=0)
    profile = profile_of(Iteration(1, 500.0, (slow,)), FACTS)
    pane = LayerDetailsPane()
    pane.judge(profile, FACTS)
    pane.row = profile.operations[0]
    wide, narrow = (
        ["".join(part.text for part in line).rstrip() for line in pane.lines(live(), Area(width, 15))]
        for width in (76, 40)
    )
    assert "cycles    1 011 866 400, 1 011 864 024 idle" in wide
    assert "cycles    1.01 G, 1.01 G idle" in narrow


def test_columns_that_say_nothing_go() -> None:
    keys = [column.key for column in told_columns(rows_of(Operation(name="a", execution_us=5)))]
    assert keys == ["order", "name", "time", "share", "bar"]
    assert told_columns(()) == ()


def test_totals_that_are_those_of_ddr_go() -> None:
    moved = Operation(name="a", execution_us=5, bandwidth=Bandwidth(2.0, 1.0, 0.0, 0.0, 2.0, 1.0))
    keys = {column.key for column in told_columns(rows_of(moved))}
    assert keys >= {"ddr_read", "ddr_write"}
    assert not keys & {"total_read", "total_write", "axi_read", "axi_write"}
    both = moved._replace(bandwidth=Bandwidth(2.0, 1.0, 1.0, 0.0, 1.0, 1.0))
    assert {column.key for column in told_columns(rows_of(both))} >= {"total_read", "total_write", "axi_read"}


def test_a_dump_puts_busy_time_first_if_it_is_known() -> None:
    counted = Operation(name="a", execution_us=5, cycles=Cycles(1_000, 10), window_us=5)
    keys = [column.key for column in told_columns(rows_of(counted, dump=True))]
    assert keys.index("busy") < keys.index("time")
    assert "utilization" not in keys
    keys = [column.key for column in told_columns(rows_of(Operation(name="a", execution_us=5), dump=True))]
    assert "busy" not in keys
    assert "time" in keys


def test_the_layer_is_told_where_rows_have_the_names_of_nodes() -> None:
    with_nodes = rows_of(Operation(name="a", uid=4, execution_us=5), nodes=True)
    assert "layer" in [column.key for column in told_columns(with_nodes)]


@pytest.mark.parametrize(
    ("which", "text"), [("input", "112×112×64"), ("output", "112×112×1024×2"), ("kernel", "3×3×64")]
)
def test_shapes(which: str, text: str) -> None:
    (row,) = rows_of(Operation(op_abs_id=0, target="VXNNE_OPERATION_TARGET_NN", execution_us=5))
    assert shape_text(row, which, ascii_only=False) == text
    assert shape_text(row, which, ascii_only=True) == text.replace("×", "x")
    assert shape_text(row._replace(tiling=None), which, ascii_only=False) == ""
    assert units.ABSENT not in text

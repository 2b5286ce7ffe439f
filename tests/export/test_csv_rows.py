"""CSV: the header is fixed, cells are as the text printed them, and no cell starts a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.log.fast_blocks import BlockBatch, HeaderCache, split_blocks
from npumon.core.profile import BANDWIDTHS, Bandwidth, Cycles, Iteration, Operation
from npumon.core.run.metrics import utilization
from npumon.core.run.report import RunReport
from npumon.export.csv_rows import HEADER, CsvRows, cell, iteration_rows

BLOCK = b"""\
layer id: %d layer name:%s operation[0]:a target:b.
uid: 0
op_abs_id: 0
execution time:             20845 us
[     1] TOTAL_READ_BANDWIDTH  (MByte): 71.703380
[     2] TOTAL_WRITE_BANDWIDTH (MByte): 17.810649
[     3] AXI_READ_BANDWIDTH  (MByte): 30.981305
[     4] AXI_WRITE_BANDWIDTH (MByte): 14.130429
[     5] DDR_READ_BANDWIDTH (MByte): 40.722075
[     6] DDR_WRITE_BANDWIDTH (MByte): 3.680220
[     7] GPUTOTALCYCLES: %d
[     8] GPUIDLECYCLES: %d
VPC_ELAPSETIME: 21124
*********
Run the 1 time: 21.00ms or 21609.00us
vxProcessGraph execution time:
Total   21.00ms or 21625.00us
Average 21.62ms or 21625.00us
"""


def block_rows(text: bytes, rows: CsvRows | None = None) -> list[str]:
    heads = HeaderCache()
    (part,) = split_blocks(text, heads)
    assert isinstance(part, BlockBatch)
    return (rows or CsvRows()).block_rows(part.texts, heads)


def test_the_header() -> None:
    assert HEADER == (
        "run,iteration,elapsed_us,vpc_elapsed_us,layer_id,name,operation_index,operation,target,uid,op_abs_id,"
        "execution_us,bandwidth_mbyte.total_read,bandwidth_mbyte.total_write,bandwidth_mbyte.axi_read,"
        "bandwidth_mbyte.axi_write,bandwidth_mbyte.ddr_read,bandwidth_mbyte.ddr_write,cycles.total,cycles.idle,"
        "utilization\n"
    )


def test_the_real_run(seed_report: RunReport) -> None:
    (iteration,) = seed_report.state.iterations
    assert iteration_rows(1, iteration) == (
        "1,1,21609.0,21124,0,network_binary_graph,0,unkown operation type,unkown operation target,0,0,20845,"
        "71.70338,17.810649,30.981305,14.130429,40.722075,3.68022,16697255,296080,0.982268\n"
    )


def test_a_row_for_each_operation_and_one_for_an_iteration_without(seed_report: RunReport) -> None:
    assert iteration_rows(2, Iteration(7, None)) == "2,7" + "," * 19 + "\n"
    rows = iteration_rows(2, Iteration(7, 5.0, 3, (Operation(1), Operation(2, uid=-1)))).splitlines()
    assert rows == ["2,7,5.0,3,1" + "," * 16, "2,7,5.0,3,2,,,,,-1" + "," * 11]


@given(st.data())
def test_rows_read_back_as_the_figures(any_report: st.SearchStrategy[RunReport], data: st.DataObject) -> None:
    for iteration in data.draw(any_report).state.iterations:
        text = iteration_rows(3, iteration)
        rows = list(csv.DictReader(io.StringIO(HEADER + text)))
        assert len(rows) == max(1, len(iteration.operations)) == text.count("\n")
        for row, operation in zip(rows, iteration.operations, strict=False):
            assert (row["run"], row["iteration"]) == ("3", str(iteration.number))
            for name in BANDWIDTHS:
                amount = getattr(operation.bandwidth, name)
                cell = row[f"bandwidth_mbyte.{name}"]
                assert (float(cell) if cell else None) == amount
            share = utilization(operation.cycles)
            assert row["utilization"] == ("" if share is None else str(share))


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_no_cell_starts_a_formula(name: str) -> None:
    operation = Operation(name=name, operation=name, target=name)
    (cells,) = csv.reader(io.StringIO(iteration_rows(1, Iteration(1, operations=(operation,)))))
    assert [cells[column] for column in (5, 7, 8)] == ["'" + name] * 3


def test_names_are_quoted_where_they_must_be() -> None:
    operation = Operation(name='conv, "1"', bandwidth=Bandwidth(), cycles=Cycles())
    assert ',"conv, ""1""",' in iteration_rows(1, Iteration(1, operations=(operation,)))


@pytest.mark.parametrize(
    ("total", "idle", "cell"),
    [
        (16697255, 296080, "0.982268"),
        (10, 5, "0.5"),
        (3, 1, "0.666667"),
        (10, 10, "0.0"),
        (10, 11, ""),  # more idle than there is: no share
        (1_000_000, 999_999, "1e-06"),
        (10_000_000, 9_999_999, "0.0"),
        (1_000_000, 999_900, "0.0001"),
        (10_000_000_000 - 1, 1, "1.0"),
    ],
)
def test_the_share_is_spelled_as_python_spells_it(total: int, idle: int, cell: str) -> None:
    (row,) = block_rows(BLOCK % (0, b"n", total, idle))
    assert row.split(",")[-1] == cell
    share = utilization(Cycles(total, idle))
    assert cell == ("" if share is None else str(share))


def test_rows_of_blocks_are_those_of_their_iterations(seed_report: RunReport, seed_run: bytes) -> None:
    writer = CsvRows()
    block = b"".join(seed_run.splitlines(keepends=True)[16:34])
    assert [f"1,{row}\n" for row in block_rows(block, writer)] == [writer.iteration(1, seed_report.state.iterations[0])]


def test_heads_are_spelled_once_and_forgotten_in_bounds() -> None:
    rows = block_rows(b"".join(BLOCK % (number, b"=x,y", 10, 5) for number in [0, *range(5_000), 0]))
    assert [row.split(",", 4)[3] for row in rows] == [str(number) for number in [0, *range(5_000), 0]]
    assert all(',"\'=x,y",' in row for row in rows)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@sum", "'@sum"),
        ("-1", "'-1"),
        ("conv1", "conv1"),
        ("", ""),
        (-1, -1),
        (None, None),
        (True, "true"),
        (False, "false"),
    ],
)
def test_text_never_starts_a_formula(value: object, written: object) -> None:
    assert cell(value) == written

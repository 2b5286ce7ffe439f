"""CSV: the header is fixed, cells are as the text printed them, and no cell starts a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.profile import BANDWIDTHS, Bandwidth, Cycles, Iteration, Operation
from npumon.core.run.analysis import GroupTime, profile_of
from npumon.core.run.report import RunInfo, RunReport
from npumon.export import csv_rows
from npumon.export.csv_rows import HEADER, cell, group_rows, header, iteration_row, iteration_rows, run_row
from npumon.export.run_document import profiles_of

ReportFrom = Callable[..., RunReport]


def test_the_header() -> None:
    assert HEADER == (
        "run,iteration,elapsed_us,vpc_elapsed_us,layer_id,name,operation_index,operation,target,uid,op_abs_id,"
        "execution_us,bandwidth_mbyte.total_read,bandwidth_mbyte.total_write,bandwidth_mbyte.axi_read,"
        "bandwidth_mbyte.axi_write,bandwidth_mbyte.ddr_read,bandwidth_mbyte.ddr_write,cycles.total,cycles.idle,"
        "utilization,order,target_kind,busy_us,macs,mac_per_cycle,wraps,trusted\n"
    )
    assert header(csv_rows.COLUMNS, files=True) == "file," + HEADER


def test_the_real_run(seed_report: RunReport) -> None:
    (profile,) = profiles_of(seed_report)
    assert iteration_rows(1, profile) == (
        "1,1,21609.0,21124,0,network_binary_graph,0,unkown operation type,unkown operation target,0,0,20845,"
        "71.70338,17.810649,30.981305,14.130429,40.722075,3.68022,16697255,296080,0.982268,"
        f"0,,{profile.operations[0].busy_us},,,0,true\n"
    )


def test_a_row_for_each_operation_and_one_for_an_iteration_without() -> None:
    assert iteration_rows(2, profile_of(Iteration(7, None))) == "2,7" + "," * 26 + "\n"
    profile = profile_of(Iteration(7, 5.0, (Operation(1, window_us=3), Operation(2, uid=-1, window_us=4))))
    rows = iteration_rows(2, profile).splitlines()
    assert rows == ["2,7,5.0,7,1" + "," * 17 + "0,,,,,0,true", "2,7,5.0,7,2,,,,,-1" + "," * 12 + "1,,,,,0,true"]
    assert iteration_rows(2, profile, operations=profile.operations[1:]).splitlines() == rows[1:]
    assert iteration_rows(2, profile, file="=a.log").splitlines() == [f"'=a.log,{row}" for row in rows]


@given(st.data())
def test_rows_read_back_as_the_figures(any_report: st.SearchStrategy[RunReport], data: st.DataObject) -> None:
    report = data.draw(any_report)
    for profile in profiles_of(report):
        text = iteration_rows(3, profile)
        rows = list(csv.DictReader(io.StringIO(HEADER + text)))
        assert len(rows) == max(1, len(profile.operations)) == text.count("\n")
        for row, each in zip(rows, profile.operations, strict=False):
            assert (row["run"], row["iteration"]) == ("3", str(profile.iteration.number))
            for name in BANDWIDTHS:
                amount = getattr(each.operation.bandwidth, name)
                cell = row[f"bandwidth_mbyte.{name}"]
                assert (float(cell) if cell else None) == amount
            assert row["utilization"] == ("" if each.utilization is None else str(each.utilization))
            assert row["trusted"] == ("true" if each.trusted else "false")
        (whole,) = csv.DictReader(io.StringIO(header(csv_rows.ITERATION_COLUMNS) + iteration_row(3, profile)))
        assert whole["operations"] == str(len(profile.operations))
    (run,) = csv.DictReader(io.StringIO(header(csv_rows.RUN_COLUMNS) + run_row(report)))
    assert (run["outcome"], run["verdict_id"]) == (report.info.outcome, report.metrics.verdict_id)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_no_cell_starts_a_formula(name: str) -> None:
    operation = Operation(name=name, operation=name, target=name)
    profile = profile_of(Iteration(1, operations=(operation,)))
    (cells,) = csv.reader(io.StringIO(iteration_rows(1, profile)))
    assert [cells[column] for column in (5, 7, 8)] == ["'" + name] * 3


def test_names_are_quoted_where_they_must_be() -> None:
    operation = Operation(name='conv, "1"', bandwidth=Bandwidth(), cycles=Cycles())
    assert ',"conv, ""1""",' in iteration_rows(1, profile_of(Iteration(1, operations=(operation,))))


def test_rows_of_groups() -> None:
    groups = (
        GroupTime("NN", 2, 30, 0.75, 20.5, 0.8, 1.5, 1_000),
        GroupTime(None, 1, None, None, None, None, None, None),
    )
    assert group_rows(1, 4, groups, file="a.log") == "a.log,1,4,NN,2,30,0.75,20.5,0.8,1.5,1000\na.log,1,4,,1,,,,,,\n"
    assert len(csv_rows.GROUP_COLUMNS) == 10


def test_a_row_of_an_iteration_and_of_a_run(report_from: ReportFrom) -> None:
    report = report_from("Run the 1 time: 1.00ms or 5.00us\n", info=RunInfo("log-1-1", command=("./run.sh", "-x")))
    (profile,) = profiles_of(report)
    assert iteration_row(3, profile) == "3,1,true,true,5.0,,,0,,,,,\n"
    (row,) = csv.DictReader(io.StringIO(header(csv_rows.RUN_COLUMNS) + run_row(report)))
    assert (row["id"], row["command"], row["iterations"]) == ("log-1-1", "./run.sh -x", "1")


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

"""The documents of `npumon.run/1` and `npumon.iteration/1`: their keys are fixed, absent figures are null."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

from npumon import __version__
from npumon.core.profile import (
    BANDWIDTHS,
    Cycles,
    GraphNode,
    Hang,
    Iteration,
    Network,
    NetworkTensor,
    Operation,
    Reported,
    TilingRow,
)
from npumon.core.run.analysis import GroupTime, RunFacts, profile_of
from npumon.core.run.conditions import Conditions
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.statistics import Statistics
from npumon.engine.reporting import Context
from npumon.export.run_document import finite, iteration_document, iteration_line, profiles_of, run_document

ReportFrom = Callable[..., RunReport]


def test_the_real_run(seed_report: RunReport, data_folder: Path) -> None:
    document = run_document(seed_report)
    assert document.pop("npumon_version") == __version__
    expected = json.loads((data_folder / "seed_run.json").read_bytes())
    assert document == expected
    assert list(document) == list(expected)


def test_the_document_around_the_real_run_gives_the_same_figures(
    seed_report: RunReport, report_from: ReportFrom, data_folder: Path
) -> None:
    around = run_document(report_from((data_folder / "seed_document.md").read_bytes(), Context(("", "", "goldfish"))))
    alone = run_document(seed_report)
    assert around.pop("unrecognized_lines") + around.pop("other_lines") > 10
    assert alone.pop("unrecognized_lines") + alone.pop("other_lines") == 0
    del around["run"]["log"], alone["run"]["log"]
    assert around == alone


def test_what_is_absent_is_null_and_never_missing(seed_report: RunReport, report_from: ReportFrom) -> None:
    document, full = run_document(report_from("")), run_document(seed_report)
    assert list(document) == list(full)
    for part in ("run", "device", "memory", "metrics"):
        assert list(document[part]) == list(full[part])
    assert (document["create_us"], document["total_us"], document["iterations"]) == (None, None, [])
    assert document["run"]["outcome"] == "empty"
    assert document["metrics"]["bandwidth_mbyte"] == dict.fromkeys(BANDWIDTHS)


def test_the_iteration_that_was_broken_off_comes_last(report_from: ReportFrom) -> None:
    first = "uid: 1\nexecution time: 3 us\n*********\nRun the 1 time: 1.00ms or 5.00us\n"
    text = f"Start run graph [2] times...\n{first}uid: 2\nexecution time: 7 us\n"
    document = run_document(report_from(text))
    assert [(each["index"], each["complete"], each["layers"][0]["uid"]) for each in document["iterations"]] == [
        (1, True, 1),
        (2, False, 2),
    ]
    assert document["iterations_completed"] == 1


def test_detections_diagnostics_and_how_it_ran(report_from: ReportFrom) -> None:
    text = "E [vnn:1]bad\nwhat?\nGPUTOTALCYCLE: 4\nclass: cat, score: 0.5\n"
    text += "box coordinate left,top,right,down: [1, 2, 3, 4]\n"
    info = RunInfo(command=("./run.sh", "-v"), exit_status=1, started_at="2026-11-22T03:18:00.123+00:00")
    document = run_document(report_from(text, Context(demo=True), info))
    assert document["detections"] == [
        {"index": None, "label": "cat", "score": 0.5, "left": 1.0, "top": 2.0, "right": 3.0, "bottom": 4.0}
    ]
    assert document["diagnostics"] == [
        {"line": 1, "level": "error", "source": "ovxlib", "message": "[vnn:1]bad", "count": 1}
    ]
    assert (document["unrecognized_lines"], document["other_lines"], document["demo"]) == (1, 1, True)
    assert (document["run"]["command"], document["run"]["exit_status"]) == (["./run.sh", "-v"], 1)


def test_one_iteration_as_a_line(seed_report: RunReport) -> None:
    (profile,) = profiles_of(seed_report)
    document = iteration_line(3, profile, demo=False)
    assert list(document) == [
        *("schema", "demo", "run", "index", "complete", "elapsed_us", "inference_us", "vpc_elapsed_us", "layers"),
        "first",
    ]
    assert (document["schema"], document["run"], document["index"]) == ("npumon.iteration/1", 3, 1)
    (layer,) = document["layers"]
    assert list(layer) == [
        *("layer_id", "name", "operation_index", "operation", "target", "uid", "op_abs_id", "execution_us"),
        *("bandwidth_mbyte", "cycles", "utilization", "order", "target_kind", "shader", "busy_us", "window_us"),
        *("macs", "mac_per_cycle", "input_shape", "output_shape", "kernel_shape", "kernel_bytes"),
        *("kernel_bytes_estimated", "graph_op", "graph_name", "trusted", "doubt"),
    ]
    assert layer["cycles"] == {"total": 16697255, "idle": 296080, "wraps": 0}


def test_an_operation_without_cycles_has_no_utilization() -> None:
    document = iteration_line(1, profile_of(Iteration(1, operations=(Operation(cycles=Cycles(0, 0)),))), demo=True)
    assert document["layers"][0]["utilization"] is None
    assert document["demo"] is True


def test_what_the_table_and_the_graph_say_of_an_operation() -> None:
    row = TilingRow(0, "NN", (224, 224, 3, 1), (112, 112, 32, 1), kernel_shape=(3, 3, 3), kernel_bytes=900)
    facts = RunFacts(800.0, (row._replace(kernel_bytes_estimated=1_088),), (GraphNode(7, "CONV2D", "conv_1"),))
    operation = Operation(uid=7, op_abs_id=0, target="VXNNE_OPERATION_TARGET_NN", shader="k")
    (layer,) = iteration_document(profile_of(Iteration(1, operations=(operation,)), facts))["layers"]
    assert layer["target_kind"] == "NN"
    assert (layer["input_shape"], layer["output_shape"]) == ([224, 224, 3, 1], [112, 112, 32, 1])
    assert (layer["kernel_shape"], layer["kernel_bytes"], layer["kernel_bytes_estimated"]) == ([3, 3, 3], 900, 1_088)
    assert (layer["graph_op"], layer["graph_name"], layer["shader"]) == ("CONV2D", "conv_1", "k")


def test_what_else_a_run_tells(seed_report: RunReport) -> None:
    reported = Reported("benchmark_model", 50, 41_210.0, warmup=Reported("benchmark_model", 1))
    statistics = Statistics(3, 30.0, 10.0, 15.0, 15.0, 20.0, 20.0, 20.0, 7.0, 5.0, True, bins=((10.0, 20.0, 2),))
    group = GroupTime(None, 1, 10, 1.0, 9.0, 1.0, 0.5, None)
    report = seed_report._replace(
        info=seed_report.info._replace(reason="why", hung=Hang("25.1", True, "hang"), log_complete=False),
        state=seed_report.state._replace(reported=reported),
        conditions=Conditions(profiling=True, environment=(("VNN_LOOP_TIME", "3"),)),
        metrics=seed_report.metrics._replace(statistics=statistics, by_target=(group,)),
    )
    document = run_document(report)
    assert document["run"]["reason"] == "why"
    assert document["run"]["hung"] == {"at": "25.1", "recovered": True, "message": "hang"}
    assert document["log_complete"] is False
    assert document["conditions"]["environment"] == {"VNN_LOOP_TIME": "3"}
    assert document["reported"]["first_us"] == 41_210.0
    assert document["reported"]["warmup"]["count"] == 1
    assert document["reported"]["warmup"]["warmup"] is None
    assert list(document["metrics"]["statistics"]) == [
        *("count", "first_us", "min_us", "median_us", "mean_us", "p95_us", "p99_us", "max_us", "std_us", "mad_us"),
        *("without_first", "approximate"),
    ]
    assert list(document["metrics"]["by_target"][0]) == [
        *("key", "operations", "execution_us", "share", "busy_us", "busy_share", "ddr_mbyte", "macs"),
    ]
    assert run_document(seed_report)["reported"] is None


def test_what_is_no_finite_number_becomes_null() -> None:
    document = {"a": math.nan, "b": [math.inf, 1.5, ({"c": -math.inf},)], "d": "nan", "e": 10**30, "f": None}
    assert finite(document) == {"a": None, "b": [None, 1.5, [{"c": None}]], "d": "nan", "e": 10**30, "f": None}


def test_the_network(report_from: ReportFrom) -> None:
    picture, classes = NetworkTensor("input", "uint8", (1, 3, 299, 299)), NetworkTensor("softmax", "float16", (1, 1001))
    network = Network("inception_v3", "A311D (VIM3)", (picture,), (classes,), path="/m/inception_v3.nb")
    assert run_document(report_from("", Context(network=network)))["network"] == {
        "name": "inception_v3",
        "target": "A311D (VIM3)",
        "inputs": [{"name": "input", "dtype": "uint8", "shape": [1, 3, 299, 299]}],
        "outputs": [{"name": "softmax", "dtype": "float16", "shape": [1, 1001]}],
        "path": "/m/inception_v3.nb",
    }
    assert run_document(report_from(""))["network"] is None

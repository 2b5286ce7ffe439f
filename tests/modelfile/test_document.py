from __future__ import annotations

import json
from typing import Any

import pytest

from npumon.modelfile.checks_nbg import Device
from npumon.modelfile.diff import diff_models
from npumon.modelfile.document import COLUMNS, diff_document, document, documents, row
from npumon.modelfile.firmware.needs import FirmwareOptions
from npumon.modelfile.inspection import inspect

TODAY = "2026-11-22"
KEYS = [
    "schema", "path", "format", "ok", "compiler", "pb_md5", "sizes", "inputs", "outputs", "states", "fit", "checks",
]  # fmt: skip
NEW_KEYS = ["tables", "weights_compressed", "in_out", "config", "ram", "flash"]
SIZES = [
    "total_bytes", "npu_bytes", "cmd_bytes", "weight_bytes", "data_bytes", "tmp_bytes", "ops_bytes", "input_bytes",
    "output_bytes", "in_out_bytes",
]  # fmt: skip
FIT_KEYS = [
    "mode", "needs_bytes", "budget_bytes", "headroom_bytes", "flash_bytes", "flash_budget_bytes", "ok",
]  # fmt: skip


@pytest.fixture(params=["header", "document", "leo", "apus", "npub", "nbg", "cut", "nan"])
def data(
    request: pytest.FixtureRequest, writers: Any, document_text: bytes, leo: bytes, apus: bytes, npub: bytes
) -> bytes:
    """Each kind of file, and broken ones."""
    nan = writers.nbg(inputs=[writers.nbg_tensor(scale=float("nan"))])
    made: dict[str, bytes] = {
        "header": writers.header().data(),
        "document": document_text,
        "leo": leo,
        "apus": apus,
        "npub": npub,
        "nbg": writers.nbg().data(),
        "cut": writers.header().data()[:900],
        "nan": nan.data(),
    }
    return made[request.param]


def test_the_document_has_exactly_the_documented_keys(data: bytes) -> None:
    model = inspect(data, today=TODAY, device=Device(pid=0x88))
    assert model is not None
    value = json.loads(json.dumps(document(model, "a/model.h"), allow_nan=False))
    assert list(value) == KEYS + (["nbg"] if model.format == "nbg" else []) + NEW_KEYS
    assert (value["schema"], value["path"], value["format"]) == ("npumon.model/1", "a/model.h", model.format)
    assert list(value["compiler"]) == ["version", "unit", "model_info", "compiled_at"]
    assert list(value["sizes"]) == SIZES
    for tensor in value["inputs"] + value["outputs"] + value["in_out"]:
        assert list(tensor) == ["name", "dtype", "shape", "elements", "bytes", "offset_bytes", "offset_in_out"]
    for state in value["states"]:
        assert list(state) == ["input", "output", "ok"]
    for fit in value["fit"]:
        assert list(fit) == FIT_KEYS
    for check in value["checks"]:
        assert list(check) == ["id", "severity", "ok", "expected", "found", "detail"]
        assert check["severity"] in ("info", "warn", "fail")
    assert value["ok"] == all(check["ok"] for check in value["checks"] if check["severity"] == "fail")


def test_a_row_has_the_columns_of_the_table(data: bytes) -> None:
    model = inspect(data, today=TODAY)
    assert model is not None
    assert tuple(row(model, "x")) == COLUMNS


def test_the_rows_of_two_kinds_of_files(document_text: bytes, writers: Any) -> None:
    header, graph = (inspect(item, today=TODAY) for item in (document_text, writers.nbg().data()))
    assert header is not None
    assert graph is not None
    cells = row(header, "m.h")
    assert (cells["sizes.total_bytes"], cells["fit.sram"], cells["failed"]) == (151550, True, "")
    assert str(cells["inputs"]).startswith("Feats:float16[1,15,40] State_c0:float16[1,3,64]")
    assert (cells["states"], cells["nbg.network"]) == (3, None)
    assert row(graph, "n.nb")["nbg.target"] == "0x88"
    several = documents([(header, "m.h"), (graph, "n.nb")])
    assert several["schema"] == "npumon.models/1"
    assert [item["path"] for item in json.loads(json.dumps(several))["models"]] == ["m.h", "n.nb"]


def test_the_failed_checks_are_named_in_the_row(writers: Any) -> None:
    model = inspect(writers.header().text().replace("npu_size = 1", "npu_size = 2").encode(), today=TODAY)
    assert model is not None
    assert row(model, "x")["failed"] == "gx.npu gx.total"


def test_the_fields_of_a_graph(writers: Any) -> None:
    model = inspect(writers.nbg().data(), today=TODAY)
    assert model is not None
    graph = json.loads(json.dumps(document(model, "n.nb")))["nbg"]
    assert (graph["format_version"], graph["target_pid"], graph["network"]) == ("0x0001000f", "0x88", "synthetic")
    assert graph["inputs"] == [
        {"name": "image", "entry_name": "input[0]", "quantization": {"kind": "affine", "scale": 0.5, "zero_point": 128}}
    ]
    assert graph["sections"][0]["name"] == "input"
    assert graph["operation_types"] == {"NN": 2, "SH": 1, "init": 1, "end": 1}


def test_every_entry_of_the_directory_is_listed_with_its_share_of_the_file(writers: Any) -> None:
    data = writers.nbg(version=0x00010020).data()
    model = inspect(data, today=TODAY)
    assert model is not None
    tables = json.loads(json.dumps(document(model, "n.nb")))["tables"]
    assert len(tables) == 68
    assert tables[23] == {"name": "table 23", "offset": tables[23]["offset"], "bytes": 48, "share": 48 / len(data)}
    assert data[tables[23]["offset"] :][:7] == bytes(range(1, 8))


def test_what_a_firmware_needs_for_the_public_notes_example(document_text: bytes, writers: Any) -> None:
    model = inspect(document_text, today=TODAY)
    assert model is not None
    value = json.loads(json.dumps(document(model, "m.h", FirmwareOptions(flash_clock_hz=96_000_000)), allow_nan=False))
    assert value["config"]["KWS_SNPU_BUFFER_SIZE"] == 2996
    assert value["ram"] == {
        "mode": "sram",
        "npu_bytes": 147018,
        "buffers": {"contexts": 2, "each_bytes": 3008, "bytes": 6016},
        "left_bytes": 43574,
        "budget_bytes": 196608,
    }
    assert value["flash"] == {
        "bytes_per_run": 133338,
        "clock_hz": 96_000_000,
        "lines": 4,
        "least_us": pytest.approx(133338 * 2 / 96),
    }
    assert {tensor["name"]: tensor["offset_in_out"] for tensor in value["outputs"]} == {
        "State_c0_out": 1200,
        "State_c1_out": 1584,
        "State_c2_out": 2096,
        "phone_prob": 2736,
    }
    assert [(member["name"], member["offset_in_out"]) for member in value["in_out"]][-1] == ("phone_prob", 2736)
    graph = inspect(writers.nbg().data(), today=TODAY)
    assert graph is not None
    told = document(graph, "n.nb")
    assert (told["config"], told["ram"], told["flash"], told["in_out"]) == (None, None, None, [])


def test_a_comparison_is_strict_json(writers: Any, document_text: bytes) -> None:
    before, after = (inspect(item, today=TODAY) for item in (writers.header().data(), document_text))
    assert before is not None
    assert after is not None
    value = json.loads(
        json.dumps(diff_document(diff_models(before, after, same_bytes=False), "a", "b"), allow_nan=False)
    )
    assert (value["schema"], value["verdict"], value["before"]) == ("npumon.model_diff/1", "changed", "a")
    assert value["sizes"][0] == {
        "name": "total",
        "before_bytes": 182,
        "after_bytes": 151550,
        "delta_bytes": 151550 - 182,
    }

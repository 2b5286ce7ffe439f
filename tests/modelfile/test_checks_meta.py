from __future__ import annotations

import json
from typing import Any

import pytest

from npumon.modelfile.checks_meta import meta_checks
from npumon.modelfile.description import ModelFile
from npumon.modelfile.nbg import read_nbg


def read(spec: Any) -> ModelFile:
    model = read_nbg(spec.data())
    assert model is not None
    return model


def meta(**changes: Any) -> bytes:
    return json.dumps(
        {
            "Inputs": {"image": {"shape": [1, 3, 8, 8]}},
            "Outputs": {"prob": {"shape": [1, 10], "quantize": {"fl": 7}}},
            "Recurrent_connections": {},
        }
        | changes
    ).encode()


def test_the_exporters_meta_file_agrees(writers: Any) -> None:
    model = read(writers.nbg())
    assert [(check.id, check.ok) for check in meta_checks(model, meta())] == [("nb.meta", True)]
    listed = meta(Inputs=[{"shape": [1, 3, 8, 8]}])
    assert [check.ok for check in meta_checks(model, listed)] == [True]


@pytest.mark.parametrize(
    ("data", "severity"),
    [
        (meta(Inputs={"a": {"shape": [1, 3, 8, 8]}, "b": {"shape": [4]}}), "info"),
        (meta(Outputs={}), "warn"),
        (meta(Outputs={"prob": {"shape": [10, 1]}}), "warn"),
        (meta(Outputs=[{"shape": [10, 1]}, {"shape": [1]}]), "warn"),
        (meta(Outputs={"other": {"shape": [1, 10]}}), "info"),
        (meta(Outputs=[{"name": "other", "shape": [1, 10]}]), "info"),
        (meta(Outputs={"prob": {"shape": [1, 10], "dtype": "fp16"}}), "warn"),
        (meta(Outputs={"prob": {"shape": [1, 10], "quantize": {"qtype": "u8"}}}), "warn"),
        (meta(Inputs={"image": {"shape": [1, 3, 8, 8], "quantize": {"scale": 0.501}}}), "warn"),
        (meta(Inputs={"image": {"shape": [1, 3, 8, 8], "quantize": {"zero_point": 127}}}), "warn"),
        (meta(Outputs={"prob": {"shape": [1, 10], "fl": 5}}), "warn"),
        (b"[]", "warn"),
        (b"\xff{", "warn"),
        (b"[" * 100000, "warn"),
        (b'{"Inputs": 3, "Outputs": [1, {"shape": {}}]}', "warn"),
    ],
)
def test_a_meta_file_that_differs_is_a_remark_or_a_warning(writers: Any, data: bytes, severity: str) -> None:
    checks = meta_checks(read(writers.nbg()), data)
    assert {check.id for check in checks} == {"nb.meta"}
    assert not any(check.ok for check in checks)
    assert severity in {check.severity for check in checks}
    assert "fail" not in {check.severity for check in checks}


def test_every_figure_that_agrees_is_no_finding(writers: Any) -> None:
    inputs = {"image": {"shape": [1, 3, 8, 8], "dtype": "u8", "quantize": {"scale": 0.500001, "zero_point": 128}}}
    outputs = {"prob": {"shape": [1, 10], "quantize": {"qtype": "i8", "fl": 7, "scale": 3.0, "zero_point": 9}}}
    (check,) = meta_checks(read(writers.nbg()), meta(Inputs=inputs, Outputs=outputs))
    assert check.ok


def test_tensors_are_compared_in_their_order(writers: Any) -> None:
    tensors = [writers.nbg_tensor("a", (1, 2, 3)), writers.nbg_tensor("b", (3, 2, 1))]
    model = read(writers.nbg(inputs=tensors, trailer=b""))
    swapped = meta(Inputs={"a": {"shape": [3, 2, 1]}, "b": {"shape": [1, 2, 3]}})
    assert [(check.expected, check.found) for check in meta_checks(model, swapped)] == [
        ("[3, 2, 1]", "[1, 2, 3]"),
        ("[1, 2, 3]", "[3, 2, 1]"),
    ]
    names = meta(Inputs={"x": {"shape": [1, 2, 3]}, "y": {"shape": [3, 2, 1]}})
    assert [check.ok for check in meta_checks(model, names)] == [True]  # the graph does not tell its first names

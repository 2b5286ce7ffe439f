from __future__ import annotations

import json
from pathlib import Path
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


def quantized(**figures: Any) -> dict[str, Any]:
    return {"Inputs": {"image": {"shape": [1, 3, 8, 8], "quantize": figures}}}


@pytest.mark.parametrize(
    ("data", "severity"),
    [
        (meta(Inputs={"a": {"shape": [1, 3, 8, 8]}, "b": {"shape": [4]}}), "info"),
        (meta(Outputs={}), "fail"),
        (meta(Outputs={"prob": {"shape": [10, 1]}}), "fail"),
        (meta(Outputs=[{"shape": [10, 1]}, {"shape": [1]}]), "fail"),
        (meta(Outputs={"other": {"shape": [1, 10]}}), "warn"),
        (meta(Outputs=[{"name": "other", "shape": [1, 10]}]), "warn"),
        (meta(Outputs={"prob": {"shape": [1, 10], "dtype": "fp16"}}), "fail"),
        (meta(Outputs={"prob": {"shape": [1, 10], "quantize": {"qtype": "u8"}}}), "fail"),
        (meta(Outputs={"prob": {"shape": [1, 10], "dtype": "i16"}}), "fail"),
        (meta(**quantized(scale=0.501)), "fail"),
        (meta(**quantized(scale=[0.501])), "fail"),
        (meta(**quantized(scale=1)), "fail"),
        (meta(**quantized(zero_point=127)), "fail"),
        (meta(**quantized(zero_point=[127])), "fail"),
        (meta(**quantized(quantizer="dynamic_fixed_point")), "fail"),
        (meta(Outputs={"prob": {"shape": [1, 10], "fl": 5}}), "fail"),
        (meta(Outputs={"prob": {"shape": [1, 10], "fl": [5]}}), "fail"),
        (b"[]", "warn"),
        (b"\xff{", "warn"),
        (b"[" * 100000, "warn"),
        (b'{"Inputs": 3, "Outputs": [1, {"shape": {}}]}', "fail"),
    ],
)
def test_a_meta_file_that_differs_is_told(writers: Any, data: bytes, severity: str) -> None:
    checks = meta_checks(read(writers.nbg()), data)
    assert {check.id for check in checks} == {"nb.meta"}
    assert not any(check.ok for check in checks)
    assert severity in {check.severity for check in checks}
    assert severity == "fail" or "fail" not in {check.severity for check in checks}


@pytest.mark.parametrize(
    "figures",
    [
        {"quantizer": "asymmetric_affine", "scale": [0.5], "zero_point": [128]},
        {"quantizer": "something_new", "scale": 5e-1, "zero_point": 128},
        {"scale": [0.25, 0.5], "zero_point": [1, 128]},
        {"scale": [0.5, 0.5], "zero_point": []},
        {"scale": ["0.3"], "zero_point": [True]},
    ],
)
def test_lists_that_agree_or_are_of_channels_are_no_finding(writers: Any, figures: dict[str, Any]) -> None:
    (check,) = meta_checks(read(writers.nbg()), meta(**quantized(**figures)))
    assert (check.severity, check.ok) == ("fail", True)


def test_lists_of_channels_without_the_graphs_value_fail(writers: Any) -> None:
    figures = {"scale": [0.1, 0.2, 0.3, 0.4, 0.6, 0.7], "zero_point": [1, 2, 1]}
    checks = meta_checks(read(writers.nbg()), meta(**quantized(**figures)))
    assert [(check.severity, check.ok, check.expected, check.found) for check in checks] == [
        ("fail", False, "1 or 2", 128),
        ("fail", False, "0.1 or 0.2 or 0.3 or 0.4 or 2 more", "0.5"),
    ]


@pytest.mark.parametrize("name", ["image", "@image:out0", "image_id", "@image"])
def test_the_ways_to_spell_a_name_are_one_name(writers: Any, name: str) -> None:
    data = meta(Inputs={name: {"shape": [1, 3, 8, 8]}})
    assert [check.ok for check in meta_checks(read(writers.nbg()), data)] == [True]


@pytest.mark.parametrize("name", ["@image:out1", "image2", "@other:out0"])
def test_another_name_is_worth_a_look(writers: Any, name: str) -> None:
    data = meta(Inputs={name: {"shape": [1, 3, 8, 8]}})
    assert [(check.severity, check.ok) for check in meta_checks(read(writers.nbg()), data)] == [("warn", False)]


@pytest.mark.parametrize(
    ("text", "ok"), [("0.00001", True), ("1.23e-05", True), ("1.24e-05", False), ("1.3e-05", False)]
)
def test_a_scale_is_compared_with_the_digits_that_are_printed(writers: Any, text: str, ok: bool) -> None:
    model = read(writers.nbg(inputs=[writers.nbg_tensor(scale=1.2345e-05)]))
    data = meta(**quantized(scale=[0.123])).replace(b"0.123", text.encode())
    assert all(check.ok for check in meta_checks(model, data)) is ok


def test_precision_and_leading_ones_are_the_exporters_choice(writers: Any) -> None:
    model = read(writers.nbg(outputs=[writers.nbg_tensor("o", (1, 10), 1, 0)]))
    (check,) = meta_checks(model, meta(Outputs={"prob": {"shape": [10], "dtype": "float32"}}))
    assert (check.severity, check.ok, check.expected, check.found) == ("warn", False, "float32", "float16")
    (check,) = meta_checks(model, meta(Outputs={"prob": {"shape": [1, 1, 10], "dtype": "fp16"}}))
    assert check.ok


def test_the_meta_file_of_another_model_fails_with_each_difference(writers: Any) -> None:
    data = meta(
        Inputs={"x": {"shape": [1, 3, 8, 8], "quantize": {"scale": [0.25], "zero_point": [3]}}},
        Outputs={"y": {"shape": [1, 11], "quantize": {"fl": [2]}}},
    )
    checks = meta_checks(read(writers.nbg()), data)
    assert {check.severity for check in checks} == {"fail"}
    told = [(check.expected, check.found) for check in checks]
    assert told == [("x", "image"), ("y", "prob"), (3, 128), ("0.25", "0.5"), ("[1, 11]", "[1, 10]"), (2, 7)]


def test_tensors_are_paired_by_the_names_that_agree(writers: Any) -> None:
    outputs = [writers.nbg_tensor(f"uid_{number}_out_0", (1, number)) for number in (1, 2)]
    trailer = b"tensorname:conv_b/out0_0,0:conv_a/out0_1,1:image,2:customer:input,0,2:output,0,1:output,1,0:"
    model = read(writers.nbg(outputs=outputs, trailer=trailer))
    entries = {"@conv_a:out0_1": {"shape": [1, 2]}, "conv_b/out0_0_id": {"shape": [1, 1]}}
    assert [check.ok for check in meta_checks(model, meta(Outputs=entries))] == [True]


CASES = sorted(path.parent for path in (Path(__file__).parents[1] / "data").glob("nbg_*/expect.json"))


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_a_wrong_scale_in_a_list_fails(folder: Path) -> None:
    model = read_nbg((folder / "network_binary.nb").read_bytes())
    assert model is not None
    right, wrong = (
        meta_checks(model, (folder / f"{name}.json").read_bytes()) for name in ("nbg_meta", "nbg_meta_wrong_scale")
    )
    assert [check.ok for check in right] == [True]
    assert [(check.severity, check.ok, "scale" in check.detail) for check in wrong] == [("fail", False, True)]


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
